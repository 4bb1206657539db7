"""Entering a person together with their 入团志愿书 (指引 1.1, 1.2, 2)."""

from __future__ import annotations

from collections.abc import Container
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from archives import inspection
from archives.models import Archive, Upload
from archives.policy import require_entering
from archives.services import drafts
from members.models import Member
from members.rules import Entry
from members.services import entry as people
from members.services import posts, states
from members.services.entry import PersonKnown
from numbering.services import holdings
from numbering.services.entitlement import require_issued
from numbering.services.holdings import NumberTaken
from orgs.models import Organization, Role, settled
from orgs.services import audit
from zhtj.lib.states import StaleState

FILE_SPENT = "该文件已用于另一份入团志愿书，请重新选择文件"


def enter(
    entry: Entry,
    *,
    organization: Organization,
    upload: Upload | None,
    key: UUID,
    by: Role,
    confirmed: Container[str] = (),
) -> Member:
    """Make one member of a checked and cleared entry: 审核中 with a file, 在册 at once without one.

    The same form (`key`) sent again, by a double click or a reload, answers with the member it made. `confirmed`: the warnings
    that were ticked.

    Raises:
        PermissionDenied: the role may not enter people there, or the organisation was closed.
        NumberTaken: someone holds the number (指引 3.7).
        NotIssued: the number was issued to nobody (指引 3.6), or to another person.
        PersonKnown: the ID number is in the system.
        PostTaken: the organisation has its 书记.
        StaleState: the file belongs to someone else's entry since.
    """
    require_entering(organization, by=by)
    if made := made_by(key, entry, by=by):
        return made
    try:
        return _enter(
            entry, organization=organization, upload=upload, key=key, by=by, confirmed=confirmed
        )  # fmt: skip
    except (NumberTaken, PersonKnown, posts.PostTaken, IntegrityError):
        # Perhaps the very same form, a moment ago, on another connection: then its number and ID are our own.
        if made := made_by(key, entry, by=by):
            return made
        raise


def made_by(key: UUID, entry: Entry, *, by: Role) -> Member | None:
    """Whom this very form, sent before, has entered; who was withdrawn since may be entered anew."""
    made = Member.objects.with_id(entry.id_number).filter(entry_key=key, entered_by=by.user)
    return made.exclude(state=Member.State.WITHDRAWN).first()


def unspent(key: UUID) -> UUID:
    """`key`, or a fresh one where it has entered somebody: the form came back out of the browser's history for the next person."""
    return uuid4() if Member.objects.filter(entry_key=key).exists() else key


def require_free(
    entry: Entry, *, organization: Organization, key: UUID, by: Role, confirmed: Container[str] = ()
) -> None:
    """Tell early, on an otherwise valid form, what the constraints would refuse at the end.

    Raises:
        NumberTaken: someone holds the number (指引 3.7).
        NotIssued: the number was issued to nobody (指引 3.6), or to another person.
        PersonKnown: the ID number is in the system.
        PostTaken: the organisation has its 书记.
    """
    if made_by(key, entry, by=by):
        return
    people.require_unknown(entry.id_number)
    if entry.number:
        holdings.require_free(entry.number)
        require_issued(entry.number, id_number=entry.id_number, confirmed=confirmed)
    posts.require_open(entry, organization)


@transaction.atomic
def _enter(
    entry: Entry,
    *,
    organization: Organization,
    upload: Upload | None,
    key: UUID,
    by: Role,
    confirmed: Container[str],
) -> Member:
    place = settled(organization.pk)
    require_entering(place, by=by)  # closed, moved or of another kind at this very moment
    drafts.become_entry(key, by=by)
    member = people.enter(entry, organization=place, key=key, by=by)
    # The number and the issue it uses are theirs by now, so an issue taken back since the form was checked is seen here.
    require_issued(entry.number, id_number=entry.id_number, confirmed=confirmed)
    if upload:
        attach(member, upload, by=by)
    else:
        states.confirm(member)
    audit.record(
        role=by, verb="enter", subject=f"member:{member.pk}", organization=place, to_state=member.state
    )
    return member


def attach(
    member: Member, upload: Upload, *, replaces: Archive | None = None, reason: str = "", by: Role
) -> Archive:
    """Submit a file for a member in 审核中, or in place of the one in force (`replaces`, with a reason); it goes on to the review when its inspection is already done.

    Called inside a transaction that holds the member's organisation.

    Raises:
        StaleState: the file belongs to another entry since, or is gone.
        IntegrityError: another archive of the member is open.
    """
    # Locked, so that the worker's verdict comes wholly before (we see it) or wholly after (it sees our archive).
    locked = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if locked is None or Archive.objects.filter(upload=locked).exists():
        raise StaleState(FILE_SPENT)
    # Read anew: its organisation may have been moved since the request came.
    role = Role.objects.select_related("organization", "user").get(pk=by.pk)
    archive = Archive(member=member, upload=locked, submitted_by=role.user, submitted_as=role)
    archive.replaces, archive.replace_reason = replaces, reason
    archive.place(member.organization)
    archive.reviewer = archive.reviewer_now()
    archive.save(force_insert=True)
    audit.record(
        role=by, verb="submit", subject=f"archive:{archive.pk}", organization=member.organization, to_state=archive.state
    )  # fmt: skip
    inspection.advance(archive, locked)
    return archive
