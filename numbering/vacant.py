"""The numbers of a segment that nobody has: neither handed down nor issued nor held nor registered for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from numbering.models import Segment
from numbering.runs import Run

KEPT = "state <> 'withdrawn' AND (kind = 'unused' OR state = 'handled')"
"""Of numbering_registration: as `RegistrationQuerySet.kept`."""
USED = f"""
    SELECT value FROM numbering_holding
    WHERE value >= {{low}} AND value < {{end}} AND state <> 'released'
    UNION ALL
    SELECT value FROM numbering_issue
    WHERE value >= {{low}} AND value < {{end}} AND state <> 'withdrawn'
    UNION ALL
    SELECT value FROM numbering_registration
    WHERE value >= {{low}} AND value < {{end}} AND {KEPT}
"""  # noqa: S608 - constants
"""The numbers from `low` up to `end` that somebody holds, was issued or has registered."""
FREE = f"""
    WITH gaps AS (
        SELECT s.id, unnest(int8multirange(s.span)
               - coalesce((SELECT range_agg(p.span) FROM numbering_segment p WHERE p.parent_id = s.id),
                          '{{}}'::int8multirange)) AS gap
        FROM numbering_segment s WHERE s.id = ANY(%s)
    )
    SELECT g.id, lower(run), upper(run) - 1
    FROM gaps g
    CROSS JOIN LATERAL (
        SELECT range_agg(int8range(u.value, u.value, '[]')) AS used
        FROM ({USED.format(low="lower(g.gap)", end="upper(g.gap)")}) u
    ) taken
    CROSS JOIN LATERAL unnest(int8multirange(g.gap) - coalesce(taken.used, '{{}}'::int8multirange)) AS run
    ORDER BY 1, 2
"""  # noqa: S608 - constants


def free_runs(segment: Segment) -> list[Run]:
    """Its runs, in order."""
    return free_runs_of([segment])[segment.pk]


def free_runs_of(segments: Iterable[Segment]) -> dict[int, list[Run]]:
    """The free runs of each of these segments by id: one statement, however many there are."""
    found: dict[int, list[Run]] = {segment.pk: [] for segment in segments}
    with connection.cursor() as cursor:
        cursor.execute(FREE, [list(found)])
        for pk, low, high in cursor.fetchall():
            found[pk].append((int(low), int(high)))
    return found


def unused_tail(segment: Segment, free: Sequence[Run]) -> Run | None:
    """The last run, where it reaches the end of the segment."""
    return free[-1] if free and free[-1][1] == segment.last else None
