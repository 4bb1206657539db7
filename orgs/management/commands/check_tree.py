"""`manage.py check_tree [--fix]`: whether the tree, its order and the ancestor columns are what the parents say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.db.models import Func, Value

from orgs.kinds import MAX_LEVELS
from orgs.models import Located, Organization, at_columns, located_models
from orgs.sorting import sort_key

SHOWN = 20


class Command(BaseCommand):
    help = "核对组织树：编号区间、层级、路径、排序和各表的上级列；有误则列出编号并以非零状态结束。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="以上级组织为准，全部重新计算")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fix"]:
            with transaction.atomic():
                fix()
        found = list(drift())
        for words, ids in found:
            more = " …" if len(ids) > SHOWN else ""
            self.stdout.write(f"{words}（{len(ids)}）：{' '.join(map(str, ids[:SHOWN]))}{more}")
        if found:
            raise CommandError("组织树有误。")
        self.stdout.write("组织树无误。")


def drift() -> Iterator[tuple[str, list[int]]]:
    """What is wrong, in words, and the ids of the rows."""
    yield from Organization.objects.faults()
    if unsorted := list(_unsorted()):
        yield "排序有误", unsorted
    for model in located_models():
        if misplaced := list(_misplaced(model).values_list("pk", flat=True)):
            yield f"{model._meta.verbose_name}的上级列有误", misplaced


def fix() -> None:
    """Set right whatever `drift` finds; the parents are believed."""
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


def _unsorted() -> Iterator[int]:
    rows = Organization.objects.order_by("pk").values_list("pk", "name", "sort_key")
    return (pk for pk, name, key in rows.iterator() if key != sort_key(name))


def _misplaced(model: type[Located]) -> models.QuerySet[Any]:
    """Rows whose ancestor columns, written as a path, are not their organisation's path."""
    columns = [part for depth in range(MAX_LEVELS) for part in (f"at_{depth}", Value("/"))]
    written = _text(
        "rtrim", _text("concat", Value("/"), *columns), Value("/")
    )  # NULL is empty, so a gap shows as //
    return model._base_manager.exclude(organization__path=_text("concat", written, Value("/"))).order_by("pk")


def _text(function: str, *parts: Any) -> Func:
    return Func(*parts, function=function, output_field=models.TextField())
