"""号段管理: the segments of an organisation by year, what is left of each, and who was handed a piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from numbering.domains import Domain
from numbering.models import Segment
from numbering.ruler import Ruler
from numbering.services.figures import Figures, figures, pieces_of, rulers
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.policy import Act
from orgs.views import tree

PICKER = tree.Picker(page="segments", children="segments-children", search="segments-search")
children, search = tree.fragments(PICKER, Act.SEE_NUMBERS)
FIRST_PIECES = 20
PAGE = 100
DOMAINS = Domain.values


@dataclass(slots=True)
class Row:
    """A segment with its figures, its ruler and the first of its pieces."""

    shown: Figures
    ruler: Ruler
    pieces: list[Figures] = field(default_factory=list)
    pieces_count: int = 0

    @property
    def segment(self) -> Segment:
        return self.shown.segment


@acting
@require_GET
def segments(request: ActingRequest) -> HttpResponse:
    """Of my own organisation, or of one below to read."""
    organization = tree.chosen(request)
    policy.require(request.role, Act.SEE_NUMBERS, organization)
    owned = Segment.objects.visible_to(request.role).of(organization)
    years = list(owned.order_by("-year").values_list("year", flat=True).distinct())
    year = _year(request, years)
    rows = owned.of_year(year).select_related("organization", "parent__organization")
    in_order = sorted(rows, key=lambda one: (DOMAINS.index(one.domain), one.first))
    shown = _rows(in_order)
    context = {
        "organization": organization,
        "year": year,
        "tabs": [
            {"label": f"{one} 年", "url": _url(organization, one), "current": one == year} for one in years
        ],
        "rows": shown,
        "readable": _readable(request, shown),
        **_powers(request, organization),
    }
    if request.role.organization.kind != Kind.BRANCH:
        context |= tree.context(request, PICKER, organization)
    return render(request, "numbering/segments.html", context)


@acting
@require_GET
def segment(request: ActingRequest, pk: int) -> HttpResponse:
    """One segment with all its pieces, a page at a time, filtered by the name of the organisation."""
    seen = Segment.objects.visible_to(request.role).select_related("organization", "parent__organization")
    found = get_object_or_404(seen, pk=pk)
    policy.require(request.role, Act.SEE_NUMBERS, found.organization)
    query = request.GET.get("q", "").strip()[:60]
    pieces = pieces_of([found])
    if query:
        pieces = pieces.filter(
            Q(organization__name__icontains=query) | Q(organization__short_name__icontains=query)
        )
    page = list(pieces.filter(span__startswith__gt=_after(request))[: PAGE + 1])
    (shown,) = figures([found])
    last = page[PAGE - 1].first if len(page) > PAGE else 0
    row = Row(shown, rulers([shown])[found.pk], figures(page[:PAGE]), pieces.count())
    context = {
        "organization": found.organization,
        "row": row,
        "readable": _readable(request, [row]),
        "q": query,
        "next_url": f"?{urlencode({'q': query, 'after': last})}" if last else "",
        "first_url": f"?{urlencode({'q': query})}" if _after(request) else "",
        "list_url": _url(found.organization, found.year),
        **_powers(request, found.organization),
    }
    return render(request, "numbering/segment.html", context)


def _powers(request: ActingRequest, organization: Organization) -> dict[str, Any]:
    """Every level hands down its own; what lies below is only read."""
    own = organization.pk == request.role.organization_id
    return {"own": own, "may_hand_down": own and policy.may(request.role, Act.HAND_DOWN, organization)}


def _readable(request: ActingRequest, rows: Iterable[Row]) -> set[int]:
    """The pieces that have a page for this role: whose organisation was moved away is read by those above it now."""
    mine = request.role.organization
    pieces = [one.segment for row in rows for one in row.pieces]
    return {one.pk for one in pieces if getattr(one, f"at_{mine.depth}") == mine.pk}


def _url(organization: Organization, year: int) -> str:
    return f"{reverse('segments')}?{urlencode({'org': organization.pk, 'year': year})}"


def _year(request: ActingRequest, years: Sequence[int]) -> int:
    """The asked one, else this one, else the latest there are segments of."""
    asked, this = request.GET.get("year", ""), timezone.localdate().year
    if asked.isascii() and asked.isdigit() and len(asked) == 4:
        return int(asked)
    return this if this in years or not years else years[0]


def _after(request: ActingRequest) -> int:
    asked = request.GET.get("after", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 12 else 0


def _rows(found: list[Segment]) -> list[Row]:
    """The same few statements however many segments and pieces there are."""
    if not found:
        return []
    rank = Window(RowNumber(), partition_by=[F("parent")], order_by=["span"])
    first = list(pieces_of(found).annotate(rank=rank).filter(rank__lte=FIRST_PIECES))
    by_parent: dict[int | None, list[Figures]] = defaultdict(list)
    shown = figures([*found, *first])
    for one in shown[len(found) :]:
        by_parent[one.segment.parent_id].append(one)
    counted = pieces_of(found).order_by().values_list("parent").annotate(many=Count("pk"))
    counts: dict[int | None, int] = dict(counted)
    drawn = rulers(shown[: len(found)])
    return [
        Row(one, drawn[one.segment.pk], by_parent[one.segment.pk], counts.get(one.segment.pk, 0))
        for one in shown[: len(found)]
    ]
