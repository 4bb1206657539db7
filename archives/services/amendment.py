"""修改: an entry put right before it is in force; an open review starts anew (指引 1.1)."""

from __future__ import annotations

from collections.abc import Container

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from archives import inspection
from archives.models import Archive, Upload
from archives.services import uploads
from archives.services.release import due_subject
from archives.services.resubmission import resubmit
from archives.services.withdrawal import hold
from members.models import Member
from members.rules import Entry
from members.services import changes, posts
from members.services import entry as people
from numbering.services import holdings
from numbering.services.entitlement import require_issued
from orgs.models import Role
from orgs.policy import reviewer_of
from orgs.services import audit, notices
from zhtj.lib.states import StaleState

NUMBER_OF_WHOM = frozenset({"number", "id_number"})
"""When one of them is changed, it is asked anew whether the number was issued to this person."""


def correct(
    member: Member,
    entry: Entry,
    *,
    seen: int,
    again: bool = False,
    by: Role,
    confirmed: Container[str] = (),
) -> tuple[str, ...]:
    """Put the record as `entry` (checked and cleared by the rules) has it; the names of the changed fields.

    `seen` is the version the page was made from. `again`: a refused one is submitted once more, with the file it had.

    Raises:
        PermissionDenied: the role may not; in words.
        StaleState: decided, withdrawn or corrected by someone else in the meantime.
        NumberTaken, NotIssued, PersonKnown, PostTaken: as on entry.
    """
    with transaction.atomic():
        current, archive = hold(member, by=by)
        if changes.version(current) != seen:
            raise StaleState(f"{current.name}的录入信息已由他人修改，本次修改没有保存，请核对后再改。")
        was_due = current.number_due
        changed = changes.correct(current, entry, by=by)
        if was_due and not current.number_due:
            notices.finish(due_subject(current), by=by.user)
        if not NUMBER_OF_WHOM.isdisjoint(changed):
            require_issued(entry.number, id_number=entry.id_number, confirmed=confirmed)
        if changed:
            audit.record(
                role=by, verb="correct", subject=f"member:{current.pk}", organization=current.organization,
                from_state=current.state, to_state=current.state, fields=changed,
            )  # fmt: skip
            if archive:
                _start_anew(archive, by=by)
        if again:
            _submit_again(current, by=by)
    return changed


def require_free(member: Member, entry: Entry, *, confirmed: Container[str] = ()) -> None:
    """Tell early, on an otherwise valid form, what the constraints would refuse at the end: only what is new is asked.

    Raises:
        NumberTaken, NotIssued, PersonKnown, PostTaken: as on entry.
    """
    if entry.id_number != member.opened("id_number"):
        people.require_unknown(entry.id_number)
    if entry.number and entry.number != member.number:
        holdings.require_free(entry.number)
    if not NUMBER_OF_WHOM.isdisjoint(changes.differences(member, entry)):
        require_issued(entry.number, id_number=entry.id_number, confirmed=confirmed)
    post = changes.current_post(member)
    if post is None or post.title != entry.title:
        posts.require_open(entry, member.organization)


def reusable(member: Member) -> Upload | None:
    """The file of a refused entry when nothing is wrong with the file itself: the data were, and are now put right."""
    if member.state != Member.State.REFUSED:
        return None
    last = Archive.objects.filter(member=member).select_related("upload").order_by("-pk").first()
    if last is None or last.upload.state not in {Upload.State.USABLE, Upload.State.BY_HAND}:
        return None
    upload: Upload = last.upload
    return upload


def _start_anew(archive: Archive, *, by: Role) -> None:
    """Whoever looked at the old data is told when they decide; who corrected them is now their submitter, and never their reviewer."""
    reviewer = reviewer_of(by.organization, author=by.user) or archive.reviewer
    Archive.objects.filter(pk=archive.pk).update(
        round=F("round") + 1,
        submitted_at=timezone.now(),
        submitted_by=by.user,
        submitted_as=by,
        reviewer=reviewer,
    )
    if archive.state == Archive.State.WAITING:
        notices.finish(f"archive:{archive.pk}", by=by.user)
        joined = ("member", "organization", "reviewer")
        inspection.ask(Archive.objects.select_related(*joined).get(pk=archive.pk))


def _submit_again(member: Member, *, by: Role) -> None:
    upload = reusable(member)
    if upload is None:
        raise StaleState(f"{member.name}原来的文件不能再次提交，请替换档案。")
    try:
        twin = uploads.again(upload, by=by)
    except OSError:
        raise StaleState("原来的文件无法读取，请重新上传。") from None
    resubmit(member, twin, by=by)
