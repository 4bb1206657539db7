"""通过 / 不通过: one decision on one file, whoever clicks first (指引 1.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from archives import inspection, policy
from archives.flow import ARCHIVE
from archives.models import Archive, Look
from members.services import in_person, states
from orgs.models import Notice, Role, settled
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move

NOT_OPENED = "尚未查看全部页面"
CHANGED = "信息有变化，须重新查看"
USED_TWICE = "同一文件已用于他人，须单独审核"


class Unchecked(Exception):
    """Something is to be looked at first; the message is meant for people."""


def approve(archive: Archive, *, sha256: str, round: int, by: Role, ticked: Collection[str] = ()) -> None:
    """Put this file, its member and the number in force, together; what was ticked on paper goes on record.

    Raises:
        PermissionDenied: the role does not decide on it; in words.
        StaleState: decided by someone else (by whom, and how), or file or data are not those that were looked at.
        Unchecked: a tick is missing where the province insists on them.
    """
    with transaction.atomic():
        current = _decide(archive, Archive.State.APPROVED, seen=(sha256, round), by=by, ticked=ticked)
        if not current.is_replacement:
            states.confirm(current.member)
        inspection.tell_submitter(current, f"{current.member.name}的{current.matter}审核通过")
        if current.is_replacement:
            _tell_members_organization(current)
            title = f"您的入团志愿书已由{by.organization.short_name}批准替换为新的文件"
            in_person.tell(current.member, current.organization, kind=current.matter, title=title, by=by)


def approve_from_list(archive: Archive, *, sha256: str, round: int, by: Role) -> None:
    """Approve without the desk, as one of several: only who opened every page beside these very data. Raises as `approve` does."""
    if words := why_not_from_list([archive], by=by).get(archive.pk):
        raise Unchecked(words)
    approve(archive, sha256=sha256, round=round, by=by)


def why_not_from_list(archives: Iterable[Archive], *, by: Role) -> dict[int, str]:
    """By pk, why a file is not approved from the list, in words; empty when it can be."""
    archives = list(archives)
    whole = Look.objects.whole(by.user, archives)
    before = {pk for pk, _ in whole}
    # Opened for one person, a file says nothing about the other it was handed in for.
    opened = {one.upload.sha256 for one in archives if one.pk in before}
    used = Archive.objects.filter(upload__sha256__in=opened).values_list("upload__sha256")
    shared = {sha256 for sha256, people in used.annotate(Count("member", distinct=True)) if people > 1}

    def why_not(one: Archive) -> str:
        if one.upload.sha256 in shared:
            return USED_TWICE
        if (one.pk, one.round) in whole:
            return ""
        return CHANGED if one.pk in before else NOT_OPENED

    return {one.pk: why_not(one) for one in archives}


def refuse(archive: Archive, *, sha256: str, round: int, reason: str, by: Role) -> None:
    """Turn this file down with a reason the submitter can act on; number and ID stay taken. Raises as `approve` does."""
    with transaction.atomic():
        current = _decide(archive, Archive.State.REFUSED, seen=(sha256, round), by=by, reason=reason)
        if not current.is_replacement:
            states.refuse(current.member)
        inspection.tell_submitter(current, f"{current.member.name}的{current.matter}审核未通过", reason)


def outcome(archive: Archive) -> str:
    """What became of a file that does not wait for a decision, and through whom: 已由 ×× 处理."""
    if archive.state == Archive.State.CHECKING:
        return f"{archive.member.name}的{archive.matter}正在检查，检查完毕后才能审核"
    who = archive.decided_by.name if archive.decided_by else "系统"
    return f"{archive.member.name}的{archive.matter}已由 {who} 处理，结果为“{archive.get_state_display()}”"


def _decide(
    archive: Archive,
    to: Archive.State,
    *,
    seen: tuple[str, int],
    by: Role,
    reason: str = "",
    ticked: Collection[str] = (),
) -> Archive:
    # Before any other lock: a move of the organisation comes wholly before or wholly after the decision.
    settled(archive.organization_id)
    # A correction or a withdrawal holds this row too: it comes wholly before, and is seen here, or finds the decision made.
    Archive.objects.select_for_update().get(pk=archive.pk)
    current = _read(archive)
    policy.require_reviewer(by, current)
    if current.state != Archive.State.WAITING:
        raise StaleState(outcome(current))
    if (current.upload.sha256, current.round) != seen:
        raise StaleState(
            f"{current.member.name}的{current.matter}或录入信息在您查看期间有变化，本次决定没有生效，请重新查看后再审核"
        )
    if to == Archive.State.APPROVED and (missing := policy.why_not_checked(ticked)):
        raise Unchecked(missing)
    if to == Archive.State.APPROVED and current.replaces:
        _retire(current.replaces, by=by)
    stamp = {"decided_by": by.user, "decided_at": timezone.now(), "decided_sha256": seen[0], "reason": reason}
    move(current, to, table=ARCHIVE, **stamp)
    audit.record(
        role=by, verb="approve" if to == Archive.State.APPROVED else "refuse", subject=f"archive:{current.pk}",
        organization=current.organization, from_state=Archive.State.WAITING, to_state=to, fields=[one for one in policy.Check if one in ticked],
    )  # fmt: skip
    notices.finish(f"archive:{current.pk}", by=by.user)
    return current


def _retire(old: Archive, *, by: Role) -> None:
    """The file in force gives way in the very transaction that puts the new one in force; it stays as a version."""
    move(old, Archive.State.REPLACED, table=ARCHIVE)
    audit.record(
        role=by, verb="retire", subject=f"archive:{old.pk}", organization=old.organization,
        from_state=Archive.State.APPROVED, to_state=Archive.State.REPLACED,
    )  # fmt: skip


def _read(archive: Archive) -> Archive:
    joined = (
        "member",
        "upload",
        "organization",
        "reviewer",
        "decided_by",
        "submitted_as__organization",
        "replaces__organization",
    )
    return Archive.objects.select_related(*joined).get(pk=archive.pk)


def _tell_members_organization(archive: Archive) -> None:
    """It was not the one that asked: it hears that its member's file is another one now."""
    notices.tell(
        archive.organization, sort=Notice.Sort.NEWS, kind=archive.matter, subject=f"archive:{archive.pk}",
        title=f"{archive.member.name}的入团志愿书已替换为新的文件", body=f"替换原因：{archive.replace_reason}",
        link="member", link_args=[str(archive.member.uuid)],
    )  # fmt: skip
