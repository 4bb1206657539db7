"""通过 / 不通过: one decision on one file, whoever clicks first (指引 1.1)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from archives import policy
from archives.flow import ARCHIVE
from archives.models import Archive
from members.services import states
from orgs.models import Notice, Role, settled
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move


def approve(archive: Archive, *, sha256: str, round: int, by: Role) -> None:
    """Put this file, its member and the number in force, together.

    Raises:
        PermissionDenied: the role does not decide on it; in words.
        StaleState: decided by someone else (by whom, and how), or file or data are not those that were looked at.
    """
    with transaction.atomic():
        current = _decide(archive, Archive.State.APPROVED, seen=(sha256, round), by=by)
        states.confirm(current.member)
        _tell(current, f"{current.member.name}的入团志愿书审核通过")


def refuse(archive: Archive, *, sha256: str, round: int, reason: str, by: Role) -> None:
    """Turn this file down with a reason the submitter can act on; number and ID stay taken. Raises as `approve` does."""
    with transaction.atomic():
        current = _decide(archive, Archive.State.REFUSED, seen=(sha256, round), by=by, reason=reason)
        states.refuse(current.member)
        _tell(current, f"{current.member.name}的入团志愿书审核未通过", reason)


def outcome(archive: Archive) -> str:
    """What became of a file that does not wait for a decision, and through whom: 已由 ×× 处理."""
    if archive.state == Archive.State.CHECKING:
        return f"{archive.member.name}的入团志愿书正在检查，检查完毕后才能审核"
    who = archive.decided_by.name if archive.decided_by else "系统"
    return f"{archive.member.name}的入团志愿书已由 {who} 处理，结果为“{archive.get_state_display()}”"


def _decide(
    archive: Archive, to: Archive.State, *, seen: tuple[str, int], by: Role, reason: str = ""
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
            f"{current.member.name}的入团志愿书或录入信息在您查看期间有变化，本次决定没有生效，请重新查看后再审核"
        )
    stamp = {"decided_by": by.user, "decided_at": timezone.now(), "decided_sha256": seen[0], "reason": reason}
    move(current, to, table=ARCHIVE, **stamp)
    audit.record(
        role=by, verb="approve" if to == Archive.State.APPROVED else "refuse", subject=f"archive:{current.pk}",
        organization=current.organization, from_state=Archive.State.WAITING, to_state=to,
    )  # fmt: skip
    notices.finish(f"archive:{current.pk}", by=by.user)
    return current


def _read(archive: Archive) -> Archive:
    joined = ("member", "upload", "organization", "reviewer", "decided_by", "submitted_as__organization")
    return Archive.objects.select_related(*joined).get(pk=archive.pk)


def _tell(archive: Archive, title: str, body: str = "") -> None:
    """The result reaches the submitter's 操作中心."""
    notices.tell(
        archive.submitted_as.organization, sort=Notice.Sort.RESULT, kind="审核结果", subject=f"archive:{archive.pk}",
        title=title, body=body, link="member", link_args=[str(archive.member.uuid)],
    )  # fmt: skip
