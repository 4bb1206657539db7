"""Runs of free numbers, and where new pieces go in them. Pure: no database, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Run = tuple[int, int]
"""First and last number, both of it."""


class NoRoom(Exception):
    """The piece at `place` of the list does not fit; `left` are the runs that were free for it."""

    def __init__(self, place: int, left: Sequence[Run]) -> None:
        super().__init__(place)
        self.place = place
        self.left = list(left)


def length(run: Run) -> int:
    return run[1] - run[0] + 1


def total(runs: Sequence[Run]) -> int:
    """剩余: how many numbers are free."""
    return sum(map(length, runs))


def longest(runs: Sequence[Run]) -> Run | None:
    """The run into which the largest piece fits; the first of several."""
    return max(runs, key=length, default=None)


def plan(runs: Sequence[Run], counts: Sequence[int]) -> list[Run]:
    """One piece for each count, in this order: each at the beginning of the first run that has room for all of it.

    Raises:
        NoRoom: a count is not positive, or no run is long enough any more.
    """
    free = list(runs)
    made: list[Run] = []
    for place, count in enumerate(counts):
        at = next((i for i, run in enumerate(free) if 0 < count <= length(run)), None)
        if at is None:
            raise NoRoom(place, free)
        first, last = free[at]
        made.append((first, first + count - 1))
        free[at : at + 1] = [(first + count, last)] if first + count <= last else []
    return made


def fingerprint(runs: Sequence[Run]) -> str:
    """Whether the free numbers are still those that a preview was made from."""
    return hashlib.sha256(repr([tuple(run) for run in runs]).encode()).hexdigest()[:32]


def figures(runs: Sequence[Run]) -> str:
    """What would fit, in words: 本级剩余 36 个，最长的连续空号 24 个（202611004777–202611004800）."""
    largest = longest(runs)
    if largest is None:
        return "本级已没有可以分配的编号（剩余 0 个）"
    first, last = largest
    return f"本级剩余 {total(runs)} 个，最长的连续空号 {length(largest)} 个（{first}–{last}）"
