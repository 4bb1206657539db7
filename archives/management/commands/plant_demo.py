"""Plant the made-up province, once."""

from __future__ import annotations

import json
import os
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from archives.demo import accounts, planting
from archives.demo.ready import ready, registered
from members.models import Member
from orgs.models import Organization


class Command(BaseCommand):
    help = "在空的数据库中建立演示省：组织、账号、团员和入团志愿书；再次运行不作任何改变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", type=Path, help="账号和可录入人员写到哪个文件（默认 VAR_DIR/demo.json）"
        )
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="写入该文件的网址")
        parser.add_argument("--people", type=int, default=300, help="录入多少人")

    def handle(self, *args: Any, file: Path | None, url: str, people: int, **options: Any) -> None:
        file = file or Path(settings.VAR_DIR) / "demo.json"
        planted = accounts.stand()
        if planted and file.exists():
            self.stdout.write(f"演示省已经建立，没有改变。账号见 {file}")
            return
        if not planted:
            self._plant(people)
        # Also when the file was lost, since nobody knows the passwords any more.
        content = {
            "url": url,
            "accounts": [asdict(one) for one in accounts.renew()],
            "ready": ready(),
            "registered": registered(),
        }
        write_private(file, json.dumps(content, ensure_ascii=False, indent=1))
        self.stdout.write(f"账号和可录入人员写入 {file}")

    def _plant(self, people: int) -> None:
        if Organization.objects.exists():
            raise CommandError("数据库中已有其他组织，演示省只能建立在空的数据库中。没有作任何改变。")
        planting.plant(people)
        states = dict(Member.objects.values_list("state").annotate(Count("pk")))
        told = "，".join(
            f"{label} {states[state]} 人" for state, label in Member.State.choices if state in states
        )
        self.stdout.write(f"演示省建立完成：组织 {Organization.objects.count()} 个；{told}")


def write_private(file: Path, text: str) -> None:
    """The whole file or the one before, never readable by others."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
