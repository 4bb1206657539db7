"""Helpers for tests of the tree: growing one through the services, reading it without the tree's numbers, real connections."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection

from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.services import organizations
from tests.factories import RoleFactory

_serial = itertools.count(1)


def plant() -> tuple[Organization, Role]:
    """A province and its administrator."""
    province = organizations.plant_root(name="共青团演示省委员会", short_name="团省委", province_code="11")
    return province, RoleFactory(organization=province)


def grow(parent: Organization, kind: Kind, by: Role, name: str = "") -> Organization:
    name = name or f"演示组织{next(_serial)}"
    return organizations.create(parent=parent, kind=kind, name=name, short_name=name, industry="", by=by)


def grow_line(top: Organization, by: Role, *kinds: Kind) -> list[Organization]:
    """One below the other."""
    line = [top]
    for kind in kinds:
        line.append(grow(line[-1], kind, by))
    return line[1:]


def tree_is_sound() -> bool:
    """`check_tree` finds nothing; it raises, naming what it found, otherwise."""
    call_command("check_tree")
    return True


def rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def walked_down(pk: int) -> set[int]:
    """The organisation and everything below it, by parents alone."""
    return {
        found
        for (found,) in rows(
            "WITH RECURSIVE w(id) AS (SELECT %s::bigint UNION ALL"
            " SELECT o.id FROM w JOIN orgs_organization o ON o.parent_id = w.id) SELECT id FROM w",
            pk,
        )
    }


def walked_up(pk: int) -> list[int]:
    """From the root to the organisation, by parents alone."""
    return [
        found
        for (found,) in rows(
            "WITH RECURSIVE w(id, n) AS (SELECT %s::bigint, 0 UNION ALL SELECT o.parent_id, n + 1"
            " FROM w JOIN orgs_organization o ON o.id = w.id WHERE o.parent_id IS NOT NULL) SELECT id FROM w ORDER BY n DESC",
            pk,
        )
    ]


def versions() -> dict[int, str]:
    """The transaction that wrote each row: changes with every UPDATE."""
    return dict(rows("SELECT id, xmin::text FROM orgs_organization"))


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each on a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=30)
            results[index] = work()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=100)
    assert not any(thread.is_alive() for thread in threads)
    return results


@contextmanager
def in_background(work: Callable[[], Any]) -> Iterator[Callable[[], None]]:
    """What is yielded starts `work` on another connection and returns once that waits for a lock; the end waits for it to finish."""
    pid: list[int] = []
    failures: list[Exception] = []

    def run() -> None:
        try:
            pid.append(rows("SELECT pg_backend_pid()")[0][0])
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def blocked() -> None:
        thread.start()
        deadline = time.monotonic() + 60
        while thread.is_alive() and time.monotonic() < deadline:
            if pid and rows("SELECT cardinality(pg_blocking_pids(%s))", pid[0])[0][0]:
                return
            thread.join(timeout=0.02)  # it has the interpreter to itself meanwhile
        raise AssertionError(f"the other connection never waited: {failures}")

    thread = threading.Thread(target=run)
    yield blocked
    thread.join(timeout=60)
    assert not thread.is_alive() and not failures, failures
