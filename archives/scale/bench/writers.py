"""Four writers at once, all over the province: against django-mptt trees of a county each, every one locked."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from django.db import connection, transaction

from archives.scale.bench import ground, rivals
from archives.scale.bench.insert import into_ours, words
from archives.scale.bench.report import Line, at_least, exactly
from archives.scale.bench.rivals import County
from archives.scale.bench.rounds import insist, p50
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.sorting import sort_key

THREADS = 4
OURS, RIVAL = 100, 10
"""Inserts of each writer in a round; the rival's are dear."""
LOCKS = 0x62656E63
_OVERLAPS = """
SELECT count(*) FROM (
    SELECT lft, lag(rght) OVER (PARTITION BY tree_id, parent_id ORDER BY lft) AS before FROM bench.county WHERE parent_id IS NOT NULL
) c WHERE lft <= before"""
_OUTSIDE = """
SELECT count(*) FROM bench.county c JOIN bench.county p ON p.id = c.parent_id WHERE c.lft <= p.lft OR c.rght >= p.rght"""

Write = Callable[[int], object]


def measure(rounds: int) -> Iterator[Line]:
    with rivals.twins("county"), ground.organizations_gone_after() as made:
        places = list(_parents())
        trees = dict(County.objects.filter(pk__in=places).values_list("pk", "tree_id"))
        before = rivals.count(), rivals.count("bench.county")
        speed: dict[str, list[float]] = {"ours": [], "rival": []}
        errors: list[Exception] = []
        for turn in range(min(rounds, 5)):
            chance = random.Random(turn)  # noqa: S311 - which organisations, the same in every run
            speed["ours"].append(_burst(lambda pk: made.append(into_ours(pk)), places, OURS, chance, errors))
            speed["rival"].append(
                _burst(lambda pk: _into_county(pk, trees[pk]), places, RIVAL, chance, errors)
            )
        turns = len(speed["ours"])
        added = rivals.count() - before[0], rivals.count("bench.county") - before[1]
        expected = turns * THREADS * OURS, turns * THREADS * RIVAL
        insist(added == expected or bool(errors), f"新建了 {added} 个，应为 {expected} 个")
        ours, rival = p50(speed["ours"]), p50(speed["rival"])
        what = "4 个写入者同时新建，全省：本系统 / 每县一棵 django-mptt 树、逐树加锁"
        same = f"本系统新建 {added[0]} 个，对照新建 {added[1]} 个，全部计入"
        yield Line(what, ours, rival, ours / rival, at_least(15), unit="个/秒", same=same)
        faults = len(errors) + sum(len(found) for _, found in Organization.objects.faults())
        yield Line(
            "同时新建之后的错误、重叠和其他偏差（check_tree）",
            faults,
            _faults_of_rival(),
            faults,
            exactly(0),
            unit="处",
        )


def _parents() -> Sequence[int]:
    """Everybody below a county who may have another 团支部."""
    found = Organization.objects.active().filter(kind__in=[Kind.GENERAL_BRANCH, Kind.COMMITTEE], depth__gt=2)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _into_county(parent: int, tree: int) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, tree])
        above = County.objects.get(pk=parent)  # under the lock: its numbers are what is being changed
        typed = words()
        County(parent=above, path=above.path, sort_key=sort_key(typed["name"]), **typed).save()


def _burst(
    write: Write, places: Sequence[int], each: int, chance: random.Random, errors: list[Exception]
) -> float:
    """Inserts a second of all writers together, each on a connection of its own."""
    chosen = [chance.choices(places, k=each) for _ in range(THREADS)]
    barrier = threading.Barrier(THREADS + 1)

    def work(parents: Sequence[int]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            for parent in parents:
                write(parent)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(parents,)) for parents in chosen]
    for thread in threads:
        thread.start()
    barrier.wait(timeout=60)
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return THREADS * each / (time.perf_counter() - start)


def _faults_of_rival() -> int:
    with connection.cursor() as cursor:
        found = 0
        for statement in (_OVERLAPS, _OUTSIDE):
            cursor.execute(statement)
            found += cursor.fetchone()[0]
    return found
