"""What the worker does to one file, and what follows for the archive that points to it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from archives import pdf
from archives.flow import ARCHIVE, UPLOAD
from archives.models import Archive, Upload
from archives.policy import needs_review
from archives.reasons import message
from members.services import states
from orgs.models import Notice, Organization
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
ATTEMPTS = 3


def lease(upload_id: int) -> Upload | None:
    """Claim one inspection of a file: one UPDATE, so that of several workers one gets it. Counted before trying."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    claimed = (
        Upload.objects.filter(free, pk=upload_id, state=Upload.State.CHECKING, attempts__lt=ATTEMPTS)
        .update(attempts=F("attempts") + 1, lease_until=now + LEASE)
    )  # fmt: skip
    return Upload.objects.get(pk=upload_id) if claimed else None


def inspect(upload_id: int) -> None:
    """Inspect a file once; safe to call again, and harmless where another worker is at it."""
    upload = lease(upload_id)
    if upload is None:
        return
    try:
        verdict = pdf.inspect(upload.path, max_pages=settings.UPLOAD_MAX_PAGES)
    except pdf.InspectionUnavailable:
        # Our machinery failed, not the file: the sweep tries again when the lease has run out.
        log.exception("inspection of upload %s unavailable", upload.pk)
        return
    settle(upload, verdict)
    if upload.state == Upload.State.USABLE:
        note_findings(upload)


def note_findings(upload: Upload) -> None:
    """What a reviewer may want to look at, after the verdict: nobody waits for it, and nothing depends on it."""
    Upload.objects.filter(pk=upload.pk).update(findings=pdf.find(upload.path, pages=upload.pages))


def settle(upload: Upload, verdict: pdf.Verdict) -> None:
    """Write the verdict and let the archive, when there is one already, go on.

    File and member may stand in two organisations (a committee entered for its branch): the tree is held, so that a move of either
    comes wholly before or wholly after.
    """
    to = Upload.State.USABLE if verdict.accepted else Upload.State.UNUSABLE
    try:
        with transaction.atomic():
            Organization.objects.lock(shared=True)
            # This UPDATE locks the row: an entry attaching the file at this moment comes wholly before or wholly after.
            move(
                upload, to, table=UPLOAD, reason=verdict.reason, pages=verdict.pages, warnings=list(verdict.warnings), lease_until=None
            )  # fmt: skip
            audit.record(
                role=None, verb="inspect", subject=f"upload:{upload.pk}", organization=upload.organization,
                from_state=Upload.State.CHECKING, to_state=to, note=verdict.reason,
            )  # fmt: skip
            _advance_archive_of(upload)
    except StaleState:
        log.info("upload %s was settled by someone else", upload.pk)


def give_up(upload: Upload) -> None:
    """After three attempts a person looks at the file: 待人工检查, in the reviewer's queue."""
    try:
        with transaction.atomic():
            Organization.objects.lock(shared=True)
            move(upload, Upload.State.BY_HAND, table=UPLOAD, reason="by_hand", lease_until=None)
            audit.record(
                role=None, verb="inspect", subject=f"upload:{upload.pk}", organization=upload.organization,
                from_state=Upload.State.CHECKING, to_state=upload.state,
            )  # fmt: skip
            _advance_archive_of(upload)
    except StaleState:
        log.info("upload %s was settled by someone else", upload.pk)


def _advance_archive_of(upload: Upload) -> None:
    # Held before it is read: a correction at this moment may make someone else its submitter.
    held = Archive.objects.select_for_update().filter(upload=upload).first()
    if held:
        joined = ("member", "organization", "submitted_as__organization")
        advance(Archive.objects.select_related(*joined).get(pk=held.pk), upload)


def advance(archive: Archive, upload: Upload) -> None:
    """Let an archive in 待检查 follow its inspected file; called in the transaction that holds the upload's row."""
    if archive.state != Archive.State.CHECKING or upload.state == Upload.State.CHECKING:
        return
    if upload.state == Upload.State.UNUSABLE:
        refuse(archive, reason=message(upload.reason))
    elif archive.is_replacement or needs_review(archive.submitted_as.organization):
        wait_for_review(archive)
    else:
        approve_unreviewed(archive)


def wait_for_review(archive: Archive) -> None:
    """待检查 → 待审核, in the queue of the committee that is responsible now."""
    move(archive, Archive.State.WAITING, table=ARCHIVE, reviewer=archive.reviewer_now())
    _record(archive, Archive.State.CHECKING)
    ask(archive)


def ask(archive: Archive) -> None:
    """The to-do in the 操作中心 of whoever reviews it."""
    if archive.reviewer:
        kind = archive.matter if archive.is_replacement else "待审核"
        notices.tell(
            archive.reviewer, sort=Notice.Sort.TODO, kind=kind, subject=f"archive:{archive.pk}",
            title=f"{archive.member.name}的{archive.matter}待审核", body=archive.organization.name, link="review", link_args=[str(archive.uuid)],
        )  # fmt: skip


def approve_unreviewed(archive: Archive) -> None:
    """What a committee enters itself is in force once the file is found readable; the history says so."""
    move(
        archive,
        Archive.State.APPROVED,
        table=ARCHIVE,
        decided_at=timezone.now(),
        decided_sha256=archive.upload.sha256,
    )
    states.confirm(archive.member)
    _record(archive, Archive.State.CHECKING)


def refuse(archive: Archive, *, reason: str) -> None:
    """The file itself was found unusable: 待检查 → 未通过, and the submitter is told why and what to do."""
    move(archive, Archive.State.REFUSED, table=ARCHIVE, decided_at=timezone.now(), reason=reason)
    if not archive.is_replacement:
        states.refuse(archive.member)
    _record(archive, Archive.State.CHECKING)
    tell_submitter(archive, f"{archive.member.name}的{archive.matter}未通过检查", reason)


KEPT = "原档案继续有效"
"""After every refused replacement (指引 3.11: 若审核未通过，系统仍将保留原档案)."""


def tell_submitter(archive: Archive, title: str, reason: str = "") -> None:
    """The result in the submitter's 操作中心; with a `reason` it is a refusal."""
    submitter, kind, action = archive.submitted_as.organization, "审核结果", "去修改" if reason else ""
    if archive.is_replacement:
        kind, action = archive.matter, ""
        reason = f"{reason}（{KEPT}）" if reason else ""
    # From under whom the member's organisation was moved has no page of theirs to go to.
    seen = archive.organization.is_at_or_below(submitter)
    notices.tell(
        submitter, sort=Notice.Sort.RESULT, kind=kind, subject=f"archive:{archive.pk}", title=title, body=reason,
        link="member" if seen else "", link_args=[str(archive.member.uuid)] if seen else [], action=action if seen else "",
    )  # fmt: skip


def _record(archive: Archive, before: str) -> None:
    audit.record(
        role=None, verb="inspect", subject=f"archive:{archive.pk}", organization=archive.organization,
        from_state=before, to_state=archive.state,
    )  # fmt: skip
