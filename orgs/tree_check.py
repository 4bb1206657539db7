"""Proving the tree right: its numbers and paths, its order, and the ancestor columns of everything that stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Func, Value
from django.utils import timezone

from orgs.kinds import MAX_LEVELS
from orgs.models import Located, Notice, Organization, at_columns, located_models
from orgs.services import notices
from orgs.sorting import sort_key

AT_IT = (0x7A68746A, 2)
"""The lock of who is checking."""
SHOWN = 20
"""Ids that are named of each kind of fault."""


def faults() -> Iterator[tuple[str, list[int]]]:
    """What is wrong, in words, and the ids of the rows. Each promise is one statement, and so one snapshot."""
    yield from Organization.objects.faults()
    if unsorted := list(_unsorted()):
        yield "排序有误", unsorted
    for model in located_models():
        if misplaced := list(_misplaced(model).values_list("pk", flat=True)):
            yield f"{model._meta.verbose_name}的上级列有误", misplaced


def line(words: str, ids: list[int]) -> str:
    """One fault for people: what, how many, and the first ids. Names nobody."""
    more = " …" if len(ids) > SHOWN else ""
    return f"{words}（{len(ids)}）：{' '.join(map(str, ids[:SHOWN]))}{more}"


@transaction.atomic
def repair() -> None:
    """Set right whatever `faults` finds; the parents are believed."""
    Organization.objects.lock()
    if any(Organization.objects.faults()):
        Organization.objects.repair()
    for pk in list(_unsorted()):
        organization = Organization.objects.get(pk=pk)
        Organization.objects.filter(pk=pk).update(sort_key=sort_key(organization.name))
    for model in located_models():
        for pk in set(_misplaced(model).values_list("organization", flat=True)):
            columns = at_columns(Organization.objects.get(pk=pk).path_ids)
            model._base_manager.filter(organization=pk).update(**columns)


def report() -> int:
    """Tell the province what is wrong, once a day. How much it was; 0 where another worker is at it (a bell may ring twice)."""
    with _alone() as alone:
        found = [line(*one) for one in faults()] if alone else []
    subject = f"check_tree:{timezone.localdate()}"
    with transaction.atomic():
        # The row of the province keeps a second run of the same night waiting.
        province = Organization.objects.select_for_update(no_key=True).filter(parent=None).first()
        if found and province and not Notice.objects.filter(subject=subject).exists():
            notices.tell(
                province, sort=Notice.Sort.NEWS, kind="组织管理", subject=subject, body="\n".join(found),
                title=f"组织树核对发现 {len(found)} 类错误，请联系系统维护人员",
            )  # fmt: skip
    return len(found)


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", AT_IT)
        alone = cursor.fetchone() == (True,)
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", AT_IT)


def _unsorted() -> Iterator[int]:
    rows = Organization.objects.order_by("pk").values_list("pk", "name", "sort_key")
    return (pk for pk, name, key in rows.iterator() if key != sort_key(name))


def _misplaced(model: type[Located]) -> models.QuerySet[Any]:
    """Rows whose ancestor columns, written as a path, are not their organisation's path."""
    columns = [part for depth in range(MAX_LEVELS) for part in (f"at_{depth}", Value("/"))]
    # NULL is empty, so a gap shows as //
    written = _text("rtrim", _text("concat", Value("/"), *columns), Value("/"))
    return model._base_manager.exclude(organization__path=_text("concat", written, Value("/"))).order_by("pk")


def _text(function: str, *parts: Any) -> Func:
    return Func(*parts, function=function, output_field=models.TextField())
