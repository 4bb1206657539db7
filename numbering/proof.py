"""Proving 号段, 编号发放, 编号占用 and 编号登记备案 right: each promise one statement over everything, and so one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection

from numbering.models.segments import YEAR_STEP

NESTING = """
    SELECT s.id, s.span::text, p.span::text
    FROM numbering_segment s JOIN numbering_segment p ON p.id = s.parent_id
    WHERE NOT (s.span <@ p.span AND s.year = p.year AND s.domain = p.domain AND s.depth = p.depth + 1)
    ORDER BY 1
"""
# By the bounds in order, so that it also holds where the constraint is gone.
OVERLAPS = """
    SELECT id, span::text, reach - 1 FROM (
        SELECT id, span, depth,
               max(upper(span)) OVER (PARTITION BY depth ORDER BY lower(span), id
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
        FROM numbering_segment
    ) s WHERE lower(span) < reach ORDER BY 1
"""
HOLDING_VALUES = """
    SELECT id, number, coalesce(value::text, '空') FROM numbering_holding
    WHERE state <> 'released'
      AND value IS DISTINCT FROM CASE WHEN number ~ '^[0-9]{12}$' THEN number::bigint END
    ORDER BY 1
"""
HOLDINGS_OUTSIDE = """
    SELECT h.id, h.number FROM numbering_holding h
    WHERE h.state <> 'released' AND h.value >= %(since)s
      AND NOT h.value <@ coalesce((SELECT range_agg(span) FROM numbering_segment), '{}'::int8multirange)
      AND NOT EXISTS (SELECT FROM numbering_registration r
                      WHERE r.number = h.number AND r.kind = 'veteran' AND r.state = 'handled')
    ORDER BY 1
"""
ISSUES_OUTSIDE = """
    SELECT i.id, i.number FROM numbering_issue i
    LEFT JOIN numbering_segment s ON s.depth = 0 AND s.span @> i.value AND s.domain = i.domain
    WHERE i.state <> 'withdrawn' AND (s.id IS NULL OR i.number <> i.value::text)
    ORDER BY 1
"""
ISSUES_APART = """
    SELECT i.id, i.number, coalesce(h.number, '无'), coalesce(h.state, '无')
    FROM numbering_issue i LEFT JOIN numbering_holding h ON h.id = i.holding_id
    WHERE i.state = 'entered' AND (h.id IS NULL OR h.state = 'released' OR h.number <> i.number)
       OR i.state <> 'entered' AND h.id IS NOT NULL
    ORDER BY 1
"""
REGISTRATION_VALUES = """
    SELECT id, number, coalesce(value::text, '空') FROM numbering_registration
    WHERE state <> 'withdrawn'
      AND value IS DISTINCT FROM CASE WHEN number ~ '^[0-9]{12}$' THEN number::bigint END
    ORDER BY 1
"""
PROMISED_TWICE = """
    SELECT r.id, r.number FROM numbering_registration r
    WHERE r.state = 'handled'
      AND (EXISTS (SELECT FROM numbering_issue i
                   WHERE i.number = r.number AND i.state <> 'withdrawn' AND i.id_blind <> r.id_blind)
           OR EXISTS (SELECT FROM numbering_registration o
                      WHERE o.number = r.number AND o.state = 'handled' AND o.id_blind <> r.id_blind))
    ORDER BY 1
"""
# The numbers and the bounds of the segments in one order; between its two bounds the running sums grow by what lies inside.
ROLLUP = """
    WITH used AS (
        SELECT value AS at, (state = 'held')::int AS held, (state = 'reserved')::int AS reserved, 0 AS issued
        FROM numbering_holding WHERE state <> 'released' AND value IS NOT NULL
        UNION ALL SELECT value, 0, 0, 1 FROM numbering_issue WHERE state = 'open'
    ), marks AS (
        SELECT lower(span) AS at, 0 AS inside, id, -1 AS sign, 0 AS held, 0 AS reserved, 0 AS issued FROM numbering_segment
        UNION ALL SELECT upper(span), 0, id, 1, 0, 0, 0 FROM numbering_segment
        UNION ALL SELECT at, 1, NULL, 0, held, reserved, issued FROM used
    ), running AS (
        SELECT id, sign, sum(held) OVER line AS held, sum(reserved) OVER line AS reserved, sum(issued) OVER line AS issued
        FROM marks WINDOW line AS (ORDER BY at, inside ROWS UNBOUNDED PRECEDING)
    ), truth AS (
        SELECT id, sum(sign * held) AS held, sum(sign * reserved) AS reserved, sum(sign * issued) AS issued
        FROM running WHERE id IS NOT NULL GROUP BY id
    ), pending AS (
        SELECT s.id, sum(d.held) AS held, sum(d.reserved) AS reserved, sum(d.issued) AS issued
        FROM numbering_delta d JOIN numbering_segment s ON s.span @> d.value GROUP BY s.id
    )
    SELECT t.id,
           CASE WHEN c.segment_id IS NULL THEN '无'
                ELSE format('%%s/%%s/%%s', c.held + coalesce(p.held, 0), c.reserved + coalesce(p.reserved, 0),
                            c.issued + coalesce(p.issued, 0)) END,
           format('%%s/%%s/%%s', t.held, t.reserved, t.issued)
    FROM truth t LEFT JOIN numbering_segmentcount c ON c.segment_id = t.id LEFT JOIN pending p ON p.id = t.id
    WHERE c.segment_id IS NULL
       OR (c.held + coalesce(p.held, 0), c.reserved + coalesce(p.reserved, 0), c.issued + coalesce(p.issued, 0))
          <> (t.held, t.reserved, t.issued)
    ORDER BY 1
"""
STRAYED = """
    SELECT count(*) FROM numbering_segment s JOIN numbering_segment p ON p.id = s.parent_id
    JOIN orgs_organization o ON o.id = s.organization_id
    WHERE o.parent_id IS DISTINCT FROM p.organization_id
"""

PROMISES = (
    (NESTING, "号段 #{} {} 不在上级号段 {} 之内，或年度、领域、层级与上级不符"),
    (OVERLAPS, "号段 #{} {} 与同级号段重叠（前面的号段到 {}）"),
    (HOLDING_VALUES, "编号占用 #{} 的编号 {} 与数值 {} 不符"),
    (HOLDINGS_OUTSIDE, "编号占用 #{} 的编号 {} 不在任何号段之内"),
    (ISSUES_OUTSIDE, "编号发放 #{} 的编号 {} 不在本领域的号段之内"),
    (ISSUES_APART, "编号发放 #{} 的编号 {} 与编号占用不符（占用编号 {}，状态 {}）"),
    (REGISTRATION_VALUES, "编号登记备案 #{} 的编号 {} 与数值 {} 不符"),
    (PROMISED_TWICE, "编号登记备案 #{} 的编号 {} 另已发放给他人，或为他人登记"),
    (ROLLUP, "号段 #{} 的汇总有误：记为 {}，实为 {}（已占用/审核中/待录入）"),
)


def faults() -> Iterator[str]:
    """What is wrong, a line each. Names nobody."""
    since = {"since": settings.SEGMENTS_FROM * YEAR_STEP}
    for statement, words in PROMISES:
        yield from (words.format(*row) for row in _rows(statement, since))


def strayed() -> int:
    """Pieces whose organisation was moved since and is no longer a child of the one that cut them: allowed, good to know."""
    return int(next(_rows(STRAYED, {}))[0])


def _rows(statement: str, values: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()
