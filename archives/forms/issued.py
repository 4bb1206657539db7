"""A form opened with what was typed before: an issued number (待录入), or a number the province has registered (指引 3.6, 3.9).

What it says stands, whatever is posted; of an issued number the options fit the 领域.
"""

from __future__ import annotations

from django.conf import settings

from members.rules.domain import fitting_occupation, fitting_statuses
from numbering.domains import Domain
from numbering.models import Issue, Registration

Given = Issue | Registration
TOKENS: dict[str, type[Given]] = {"issue": Issue, "registration": Registration}
"""The names under which an address and a form carry the one they were opened with."""
TWICE = "id_number_again"
"""Not asked: it has been typed, and checked by whoever approved it."""


def values(given: Given | None) -> dict[str, str]:
    """What the entry is made of."""
    if given is None:
        return {}
    number = given.opened_id()
    return shown(given) | {"id_number": number, TWICE: number}


def shown(given: Given | None) -> dict[str, str]:
    """What the fields show and nobody changes: whoever enters a person is told no more of the ID number than they have in hand."""
    if given is None:
        return {}
    found = {"name": given.name, "id_number": given.masked_id, "number": given.number}
    return found | {"joined_on": given.joined_on.isoformat()} if isinstance(given, Issue) else found


def preselected(given: Given | None) -> dict[str, str]:
    """Where the 领域 leaves one choice, it is made."""
    if not isinstance(given, Issue):
        return {}
    domain = Domain(given.domain)
    statuses = fitting_statuses(domain, settings.STUDY_DOMAINS)
    return {
        "occupation": fitting_occupation(domain).value,
        "study_status": statuses[0].value if len(statuses) == 1 else "",
    }


def token(given: Given | None) -> tuple[str, str] | None:
    """What the form sends along for it: a name of `TOKENS`, and which one."""
    if given is None:
        return None
    return next((name, str(given.uuid)) for name, kind in TOKENS.items() if isinstance(given, kind))
