"""The figures of segments on a page: a fixed number of statements, however many segments and pieces there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from numbering import rollup, ruler, runs
from numbering.models import Segment
from numbering.rollup import Counts
from numbering.ruler import Given, Ruler, serial
from numbering.runs import Run
from numbering.vacant import KEPT, free_runs_of, unused_tail

DRAWN = 400
"""So many pieces are drawn one by one; beyond, only what is handed down at all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One segment: 号段总数, 已下发, 已录入, 审核中, 待录入, 登记, 剩余, and what can be taken back."""

    segment: Segment
    counts: Counts
    given: int
    free: list[Run]
    registered: int = 0
    """Numbers that nobody holds or was issued, but 编号登记备案 keeps for somebody: not free either."""

    @property
    def end(self) -> str:
        """The serial of the last number: the rest of it is the first one's."""
        return serial(self.segment.last)

    @property
    def left(self) -> int:
        return runs.total(self.free)

    @property
    def tail(self) -> Run | None:
        return unused_tail(self.segment, self.free)

    @property
    def tail_size(self) -> int:
        return runs.length(self.tail) if self.tail else 0


def figures(segments: Sequence[Segment]) -> list[Figures]:
    """In the order of the segments; four statements."""
    counts, given, free = rollup.counts(segments), _given(segments), free_runs_of(segments)
    kept = _registered(segments)
    return [
        Figures(
            one, counts.get(one.pk, Counts()), given.get(one.pk, 0), free.get(one.pk, []), kept.get(one.pk, 0)
        )
        for one in segments
    ]


def pieces_of(segments: Sequence[Segment]) -> QuerySet[Segment]:
    """What was handed down out of these, in order of the numbers."""
    rows = Segment.objects.filter(parent__in=segments).select_related("organization")
    return rows.order_by("parent", "span")


def rulers(shown: Sequence[Figures], *, new: Sequence[Run] = ()) -> dict[int, Ruler]:
    """The ruler of each segment by id; `new` are runs about to be handed down out of the only one."""
    segments = [one.segment for one in shown]
    rank = Window(RowNumber(), partition_by=[F("parent")], order_by=["span"])
    rows = list(pieces_of(segments).annotate(rank=rank).filter(rank__lte=DRAWN + 1))
    counts = rollup.counts(rows)
    pieces: dict[int | None, list[Given]] = defaultdict(list)
    for row in rows:
        used = counts.get(row.pk, Counts())
        pieces[row.parent_id].append(
            Given((row.first, row.last), row.organization.short_name, used.held + used.reserved, used.issued)
        )
    entered = _entered_runs(segments)
    return {
        one.segment.pk: _ruler(one, pieces[one.segment.pk], entered[one.segment.pk], new) for one in shown
    }


def _ruler(one: Figures, pieces: list[Given], entered: list[Run], new: Sequence[Run]) -> Ruler:
    span = (one.segment.first, one.segment.last)
    if len(pieces) > DRAWN:
        # Too many to draw: everything that is not free counts as handed down, which nearly all of it is.
        taken = ruler.thin(ruler.subtract(span, one.free), span)
        pieces, entered = [Given(run, "") for run in taken], []
    return ruler.draw(span, pieces=pieces, free=one.free, entered=entered, new=new)


def _given(segments: Iterable[Segment]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parent_id, sum(upper(span) - lower(span)) FROM numbering_segment WHERE parent_id = ANY(%s) GROUP BY 1",
            [[one.pk for one in segments]],
        )
        return {pk: int(size) for pk, size in cursor.fetchall()}


def _registered(segments: Iterable[Segment]) -> dict[int, int]:
    """Of each segment, its pieces included as in the counts beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.id, count(DISTINCT r.value)
            FROM numbering_segment s JOIN (SELECT value FROM numbering_registration WHERE {KEPT}) r
              ON r.value >= lower(s.span) AND r.value < upper(s.span)
            WHERE s.id = ANY(%s)
              AND NOT EXISTS (SELECT FROM numbering_holding h WHERE h.value = r.value AND h.state <> 'released')
              AND NOT EXISTS (SELECT FROM numbering_issue i WHERE i.value = r.value AND i.state <> 'withdrawn')
            GROUP BY 1
            """,  # noqa: S608 - a constant
            [[one.pk for one in segments]],
        )
        return {pk: int(count) for pk, count in cursor.fetchall()}


def _entered_runs(segments: Iterable[Segment]) -> dict[int, list[Run]]:
    """Runs of numbers held or reserved directly out of each segment."""
    found: dict[int, list[Run]] = {one.pk: [] for one in segments}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gaps AS (
                SELECT s.id, unnest(int8multirange(s.span)
                       - coalesce((SELECT range_agg(p.span) FROM numbering_segment p WHERE p.parent_id = s.id),
                                  '{}'::int8multirange)) AS gap
                FROM numbering_segment s WHERE s.id = ANY(%s)
            ), runs AS (
                SELECT g.id, unnest(range_agg(int8range(h.value, h.value, '[]'))) AS run
                FROM gaps g JOIN numbering_holding h
                  ON h.value >= lower(g.gap) AND h.value < upper(g.gap) AND h.state <> 'released'
                GROUP BY g.id
            )
            SELECT id, lower(run), upper(run) - 1 FROM runs ORDER BY 1, 2
            """,
            [list(found)],
        )
        for pk, low, high in cursor.fetchall():
            found[pk].append((int(low), int(high)))
    return found
