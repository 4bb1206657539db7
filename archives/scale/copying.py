"""Writing many rows by COPY into the real tables, with every constraint and trigger in place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


class Table:
    """COPY into a model's table: `names` are the columns given with each row, all others get the model's own defaults."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        self.model = model
        fields = {field.attname: field for field in model._meta.concrete_fields}
        rest = [field for name, field in fields.items() if name not in names and not field.primary_key]
        if lacking := [field.name for field in rest if not _may_be_left_out(field)]:
            raise ValueError(f"{model.__name__}: {', '.join(lacking)}")
        self._columns = [fields[name].column for name in names] + [field.column for field in rest]
        self._rest = tuple(_default(field) for field in rest)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, self._columns))
        )
        rest = self._rest  # JSON as its text: COPY hands every value to the column's own reader
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((*row, *rest))


def reserve(model: type[models.Model], count: int) -> range:
    """So many ids that nobody else gets."""
    if not count:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %s - 1) FROM pg_get_serial_sequence(%s, 'id') s", [count, table]
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def settle() -> None:
    """Have the foreign keys of everything written so far checked now, not at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _may_be_left_out(field: Any) -> bool:
    return bool(field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def _default(field: Any) -> Any:
    value = field.get_default()
    return json.dumps(value) if isinstance(field, models.JSONField) else value
