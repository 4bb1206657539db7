"""A person's name and ID number put right by the province: what was issued to them, and registered for them, is theirs as before."""

from __future__ import annotations

from dataclasses import dataclass

from numbering import spans
from numbering.models import Issue, Registration
from numbering.rules import number_value
from numbering.services import issues
from numbering.services.registration_steps import void
from orgs.models import Role
from orgs.services import audit
from zhtj.lib.sealing import blind

SAME_NUMBER = "该人员的身份证号码由省级更正，此编号已为其登记"


@dataclass(frozen=True, slots=True)
class Fate:
    """Of the issues that stand under the old and the new ID number: the one that is the person's, and those that are taken back."""

    kept: Issue | None
    dropped: list[Issue]


def fate(number: str, *, old: str, new: str, hold: bool = False) -> Fate:
    """Of somebody who holds `number` (or none): one number a person, and that is the one they hold.

    Who holds a number needs no other: what waits under the new ID number would have them entered a second time.
    """
    rows = Issue.objects.standing().select_related("organization")
    if hold:
        rows = rows.select_for_update(of=("self",))
    found = [one for one in (rows.with_id(person).first() for person in dict.fromkeys((old, new))) if one]
    mine = found[0] if found and bytes(found[0].id_blind) == blind("person.id", old) else None
    kept = next((one for one in found if one.number == number), None)
    kept = kept or mine or next((one for one in found if not number), None)
    return Fate(kept, [one for one in found if one != kept])


def follow(number: str, *, old: str, new: str, name: str, by: Role) -> None:
    """Before the holding of `number` is bound to the new ID number (`holdings.rebind`), in its transaction.

    The caller holds the tree (`Organization.objects.lock`) and the person's record.

    Raises:
        StaleState: an issue was taken back at this moment.
    """
    # Nobody issues to either meanwhile; then the segments of all that is touched, at once.
    issues.hold_people(blind("person.id", person) for person in (old, new))
    asked = fate(number, old=old, new=new)
    values = [one.value for one in (asked.kept, *asked.dropped) if one]
    spans.hold_all([number_value(number), *values])
    found = fate(number, old=old, new=new, hold=True)
    for one in found.dropped:
        issues.withdraw(one, by=by)
    if found.kept:
        _reseal_issue(found.kept, name=name, id_number=new, by=by)
    if old != new:
        _reseal_registrations(old=old, new=new, name=name, by=by)


def _reseal_issue(issue: Issue, *, name: str, id_number: str, by: Role) -> None:
    issue.name = name
    issue.seal_id(id_number)
    issue.save(update_fields=["name", "id_number", "id_blind"], force_update=True)
    audit.record(
        role=by, verb="issue.correct", subject=f"issue:{issue.pk}", organization=issue.organization,
        from_state=issue.state, to_state=issue.state, fields=["name", "id_number"],
    )  # fmt: skip


def _reseal_registrations(*, old: str, new: str, name: str, by: Role) -> None:
    """What the province registered, in place of what was filed of the same number under the new ID number; what else is on its way
    is put right by whoever filed it."""
    handled = Registration.objects.handled().with_id(old).select_related("organization")
    twice = Registration.objects.with_id(new).filter(number__in=handled.values("number"))
    void(twice, reason=SAME_NUMBER, by=by)
    for one in handled.order_by("pk"):
        one.name = name
        one.seal_id(new)
        one.save(update_fields=["name", "id_number", "id_blind"], force_update=True)
        audit.record(
            role=by, verb="registration.corrected", subject=f"registration:{one.pk}", organization=one.organization,
            from_state=one.state, to_state=one.state, fields=["name", "id_number"],
        )  # fmt: skip
