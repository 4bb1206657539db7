"""What is wrong with what was seen.

A page is slow when one of its statements takes more than 50 ms (`measuring.LIMIT_MS`). Its number of statements grows with the data

* when two persons of one level, the one of the biggest and the other of the smallest organisation of a kind, or one person with
  two objects, both send a statement, and one sends it more often than the other, and more than twice (two parts of a page may ask
  the same, a loop asks once for each row); or
* when one page sends the same statement more than `MOST_ALIKE` times.

Statements are compared in general (`measuring.in_general`): without the number of values in a list and the depth in `at_0 … at_9`.
The dictionary is left out of the first: each part of a page that has something to say in its words reads it, once.
A page counts only where it opened (`Visit.is_open`): who is sent to log in, to change a password or to give a code has not seen it.
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
NO_GET, NOT_HERE = 405, 404
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
        if one.is_open:
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
    there = [route for route in routes() if not route.why_not and route.name not in ENDS_THE_SESSION]
    by_route = _by_route(visits)
    return [(route, words) for route in there if (words := _missing(route, by_route[route.pattern]))]


def only_sent(visits: Iterable[Visit]) -> list[str]:
    """Addresses that refused everybody who got as far as the method: a form is sent there, no page stands there."""
    return [pattern for pattern, seen in _by_route(visits).items() if not _open(seen) and _takes_no_get(seen)]


def _missing(route: Route, seen: Sequence[Visit]) -> str:
    statuses = {one.answer.status for one in seen}
    if _open(seen) or _takes_no_get(seen) or (route.name in FILES and NOT_HERE in statuses):
        return ""
    return f"只得到 {'、'.join(map(str, sorted(statuses)))}" if seen else "没有可打开的对象"


def _by_route(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        found[one.route.pattern].append(one)
    return found


def _open(seen: Iterable[Visit]) -> bool:
    return any(one.is_open for one in seen)


def _takes_no_get(seen: Iterable[Visit]) -> bool:
    return any(one.answer.status == NO_GET for one in seen)
