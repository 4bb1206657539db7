"""Planting a province in bulk, step by step."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from archives.scale import people, shape, staff, stories
from archives.scale.fates import Fate, Fates
from archives.scale.forest import Forest
from archives.scale.numbers import Numbers, count
from archives.scale.staff import Account
from archives.scale.writing import Writer
from numbering import rollup
from orgs import audit_chain
from orgs.kinds import Kind
from orgs.models import AuditEvent, Organization
from orgs.services import organizations

PORTION = 20_000
WAITING = 50
"""For so many people one more has a number and waits to be entered."""
CLOSED = 1_000
"""Of so many 团支部 one is deactivated."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    organizations: int
    members: int
    seed: int


def plant(size: Size, *, say: Say) -> Iterator[list[Account]]:
    """A province of this size in an empty database; the accounts to log in with, once its people stand and again at the end.

    Every portion is a transaction of its own: a run that is cut short leaves a database to throw away.
    """
    clock, now = _Clock(say), timezone.localtime()
    dice = Random(size.seed)  # noqa: S311 - the same everywhere, nothing secret
    rare = stories.share(size.members)
    with clock.step("组织树", size.organizations), transaction.atomic():
        forest = _load(size, now)
    with clock.step("管理员"), transaction.atomic():
        staffed = staff.appoint(forest, at=now)
    with clock.step("生平", size.members):
        weights = [0 if at in forest.closed else one for at, one in enumerate(_weights(forest))]
        entered = people.entered(forest, size.members, weights=weights, dice=dice, now=now)
        new = people.newcomers(
            forest, size.members // WAITING + 3 * rare, weights=weights, dice=dice, now=now
        )
        waiting = list(new)
    with clock.step("号段"), transaction.atomic():
        numbers = Numbers(forest, [*entered, *waiting], province=settings.PROVINCE_CODE, last=now.year)
        numbers.plant(now)
    fates = Fates(forest, staffed.enters, dice, now)
    writer = Writer(forest, staffed, numbers, fates, seed=size.seed, now=now, code=settings.PROVINCE_CODE)
    _enter(writer, entered, clock)
    with clock.step("待录入", len(waiting)), transaction.atomic():
        writer.promise(waiting[3 * rare :])
        writer.tell_pending()
    with clock.step("汇总"), transaction.atomic():
        _analyse()
        count()
    accounts = staffed.accounts(forest, _busy(forest, fates.longest, entered))
    yield accounts
    with clock.step("核实、登记备案、草稿、本人账号", 3 * rare), transaction.atomic():
        newcomers = (writer.person(life, Fate.WITHDRAWN) for life in waiting[: 3 * rare])
        own = Random(f"stories {size.seed}")  # noqa: S311 - keys drawn like those of the people would meet theirs
        accounts += stories.Stories(forest, staffed, newcomers, dice=own, now=now).tell(rare)
        rollup.fold()
    with clock.step("封存审计"):
        _seal()
    with clock.step("统计信息（VACUUM ANALYZE）"):
        _analyse()
    say(f"合计 {clock.total():.0f} 秒")
    yield accounts


def _enter(writer: Writer, entered: Sequence[people.Life], clock: _Clock) -> None:
    with clock.step("团员、编号、入团志愿书", len(entered)):
        for at in range(0, len(entered), PORTION):
            with transaction.atomic():
                writer.write(entered[at : at + PORTION])
            clock.progress(min(at + PORTION, len(entered)), len(entered))


def _load(size: Size, now: datetime) -> Forest:
    drawn = shape.draw(size.organizations, seed=size.seed)
    ids = organizations.bulk_load(drawn.rows, province_code=settings.PROVINCE_CODE)
    branches = [at for at, row in enumerate(drawn.rows) if row.kind == Kind.BRANCH]
    closed = set(branches[CLOSED // 2 :: CLOSED] or branches[-1:])
    Organization.objects.filter(pk__in=[ids[drawn.rows[at].key] for at in closed]).update(deactivated_at=now)
    return Forest.of(drawn, ids, closed)


def _weights(forest: Forest) -> Iterator[int]:
    return (shape.CROWDS.get(one, 1) if one else 0 for one in forest.people)


def _busy(forest: Forest, longest: int, entered: list[people.Life]) -> list[int]:
    """Places in the order in which they are worth looking at: the longest queue and who stands above it, then by people."""
    crowd = Counter(life.at for life in entered)
    for at in range(len(forest) - 1, 0, -1):
        crowd[forest.above[at]] += crowd[at]
    line = forest.up(longest)
    return [*line, *(at for at, _ in crowd.most_common())]


def _seal() -> None:
    """As the beat does it minute by minute; not in a caller's transaction, which no seal outlives."""
    if connection.in_atomic_block:
        return
    for _ in range(2 * AuditEvent.objects.count() // audit_chain.MAX_A_SEAL + 4):
        audit_chain.seal()


def _analyse() -> None:
    """VACUUM where it is possible: in a caller's transaction it is not."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")


class _Clock:
    def __init__(self, say: Say) -> None:
        self._say = say
        self._begun = time.monotonic()
        self._step = self._begun

    @contextmanager
    def step(self, words: str, rows: int = 0) -> Iterator[None]:
        self._step = time.monotonic()
        yield
        seconds = time.monotonic() - self._step
        rate = f"，每秒 {rows / max(seconds, 0.001):,.0f}" if rows else ""
        self._say(f"{words}：{seconds:.1f} 秒{rate}")

    def progress(self, done: int, total: int) -> None:
        self._say(f"  {done:,} / {total:,}（{time.monotonic() - self._step:.0f} 秒）")

    def total(self) -> float:
        return time.monotonic() - self._begun
