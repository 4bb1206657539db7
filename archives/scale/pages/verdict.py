"""What is wrong with what was seen.

A page is slow when one of its statements takes more than 50 ms (`measuring.LIMIT_MS`). Its number of statements grows with the data

* when two persons of one level, the one of the biggest and the other of the smallest organisation of a kind, or one person with
  two objects, both send a statement, and one sends it more often than the other, and more than twice (two parts of a page may ask
  the same, a loop asks once for each row); or
* when one page sends the same statement more than `MOST_ALIKE` times.

Statements are compared in general (`measuring.in_general`): without the number of values in a list and the depth in `at_0 … at_9`.
The dictionary is left out of the first: each part of a page that has something to say in its words reads it, once.
Whole counts are in the report, but not compared: a page leaves a statement out where there is nothing to ask about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from archives.scale.pages.measuring import LIMIT_MS
from archives.scale.pages.routes import FILES, Route, routes
from archives.scale.pages.walk import ENDS_THE_SESSION, Visit

MOST_ALIKE = 3
TWO_PARTS = 2
NO_GET = 405
DICTIONARY = 'FROM "orgs_option"'


def slow(visits: Iterable[Visit]) -> list[Visit]:
    """With a statement above the limit, the slowest first."""
    found = [one for one in visits if one.answer.slowest_ms > LIMIT_MS]
    return sorted(found, key=lambda one: -one.answer.slowest_ms)


def broken(visits: Iterable[Visit]) -> list[Visit]:
    """Answered with a failure of ours."""
    return [one for one in visits if one.answer.status >= 500]


def repeated(visits: Iterable[Visit]) -> Iterator[tuple[Visit, str, int]]:
    """Pages that say the same again and again: which statement, and how often. One for each page."""
    told = set()
    for one in visits:
        text, times = next(iter(one.answer.sent.most_common(1)), ("", 0))
        if times > MOST_ALIKE and one.page not in told:
            told.add(one.page)
            yield one, text, times


def growing(visits: Iterable[Visit]) -> Iterator[tuple[Visit, Visit, str]]:
    """Two openings of one page by one level, and the statement that the second one sends more often."""
    groups: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for one in visits:
        if one.answer.status < 400:
            groups[one.page, one.actor.level].append(one)
    for alike in groups.values():
        first: dict[str, Visit] = {}
        for one in alike:
            for text, times in one.answer.sent.items():
                other = first.setdefault(text, one)
                if _loops(other.answer.sent[text], times) and DICTIONARY not in text:
                    yield (*sorted((other, one), key=lambda each: each.answer.sent[text]), text)  # type: ignore[misc]
                    break


def _loops(one: int, other: int) -> bool:
    return one != other and max(one, other) > TWO_PARTS


def unopened(visits: Sequence[Visit]) -> list[tuple[Route, str]]:
    """Addresses of the URLconf that nobody opened although they answer GET, and what came instead."""
    answers: dict[str, set[int]] = defaultdict(set)
    for one in visits:
        answers[one.route.pattern].add(one.answer.status)
    return [(route, words) for route in routes() if (words := _missing(route, answers[route.pattern]))]


def _missing(route: Route, statuses: set[int]) -> str:
    if route.why_not or route.name in ENDS_THE_SESSION or any(status < 400 for status in statuses):
        return ""
    if NO_GET in statuses or (route.name in FILES and statuses):
        return ""
    return f"只得到 {'、'.join(map(str, sorted(statuses)))}" if statuses else "没有可打开的对象"
