"""The rows of all people in portions: number, record, promise, post and papers of each, one COPY a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings

from archives.demo import lives
from archives.scale import records
from archives.scale.copying import Table, reserve, settle
from archives.scale.fates import IN_FORCE, OPEN, Fate, Fates
from archives.scale.forest import AT, Forest
from archives.scale.numbers import Numbers
from archives.scale.papers import AUDIT, KEEP, NOTICES, Papers
from archives.scale.people import Life
from archives.scale.records import Names, Person
from archives.scale.staff import Staff
from members.choices import CadreNature
from members.models import Member, Post
from numbering.models import Holding, Issue
from numbering.rules import number_required, number_value
from numbering.services import pending
from orgs.models import Notice
from zhtj.lib.sealing import seal

LED = 3
"""Of so many 团支部 one has its 书记, 副书记 and 委员."""
HOLDINGS = Table(
    Holding, "id", "organization_id", *AT, "number", "value", "holder", "state", "created_at", "ended_at"
)
MEMBERS = Table(Member, *records.COLUMNS)
POSTS = Table(
    Post, "organization_id", *AT, "member_id", "title", "since", "appointed_by", "nature", "on_party_committee",
    "created_at",
)  # fmt: skip
ISSUES = Table(
    Issue, "uuid", "organization_id", *AT, "number", "value", "domain", "name", "id_number", "id_blind",
    "joined_on", "state", "holding_id", "issuer_id", "issued_by_id", "issued_at",
)  # fmt: skip


class Writer:
    def __init__(
        self,
        forest: Forest,
        staff: Staff,
        numbers: Numbers,
        fates: Fates,
        *,
        seed: int,
        now: datetime,
        code: str,
    ) -> None:
        self._forest = forest
        self._staff = staff
        self._numbers = numbers
        self._fates = fates
        self._dice = Random(seed)  # noqa: S311 - the same everywhere, nothing secret
        self._names = Names(Random(seed))  # noqa: S311
        self._papers = Papers(forest, staff, Random(seed + 1), now)  # noqa: S311
        self._now = now
        self._code = code
        self._led: Counter[int] = Counter()

    def write(self, lives: Sequence[Life]) -> None:
        """Enter these people."""
        people = [self.person(life, self._fates.of(life)) for life in lives]
        for person, pk in zip(people, reserve(Member, len(people)), strict=True):
            person.pk = pk
        numbered = [person for person in people if person.number]
        for person, pk in zip(numbered, reserve(Holding, len(numbered)), strict=True):
            person.holding = pk
        HOLDINGS.write(map(self._holding, numbered))
        MEMBERS.write(self._member(person) for person in people)
        ISSUES.write(self._issue(person) for person in numbered if self._is_new(person.life))
        POSTS.write(row for person in people for row in self._post(person))
        AUDIT.write(self._event(person) for person in people if self._now - person.life.entered < KEEP)
        self._papers.write(people)
        settle()

    def promise(self, lives: Sequence[Life]) -> None:
        """Issue these people a number; nobody has entered them yet."""
        people = [self.person(life, Fate.WITHDRAWN) for life in lives]
        ISSUES.write(map(self._issue, people))

    def tell_pending(self) -> None:
        """Every 团支部 for which somebody waits to be entered has its to-do."""
        places = dict(zip(self._forest.pks, range(len(self._forest)), strict=True))
        waiting = Counter(Issue.objects.open().values_list("organization_id", flat=True).order_by("pk"))
        NOTICES.write(
            self._pending(pk, count) for pk, count in waiting.items() if places[pk] in self._staff.users
        )

    def _pending(self, pk: int, count: int) -> tuple[Any, ...]:
        return (
            pk, Notice.Sort.TODO.value, pending.KIND, f"有 {count} 人待录入",
            "发展团员编号已发放，请为他们录入团员信息。", f"pending:{pk}", "numbers-pending", "[]", "去录入",
            self._now, None, None,
        )  # fmt: skip

    def person(self, life: Life, fate: Fate) -> Person:
        """With a name and the next number; nothing is written."""
        asked = number_required(life.joined, self._code) or life.joined.year >= 2017
        return self._names.person(life, fate, self._numbers.take(life) if asked else "")

    def _is_new(self, life: Life) -> bool:
        return life.joined.year >= max(settings.SEGMENTS_FROM, self._now.year - 1)

    def _holding(self, person: Person) -> tuple[Any, ...]:
        at, released = person.life.at, person.fate == Fate.WITHDRAWN
        state = Holding.State.HELD if person.fate in IN_FORCE else Holding.State.RESERVED
        return (
            person.holding, self._forest.pks[at], *self._forest.ats[at], person.number,
            number_value(person.number), person.name,
            Holding.State.RELEASED.value if released else state.value,
            person.life.entered, self._now if released else None,
        )  # fmt: skip

    def _member(self, person: Person) -> tuple[Any, ...]:
        return records.row(
            person, self._forest, user=self._staff.users[self._staff.enters[person.life.at]],
            key=UUID(int=self._dice.getrandbits(128), version=4), dice=self._dice, today=self._now.date(),
        )  # fmt: skip

    def _issue(self, person: Person) -> tuple[Any, ...]:
        at, life = person.life.at, person.life
        uuid = UUID(int=self._dice.getrandbits(128), version=4)
        entered = person.fate != Fate.WITHDRAWN
        issuer = self._forest.committees[at]
        domain = self._numbers.domains[at]
        assert domain  # noqa: S101 - only a 团支部 has people
        return (
            uuid, self._forest.pks[at], *self._forest.ats[at], person.number, number_value(person.number),
            domain.value, person.name, seal(uuid, "numbering.Issue.id_number", person.id_number), person.id_blind,
            life.joined, Issue.State.ENTERED.value if entered else Issue.State.OPEN.value,
            person.holding if entered else None, self._forest.pks[issuer], self._staff.users[issuer],
            min(self._now, datetime.combine(life.joined, time(10), self._now.tzinfo) + timedelta(hours=4)),
        )  # fmt: skip

    def _event(self, person: Person) -> tuple[Any, ...]:
        at, by = person.life.at, self._staff.enters[person.life.at]
        state = Member.State.ACTIVE if person.fate == Fate.NO_FILE else Member.State.PENDING
        return (
            person.life.entered, self._staff.users[by], self._staff.roles[by], self._forest.pks[at],
            "enter", f"member:{person.pk}", "", state.value,
        )  # fmt: skip

    def _post(self, person: Person) -> Iterator[tuple[Any, ...]]:
        at = person.life.at
        place = self._led[at]
        if at % LED or place == len(lives.TITLES) or person.fate not in IN_FORCE | OPEN:
            return
        self._led[at] += 1
        since = lives.between(person.life.joined, self._now.date(), self._dice).replace(day=1)
        yield (
            self._forest.pks[at], *self._forest.ats[at], person.pk, lives.TITLES[place], since,
            "elected" if place else "appointed", CadreNature.PART_TIME.value, self._dice.random() < 0.2,
            person.life.entered,
        )  # fmt: skip
