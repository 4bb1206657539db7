"""How far each one's 入团志愿书 has come: most are in force, and queues are as uneven as in a real autumn. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random

from archives.scale.forest import Forest
from archives.scale.people import Life
from members.rules.marks import FILES_BEGIN
from orgs.kinds import COMMITTEES, Kind

LATELY = timedelta(days=90)
"""Who was entered since then may still wait."""
LONG = timedelta(days=420)
"""In the province's longest queue."""
SEASON = timedelta(days=300)
"""Refused since then, and not put right yet."""
PATIENCE = ((0.3, 0.0), (0.6, 0.2), (0.09, 0.7), (0.01, 1.0))
"""Which share of the committees leaves which share of the new files waiting."""


class Fate(Enum):
    NO_FILE = auto()
    UNREVIEWED = auto()
    """Entered by a committee: in force after the inspection."""
    APPROVED = auto()
    AGAIN = auto()
    """Refused, uploaded again, approved."""
    REPLACED = auto()
    """Approved, and the file exchanged since."""
    WAITING = auto()
    BY_HAND = auto()
    """Waiting, and the inspection gave up."""
    CHECKING = auto()
    REFUSED = auto()
    BROKEN = auto()
    """Refused by the inspection itself."""
    WITHDRAWN = auto()


IN_FORCE = frozenset({Fate.NO_FILE, Fate.UNREVIEWED, Fate.APPROVED, Fate.AGAIN, Fate.REPLACED})
OPEN = frozenset({Fate.WAITING, Fate.BY_HAND, Fate.CHECKING})
REFUSED = frozenset({Fate.REFUSED, Fate.BROKEN})


class Fates:
    """`enters` says for each organisation who enters for it."""

    def __init__(self, forest: Forest, enters: list[int], dice: Random, now: datetime) -> None:
        self._kinds = forest.kinds
        self._committees = forest.committees
        self._enters = enters
        self._dice = dice
        self._now = now
        committees = [at for at, kind in enumerate(forest.kinds) if kind in COMMITTEES]
        shares = [share for share, _ in PATIENCE]
        drawn = dice.choices([left for _, left in PATIENCE], shares, k=len(committees))
        self._waits = dict(zip(committees, drawn, strict=True))
        self.longest = _largest(forest)
        self._waits[self.longest] = 1.0

    def of(self, life: Life) -> Fate:
        if life.joined < FILES_BEGIN:
            return Fate.NO_FILE
        if self._kinds[self._enters[life.at]] in COMMITTEES:
            return Fate.UNREVIEWED
        chance, age = self._dice.random(), self._now - life.entered
        reviewer = self._committees[self._enters[life.at]]
        if age < (LONG if reviewer == self.longest else LATELY):
            left = self._waits[reviewer]
            if chance < left:
                return (
                    Fate.BY_HAND
                    if chance < left * 0.01
                    else Fate.CHECKING
                    if chance < left * 0.015
                    else Fate.WAITING
                )
        if age < SEASON:
            late = self._dice.random()
            if late < 0.04:
                return Fate.REFUSED if late < 0.03 else Fate.BROKEN if late < 0.035 else Fate.WITHDRAWN
        return Fate.AGAIN if chance > 0.985 else Fate.REPLACED if chance > 0.983 else Fate.APPROVED


def _largest(forest: Forest) -> int:
    """The committee with most 团支部."""
    sizes: dict[int, int] = {}
    for at, kind in enumerate(forest.kinds):
        if kind == Kind.BRANCH:
            above = forest.committees[at]
            sizes[above] = sizes.get(above, 0) + 1
    return max(sizes, key=lambda at: (sizes[at], -at))
