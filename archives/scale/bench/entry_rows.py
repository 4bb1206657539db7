"""The floor of an entry: its rows once more with new keys, and its file, by psycopg alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from members.models import Member
from numbering.models import Issue

FIRST = ("archives_upload", "orgs_auditevent")
"""The file's own transaction; all others follow in a second one, as in the product."""
TABLES = (*FIRST, "numbering_holding", "numbering_delta", "members_member", "archives_archive", "orgs_notice")
KEYS = {"holding_id": "numbering_holding", "member_id": "members_member", "upload_id": "archives_upload"}
"""Columns that point to another of the new rows."""
TWIN = "bench.orgs_auditevent"
"""The audit itself takes nothing back."""
ENTERED = "UPDATE numbering_issue SET state = 'entered', holding_id = %s WHERE id = %s"


class Loop:
    """Copies what one entry by the product has written."""

    def __init__(self, enter: Callable[[], Member]) -> None:
        self._enter = enter
        self._rows: list[tuple[str, dict[str, Any]]] = []
        self._statements: dict[str, str] = {}

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench")
            cursor.execute(f"CREATE TABLE {TWIN} (LIKE orgs_auditevent INCLUDING ALL)")
        self._connection = _connect()
        before = {table: self._last(table) for table in TABLES}
        self._enter()
        for table in TABLES:
            for row in self._since(table, before[table]):
                self._rows.append((table, row))
                self._statements[table] = self._insertion(table, row)
        self._connection.commit()
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA bench CASCADE")

    @property
    def described(self) -> str:
        tables = Counter(table for table, _ in self._rows)
        return "、".join(f"{table} {count}" for table, count in tables.items())

    def write(self, issue: Issue, content: bytes) -> None:
        """One more person with this number: the file, two transactions."""
        uuid = uuid4()
        _keep(Path(settings.ARCHIVE_DIR) / uuid.hex[:2] / f"{uuid.hex}.pdf", content)
        made: dict[str, int] = {}
        uploaded = [self._rows[0], next(one for one in self._rows if one[0] == "orgs_auditevent")]
        with self._connection.transaction():
            for table, row in uploaded:
                self._insert(table, row, issue, made, uuid)
        with self._connection.transaction():
            for table, row in self._rows:
                if not any(row is one for _, one in uploaded):
                    self._insert(table, row, issue, made, uuid4())
            self._connection.execute(ENTERED, [made["numbering_holding"], issue.pk])

    def _insert(
        self, table: str, row: dict[str, Any], issue: Issue, made: dict[str, int], uuid: UUID
    ) -> None:
        values = {name: _fresh(name, value, issue, made, uuid) for name, value in row.items() if name != "id"}
        cursor = self._connection.execute(self._statements[table].encode(), list(values.values()))
        made[table] = cursor.fetchone()["id"]  # type: ignore[index]

    def _insertion(self, table: str, row: dict[str, Any]) -> str:
        names = [name for name in row if name != "id"]
        into = TWIN if table == "orgs_auditevent" else table
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
            sql.Identifier(*into.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.SQL(", ").join(sql.Placeholder() * len(names)),
        )
        return statement.as_string(self._connection)

    def _last(self, table: str) -> int:
        row = self._connection.execute(
            sql.SQL("SELECT coalesce(max(id), 0) AS last FROM {}").format(sql.Identifier(table))
        ).fetchone()
        return int(row["last"]) if row else 0

    def _since(self, table: str, last: int) -> list[dict[str, Any]]:
        found = sql.SQL("SELECT * FROM {} WHERE id > %s ORDER BY id").format(sql.Identifier(table))
        return self._connection.execute(found, [last]).fetchall()


def _fresh(name: str, value: Any, issue: Issue, made: dict[str, int], uuid: UUID) -> Any:
    """The value of a column in the new row."""
    if value is None:
        return None
    if name in KEYS:
        return made[KEYS[name]]
    if name == "number":
        return issue.number
    if name == "value":
        return issue.value
    if name == "id_blind":
        return os.urandom(32)
    if name in {"uuid", "entry_key"}:
        return uuid
    return Jsonb(value) if isinstance(value, dict) or name == "warnings" else value


def _connect() -> psycopg.Connection[dict[str, Any]]:
    """To where the open connection of Django went: the same server or socket, database and session settings."""
    connection.ensure_connection()
    info = connection.connection.info
    return psycopg.connect(**info.get_parameters(), password=info.password, row_factory=dict_row)


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fdatasync(out.fileno())
    part.replace(path)
