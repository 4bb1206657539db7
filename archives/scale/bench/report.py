"""What is printed: one line per measure, beside its goal."""

from __future__ import annotations

import os
import platform
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import django
import psycopg
from django.db import connection
from django.utils import timezone

MS = "毫秒"
SETTINGS = (
    "shared_buffers", "work_mem", "effective_cache_size", "max_wal_size", "fsync", "synchronous_commit", "autovacuum", "jit",
    "max_parallel_workers_per_gather",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goal:
    words: str
    holds: Callable[[float], bool]


def at_most(limit: float) -> Goal:
    return Goal(f"≤ {limit:g}", lambda ratio: ratio <= limit)


def at_least(limit: float) -> Goal:
    return Goal(f"≥ {limit:,g}", lambda ratio: ratio >= limit)


def exactly(number: float) -> Goal:
    return Goal(f"= {number:g}", lambda ratio: ratio == number)


@dataclass(frozen=True, slots=True)
class Line:
    """One measure: `ratio` is what the goal is about, in the words of `what`; `same` says how the two sides were compared."""

    what: str
    ours: float | None
    rival: float | None
    ratio: float | None
    goal: Goal | None = None
    unit: str = MS
    same: str = ""

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "只报告"
        return "达到" if self.is_met else "未达到"

    @property
    def is_met(self) -> bool:
        return self.goal is None or (self.ratio is not None and self.goal.holds(self.ratio))

    def cells(self) -> list[str]:
        goal = self.goal.words if self.goal else "—"
        return [
            self.what,
            self.unit,
            _figure(self.ours),
            _figure(self.rival),
            _figure(self.ratio),
            goal,
            self.verdict,
        ]


HEAD = ["量的是什么", "单位", "本系统", "对照", "比", "目标", "结果"]


def as_text(lines: Iterable[Line]) -> str:
    """Columns for a terminal; a Chinese character is as wide as two letters."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def as_markdown(lines: Iterable[Line]) -> str:
    rows = [HEAD, ["---", "---", "---:", "---:", "---:", "---", "---"], *(line.cells() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> list[str]:
    """Where and with what it was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(version(), ' ', 2)")
        (release,) = cursor.fetchone()
        cursor.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [list(SETTINGS)]
        )
        found = dict(cursor.fetchall())
    settings = "，".join(f"{name} = {found[name]}" for name in SETTINGS)
    load = "、".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        f"{timezone.localtime():%Y-%m-%d %H:%M}，{os.cpu_count()} 核，内存 {_memory():.0f} GB；网页、测量和数据库在同一台机器上",
        f"PostgreSQL {release}：{settings}",
        f"Python {platform.python_version()}，Django {django.__version__}，django-mptt {version('django-mptt')}，psycopg {psycopg.__version__}",
        f"开始时机器的平均负载（1、5、15 分钟）：{load}",
    ]


def _memory() -> float:
    for line in (
        Path("/proc/meminfo").read_text("utf-8").splitlines() if Path("/proc/meminfo").exists() else []
    ):
        if line.startswith("MemTotal"):
            return int(line.split()[1]) / 2**20
    return 0.0


def _figure(number: float | None) -> str:
    if number is None:
        return "—"
    if number == int(number):
        return f"{number:,.0f}"
    if number < 0.1:
        return f"{number:.2g}"
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
