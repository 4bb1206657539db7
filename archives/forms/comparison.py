"""占用方 beside 申请方: the fields of both in words, what differs marked (指引 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from archives.forms.amendment import AmendForm, typed
from archives.forms.drop import Drop
from archives.forms.entry import EntryForm
from archives.forms.summary import confirmation
from archives.models import Claim
from members.choices import Variant
from members.layout import LABELS
from members.models import Member
from members.services.changes import entry_of
from numbering.models import Dispute, Issue

COMPARED = (
    *("name", "id_number", "ethnicity", "occupation", "study_status", "occupation_detail", "education"),
    *("political_status", "joined_on"),
)
"""What the 入团志愿书 tells too. Phones and addresses are nobody's business here."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One line; an empty value is an empty text."""

    name: str
    label: str
    occupant: str
    applicant: str

    @property
    def differs(self) -> bool:
        return self.occupant != self.applicant


def comparison(claim: Claim, member: Member | None, *, today: date) -> list[Compared]:
    """In the order of the form; without the occupant where the number is free already."""
    place = claim.dispute.organization
    applicant = _words(
        EntryForm(
            claim.values(),
            variant=Variant(claim.variant),
            organization=place,
            today=today,
            drop=Drop(claim.upload),
        )
    )
    occupant = _words(AmendForm(typed(entry_of(member)), member=member, today=today)) if member else {}
    lines = [
        Compared(name, LABELS[name], occupant.get(name, ""), applicant.get(name, "")) for name in COMPARED
    ]
    shown = [line for line in lines if line.occupant or line.applicant]
    at = [line.name for line in shown].index("id_number") + 1
    return [
        *shown[:at],
        Compared("organization", "组织", member.organization.name if member else "", place.name),
        *shown[at:],
        _issue(claim, member),
    ]


def _words(form: EntryForm) -> dict[str, str]:
    return {name: words for _, rows in confirmation(form) for name, _, words in rows}


def _issue(claim: Claim, member: Member | None) -> Compared:
    """Whom the number was promised to: mostly that decides it."""
    issue = Issue.objects.standing().filter(number=claim.dispute.number).select_related("issuer").first()

    def said(person: Dispute | Member | None) -> str:
        if issue is None or person is None:
            return ""
        theirs = bytes(issue.id_blind) == bytes(person.id_blind)
        return f"由{issue.issuer.name}发放" if theirs else "不是发放给此人"

    return Compared("issue", "编号发放", said(member), said(claim.dispute))
