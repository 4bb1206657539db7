"""One JSON line a file: file, verdict (accept | reject), reason, ms. Needs no database."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from archives import pdf
from archives.services.uploads import first_look

WORKERS = 2


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
                line = {"file": name, "verdict": "reject" if reason else "accept", "reason": reason, "ms": ms}
                self.stdout.write(json.dumps(line, ensure_ascii=False))
                self.stdout.flush()
        if not good:
            raise SystemExit(1)


def look(name: str) -> tuple[str, int]:
    """(reason, milliseconds) of one file, through the same checks as an upload."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            problem = first_look(file.read(1024), path.stat().st_size)
        if problem:
            return problem[0], 0
        verdict = pdf.inspect(path, max_pages=settings.UPLOAD_MAX_PAGES)
    except (OSError, ValueError, pdf.InspectionUnavailable):
        return "no_file", 0
    return verdict.reason, verdict.ms
