"""The clock: both sides take turns inside each round, so that whatever else the machine does falls on both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

Act = Callable[[], object]


class Unequal(Exception):
    """The two sides did not do the same: nothing that was measured means anything."""


def insist(equal: bool, what: str) -> None:
    """Raises:
    Unequal: they are not.
    """
    if not equal:
        raise Unequal(what)


def take_turns(
    acts: Sequence[Act], rounds: int, *, between: Act | None = None, warm: bool = True
) -> list[list[float]]:
    """Milliseconds of every act in every round, after one round that warms the cache and does not count (unless not `warm`).

    The one that begins changes from round to round. `between` runs before each act and is not timed.
    """
    took: list[list[float]] = [[] for _ in acts]
    for turn in range(-warm, rounds):
        places = list(range(len(acts)))
        for place in places[turn % len(acts) :] + places[: turn % len(acts)]:
            if between:
                between()
            ms = clocked(acts[place])
            if turn >= 0:
                took[place].append(ms)
    return took


def clocked(act: Act) -> float:
    """Milliseconds; the garbage of the other side is collected before, not meanwhile."""
    gc.collect(0)
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def p50(times: Sequence[float]) -> float:
    return statistics.median(times)
