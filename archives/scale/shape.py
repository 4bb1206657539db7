"""The tree of a made-up province: cities, counties, and in each of them schools, streets, towns and companies in turn. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from archives.scale import names
from orgs.kinds import Kind
from orgs.services.organizations import Planned

LARGE = 20_000
"""From so many organisations on everything is as broad as in a real province; below, there is a little of each."""
CITIES, COUNTIES = 21, 120
EVERY = 100
"""Of so many schools, streets, towns and companies one is a university."""
FIRST_UNIVERSITY = 3
HUGE = 3
"""So many times as many classes has the first university: the longest queue of the province is there."""
COMMITTEE, WORKING, GENERAL, BRANCH = Kind.COMMITTEE, Kind.WORKING_COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH
CROWDS = {"bachelor": 8, "master": 6, "college": 6, "senior": 5, "vocational": 5, "junior": 3}
"""How many people a 团支部 has beside others: students many, all others one."""


class _Full(Exception):
    """There are as many organisations as were asked for."""


@dataclass(slots=True)
class Shape:
    """What to load, parents first; beside each row its parent's place in the list, and whose people it has (在读状况 or 具体职业)."""

    rows: list[Planned] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


def draw(organizations: int, *, seed: int) -> Shape:
    """Exactly so many organisations; the same ones for the same seed."""
    pen = _Pen(organizations, Random(seed))  # noqa: S311 - the same everywhere, nothing secret
    with suppress(_Full):
        pen.draw()
    return pen.shape


class _Pen:
    def __init__(self, organizations: int, dice: Random) -> None:
        self.shape = Shape()
        self._limit = organizations
        self._dice = dice
        self._large = organizations >= LARGE
        self._cities = min(CITIES, max(2, organizations // 14_000))
        self._counties = min(COUNTIES, max(3, organizations // 2_500))
        self._names: list[str] = []
        """How the full names of what stands below begin, by place in the list."""

    def draw(self) -> None:
        province = self._add(
            -1, Kind.PROVINCE, "共青团演示省委员会", "演示团省委", "government", begins="演示省"
        )
        self._branch(province, "演示省省直机关", "省直机关", "government", "government")
        cities = [self._city(province, number) for number in range(self._cities)]
        counties = [self._county(cities[number % self._cities], number) for number in range(self._counties)]
        for number in itertools.count():
            turn, rest = divmod(number, EVERY)
            if rest == FIRST_UNIVERSITY:
                self._university(cities[turn % self._cities], turn)
            self._unit(counties[number % self._counties], number // self._counties)

    def _city(self, province: int, number: int) -> int:
        name = names.CITIES[number]
        at = self._add(
            province,
            Kind.CITY,
            f"共青团演示{name}市委员会",
            f"{name}市团市委",
            "government",
            begins=f"演示{name}市",
        )
        self._branch(at, f"演示{name}市市直机关", "市直机关", "government", "government")
        return at

    def _county(self, city: int, number: int) -> int:
        name, sort = names.place(number), "县" if number % 3 else "区"
        at = self._add(
            city,
            Kind.COUNTY,
            f"共青团演示{name}{sort}委员会",
            f"{name}{sort}团{sort}委",
            "government",
            begins=f"演示{name}{sort}",
        )
        self._branch(at, f"演示{name}{sort}{sort}直机关", f"{sort}直机关", "government", "government")
        return at

    def _unit(self, county: int, turn: int) -> None:
        # In a small province every county begins with another sort, so that there is one of each.
        start = 0 if self._large else county
        draw, sort = _UNITS[(turn + start) % len(_UNITS)]
        draw(self, county, turn // len(_UNITS) + 1 if sort == "school" else turn)

    # 高校, 中学, 中职 ----------------------------------------------------------------------------------

    def _university(self, city: int, number: int) -> None:
        full = f"{self._names[city]}{names.place(number)}大学"
        top = self._add(
            city, COMMITTEE, f"{full}团委", f"{names.place(number)}大学团委", "university", begins=full
        )
        classes = self._some(10, 12) * (HUGE if number == 0 else 1)
        for at, faculty in enumerate(names.FACULTIES if self._large else names.FACULTIES[:3]):
            # Some faculties have a 团委 of their own, with a 团总支 for each year.
            if at % 9 == 2:
                below = self._add(
                    top,
                    COMMITTEE,
                    f"{full}{faculty}学院团委",
                    f"{faculty}学院团委",
                    "university",
                    begins=full + faculty,
                )
                for year in ("大一", "大二", "大三"):
                    self._classes(below, full + faculty, year, "university", "bachelor", self._some(3, 5))
            else:
                self._classes(top, full, f"{faculty}学院", "university", "bachelor", classes)
        self._branch(top, f"{full}研究生", "研究生", "university", "master")

    def _senior(self, county: int, number: int) -> None:
        self._school(county, number, "中学", "senior_school", "senior", ("高一", "高二", "高三"))

    def _junior(self, county: int, number: int) -> None:
        self._school(county, number, "初级中学", "junior_school", "junior", ("初二", "初三"))

    def _school(
        self, county: int, number: int, sort: str, industry: str, people: str, years: tuple[str, ...]
    ) -> None:
        full = f"{self._names[county]}第{names.ordinal(number)}{sort}"
        short = f"{names.ordinal(number)}{'中' if sort == '中学' else '初中'}"
        top = self._add(county, COMMITTEE, f"{full}团委", f"{short}团委", industry, begins=full)
        for year in years:
            self._classes(top, full, year, industry, people, self._some(8, 20))
        self._branch(top, f"{full}教职工", "教职工", industry, "secondary_staff")

    def _vocational(self, county: int, number: int) -> None:
        full = f"{self._names[county]}第{names.ordinal(number)}职业学校"
        top = self._add(
            county,
            COMMITTEE,
            f"{full}团委",
            f"第{names.ordinal(number)}职校团委",
            "vocational_school",
            begins=full,
        )
        for craft in names.CRAFTS[: self._some(4, 7)]:
            self._classes(top, full, f"{craft}部", "vocational_school", "vocational", self._some(6, 12))

    def _classes(self, above: int, full: str, part: str, industry: str, people: str, count: int) -> None:
        general = self._general(above, f"{full}{part}", part, industry)
        for number in range(1, count + 1):
            self._branch(general, f"{full}{part}{number}班", f"{part}{number}班", industry, people)

    # 街道, 乡镇, 企业 ----------------------------------------------------------------------------------

    def _street(self, county: int, number: int) -> None:
        name = names.place(number * 7 + county)
        full = f"{self._names[county]}{name}街道"
        top = self._add(county, WORKING, f"{full}团工委", f"{name}街道团工委", "government", begins=full)
        for at in range(self._some(5, 8)):
            place = f"{names.place(at * 11 + county)}社区"
            general = self._general(top, f"{full}{place}", place, "urban_community")
            for grid in range(1, self._some(6, 12) + 1):
                people = ("freelance", "private_enterprise", "social_organisation")[grid % 3]
                words = f"{place}{grid}网格"
                self._branch(general, f"{full}{words}", words, "urban_community", people)
        self._branch(top, f"{full}快递行业", "快递行业", "private_enterprise", "new_forms")

    def _town(self, county: int, number: int) -> None:
        name = names.place(number * 5 + county + 3)
        full = f"{self._names[county]}{name}镇"
        top = self._add(county, COMMITTEE, f"{full}团委", f"{name}镇团委", "government", begins=full)
        for at in range(self._some(8, 16)):
            place = f"{names.place(at * 13 + county)}村"
            if at % 3:
                self._branch(top, f"{full}{place}", place, "village", "farmer")
                continue
            general = self._general(top, f"{full}{place}", place, "village")
            for group in range(1, self._some(4, 8) + 1):
                words = f"{place}{group}组"
                self._branch(general, f"{full}{words}", words, "village", "farmer")

    def _company(self, county: int, number: int) -> None:
        name = names.place(number * 3 + county + 5)
        full = f"{self._names[county]}{name}集团"
        top = self._add(county, COMMITTEE, f"{full}团委", f"{name}集团团委", "state_enterprise", begins=full)
        for part in range(1, self._some(5, 9) + 1):
            words = f"第{names.ordinal(part)}分公司"
            general = self._general(top, f"{full}{words}", words, "state_enterprise")
            for shop in range(1, self._some(6, 14) + 1):
                more = f"{words}{shop}车间"
                self._branch(general, f"{full}{more}", more, "state_enterprise", "state_enterprise")

    # --------------------------------------------------------------------------------------------------

    def _general(self, above: int, full: str, short: str, industry: str) -> int:
        return self._add(above, GENERAL, f"{full}团总支", f"{short}团总支", industry)

    def _branch(self, above: int, full: str, short: str, industry: str, people: str) -> int:
        return self._add(above, BRANCH, f"{full}团支部", f"{short}团支部", industry, people=people)

    def _add(
        self,
        above: int,
        kind: Kind,
        name: str,
        short: str,
        industry: str,
        *,
        people: str = "",
        begins: str = "",
    ) -> int:
        at = len(self.shape.rows)
        if at == self._limit:
            raise _Full
        self.shape.rows.append(Planned(str(at), str(above) if at else "", kind, name, short, industry))
        self.shape.parents.append(above)
        self.shape.people.append(people)
        self._names.append(begins)
        return at

    def _some(self, least: int, most: int) -> int:
        """In a small province a few of everything."""
        return self._dice.randint(least, most) if self._large else self._dice.randint(2, 3)


_Unit = Callable[[_Pen, int, int], None]
_UNITS: tuple[tuple[_Unit, str], ...] = (
    (_Pen._senior, "school"),
    (_Pen._street, ""),
    (_Pen._town, ""),
    (_Pen._junior, "school"),
    (_Pen._company, ""),
    (_Pen._vocational, "school"),
    (_Pen._street, ""),
    (_Pen._town, ""),
)
