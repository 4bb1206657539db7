"""Made-up people whose every entry is right by the rules; the same ones on every machine."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from archives.demo import lives
from members.choices import Occupation, PoliticalStatus, StudyStatus, Variant
from members.made_up import id_number
from members.rules import Context, Entry, cleared, problems
from members.rules.marks import FILES_BEGIN, USUAL_EDUCATION
from numbering.rules import number_required
from orgs.models import Organization

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    "一诺雨桐思源子涵嘉怡若曦晓彤佳宁欣妍梦琪诗涵雅静语嫣静怡可馨心怡婉清书瑶芷若沐晴"
    "安然知夏念初清越以宁云舒南星听雨望舒舒扬明月春晓夏青秋实冬雪海燕红梅丽华建华文静"
)
# In force for everyone born since 1986. The sequence is always 000, so there is one person for each county and birthday.
COUNTIES = ("110101", "110102", "110105", "110106", "110107", "110108")
COUNTIES_OF_READY = ("110109", "110111")
"""So that those who can be entered right away are never those who are there already."""
ETHNICITIES, SHARES = ("01", "03", "08", "11", "15"), (90, 3, 3, 2, 2)


class Impossible(Exception):
    """A made-up person whom the rules refuse: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Person:
    """One filled form for one 团支部, as it would be stored."""

    branch: Organization
    entry: Entry
    needs_file: bool


class People:
    """Hands out people one at a time; nobody's name, ID number or 发展团员编号 comes twice from the same source."""

    def __init__(
        self,
        branches: Iterable[Organization],
        *,
        today: date,
        seed: int,
        counties: tuple[str, ...] = COUNTIES,
    ) -> None:
        self._today = today
        self._counties = counties
        self._dice = random.Random(seed)  # noqa: S311 - the same people everywhere, nothing secret
        given = [GIVEN[at : at + 2] for at in range(0, len(GIVEN), 2)]
        names = [f"演示{one}{two}" for one, two in itertools.product(SURNAMES, given)]
        self._dice.shuffle(names)
        self._names = iter(names)
        self._ids: set[str] = set()
        # Each 团支部 numbers in a lot of its own, as if it had been handed down a segment.
        self._lots = {branch.pk: lot for lot, branch in enumerate(branches, 1)}
        self._serials: Counter[tuple[int, int]] = Counter()
        self._entered: Counter[int] = Counter()

    def next(
        self,
        branch: Organization,
        kinds: tuple[str, ...],
        *,
        since: date = lives.SINCE,
        ordinary: bool = False,
    ) -> Person:
        """Someone new in `branch` who joined on `since` or later; an ordinary one is neither cadre nor member of the Party.

        Raises:
            Impossible: the rules find something to say.
        """
        kind = self._dice.choice(kinds)
        born = lives.born(kind, self._dice, self._today, ordinary=ordinary)
        joined = lives.joined(born, self._dice, self._today, since=since)
        entry = self._basics(branch, kind, born, joined)
        if not ordinary:
            place = self._entered[branch.pk]
            self._entered[branch.pk] += 1
            entry = replace(entry, **lives.party(born, joined, self._dice, self._today))
            entry = replace(entry, **lives.post(place, born, joined, self._dice, self._today))
        entry = replace(entry, **lives.application(born, entry, self._dice, self._today))
        return self._checked(branch, entry, needs_file=joined >= FILES_BEGIN)

    def _basics(self, branch: Organization, kind: str, born: date, joined: date) -> Entry:
        dice, number = self._dice, self._id_number(born)
        student = kind in StudyStatus.values
        volunteer = dice.random() < 0.5
        return Entry(
            name=next(self._names),
            id_number=number,
            id_number_again=number,
            ethnicity=dice.choices(ETHNICITIES, SHARES)[0],
            occupation=Occupation.STUDENT if student else Occupation.WORKER,
            study_status=kind if student else "",
            occupation_detail="" if student else kind,
            education=USUAL_EDUCATION[kind][0] if student else lives.education(born, dice, self._today),
            political_status=PoliticalStatus.LEAGUE,
            joined_on=joined,
            number=self._number(branch, kind, joined),
            is_cadre=False,
            phone=f"1380000{dice.randrange(10_000):04d}",
            phone_owner=dice.choice(("self", "parent", "")) if student else "",
            address=f"演示省演示市演示路{dice.randint(1, 300)}号",
            volunteer=volunteer,
            volunteer_since=lives.between(joined, self._today, dice) if volunteer else None,
        )

    def _id_number(self, born: date) -> str:
        counties = self._dice.sample(self._counties, len(self._counties))
        found = next(n for c in counties if (n := id_number(born, county=c)) not in self._ids)
        self._ids.add(found)
        return found

    def _number(self, branch: Organization, kind: str, joined: date) -> str:
        """Year, province, one figure for the 领域, two for the lot, three counted up; before 2017 only some have one."""
        lot = self._lots[branch.pk]
        if not number_required(joined, branch.province_code) and self._dice.random() < 0.5:
            return ""
        self._serials[joined.year, lot] += 1
        serial = self._serials[joined.year, lot]
        return f"{joined.year}{branch.province_code}{lives.DOMAINS.get(kind, lives.SOCIETY)}{lot:02d}{serial:03d}"

    def _checked(self, branch: Organization, entry: Entry, *, needs_file: bool) -> Person:
        context = Context(
            variant=Variant.A,
            today=self._today,
            kind=branch.kind,
            province_code=branch.province_code,
            has_file=needs_file,
        )
        if found := problems(entry, context):
            raise Impossible(f"{entry.name}: {', '.join(problem.code for problem in found)}")
        return Person(branch, cleared(entry, context), needs_file)
