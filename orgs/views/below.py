"""The select of a list that narrows it to one organisation of my own subtree."""

from __future__ import annotations

import re

from django.shortcuts import get_object_or_404

from orgs.access import ActingRequest
from orgs.models import Organization

MOST_CHOICES = 300
_NUMBER = re.compile(r"[0-9]{1,18}")


def asked(request: ActingRequest, chosen: str) -> Organization | None:
    """The organisation below mine that was chosen; None for mine itself, 404 for one out of scope."""
    if not _NUMBER.fullmatch(chosen):
        return None
    found: Organization = get_object_or_404(Organization.objects.visible_to(request.role), pk=chosen)
    return None if found.pk == request.role.organization_id else found


def choices(request: ActingRequest, below: Organization | None) -> list[tuple[int, str, bool]]:
    """(id, words, chosen): the way from my organisation down to the chosen one, then what stands directly below it."""
    mine, here = request.role.organization, below or request.role.organization
    way = (
        [one for one in Organization.objects.ancestors_of(here) if one.depth >= mine.depth]
        if below
        else [mine]
    )
    children = Organization.objects.filter(parent=here).active().order_by("sort_key", "pk")
    # Plain columns: of three hundred choices the objects would cost more than the rest of the page.
    rows = children.values_list("pk", "depth", "short_name")[:MOST_CHOICES]
    found = [
        (pk, f"{'　' * (depth - mine.depth)}{name}", pk == here.pk)
        for pk, depth, name in [*((one.pk, one.depth, one.short_name) for one in way), *rows]
    ]
    return found if len(found) > 1 else []
