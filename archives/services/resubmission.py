"""替换档案: a new file after the first one was refused (指引 3.11)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from archives.models import Archive, Upload
from archives.services.entry import attach
from members.models import Member
from members.services import states
from orgs import policy
from orgs.models import Role, settled
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState


def why_not(member: Member, *, by: Role, last: Archive | None = None) -> str:
    """Why this role cannot submit another file for this member, in words; empty when it can. `last` is their latest file."""
    if member.state != Member.State.REFUSED:
        return (
            f"{member.name}当前为“{member.get_state_display()}”，只有审核未通过的入团志愿书才能在此重新上传。"
        )
    if not policy.may(by, Act.RESUBMIT, member.organization):
        return f"您以“{by}”的身份不能在“{member.organization.name}”替换档案。"
    last = last or (
        Archive.objects.filter(member=member)
        .select_related("submitted_as__organization")
        .order_by("-pk")
        .first()
    )
    submitters = {member.organization_id, last.submitted_as.organization_id if last else None}
    # A committee that could swap a branch's refused file would put it in force without any review.
    if by.organization_id not in submitters:
        return f"入团志愿书由“{member.organization.name}”重新上传，再由上级审核。"
    return ""


def resubmit(member: Member, upload: Upload, *, by: Role) -> Archive:
    """Submit `upload` in place of the refused file: 未通过 → 审核中, with the number and the ID it has.

    Raises:
        PermissionDenied: the role may not; in words.
        StaleState: the member is not (any more) in 未通过, or the file belongs to someone already.
    """
    try:
        with transaction.atomic():
            return _resubmit(member, upload, by=by)
    except IntegrityError:
        raise StaleState("该文件已用于另一份入团志愿书，请重新选择文件") from None


def _resubmit(member: Member, upload: Upload, *, by: Role) -> Archive:
    place = settled(member.organization_id)
    current = Member.objects.select_related("organization").get(pk=member.pk)
    if current.state != Member.State.REFUSED:
        raise StaleState(why_not(current, by=by))
    if reason := why_not(current, by=by):
        raise PermissionDenied(reason)
    states.resume(current)
    archive = attach(current, upload, by=by)
    audit.record(
        role=by, verb="resubmit", subject=f"member:{current.pk}", organization=place,
        from_state=Member.State.REFUSED, to_state=Member.State.PENDING,
    )  # fmt: skip
    return archive
