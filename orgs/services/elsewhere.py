"""A further role reaches beyond whoever gives it: those for whom the person acts already are told."""

from __future__ import annotations

from orgs import policy
from orgs.keepers import who_keeps
from orgs.models import Duty, Notice, Organization, Role
from orgs.services import notices

KIND = "管理员"


def tell(made: Role, by: Role) -> None:
    """Of somebody who had an account: to each other organisation they act for, and to the one above where nobody else is there, since who
    knows a 账号 and a 姓名 can appoint the person without asking them, and the password is then reset higher up."""
    roles = list(Role.objects.current().filter(user=made.user).select_related("organization").order_by("pk"))
    told = {
        place.pk: place
        for role in roles
        if role.organization_id != made.organization_id
        for place in _concerned(role)
    }
    person, place, giver = made.user, made.organization, by.organization
    for pk in sorted(told.keys() - {place.pk, giver.pk}):
        notices.tell(
            told[pk], sort=Notice.Sort.NEWS, kind=KIND, subject=f"role:{made.pk}",
            title=f"{person.name}（{person.username}）另任“{place.short_name}”管理员"[:200],
            body=f"由“{giver.name}”办理，本人已登录的页面全部退出，今后密码由{who_keeps(roles)}重置。"
            f"如果不是同一人或没有此事，请与“{giver.name}”联系停用该身份，联系不上的请上级团组织办理。",
        )  # fmt: skip


def _concerned(role: Role) -> list[Organization]:
    place = role.organization
    staff = Role.objects.current().filter(organization=place, duty=Duty.ADMINISTRATOR)
    if staff.exclude(user=role.user_id).exists():
        return [place]
    above = policy.superior_of(place)
    return [place, above] if above else [place]
