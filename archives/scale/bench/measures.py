"""What can be measured, by name, in the order of docs/规模.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archives.scale.bench import entry, insert, move, newest, web, writers
from archives.scale.bench.report import Line
from archives.scale.staff import username
from orgs.models import Role

Measure = Callable[[int], Iterator[Line]]
MEASURES: Mapping[str, Measure] = {
    "insert": insert.measure,
    "move": move.measure,
    "writers": writers.measure,
    "newest": newest.measure,
    "tree": web.tree,
    "database": web.dashboard,
    "list": web.listing,
    "entry": entry.measure,
}
ROUNDS = 60
QUICK = 2


def is_scratch() -> bool:
    """Whether this database was planted by plant_province, so that what is measured may write in it."""
    return Role.objects.current().filter(user__username=username(0), organization__parent=None).exists()
