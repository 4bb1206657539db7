"""录入明细: the numbers of some segments one by one, entered and not yet used, a page at a time (指引 3.8).

Pages begin at a number and read on along the index of the numbers, so that a segment of a million is as quick as one of twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Value

from numbering.models import Holding, Issue, Registration, Segment
from numbering.vacant import USED
from orgs.models import Organization

OUT_OF_SIGHT = "其他组织的人员"
_RUNS = f"""
SELECT low, high FROM (
    SELECT value - 1 AS high, lag(value, 1, %(first)s - 1) OVER (ORDER BY value) + 1 AS low
    FROM ({USED.format(low="%(first)s", end="%(last)s + 1")} UNION ALL SELECT %(last)s + 1 ORDER BY 1) AS used
) AS gap WHERE low <= high LIMIT %(limit)s
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Unused:
    """A run of numbers nobody was given; or one kept for `name`, who is not entered yet, `by` an issue or a registration.

    The name is OUT_OF_SIGHT where the reader sees none.
    """

    first: int
    last: int
    name: str = ""
    by: str = ""

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def entered(segments: Iterable[Segment], *, start: int, limit: int, **narrowed: Any) -> list[Holding]:
    """The first `limit` numbers from `start` on that are 已占用 or 审核中, with who holds them."""
    held = Holding.objects.exclude(state=Holding.State.RELEASED).filter(**narrowed)
    held = held.select_related("organization", "member").order_by("value")

    def each() -> Iterator[Holding]:
        for one in _from(segments, start):
            yield from held.filter(value__gte=max(start, one.first), value__lte=one.last)[:limit]

    return list(islice(each(), limit))


def unused(segments: Iterable[Segment], *, start: int, limit: int, seen_from: Organization) -> list[Unused]:
    """The first `limit` lines from `start` on: free runs, issued and registered numbers, in the order of the numbers.

    Named are the people of `seen_from` and below: a branch that was moved keeps its numbers in the segment, and its people their names.
    """

    def each() -> Iterator[Unused]:
        for one in _from(segments, start):
            first = max(start, one.first)
            kept = (_issued(first, one.last), _registered(first, one.last))
            lines = [line for rows in kept for line in _named(rows, limit, seen_from)]
            # Of each kind the first `limit`: of all together these are the first.
            yield from sorted([*_runs(first, one.last, limit), *lines], key=lambda line: line.first)[:limit]

    return list(islice(each(), limit))


def _from(segments: Iterable[Segment], start: int) -> list[Segment]:
    return [one for one in segments if one.last >= start]


def _runs(first: int, last: int, limit: int) -> list[Unused]:
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, {"first": first, "last": last, "limit": limit})
        return [Unused(int(low), int(high)) for low, high in cursor.fetchall()]


def _issued(first: int, last: int) -> QuerySet[Issue]:
    """待录入; not where somebody else was entered with the number meanwhile."""
    waiting = Issue.objects.open().filter(~Exists(_held()), value__gte=first, value__lte=last)
    return waiting.annotate(by=Value("待录入")).order_by("value")


def _registered(first: int, last: int) -> QuerySet[Registration]:
    """登记备案; not where the number was issued as well, or entered."""
    promised = Issue.objects.standing().filter(value=OuterRef("value"))
    kept = Registration.objects.kept().filter(value__gte=first, value__lte=last)
    waiting = kept.filter(~Exists(_held()), ~Exists(promised)).annotate(by=Value("登记备案"))
    return waiting.order_by("value", "pk").distinct("value")


def _held() -> QuerySet[Holding]:
    return Holding.objects.exclude(state=Holding.State.RELEASED).filter(value=OuterRef("value"))


def _named(rows: QuerySet[Any], limit: int, seen_from: Organization) -> Iterator[Unused]:
    for value, name, by, at in rows.values_list("value", "name", "by", f"at_{seen_from.depth}")[:limit]:
        yield Unused(value, value, name if at == seen_from.pk else OUT_OF_SIGHT, by)
