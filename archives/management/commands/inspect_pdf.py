"""One JSON line a file: file, verdict (accept | reject), reason, ms. Needs no database."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from archives import pdf
from archives.reasons import message
from archives.services.uploads import first_look

WORKERS = min(4, os.cpu_count() or 2)


class Command(BaseCommand):
    help = "检查 PDF 文件，每个文件输出一行 JSON；全部可接收时以 0 退出，否则以 1 退出"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        good = True
        with ThreadPoolExecutor(WORKERS) as pool:
            for name, (reason, ms) in zip(options["files"], pool.map(look, options["files"]), strict=True):
                good = good and not reason
                self._say(
                    {"file": name, "verdict": "reject" if reason else "accept", "reason": reason, "ms": ms}
                )
        if not good:
            raise SystemExit(1)

    def _say(self, line: dict[str, Any]) -> None:
        # A name that is not UTF-8 cannot be printed as it is; escaped, it is still the same name.
        self.stdout.write(json.dumps(line, ensure_ascii=not str(line["file"]).isprintable()))
        self.stdout.flush()


def look(name: str) -> tuple[str, int]:
    """(reason as code and words, milliseconds) of one file, through the same checks as an upload."""
    path = Path(name)
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return _worded("no_file"), 0
        with path.open("rb") as file:
            problem = first_look(file.read(1024), path.stat().st_size)
    except (OSError, ValueError):
        return _worded("no_file"), 0
    if problem:
        return f"{problem[0]}：{problem[1]}", 0
    try:
        verdict = pdf.inspect(path, max_pages=settings.UPLOAD_MAX_PAGES)
    except pdf.InspectionUnavailable:
        return _worded("unavailable"), 0
    return _worded(verdict.reason) if verdict.reason else "", verdict.ms


def _worded(code: str) -> str:
    return f"{code}：{message(code)}"
