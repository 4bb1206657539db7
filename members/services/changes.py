"""What is changed in a person's record, kept field by field (`Change`), and the corrections of an entry (指引 1.1, 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from members.models import Change, Member, Post
from members.models.member import SEALED
from members.rules import ENTRY_FIELDS, Entry
from members.services import posts
from members.services.entry import PLAIN, require_unknown
from numbering import spans
from numbering.id_number import parse
from numbering.rules import number_value
from numbering.services import holdings
from orgs.models import Role
from zhtj.lib.sealing import blind

POST_COLUMNS = {
    "title": "title",
    "post_since": "since",
    "appointed_by": "appointed_by",
    "cadre_nature": "nature",
    "on_party_committee": "on_party_committee",
    "on_duty": "on_duty",
}
"""Field of the entry → column of the post."""
NUMBERED = "number"
TWICE = "id_number_again"


def entry_of(member: Member) -> Entry:
    """The record as the form has it, sealed values opened. Whoever shows it records the look."""
    known: dict[str, Any] = {name: getattr(member, name) for name in PLAIN}
    known |= {name: member.opened(name) for name in SEALED}
    post = current_post(member)
    if post:
        known |= {name: getattr(post, column) for name, column in POST_COLUMNS.items()}
    return Entry(**known, id_number_again=known["id_number"], number=member.number, is_cadre=post is not None)


def current_post(member: Member) -> Post | None:
    """The post the entry named, in the organisation it was entered into."""
    return Post.objects.current().filter(member=member, organization=member.organization_id).first()


def correct(member: Member, entry: Entry, *, by: Role) -> tuple[str, ...]:
    """Put the record as `entry` (checked and cleared by the rules) has it; the names of the changed fields.

    The caller holds the organisation (`settled`) and the member's row.

    Raises:
        NumberTaken: someone holds the new number.
        PersonKnown: someone with the new ID number is in the system.
        PostTaken: the organisation has its 书记.
    """
    changed = differences(member, entry)
    if not changed:
        return ()
    _correct_number(member, entry, changed=NUMBERED in changed, by=by)
    _correct_record(member, entry)
    _correct_post(member, entry)
    record(member, changed, by=by)
    return tuple(changed)


def differences(member: Member, entry: Entry) -> dict[str, tuple[Any, Any]]:
    """Field → (as the record has it, as `entry` has it), in the order of the form."""
    before = entry_of(member)
    return {
        name: (getattr(before, name), getattr(entry, name))
        for name in ENTRY_FIELDS
        if name != TWICE and getattr(before, name) != getattr(entry, name)
    }


def version(member: Member) -> int:
    """Which state of the record a page was made from: grows with every change."""
    return Change.objects.filter(member=member).aggregate(last=Max("pk"))["last"] or 0


def record(member: Member, changed: Mapping[str, tuple[Any, Any]], *, by: Role) -> None:
    """Keep old and new values, sealed: who changed what from what to what."""
    rows = []
    for field, (old, new) in changed.items():
        row = Change(member=member, user=by.user, role=by, field=field)
        row.keep(as_text(old), as_text(new))
        rows.append(row)
    Change.objects.bulk_create(rows[::-1])  # read newest first, they stand in the order of the form


def as_text(value: Any) -> str:
    """A value as the forms send it and the history keeps it: codes, yes/no, 2023-09-01."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _correct_number(member: Member, entry: Entry, *, changed: bool, by: Role) -> None:
    id_blind = blind("person.id", entry.id_number)
    if changed:
        # Both at once: held one after the other, they could wait for a list that is issued from the segments of both.
        spans.hold_all([number_value(member.number), number_value(entry.number)])
        if member.holding:
            holdings.release(member.holding)
        member.holding = (
            holdings.take(
                entry.number,
                holder=entry.name,
                id_blind=id_blind,
                organization=member.organization,
                by=by.user,
            )
            if entry.number
            else None
        )
        member.number_due = member.number_due and member.holding is None
    elif member.holding:
        if bytes(member.id_blind) != id_blind:
            holdings.rebind(member.holding, id_blind=id_blind, by=by.user)
        if member.holding.holder != entry.name:
            holdings.rename(member.holding, holder=entry.name)


def _correct_record(member: Member, entry: Entry) -> None:
    for name in PLAIN:
        setattr(member, name, getattr(entry, name))
    member.seal_fields(**{name: getattr(entry, name) for name in SEALED})
    member.id_county_unverified = not parse(entry.id_number, today=timezone.localdate()).county_known
    try:
        with transaction.atomic():
            member.save(
                update_fields=[*PLAIN, *SEALED, "id_blind", "id_county_unverified", "holding", "number_due"],
                force_update=True,
            )
    except IntegrityError:
        require_unknown(entry.id_number)
        raise


def _correct_post(member: Member, entry: Entry) -> None:
    post = current_post(member)
    if post is None:
        if entry.is_cadre:
            posts.appoint(member, entry, member.organization)
        return
    if not entry.is_cadre:
        posts.end(post, on=timezone.localdate().replace(day=1))
        return
    columns = {column: getattr(entry, name) for name, column in POST_COLUMNS.items()}
    try:
        with transaction.atomic():
            Post.objects.current().filter(pk=post.pk).update(**columns)
    except IntegrityError:
        posts.require_open(entry, member.organization)
        raise
