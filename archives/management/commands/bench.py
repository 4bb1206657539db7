"""Measure the product beside its rivals on a planted province."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test.utils import override_settings

from archives.scale.bench import report
from archives.scale.bench.ground import NothingThere
from archives.scale.bench.measures import MEASURES, QUICK, ROUNDS, is_scratch
from archives.scale.bench.report import Line
from archives.scale.bench.rounds import Unequal


class Command(BaseCommand):
    help = (
        "在 plant_province 建立的演示省里，把本系统和对照放在一起测量，打印比值和目标。两侧轮流进行，表、索引和事务相同；"
        "写入的组织、人员和文件随即删除，只有审计记录按规定留下。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", choices=MEASURES, help="只测量这一项，可写多次")
        parser.add_argument(
            "--rounds", type=int, default=ROUNDS, help=f"每项的轮数（默认 {ROUNDS}；昂贵的对照较少）"
        )
        parser.add_argument("--quick", action="store_true", help=f"每项 {QUICK} 轮，只看能否运行")
        parser.add_argument("--markdown", action="store_true", help="按 Markdown 打印，供 docs/规模.md 使用")
        parser.add_argument("--strict", action="store_true", help="有未达到的目标时以非零退出")

    def handle(
        self, *args: Any, only: Sequence[str] | None, rounds: int, quick: bool, **options: Any
    ) -> None:
        if not is_scratch():
            name = connection.settings_dict["NAME"]
            raise CommandError(
                f"数据库“{name}”不是 plant_province 建立的。测量要写入和删除数据，只能在那样的数据库中进行。没有作任何改变。"
            )
        if rounds < 1:
            raise CommandError("轮数至少为 1。")
        machine = report.machine()
        with override_settings(DEBUG=False):  # else every statement would be kept in memory
            lines = list(self._measured(only or list(MEASURES), QUICK if quick else rounds))
        self._print(machine, lines, markdown=options["markdown"])
        if missed := [line.what for line in lines if not line.is_met]:
            words = f"{len(missed)} 项未达到目标：{'；'.join(missed)}"
            if options["strict"]:
                raise CommandError(words)
            self.stdout.write(words)

    def _measured(self, names: Iterable[str], rounds: int) -> Iterable[Line]:
        for name in names:
            begun = time.monotonic()
            try:
                yield from MEASURES[name](rounds)
            except (NothingThere, Unequal) as error:
                raise CommandError(f"{name} 不能测量：{error}") from error
            self.stderr.write(f"{name}：{time.monotonic() - begun:.0f} 秒")

    def _print(self, machine: Iterable[str], lines: Sequence[Line], *, markdown: bool) -> None:
        for words in machine:
            self.stdout.write(f"* {words}" if markdown else words)
        self.stdout.write("")
        self.stdout.write(report.as_markdown(lines) if markdown else report.as_text(lines))
        self.stdout.write("")
        for words in dict.fromkeys(line.same for line in lines if line.same):
            self.stdout.write(f"* 核对：{words}" if markdown else f"核对：{words}")
