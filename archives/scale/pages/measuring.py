"""Opening one address through the whole stack, each of its statements timed."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

LIMIT_MS = 50.0
TRIES = 3
"""A statement above the limit may have waited for something else on this machine: so often it may show that it is faster."""
_FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_SAME = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"%s(?:, %s)+"), "%s, …"),
    (re.compile(r"\(%s\)"), "(%s, …)"),
    (re.compile(r"(?:, )?\(%s, …\)(?:, \(%s, …\))+"), "(%s, …)"),
    (re.compile(r"at_\d"), "at_n"),
    (re.compile(r"LIMIT \d+"), "LIMIT n"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` is the same for every organisation and every number of values; `sql` and `params` are what was sent."""

    text: str
    ms: float
    sql: str
    params: Any


@dataclass(slots=True)
class Answer:
    """What came back, and what it took."""

    status: int
    statements: list[Statement]
    ms: float
    body: str = ""
    location: str = ""
    """Where it leads on, also when it tells a script to."""

    @property
    def slowest(self) -> Statement | None:
        return max(self.statements, key=lambda one: one.ms, default=None)

    @property
    def slowest_ms(self) -> float:
        return self.slowest.ms if self.slowest else 0.0

    @property
    def sent(self) -> Counter[str]:
        """How often each statement."""
        return Counter(one.text for one in self.statements)


@dataclass(slots=True)
class Recorder:
    """Hung round every statement of the connection."""

    statements: list[Statement] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            ms = (time.perf_counter() - begin) * 1000
            if not sql.startswith(_FRAME):
                self.statements.append(Statement(in_general(sql), ms, sql, params))


def in_general(sql: str) -> str:
    """The statement without what differs from one organisation or one number of values to the next."""
    for pattern, instead in _SAME:
        sql = pattern.sub(instead, sql)
    return sql


def opened(client: Client, address: str, *, htmx: bool = False) -> Answer:
    """Once to warm up, once to measure, and again where a statement was slow; the best of these. Nothing written stays."""
    _open(client, address, htmx)
    best = _open(client, address, htmx)
    for _ in range(TRIES - 1):
        if best.slowest_ms <= LIMIT_MS:
            break
        best = min(best, _open(client, address, htmx), key=lambda answer: answer.slowest_ms)
    return best


def _open(client: Client, address: str, htmx: bool) -> Answer:
    recorder, headers = Recorder(), {"HX-Request": "true"} if htmx else {}
    with transaction.atomic():
        begin = time.perf_counter()
        with connection.execute_wrapper(recorder):
            response = client.get(address, headers=headers, secure=settings.HTTPS)
            body = b"".join(response) if response.streaming else response.content
        ms = (time.perf_counter() - begin) * 1000
        transaction.set_rollback(True)
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    text = body.decode(errors="replace") if is_page else ""
    location = response.headers.get("Location") or response.headers.get("HX-Redirect", "")
    return Answer(response.status_code, recorder.statements, ms, text, location)


def plan(statement: Statement) -> list[str]:
    """EXPLAIN (ANALYZE, BUFFERS) of a SELECT that was measured; empty for anything that writes."""
    if not statement.sql.lstrip().upper().startswith(("SELECT", "WITH")):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement.sql}", statement.params)
        lines = [str(row[0]) for row in cursor.fetchall()]
        transaction.set_rollback(True)
    return lines
