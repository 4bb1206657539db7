"""号段内已录入: appended as deltas, folded into the counts by a beat task, and exact at every moment (指引 3.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from numbering.models import Delta, Segment

LOCK = 7_203_808
"""Advisory lock of the folding: two folds at once would wait for each other's rows in no order."""


TRUTH = """
    SELECT s.id,
           (SELECT count(*) FROM numbering_holding h
            WHERE h.value >= lower(s.span) AND h.value < upper(s.span) AND h.state = 'held'),
           (SELECT count(*) FROM numbering_holding h
            WHERE h.value >= lower(s.span) AND h.value < upper(s.span) AND h.state = 'reserved'),
           (SELECT count(*) FROM numbering_issue i
            WHERE i.value >= lower(s.span) AND i.value < upper(s.span) AND i.state = 'open')
    FROM numbering_segment s WHERE s.id = ANY(%s)
"""
"""Per segment from the numbers themselves. Bounds instead of `<@`, which the index on the value does not serve."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of a segment is used: 已占用, 审核中, 已发放而待录入."""

    held: int = 0
    reserved: int = 0
    issued: int = 0


def add(value: int | None, *, held: int = 0, reserved: int = 0, issued: int = 0) -> None:
    """One change of one number, in the caller's transaction, under `spans.hold`. Numbers of no segment are not counted."""
    if value is not None:
        Delta.objects.create(value=value, held=held, reserved=reserved, issued=issued)


def add_all(values: Iterable[int], *, issued: int) -> None:
    """The same change of many numbers."""
    Delta.objects.bulk_create([Delta(value=value, issued=issued) for value in values])


@transaction.atomic
def fold(opening: Iterable[Segment] = ()) -> int:
    """Fold the deltas that are committed into the counts of every segment of their chains; how many there were.

    `opening` are segments just made in this transaction: their counts begin with the truth. One statement and therefore one
    snapshot, so that a number used in this moment is either in that truth or in a delta that stays, never in both.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            f"""
            WITH gone AS (DELETE FROM numbering_delta RETURNING value, held, reserved, issued),
                 per_value AS (
                     SELECT value, sum(held) AS held, sum(reserved) AS reserved, sum(issued) AS issued
                     FROM gone GROUP BY value
                 ),
                 sums AS (
                     SELECT s.id, sum(v.held) AS held, sum(v.reserved) AS reserved, sum(v.issued) AS issued
                     FROM per_value v JOIN numbering_segment s ON s.span @> v.value GROUP BY s.id
                 ),
                 folded AS (
                     UPDATE numbering_segmentcount c
                     SET held = c.held + sums.held, reserved = c.reserved + sums.reserved,
                         issued = c.issued + sums.issued
                     FROM sums WHERE c.segment_id = sums.id
                     RETURNING 1
                 ),
                 opened AS (
                     INSERT INTO numbering_segmentcount (segment_id, held, reserved, issued) {TRUTH} RETURNING 1
                 )
            SELECT count(*) FROM gone
            """,  # noqa: S608 - a constant of this module
            [[segment.pk for segment in opening]],
        )
        return int(cursor.fetchone()[0])


def counts(segments: Iterable[Segment]) -> dict[int, Counts]:
    """The counts of these segments by id, unfolded deltas included: one statement, one snapshot."""
    ids = [segment.pk for segment in segments]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.id, c.held + coalesce(sum(d.held), 0), c.reserved + coalesce(sum(d.reserved), 0),
                   c.issued + coalesce(sum(d.issued), 0)
            FROM numbering_segment s
            JOIN numbering_segmentcount c ON c.segment_id = s.id
            LEFT JOIN numbering_delta d ON s.span @> d.value
            WHERE s.id = ANY(%s)
            GROUP BY s.id, c.segment_id
            """,
            [ids],
        )
        return {row[0]: Counts(*map(int, row[1:])) for row in cursor.fetchall()}


def recount(segments: Iterable[Segment]) -> dict[int, Counts]:
    """The counts of these segments from the numbers themselves: what the counts must say."""
    with connection.cursor() as cursor:
        cursor.execute(TRUTH, [[segment.pk for segment in segments]])
        return {row[0]: Counts(*row[1:]) for row in cursor.fetchall()}
