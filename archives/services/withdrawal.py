"""撤回: an entry is taken back before it is in force; its ID number and number are free again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from archives import policy
from archives.flow import ARCHIVE
from archives.models import Archive
from archives.services.release import due_subject
from members.models import Member
from members.services import changes, states
from orgs.models import Role, settled
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move

REASON = "withdrawal"
"""What the history calls the reason: it is kept sealed, since people write names into reasons."""


def withdraw(member: Member, *, reason: str, by: Role) -> None:
    """Take an entry back, with its open file, number and posts; the record stays, out of every list.

    Raises:
        PermissionDenied: the role may not; in words.
        StaleState: the entry was decided on, or withdrawn, in the meantime.
    """
    with transaction.atomic():
        current, archive = hold(member, by=by)
        before = current.state
        states.withdraw(current)
        if archive:
            stamp = {"decided_by": by.user, "decided_at": timezone.now(), "reason": reason}
            move(archive, Archive.State.WITHDRAWN, table=ARCHIVE, **stamp)
            notices.finish(f"archive:{archive.pk}", by=by.user)
        if current.number_due:
            notices.finish(due_subject(current), by=by.user)
        changes.record(current, {REASON: ("", reason)}, by=by)
        audit.record(
            role=by, verb="withdraw", subject=f"member:{current.pk}", organization=current.organization,
            from_state=before, to_state=current.state,
        )  # fmt: skip


def hold(member: Member, *, by: Role) -> tuple[Member, Archive | None]:
    """An entry that may still be put right and its open file, as they stand, both held until the transaction ends.

    The file before the person, as the decision does it: of a decision and a correction one comes first, and the other sees it.

    Raises:
        PermissionDenied, StaleState: as `withdraw` does.
    """
    settled(member.organization_id)
    archive = Archive.objects.select_for_update().open().filter(member=member).first()
    Member.objects.select_for_update().get(pk=member.pk)
    current = Member.objects.select_related("organization", "holding").get(pk=member.pk)
    if current.state not in policy.CORRECTABLE:
        raise StaleState(policy.why_not_correct(by, current))
    policy.require_corrector(by, current)
    if current.state == Member.State.PENDING and archive is None:  # submitted again between the two locks
        raise StaleState(f"{current.name}的入团志愿书刚刚重新提交，请刷新后再操作。")
    return current, archive
