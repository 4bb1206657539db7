"""Telling a cadre in person what others did to their own record: in 操作中心, beside which stands 我的信息."""

from __future__ import annotations

from members.models import CadreAccount, Member
from orgs.models import Notice, Organization, Role
from orgs.services import notices


def tell(member: Member, organization: Organization, *, kind: str, title: str, by: Role) -> None:
    """Nothing is told to who has no account, and nobody is told what they did themselves."""
    account = CadreAccount.objects.select_related("user").filter(member=member).first()
    if account is None or account.user_id == by.user_id:
        return
    notices.tell(
        organization, person=account.user, sort=Notice.Sort.NEWS, kind=kind, title=title,
        subject=f"member:{member.pk}", link="me",
    )  # fmt: skip
