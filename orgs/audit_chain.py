"""Sealing the audit in a chain, and proving that nothing in it was altered, removed or slipped in."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from orgs.models import AuditEvent, AuditSeal

MAX_A_SEAL = 10_000
OLDEST = """
SELECT coalesce(min(x::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
FROM pg_snapshot_xip(pg_current_snapshot()) x
LEFT JOIN pg_locks l ON l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.transactionid = x::xid
LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE a.datid IS NULL OR a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())"""
"""The oldest transaction that could still write here: a neighbour database of the same server holds nothing up."""


def seal() -> None:
    """Close the open seal if nothing can still appear inside it, then open the next. Safe to run twice or at the same time."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('zhtj.audit.seal'))")
            if not cursor.fetchone()[0]:
                return
        _close()
        _open()


def _close() -> None:
    waiting = AuditSeal.objects.filter(hash=None).select_related("previous").first()
    if waiting is None:
        return
    if not waiting.horizon:
        # A beat after opening: whoever had drawn a number by then has its transaction id by now, below this horizon.
        AuditSeal.objects.filter(pk=waiting.pk).update(horizon=_next_transaction())
        return
    if waiting.horizon > _oldest_running():
        return
    events = AuditEvent.objects.filter(pk__range=(waiting.first, waiting.last)).order_by("pk")
    waiting.count = events.count()
    waiting.hash = _digest(waiting, events.iterator())
    waiting.closed_at = timezone.now()
    waiting.save(update_fields=["count", "hash", "closed_at"])


def _open() -> None:
    newest = AuditSeal.objects.order_by("-last").first()
    if newest is not None and newest.hash is None:
        return
    first = newest.last + 1 if newest else 1
    # By count, not by number: rolled-back transactions leave gaps of any width.
    fresh = AuditEvent.objects.filter(pk__gte=first).order_by("pk").values_list("pk", flat=True)[:MAX_A_SEAL]
    last = max(fresh, default=None)
    if last is not None:
        AuditSeal.objects.create(first=first, last=last, horizon=0, previous=newest)


def _transaction(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _oldest_running() -> int:
    return _transaction(OLDEST)


def _next_transaction() -> int:
    return _transaction("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")


def _digest(seal: AuditSeal, events: Iterable[AuditEvent]) -> bytes:
    """Keyed, so that whoever can write to the database still cannot forge the chain."""
    chain = hmac.new(settings.INDEX_KEY, b"zhtj.audit|", hashlib.sha256)
    chain.update(bytes(seal.previous.hash or b"") if seal.previous else b"")
    chain.update(f"{seal.first}-{seal.last}|".encode())
    for event in events:
        chain.update(json.dumps(event.canonical(), ensure_ascii=False, sort_keys=True).encode())
    return chain.digest()


def verify() -> Iterator[str]:
    """What is wrong with the audit, a line each: altered or missing events, broken links, events left unsealed for an hour."""
    previous: AuditSeal | None = None
    for one in AuditSeal.objects.exclude(hash=None).order_by("first").select_related("previous"):
        if one.previous_id != (previous.pk if previous else None) or one.first != (
            previous.last + 1 if previous else 1
        ):
            yield f"封存 {one.pk}（{one}）与前一封不相接"
        events = AuditEvent.objects.filter(pk__range=(one.first, one.last)).order_by("pk")
        if not hmac.compare_digest(bytes(one.hash or b""), _digest(one, events.iterator())):
            yield f"审计记录 {one}：内容与封存不符（封存 {one.count} 条，现有 {events.count()} 条）"
        previous = one
    left = AuditEvent.objects.filter(
        pk__gt=previous.last if previous else 0, at__lt=timezone.now() - timedelta(hours=1)
    )
    if left.exists():
        yield f"审计记录 {left.count()} 条超过一小时未封存"
