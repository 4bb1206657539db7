"""A table of segments registered at once: row by row the same answer in the preview and in the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange  # type: ignore[import-untyped]

from numbering import rollup
from numbering.domains import Domain
from numbering.models import Segment
from numbering.services import segments
from numbering.services.segments import SegmentRefused
from orgs import policy
from orgs.models import Organization, Role
from orgs.policy import Act


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one row asks for."""

    year: int
    domain: Domain
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class Fate(Enum):
    """What becomes of a row."""

    GOOD = "good"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: what stands in it, what it asks for where that can be read, and what becomes of it."""

    number: int
    cells: list[str]
    wanted: Wanted | None
    fate: Fate
    words: str = ""

    @property
    def size(self) -> int:
        return self.wanted.last - self.wanted.first + 1 if self.wanted else 0


Row = tuple[list[str], Wanted | None, str]
"""Cells, what they ask for, or why they cannot be read."""


def examine(rows: Sequence[Row], *, province: Organization, by: Role) -> list[Line]:
    """What would become of each row, for the preview; a row that overlaps an earlier good one is told which.

    Raises:
        PermissionDenied: the role may not register.
    """
    policy.require(by, Act.ADMINISTER, province)
    lines: list[Line] = []
    good: list[Line] = []
    for number, (cells, wanted, unread) in enumerate(rows, 1):
        fate, words = _fate(wanted, good, province) if wanted else (Fate.REFUSED, unread)
        lines.append(Line(number, cells, wanted, fate, words))
        if fate is Fate.GOOD:
            good.append(lines[-1])
    return lines


@transaction.atomic
def register_all(rows: Sequence[Row], *, province: Organization, by: Role) -> list[Line]:
    """Register every good row, all in one transaction, and say what became of each. Sent again it registers nothing twice.

    Raises:
        PermissionDenied: the role may not register.
    """
    # One table at a time, by the lock that registering takes anyway: two tables, each with a row of the other's, must not
    # wait for each other, and the second must see what the first wrote.
    rollup.fold()
    return [
        _register(line, province, by) if line.fate is Fate.GOOD else line
        for line in examine(rows, province=province, by=by)
    ]


def _register(line: Line, province: Organization, by: Role) -> Line:
    assert line.wanted  # noqa: S101 - a good line has been read
    wanted = line.wanted
    try:
        segments.register(
            domain=wanted.domain, year=wanted.year, first=wanted.first, last=wanted.last,
            province=province, by=by,
        )  # fmt: skip
    except SegmentRefused as refused:
        return Line(line.number, line.cells, wanted, Fate.REFUSED, str(refused))
    return line


def _fate(wanted: Wanted, good: Sequence[Line], province: Organization) -> tuple[Fate, str]:
    if _is_there(wanted):
        return Fate.THERE, "已经登记，不再重复登记"
    try:
        segments.require_registrable(
            year=wanted.year, first=wanted.first, last=wanted.last, province=province
        )
    except SegmentRefused as refused:
        return Fate.REFUSED, str(refused)
    for line in good:
        if line.wanted and (low := max(wanted.first, line.wanted.first)) <= (
            high := min(wanted.last, line.wanted.last)
        ):
            common = high - low + 1
            return (
                Fate.REFUSED,
                f"{wanted} 与第 {line.number} 行 {line.wanted} 重叠 {common} 个编号（{low}–{high}）",
            )
    return Fate.GOOD, ""


def _is_there(wanted: Wanted) -> bool:
    if wanted.first > wanted.last:
        return False
    return Segment.objects.filter(
        depth=0, year=wanted.year, domain=wanted.domain, span=NumericRange(wanted.first, wanted.last + 1)
    ).exists()
