"""django-mptt with gaps between its numbers, so that a new organisation touches no other row.

Each organisation owns an interval of numbers that lies inside its parent's: a branch two, everything else room to grow. A new child takes
the next slice behind its last sibling. Where no slice is left, the nearest ancestor with plenty of room is numbered afresh inside.

This is the only module that knows the columns `lft`, `rght` and `tree_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.query_utils import DeferredAttribute
from mptt.managers import TreeManager
from mptt.models import MPTTModel
from mptt.querysets import TreeQuerySet
from psycopg import sql

from orgs.intervals import LAST, PLENTY, Node, NoSlice, least, slice_width, spread
from orgs.kinds import Kind
from orgs.sorting import sort_key
from orgs.tree_lock import LOCK, TreeMisuse, insist_on_transaction, lock_exclusive, lock_shared, may_renumber

if TYPE_CHECKING:
    from orgs.models import Organization

PLACE = ["id", "parent_id", "kind", "path", "depth", "lft", "rght", "tree_id"]
FIXED = frozenset({"parent", "parent_id", "path", "depth", "lft", "rght", "tree_id"})
# One round trip, three statements: each sees what was committed while the one before it waited.
OPEN = """
SELECT pg_advisory_xact_lock_shared(%s, %s);
SELECT * FROM orgs_organization WHERE id = %s FOR NO KEY UPDATE;
SELECT nextval(pg_get_serial_sequence('orgs_organization', 'id')),
(SELECT max(rght) FROM orgs_organization WHERE parent_id = %s)"""
NEXT_MANY = "SELECT nextval(pg_get_serial_sequence('orgs_organization', 'id')) FROM generate_series(1, %s)"
SHIFT = """
UPDATE orgs_organization SET lft = lft + %s, rght = rght + %s, depth = depth + %s, path = %s || substr(path, %s),
parent_id = CASE id WHEN %s THEN %s ELSE parent_id END WHERE path LIKE %s"""
RENUMBER = """
UPDATE orgs_organization o SET lft = n.lft, rght = n.rght, tree_id = 1
FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS n(id, lft, rght)
WHERE o.id = n.id AND (o.lft, o.rght, o.tree_id) <> (n.lft, n.rght, 1)"""
WALK = """
WITH RECURSIVE walk(id, path, depth) AS (
    SELECT id, '/' || id || '/', 0 FROM orgs_organization WHERE parent_id IS NULL
    UNION ALL SELECT o.id, w.path || o.id || '/', w.depth + 1 FROM walk w JOIN orgs_organization o ON o.parent_id = w.id)
"""
STRAYED = " WHERE o.id = w.id AND (o.path, o.depth) <> (w.path, w.depth) "
UNREACHED = (
    f"{WALK} SELECT id FROM orgs_organization LEFT JOIN walk w USING (id) WHERE w.id IS NULL ORDER BY 1"  # noqa: S608
)
UNTRUE = WALK + "SELECT o.id FROM orgs_organization o, walk w" + STRAYED + "ORDER BY 1"  # noqa: S608 - constants
REWALK = WALK + "UPDATE orgs_organization o SET path = w.path, depth = w.depth FROM walk w" + STRAYED  # noqa: S608 - constants
REROOT = "UPDATE orgs_organization SET lft = 1, rght = %s, tree_id = 1 WHERE parent_id IS NULL"
FAULTS = {
    "编号区间无效": "SELECT id FROM orgs_organization WHERE lft >= rght OR tree_id <> 1 ORDER BY id",
    "编号区间超出上级组织": """
SELECT o.id FROM orgs_organization o JOIN orgs_organization p ON p.id = o.parent_id
WHERE o.lft <= p.lft OR o.rght >= p.rght ORDER BY 1""",
    "编号区间与同级组织重叠": """
SELECT id FROM (SELECT id, lft, lag(rght) OVER (PARTITION BY parent_id ORDER BY lft) AS before FROM orgs_organization) o
WHERE lft <= before ORDER BY 1""",
    "与根组织不相连": UNREACHED,
    "路径或层级有误": UNTRUE,
}
CHILD_SLICES = models.Index(F("parent"), F("rght").desc(), name="organization_slices")


class Opening(NamedTuple):
    """An organisation as it stands, kept until the transaction ends, and what its next child may have: an id, a first number."""

    parent: Organization
    pk: int
    left: int


class SparseTreeQuerySet(TreeQuerySet["Organization"]):
    """Refuses what would change the tree unseen."""

    def delete(self) -> NoReturn:
        raise TreeMisuse("organisations are deactivated, never deleted")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeMisuse("use bulk_load")

    def update(self, **kwargs: Any) -> int:
        if FIXED & kwargs.keys():
            raise TreeMisuse("use move")
        return super().update(**kwargs)


class SparseTreeManager(TreeManager["Organization"]):
    """Hands out the numbers; mptt's own ways to do so are closed."""

    def lock(self, *, shared: bool = False) -> None:
        """Keep the tree as it is until the transaction ends, for this transaction alone unless `shared`.

        Raises:
            TreeBusy: this transaction has it shared already, and so have others.
        """
        if shared:
            lock_shared()
        else:
            lock_exclusive()

    def open(self, pk: int) -> Opening:
        """Take the tree shared and the organisation's row, to put something under it."""
        insist_on_transaction()
        with connection.cursor() as cursor:
            cursor.execute(OPEN, [*LOCK, pk, pk])
            cursor.nextset()
            names = [column.name for column in cursor.description]
            row = dict(zip(names, cursor.fetchone() or (), strict=False))
            cursor.nextset()
            child, last = cursor.fetchone()
        if not row:
            raise self.model.DoesNotExist
        fields = [field.attname for field in self.model._meta.concrete_fields]
        parent = self.model.from_db(self.db, fields, [row[name] for name in fields])
        return Opening(parent, child, max(last or 0, parent.lft) + 1)

    def hold(self, pk: int) -> Organization:
        """The organisation as it stands, its place and its row kept until the transaction ends."""
        return self.open(pk).parent

    def insert_node(
        self, node: Organization, target: Organization | None, *args: Any, **kwargs: Any
    ) -> Organization:
        """Where mptt's `save` asks for the place of a new row."""
        if target is not None:
            self.place(node, self.open(target.pk))
        else:
            self._place_root(node)
        return node

    def place(self, node: Organization, opening: Opening) -> None:
        """Give a new organisation its id, numbers and path.

        Raises:
            NoSlice: the parent is full, and this transaction may not renumber (`with_room`).
        """
        parent, pk, left = opening
        width = slice_width(node.kind, parent.rght - left)
        if not width:
            if not may_renumber():
                raise NoSlice
            self._make_room(parent, grow={parent.pk: least(node.kind)})
            self.place(node, self.open(parent.pk))
            return
        _put(node, parent, pk, left, width)

    def insert_many(self, nodes: Sequence[Organization], opening: Opening) -> list[Organization]:
        """Put new organisations under one parent, in their order, in one INSERT; as they then stand.

        Raises:
            NoSlice: they do not all fit, and this transaction may not renumber (`with_room`).
        """
        parent, _, left = opening
        rest = sum(least(node.kind) for node in nodes)
        if parent.rght - left < rest:
            if not may_renumber():
                raise NoSlice
            self._make_room(parent, grow={parent.pk: rest})
            parent, _, left = self.open(parent.pk)
        ids = [pk for (pk,) in _execute(NEXT_MANY, [len(nodes)])]
        for pk, node in zip(ids, nodes, strict=True):
            rest -= least(node.kind)
            width = slice_width(node.kind, parent.rght - left - rest)
            _put(node, parent, pk, left, width)
            node.sort_key = sort_key(node.name)
            left += width
        unguarded: models.QuerySet[Any] = models.QuerySet(self.model, using=self.db)
        unguarded.bulk_create(nodes)
        return list(self.filter(pk__in=ids).order_by("pk"))

    def transplant(self, node: Organization, opening: Opening) -> None:
        """Put `node` (held) and all below it there, under the exclusive lock: one UPDATE by a constant, and a renumbering
        where it does not fit."""
        parent, _, left = opening
        fits = parent.rght - left > node.rght - node.lft
        shift = left - node.lft if fits else 0
        deeper = parent.depth + 1 - node.depth
        kept = node.path.index(f"/{node.pk}/") + 2  # of the path, from the own id on
        _execute(SHIFT, [shift, shift, deeper, parent.path, kept, node.pk, parent.pk, f"{node.path}%"])
        if not fits:
            self._make_room(parent, grow={})

    def widen(self, node: Organization) -> None:
        """Give `node`, from `hold` under the exclusive lock, the interval that its kind needs."""
        if node.rght - node.lft + 1 < least(node.kind):
            self._make_room(node.parent, grow={})

    def load(
        self, rows: Sequence[tuple[str, str, str]], columns: Sequence[str], values: Iterable[Sequence[Any]]
    ) -> dict[str, int]:
        """COPY a whole tree into the empty table: (key, parent's key, kind), parents first, and for each the values of the
        other columns. Returns the ids by key."""
        ids = dict(
            zip((row[0] for row in rows), (pk for (pk,) in _execute(NEXT_MANY, [len(rows)])), strict=True)
        )
        nodes = [Node(ids[key], ids.get(parent, 0), kind) for key, parent, kind in rows]
        numbers = {pk: (left, right) for pk, left, right in spread(nodes, 1, LAST, grow={})}
        path = {0: "/"}
        names = [*PLACE, *columns]
        statement = sql.SQL("COPY orgs_organization ({}) FROM STDIN").format(
            sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
            for node, rest in zip(nodes, values, strict=True):
                path[node.pk] = here = f"{path[node.parent]}{node.pk}/"
                copy.write_row(
                    (
                        node.pk,
                        node.parent or None,
                        node.kind,
                        here,
                        here.count("/") - 2,
                        *numbers[node.pk],
                        1,
                        *rest,
                    )
                )
        _execute("ANALYZE orgs_organization")
        return ids

    def faults(self) -> Iterator[tuple[str, list[int]]]:
        """What is wrong with numbers, depths and paths: words, and the organisations concerned."""
        for words, statement in FAULTS.items():
            if found := [pk for (pk,) in _execute(statement)]:
                yield words, found

    def repair(self) -> None:
        """Compute numbers, depths and paths afresh from `parent`, under the exclusive lock."""
        _execute(REWALK)
        _execute(REROOT, [LAST])
        self._renumber(self.get(parent=None), grow={})

    def _place_root(self, node: Organization) -> None:
        ((node.pk,),) = _execute(NEXT_MANY, [1])
        node.lft, node.rght, node.tree_id = 1, LAST, 1
        node.depth, node.path = 0, f"/{node.pk}/"

    def _make_room(self, parent: Organization, *, grow: dict[int, int]) -> None:
        """Renumber inside the nearest of `parent` and its ancestors that has plenty of room."""
        for pk in reversed(parent.path_ids):
            top = self.get(pk=pk)
            kinds = self._below(top).values_list("kind").annotate(models.Count("pk"))
            need = sum(least(kind) * count for kind, count in kinds) + sum(grow.values())
            if PLENTY * need <= top.rght - top.lft + 1 or top.parent_id is None:
                self._renumber(top, grow=grow)
                return

    def _renumber(self, top: Organization, *, grow: dict[int, int]) -> None:
        rows = self._below(top).order_by("depth", "lft", "pk").values_list("pk", "parent_id", "kind")
        numbers = list(
            spread([Node(pk, parent or 0, kind) for pk, parent, kind in rows], top.lft, top.rght, grow=grow)
        )
        _execute(RENUMBER, [list(column) for column in zip(*numbers, strict=True)])

    def _below(self, top: Organization) -> models.QuerySet[Organization]:
        return self.filter(path__startswith=top.path).order_by()

    def _closed(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeMisuse("this would make the numbers dense, or change them without the locks")

    rebuild = partial_rebuild = build_tree_nodes = disable_mptt_updates = delay_mptt_updates = _closed
    move_node = _move_node = _manage_space = _close_gap = _create_space = _create_tree_space = _closed


class SparseNode(MPTTModel):
    """A row of the tree. Its place is written by the manager alone."""

    depth: int
    lft: int
    rght: int
    tree_id: int
    if TYPE_CHECKING:  # declared by Organization
        path: Any
        kind: Any
        name: Any
        sort_key: Any
        parent_id: int | None
        children: Any

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new row is placed under its parent; of an existing one everything but its place is written."""
        if self._state.adding:
            self.sort_key = sort_key(self.name)
            kwargs["force_insert"] = True  # with the id known before, Django would try an UPDATE first
        else:
            kwargs["update_fields"] = self._writable(kwargs.get("update_fields"))
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)

    def _writable(self, names: Iterable[str] | None) -> list[str]:
        if self._mptt_cached_fields["parent"] not in (self.parent_id, DeferredAttribute):
            raise TreeMisuse("use move")
        if names is None:
            loaded = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            return sorted(loaded - FIXED - self.get_deferred_fields())
        if FIXED & set(names):
            raise TreeMisuse("use move")
        return list(names)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeMisuse("organisations are deactivated, never deleted")

    # By path: the numbers of a row in hand grow stale when others renumber. (And ancestors come 150 times faster.)

    def get_descendants(self, include_self: bool = False) -> models.QuerySet[Organization]:
        below = self._tree_manager.filter(path__startswith=self.path)
        return below if include_self else below.exclude(pk=self.pk)

    def get_ancestors(
        self, ascending: bool = False, include_self: bool = False
    ) -> models.QuerySet[Organization]:
        ids = [int(part) for part in self.path.split("/") if part]
        above = self._tree_manager.filter(pk__in=ids if include_self else ids[:-1])
        return above.order_by("-depth" if ascending else "depth")

    def is_descendant_of(self, other: Organization, include_self: bool = False) -> bool:
        return self.path.startswith(other.path) and (include_self or self.pk != other.pk)

    # mptt reads these off the width of the interval, which says nothing here.

    def get_descendant_count(self) -> int:
        return 0 if self._state.adding else self.get_descendants().count()

    def is_leaf_node(self) -> bool:
        return self.kind == Kind.BRANCH or not self.children.exists()

    def get_leafnodes(self, include_self: bool = False) -> models.QuerySet[Organization]:
        return self.get_descendants(include_self=include_self).filter(children=None)


def _put(node: Organization, parent: Organization, pk: int, left: int, width: int) -> None:
    node.pk, node.parent, node.tree_id = pk, parent, 1
    node.lft, node.rght = left, left + width - 1
    node.depth, node.path = parent.depth + 1, f"{parent.path}{pk}/"


def _execute(statement: str, params: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []
