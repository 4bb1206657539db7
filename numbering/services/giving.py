"""What a release does to the numbers promised: the disputed one becomes the applicant's, and only that one (指引 3.7)."""

from __future__ import annotations

from django.utils import timezone

from numbering import rollup, spans
from numbering.flow import ISSUE
from numbering.models import Dispute, Issue, Registration, Segment
from numbering.rules import number_value
from numbering.services import issues, pending
from numbering.services.registration_steps import void
from orgs.models import Organization, Role
from orgs.services import audit
from zhtj.lib.states import StaleState, move


def hold_numbers(dispute: Dispute) -> Segment | None:
    """The disputed number and what the applicant was issued, until the end; nobody issues to the applicant meanwhile.

    The segment of the disputed one.
    """
    blind = bytes(dispute.id_blind)
    issues.hold_people([blind])
    theirs = Issue.objects.standing().filter(id_blind=blind).values_list("value", flat=True)
    return spans.hold_all([number_value(dispute.number), *theirs])[0]


def give(dispute: Dispute, place: Organization, domain: str, *, by: Role) -> None:
    """The number is the applicant's from now on: whatever else was promised, of this number or to this person, is taken back, and
    what the province registered of it for somebody else."""
    blind = bytes(dispute.id_blind)
    standing = Issue.objects.select_related("organization").select_for_update(of=("self",)).standing()
    others = list(standing.filter(number=dispute.number).exclude(id_blind=blind))
    mine = standing.filter(id_blind=blind).first()
    if mine and mine.state == Issue.State.ENTERED:
        raise StaleState(f"{dispute.name}已用编号 {mine.number} 录入，不需要再释放，请选择不予释放并说明。")
    is_it = mine is not None and (mine.number, mine.organization_id) == (dispute.number, place.pk)
    if mine and not is_it:
        others.append(mine)
    for other in others:
        _take_back(other, by=by)
    registered = Registration.objects.handled().filter(number=dispute.number).exclude(id_blind=blind)
    void(registered, reason="经核实由他人使用", by=by)
    if not is_it:
        _promise(dispute, place, domain, by=by)
    for branch in sorted({place, *(other.organization for other in others)}, key=lambda one: one.pk):
        pending.announce(branch, by=by.user)


def _promise(dispute: Dispute, place: Organization, domain: str, *, by: Role) -> None:
    made = Issue(
        number=dispute.number, value=int(dispute.number), domain=domain, name=dispute.name,
        joined_on=dispute.joined_on, issuer=by.organization, issued_by=by.user,
    )  # fmt: skip
    made.seal_id(dispute.opened_id())
    made.place(place)
    made.save(force_insert=True)
    rollup.add(made.value, issued=1)
    audit.record(role=by, verb="issue", subject=f"issue:{made.pk}", organization=place, to_state=made.state)


def _take_back(issue: Issue, *, by: Role) -> None:
    """Still 待录入: one that the occupant used is open again since their holding ended."""
    move(issue, Issue.State.WITHDRAWN, table=ISSUE, withdrawn_at=timezone.now())
    rollup.add(issue.value, issued=-1)
    audit.record(
        role=by, verb="issue.withdraw", subject=f"issue:{issue.pk}", organization=issue.organization,
        from_state=Issue.State.OPEN, to_state=issue.state,
    )  # fmt: skip
