"""`manage.py check_tree [--fix]`: whether the tree, its order and the ancestor columns are what the parents say."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs import tree_check


class Command(BaseCommand):
    help = "核对组织树：编号区间、层级、路径、排序和各表的上级列；有误则列出编号并以非零状态结束。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="以上级组织为准，全部重新计算")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fix"]:
            tree_check.repair()
        found = list(tree_check.faults())
        for words, ids in found:
            self.stdout.write(tree_check.line(words, ids))
        if found:
            raise CommandError("组织树有误。")
        self.stdout.write("组织树无误。")
