"""`manage.py open_pages`: every page at every level, every statement timed."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archives.scale.pages import report, verdict
from archives.scale.pages.actors import Actor
from archives.scale.pages.measuring import plan
from archives.scale.pages.walk import LINKS, Visit, visits


class Command(BaseCommand):
    help = (
        "以各级管理员、省级各身份和团干部本人打开全部页面（地址取自 URLconf），计时每条语句；有慢于 50 毫秒的语句、"
        "语句数随数据增加的、没有打开的地址，以非零状态结束。打开页面不留下任何改变。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--level", default="", help="只以名称包含这些字的身份打开，如 省级、团支部（大）")
        parser.add_argument("--part", default="", help="只打开包含这一段的地址，如 orgs/")
        parser.add_argument("--links", type=int, default=LINKS, help="每个页面至多跟随多少个链接、筛选和查询")
        parser.add_argument("--each", action="store_true", help="逐次列出")
        parser.add_argument(
            "--explain", type=int, default=0, metavar="N", help="打印最慢的 N 条语句的执行计划"
        )
        parser.add_argument("--markdown", type=Path, help="汇总表写到这个文件")

    def handle(self, *args: Any, **options: Any) -> None:
        for expected in (
            "django.request",
            "zhtj.lib.downloads",
        ):  # refusals, and files that lie on another machine
            logging.getLogger(expected).setLevel(logging.CRITICAL)
        begin = time.monotonic()

        def tell(actor: Actor, count: int) -> None:
            self.stderr.write(f"{time.monotonic() - begin:5.0f} s  {actor}：打开 {count} 次")

        seen = visits(level=options["level"], part=options["part"], most=options["links"], tell=tell)
        if options["each"]:
            for one in seen:
                self._tell_one(one)
        table = "\n".join(report.lines(seen))
        if options["markdown"]:
            options["markdown"].write_text(table + "\n", encoding="utf-8")
        else:
            self.stdout.write(table)
        self._explain(seen, options["explain"])
        found = report.findings(seen)
        for words in found:
            self.stdout.write(words)
        if found:
            raise CommandError(f"打开 {len(seen)} 次，{len(found)} 处不符合要求。")
        self.stdout.write(f"打开 {len(seen)} 次，没有慢语句，语句数不随数据增加。")

    def _tell_one(self, one: Visit) -> None:
        answer = one.answer
        self.stdout.write(
            f"{one.actor}\t{answer.status}\t{len(answer.statements)}\t{answer.slowest_ms:.1f}\t{answer.ms:.0f}\t{one.address}"
        )

    def _explain(self, seen: list[Visit], most: int) -> None:
        told: set[str] = set()
        for one in verdict.slow(seen):
            statement = one.answer.slowest
            if statement and statement.text not in told and len(told) < most:
                told.add(statement.text)
                self.stdout.write(
                    f"-- {one.actor} {one.address}\n{statement.sql}\n" + "\n".join(plan(statement))
                )
