"""号段总数 and 号段内已录入 of organisations (指引 3.8): read from the counts, never by counting numbers.

Each question is one statement, however many organisations it is about. What an organisation has are its own segments of the year, with
all that was handed down out of them; one of its own inside another one of its own (the tree was moved) counts once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from numbering.domains import Domain
from numbering.models import Segment
from orgs.models import Organization

_ALL = (
    "sum(upper(s.span) - lower(s.span)), sum(c.held + coalesce(p.held, 0)), sum(c.reserved + coalesce(p.reserved, 0)), \
sum(c.issued + coalesce(p.issued, 0)), count(*), min(lower(s.span)), max(upper(s.span)) - 1"
)
_THESE = "= ANY(%(organizations)s)"
_CHILDREN = "IN (SELECT id FROM orgs_organization WHERE parent_id = %(parent)s AND deactivated_at IS NULL)"


def _own(whose: str) -> str:
    """`own`: the outermost segments of the organisations. `pending`: what is not yet folded into the counts of these and others.

    OFFSET 0 keeps the planner from comparing every own segment with every delta: each delta finds its chain by the index.
    """
    return f"""
    WITH own AS MATERIALIZED (
        SELECT s.id, s.organization_id, s.domain, s.span
        FROM numbering_segment s
        WHERE s.year = %(year)s AND s.organization_id {whose}
        AND NOT EXISTS (
            SELECT 1 FROM numbering_segment o
            WHERE o.organization_id = s.organization_id AND o.year = s.year AND o.domain = s.domain
            AND o.depth < s.depth AND o.span @> s.span
        )
    ), pending AS (
        SELECT t.id, sum(d.held) AS held, sum(d.reserved) AS reserved, sum(d.issued) AS issued
        FROM numbering_delta d
        CROSS JOIN LATERAL (SELECT id FROM numbering_segment WHERE span @> d.value OFFSET 0) t
        WHERE d.value >= (SELECT min(lower(span)) FROM own) AND d.value < (SELECT max(upper(span)) FROM own)
        GROUP BY t.id
    )
    """  # noqa: S608 - constants


_COUNTED = (
    "FROM own s JOIN numbering_segmentcount c ON c.segment_id = s.id LEFT JOIN pending p ON p.id = s.id"
)
_BY_ORGANIZATION = f"{_own(_THESE)} SELECT s.organization_id, s.domain, {_ALL} {_COUNTED} GROUP BY 1, 2"
_OF_CHILDREN = f"{_own(_CHILDREN)} SELECT s.domain, {_ALL} {_COUNTED} GROUP BY 1"
_SLOWEST = f"""
{_own(_CHILDREN)}
SELECT o.id, o.short_name, f.* FROM (
    SELECT s.organization_id, {_ALL} {_COUNTED} GROUP BY 1
) AS f(organization_id, size, held, reserved, issued, pieces, first, last)
JOIN orgs_organization o ON o.id = f.organization_id
WHERE f.held < f.size
ORDER BY f.held::float / f.size, f.size - f.held DESC, o.sort_key, o.id LIMIT %(limit)s
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Figures:
    """`held` of `size` numbers are 已占用, `reserved` 审核中, `issued` 待录入; in `pieces` segments from `first` to `last`."""

    size: int = 0
    held: int = 0
    reserved: int = 0
    issued: int = 0
    pieces: int = 0
    first: int = 0
    last: int = 0

    def __add__(self, other: Figures) -> Figures:
        if not (self.pieces and other.pieces):
            return self if self.pieces else other
        return Figures(
            self.size + other.size,
            self.held + other.held,
            self.reserved + other.reserved,
            self.issued + other.issued,
            self.pieces + other.pieces,
            min(self.first, other.first),
            max(self.last, other.last),
        )

    @property
    def percent(self) -> int:
        """Of the numbers that are 已占用, rounded down: 100 only when all are."""
        return self.held * 100 // self.size if self.size else 0

    @property
    def unused(self) -> int:
        """Nobody holds them, not even under review."""
        return self.size - self.held - self.reserved


ByDomain = dict[Domain, Figures]


def together(figures: Iterable[Figures]) -> Figures:
    """合计."""
    return sum(figures, Figures())


def of_organizations(organizations: Iterable[int], year: int) -> dict[int, ByDomain]:
    """Of each of these organisations (ids, which the caller found in scope), by domain; none for who has no segment."""
    found: dict[int, ByDomain] = defaultdict(dict)
    rows = _rows(_BY_ORGANIZATION, organizations=list(organizations), year=year)
    for pk, domain, *figures in rows:
        found[pk][Domain(domain)] = Figures(*map(int, figures))
    return found


def of_children(parent: Organization, year: int) -> ByDomain:
    """Of all active organisations directly below together, by domain."""
    rows = _rows(_OF_CHILDREN, parent=parent.pk, year=year)
    return {Domain(domain): Figures(*map(int, figures)) for domain, *figures in rows}


def slowest(parent: Organization, year: int, *, limit: int) -> list[tuple[int, str, Figures]]:
    """(id, 简称, figures) of the organisations directly below that have the most to do, the lowest 录入进度 first."""
    rows = _rows(_SLOWEST, parent=parent.pk, year=year, limit=limit)
    return [(pk, name, Figures(*map(int, figures))) for pk, name, _, *figures in rows]


def years(organization: Organization) -> list[int]:
    """Years the province has segments of."""
    province = organization.path_ids[0]
    own = Segment.objects.filter(organization_id=province).order_by("year")
    return list(own.values_list("year", flat=True).distinct())


def own_segments(organization: Organization, *, year: int, domain: Domain) -> list[Segment]:
    """The segments the figures of one cell are about, by number."""
    found: list[Segment] = []
    for one in Segment.objects.of(organization).filter(year=year, domain=domain).order_by("depth"):
        if not any(outer.first <= one.first and one.last <= outer.last for outer in found):
            found.append(one)
    return sorted(found, key=lambda one: one.first)


def _rows(statement: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
