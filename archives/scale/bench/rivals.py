"""The rivals' tables, in a schema of their own: the organisations once more, with the same columns and indexes.

`plain` is a tree by parent alone, whose `path` also serves as the text-path design; `dense` is django-mptt as it comes; `county` is
django-mptt with one tree for each organisation of the second level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.db import connection, models
from mptt.models import MPTTModel, TreeForeignKey

from orgs.models import Organization

# Made from the product's columns `lft` and `rght`, which nothing else outside orgs/tree.py names: in the order of these numbers the
# edges of all intervals are the dense numbers of django-mptt.
_EDGES = """(SELECT id, path, depth, lft AS edge FROM orgs_organization
             UNION ALL SELECT id, path, depth, rght FROM orgs_organization) e"""
_TREE = "CASE WHEN depth < 2 THEN id ELSE split_part(path, '/', 4)::bigint END"
_REST = "kind, name, short_name, industry, province_code, path, sort_key, created_at, deactivated_at"
_FILL = {
    "plain": f"""
        INSERT INTO bench.plain (id, parent_id, depth, lft, rght, tree_id, {_REST})
        SELECT id, parent_id, depth, lft, rght, 1, {_REST} FROM orgs_organization ORDER BY id""",  # noqa: S608 - constants of this module
    "dense": f"""
        INSERT INTO bench.dense (id, parent_id, depth, lft, rght, tree_id, {_REST})
        SELECT id, parent_id, depth, n.first, n.last, 1, {_REST} FROM orgs_organization JOIN (
            SELECT id, min(place) AS first, max(place) AS last
            FROM (SELECT id, row_number() OVER (ORDER BY edge) AS place FROM {_EDGES}) p GROUP BY id
        ) n USING (id) ORDER BY id""",  # noqa: S608 - constants of this module
    "county": f"""
        INSERT INTO bench.county (id, parent_id, depth, lft, rght, tree_id, {_REST})
        SELECT id, CASE WHEN depth > 2 THEN parent_id END, greatest(depth - 2, 0), n.first, n.last, n.tree, {_REST}
        FROM orgs_organization JOIN (
            SELECT id, tree, min(place) AS first, max(place) AS last
            FROM (
                SELECT id, tree, row_number() OVER (PARTITION BY tree ORDER BY edge) AS place
                FROM (SELECT id, edge, {_TREE} AS tree FROM {_EDGES}) t
            ) p GROUP BY id, tree
        ) n USING (id) ORDER BY id""",  # noqa: S608 - constants of this module
}  # fmt: skip

ONE_ROOT = "(depth) WHERE (parent_id IS NULL)"


class Columns(models.Model):
    """What an organisation is, its place in the tree aside."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60)
    industry = models.CharField(max_length=40)
    province_code = models.CharField(max_length=2)
    path = models.CharField(max_length=220)
    sort_key = models.CharField(max_length=400)
    created_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Plain(Columns):
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    depth = models.PositiveIntegerField()
    lft = models.PositiveIntegerField(default=0)
    rght = models.PositiveIntegerField(default=0)
    tree_id = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[Plain]] = models.Manager()

    class Meta:
        managed = False
        app_label = (
            "bench"  # of no installed app: neither migrations nor anything else of the product sees it
        )
        db_table = '"bench"."plain"'


class Dense(MPTTModel, Columns):
    parent = TreeForeignKey("self", models.PROTECT, null=True, related_name="children")

    class MPTTMeta:
        level_attr = "depth"

    class Meta:
        managed = False
        app_label = "bench"
        db_table = '"bench"."dense"'


class County(MPTTModel, Columns):
    parent = TreeForeignKey("self", models.PROTECT, null=True, related_name="children")

    class MPTTMeta:
        level_attr = "depth"

    class Meta:
        managed = False
        app_label = "bench"
        db_table = '"bench"."county"'


@contextmanager
def twins(*names: str) -> Iterator[None]:
    """These twins of the organisations as they stand now, dropped afterwards."""
    drop()
    try:
        run("CREATE SCHEMA bench")
        for name in names:
            _make(name)
        yield
    finally:
        drop()


def drop() -> None:
    run("DROP SCHEMA IF EXISTS bench CASCADE")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _make(name: str) -> None:
    """Filled first, then indexed: with the indexes in place it takes minutes."""
    table = f"bench.{name}"
    run(f"CREATE TABLE {table} (LIKE orgs_organization INCLUDING ALL EXCLUDING INDEXES)")
    run(_FILL[name])
    for definition in _indexes():
        if name != "county" or not definition.endswith(ONE_ROOT):  # a forest has many roots
            run(re.sub(r" INDEX \S+ ON \S+ ", f" INDEX ON {table} ", definition))
    run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608 - names of this module
    run(
        f"ALTER TABLE {table} ADD FOREIGN KEY (parent_id) REFERENCES {table} (id) DEFERRABLE INITIALLY DEFERRED"
    )
    run(f"VACUUM ANALYZE {table}")


def _indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'orgs_organization'"
        )
        return [definition for (definition,) in cursor.fetchall()]


def count(table: str = Organization._meta.db_table) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of this package
        return int(cursor.fetchone()[0])
