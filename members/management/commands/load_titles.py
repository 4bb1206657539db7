"""Old titles of cadres from a table, for 重新选择现任职务 after the next login."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.services.titles_load import OPTIONAL, REQUIRED, load
from zhtj.lib.table import TableUnreadable, read_table, under_header

LIMIT = 5000


class Command(BaseCommand):
    help = (
        "导入 2023 年规范调整之前的团干部职务，供各级管理员和本人登录后重新选择。默认只预览，加 --write 才写入。"
        f"列：{'、'.join(REQUIRED)}；可选：{'、'.join(OPTIONAL)}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="表格文件，.xlsx 或制表符分隔的 .tsv（UTF-8）")
        parser.add_argument("--write", action="store_true", help="写入；已导入过的行略过，可以重复执行")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = load(_rows(options["file"]), write=options["write"])
        for one in outcomes:
            self.stdout.write(f"第 {one.line} 行　{one.who}　{'' if one.ok else '未导入：'}{one.words}")
        good = sum(one.ok for one in outcomes)
        done = "已导入" if options["write"] else "预览：可以导入"
        self.stdout.write(f"{done} {good} 行，未导入 {len(outcomes) - good} 行")
        if good and not options["write"]:
            self.stdout.write("核对后加 --write 写入")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        content = path.read_bytes()
    except OSError as broken:
        raise CommandError(f"无法读取 {path.name}：{broken.strerror}") from None
    try:
        if path.suffix.lower() == ".xlsx":
            rows = read_table(file=SimpleUploadedFile(path.name, content), limit=LIMIT)
        else:
            rows = read_table(content.decode("utf-8-sig"), limit=LIMIT)
        columns = [*REQUIRED, *(one for one in OPTIONAL if one in rows[0])]
        below = under_header(rows, columns)
    except UnicodeDecodeError:
        raise CommandError(f"{path.name} 不是 UTF-8 编码，请另存为 UTF-8 或 .xlsx") from None
    except TableUnreadable as wrong:
        raise CommandError(str(wrong)) from None
    if below is None:
        raise CommandError(f"第一行应是表头：{'、'.join(REQUIRED)}")
    return [dict(zip(columns, row, strict=True)) for row in below]
