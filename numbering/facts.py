"""What the rules of entry have to know about one number: in which segment it lies, and who is free of being asked."""

from __future__ import annotations

from django.conf import settings

from numbering.models import Issue, Registration
from numbering.models.segments import YEAR_STEP
from numbering.rules import NumberFacts, number_value
from numbering.spans import owner_segment
from orgs.models import Organization


def facts_of(number: str, *, id_number: str, organization: Organization) -> NumberFacts | None:
    """For a person to be entered into `organization`; None where segments are not asked: older numbers, and 退伍团员备案 (指引 3.9)."""
    value = segmented(number)
    if value is None:
        return None
    segment = owner_segment(value)
    owned = segment is not None and (
        _on_one_line(segment.organization, organization) or _promised(number, organization)
    )
    facts = NumberFacts(segment.domain if segment else "", owned)
    return None if _registered(number, id_number, Registration.Kind.VETERAN) else facts


def _on_one_line(owner: Organization, organization: Organization) -> bool:
    """The owner is this organisation or above it; below it too, since a piece handed down is still of a committee's own segment."""
    return owner.pk in organization.path_ids or organization.pk in owner.path_ids


def _promised(number: str, organization: Organization) -> bool:
    """Issued into this organisation from somebody else's segment: after 编号占用核实 (指引 3.7), or before it was moved."""
    return Issue.objects.standing().of(organization).filter(number=number).exists()


def segmented(number: str) -> int | None:
    """The number as a point on the line of segments, where it is of a year that has them."""
    value = number_value(number)
    return None if value is None or value // YEAR_STEP < settings.SEGMENTS_FROM else value


def is_registered(number: str, *, id_number: str) -> bool:
    """Whether the province has registered this number for this person, by 未使用登记 or 退伍团员备案: no issue is asked for."""
    return _registered(number, id_number, *Registration.Kind)


def _registered(number: str, id_number: str, *kinds: Registration.Kind) -> bool:
    handled = Registration.objects.handled().filter(number=number, kind__in=kinds)
    return id_number.isascii() and handled.with_id(id_number).exists()
