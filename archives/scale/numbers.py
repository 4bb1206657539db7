"""号段 of the made-up province, handed down as the services would, and the numbers out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import NumericRange  # type: ignore[import-untyped]

from archives.scale.copying import Table, reserve
from archives.scale.forest import AT, Forest
from archives.scale.people import Life
from numbering import rollup
from numbering.domains import Domain
from numbering.models import Segment
from numbering.models.segments import YEAR_STEP
from numbering.services.segments import SERIALS
from orgs.kinds import COMMITTEES, Kind

KEPT = {
    Kind.PROVINCE: 2_000,
    Kind.CITY: 300,
    Kind.COUNTY: 100,
    Kind.COMMITTEE: 20,
    Kind.WORKING_COMMITTEE: 20,
    Kind.GENERAL_BRANCH: 2,
    Kind.BRANCH: 1,
}
"""Numbers of its own that nobody has used yet."""
TO_BRANCHES = 2
"""Of so many committees one hands this year's numbers down to its 团支部; the others issue from their own."""


class TooMany(Exception):
    """More numbers in a year than six digits can tell apart."""


class Numbers:
    """Plans the segments of every year for the people there are; then hands out a number after the other."""

    def __init__(self, forest: Forest, people: Iterable[Life], *, province: str, last: int) -> None:
        self._forest = forest
        self._province = int(province)
        self._last = last
        self._needs: Counter[tuple[int, int]] = Counter((one.joined.year, one.at) for one in people)
        self._free: dict[tuple[int, Domain, int], int] = {}
        self._serials: Counter[int] = Counter()
        self.domains = [_domain(people) if people else None for people in forest.people]

    def plant(self, moment: datetime) -> int:
        """Write the segments of all years; how many."""
        count = 0
        table = Table(
            Segment,
            "id",
            "parent_id",
            "organization_id",
            *AT,
            "year",
            "domain",
            "span",
            "depth",
            "created_at",
        )
        for year in range(settings.SEGMENTS_FROM, self._last + 1):
            first = year * YEAR_STEP + self._province * SERIALS
            for domain in Domain:
                sizes = self._sizes(year, domain)
                if first % SERIALS + sizes[0] > SERIALS:
                    raise TooMany(f"{year} 年的编号超出 6 位顺序号，请减少团员人数。")
                starts = self._starts(year, domain, first, sizes)
                pieces = [at for at, size in enumerate(sizes) if size]
                ids = dict(zip(pieces, reserve(Segment, len(pieces)), strict=True))
                table.write(self._rows(year, domain, pieces, ids, starts, sizes, moment))
                first += sizes[0]
                count += len(pieces)
        return count

    def take(self, life: Life) -> str:
        """The next number for them: since 2023 out of the segment they belong to."""
        year = life.joined.year
        if year < settings.SEGMENTS_FROM:
            self._serials[year] += 1
            if self._serials[year] >= SERIALS:
                raise TooMany(f"{year} 年的编号超出 6 位顺序号，请减少团员人数。")
            return f"{year}{self._province:02d}{self._serials[year]:06d}"
        domain = self.domains[life.at]
        assert domain  # noqa: S101 - only a 团支部 has people
        key = (year, domain, self._home(life.at, year))
        value = self._free[key]
        self._free[key] = value + 1
        return str(value)

    def _handed(self, at: int, year: int) -> bool:
        """Whether numbers go down so far: to every committee, and of this year to some 团总支 and 团支部."""
        if self._forest.kinds[at] in COMMITTEES:
            return True
        return (
            year == self._last
            and not self._forest.committees[at] % TO_BRANCHES
            and at not in self._forest.closed
        )

    def _home(self, at: int, year: int) -> int:
        return next(one for one in self._forest.up(at) if self._handed(one, year))

    def _sizes(self, year: int, domain: Domain) -> list[int]:
        """How many numbers each organisation has, those of its pieces included; 0 for none."""
        forest = self._forest
        own = [0] * len(forest)
        for at, one in enumerate(self.domains):
            if one == domain and at not in forest.closed:
                home = self._home(at, year)
                own[home] += self._needs[year, at]
                own[home] += home == at and not self._needs[year, at]  # a segment, and nobody yet
        sizes = [0] * len(forest)
        for at in range(len(forest) - 1, -1, -1):
            if not at or ((own[at] or sizes[at]) and self._handed(at, year)):
                sizes[at] += own[at] + KEPT[forest.kinds[at]]
                if at:
                    sizes[forest.above[at]] += sizes[at]
        return sizes

    def _starts(self, year: int, domain: Domain, first: int, sizes: list[int]) -> list[int]:
        """Where each begins: one piece after the other, and what is left is the organisation's own."""
        starts = [0] * len(sizes)
        behind = [0] * len(sizes)
        for at, size in enumerate(sizes):
            if not size:
                continue
            above = self._forest.above[at]
            starts[at] = behind[at] = behind[above] if at else first
            if at:
                behind[above] += size
        self._free |= {(year, domain, at): behind[at] for at, size in enumerate(sizes) if size}
        return starts

    def _rows(
        self,
        year: int,
        domain: Domain,
        pieces: list[int],
        ids: Mapping[int, int],
        starts: list[int],
        sizes: list[int],
        moment: datetime,
    ) -> Iterator[tuple[object, ...]]:
        forest = self._forest
        depths: dict[int, int] = {-1: -1}
        for at in pieces:
            above = forest.above[at]
            depths[at] = depths[above] + 1
            span = NumericRange(starts[at], starts[at] + sizes[at])
            yield (
                ids[at], ids.get(above), forest.pks[at], *forest.ats[at],
                year, domain.value, span, depths[at], moment,
            )  # fmt: skip


def count() -> None:
    """The roll-up of every segment, from the numbers themselves."""
    rollup.fold(opening=Segment.objects.only("pk").order_by("pk"))


def _domain(people: str) -> Domain:
    return Domain(settings.STUDY_DOMAINS.get(people, Domain.SOCIETY))
