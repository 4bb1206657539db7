"""Who is born, joins and is entered when: a million short lives, in the order in which they were entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import gcd
from random import Random
from typing import NamedTuple

from archives.demo import lives
from archives.scale.forest import Forest
from members.choices import StudyStatus
from members.made_up import id_number
from numbering.id_number import counties
from numbering.person import JOINING_AGE, LEAGUE_LAST_AGE

SETTLED = timedelta(days=7)
"""Nobody joined later than so long ago."""
DELAY = 150
"""Days within which one is entered after joining."""


class Life(NamedTuple):
    """Somebody of the organisation in this place of the forest."""

    entered: datetime
    at: int
    born: date
    joined: date


class Birthdays:
    """ID numbers nobody can have: one for each county and birthday, so a birthday has as many as there are counties."""

    def __init__(self) -> None:
        self._counties = sorted(code for code, (_, last) in counties().items() if last >= lives.SINCE.year)
        count = len(self._counties)
        self._stride = next(one for one in range(count * 5 // 8, count) if gcd(one, count) == 1)
        self._used: Counter[date] = Counter()

    def next(self, born: date) -> str:
        """For one born on this day; on the day before where all are given away."""
        while (used := self._used[born]) == len(self._counties):
            born -= timedelta(days=1)
        self._used[born] += 1
        # A stride without a common divisor meets every county once; the first on every day are of counties far apart.
        county = self._counties[(used * self._stride + born.toordinal()) % len(self._counties)]
        return id_number(born, county=county)


def entered(forest: Forest, count: int, *, weights: list[int], dice: Random, now: datetime) -> list[Life]:
    """So many people, in the order of their entry."""
    places = dice.choices(range(len(forest)), weights, k=count)
    return sorted(_life(forest, at, dice, now) for at in places)


def newcomers(
    forest: Forest, count: int, *, weights: list[int], dice: Random, now: datetime
) -> Iterator[Life]:
    """So many who joined in the newest year."""
    year = (now.date() - SETTLED).year
    running = list(accumulate(weights))
    while count:
        life = _life(forest, dice.choices(range(len(forest)), cum_weights=running)[0], dice, now)
        if life.joined.year == year:
            count -= 1
            yield life


def _life(forest: Forest, at: int, dice: Random, now: datetime) -> Life:
    today = now.date()
    kind = forest.people[at]
    youngest, oldest = lives.AGES[StudyStatus(kind)] if kind in lives.AGES else lives.WORKING
    years = youngest + dice.random() * (min(oldest, LEAGUE_LAST_AGE + 0.5) - youngest)
    born = today - timedelta(days=int(years * 365.25))
    joined = _joined(born, dice, today)
    entered = datetime(joined.year, joined.month, joined.day, tzinfo=now.tzinfo) + timedelta(
        days=1 + dice.random() * DELAY
    )
    if entered >= now:
        entered = now - timedelta(days=dice.random() * (SETTLED.days - 1))
    return Life(entered, at, born, joined)


def _joined(born: date, dice: Random, today: date) -> date:
    """One of the usual days, rather early than late, after the 14th birthday and before the 29th."""
    first = max(lives.SINCE, lives.birthday(born, JOINING_AGE))
    last = min(today - SETTLED, lives.birthday(born, LEAGUE_LAST_AGE))
    span = last.year - first.year + 1
    year = first.year + int(min(dice.random(), dice.random()) * span)
    day = date(year, *lives.JOINING_DAYS[int(dice.random() * len(lives.JOINING_DAYS))])
    return min(max(day, first), last)
