"""The lock on the tree: shared to insert, exclusive to move or to renumber.

Locks are taken in this order, always: the tree, rows of organisations, everything else. A transaction that writes several organisations
takes the exclusive lock before all else (`Organization.objects.lock()`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction

from orgs.intervals import NoSlice

T = TypeVar("T")
LOCK = (0x7A68746A, 1)
HELD = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2
AND pid = pg_backend_pid() AND granted AND mode = %s)"""


class TreeMisuse(Exception):
    """A write that goes round the tree; a mistake of ours."""


class TreeBusy(Exception):
    """This transaction has the tree shared, and so have others: waiting for the exclusive lock could last for ever."""


def with_room(act: Callable[[], T]) -> T:
    """Run `act`, which inserts one organisation, in a transaction; once more under the exclusive lock where no slice was left.

    Waiting for the exclusive lock with the shared one in hand would deadlock with whoever does the same. So the first attempt is
    rolled back (to its savepoint, if there is an outer transaction), and that gives its locks back.
    """
    try:
        with transaction.atomic():
            return act()
    except NoSlice:
        with transaction.atomic():
            lock_exclusive()
            return act()


def lock_shared() -> None:
    insist_on_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", LOCK)


def lock_exclusive() -> None:
    insist_on_transaction()
    with connection.cursor() as cursor:
        if not _held("ShareLock"):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
            return
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK)
        if cursor.fetchone() != (True,):
            raise TreeBusy


def may_renumber() -> bool:
    """Whether this transaction has the tree for itself."""
    return _held("ExclusiveLock")


def _held(mode: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HELD, [*LOCK, mode])
        return bool(cursor.fetchone() == (True,))


def insist_on_transaction() -> None:
    if not connection.in_atomic_block:
        raise TreeMisuse("the tree lock lasts as long as the transaction: open one first")
