"""Plant a province of real size in a scratch database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from archives.management.commands.plant_demo import write_private
from archives.scale import planting
from archives.scale.numbers import TooMany
from archives.scale.planting import Size
from orgs.models import Organization, User


class Command(BaseCommand):
    help = "在空的测试数据库中成批建立一个全省规模的演示省，用于测量性能；不能用于正式数据库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisations", "--organizations", type=int, default=300_000, help="组织数")
        parser.add_argument("--members", type=int, default=1_000_000, help="团员数")
        parser.add_argument("--seed", type=int, default=20230504, help="同一数字，同样的组织和人员")
        parser.add_argument(
            "--scratch",
            required=True,
            metavar="数据库名",
            help="再写一遍所连接的数据库名，确认其内容可以丢弃",
        )
        parser.add_argument("--file", type=Path, help="账号写到哪个文件（默认 VAR_DIR/scale.json）")

    def handle(self, *args: Any, scratch: str, file: Path | None, **options: Any) -> None:
        self._insist(scratch)
        size = Size(options["organisations"], options["members"], options["seed"])
        if size.organizations < 20 or size.members < 1:
            raise CommandError("至少 20 个组织、1 名团员。没有作任何改变。")
        file = file or Path(settings.VAR_DIR) / "scale.json"
        lines: list[dict[str, Any]] = []
        try:
            for accounts in planting.plant(size, say=self._say):
                lines = [asdict(one) for one in accounts]
                content = {"database": scratch, "seed": size.seed, "accounts": lines}
                write_private(file, json.dumps(content, ensure_ascii=False, indent=1))
        except TooMany as many:
            raise CommandError(f"{many}请删除数据库“{scratch}”，重新创建后再试。") from many
        for line in lines:
            self._say("　".join(str(value) for value in line.values()))
        self._say(f"账号写入 {file}")

    def _insist(self, scratch: str) -> None:
        name = connection.settings_dict["NAME"]
        if scratch != name:
            raise CommandError(f"所连接的数据库是“{name}”，--scratch 写的是“{scratch}”。没有作任何改变。")
        if Organization.objects.exists() or User.objects.exists():
            raise CommandError(
                f"数据库“{name}”中已有组织或用户，只能在空的数据库中建立（删除后重新创建并迁移）。没有作任何改变。"
            )

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
