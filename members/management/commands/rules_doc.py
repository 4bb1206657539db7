"""Writes docs/规则.md: each rule of the book, the function that keeps it, the tests that hold the function to it."""

import ast
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.rules import marks as marks_module
from members.rules.book import BOOK, Rule

ROOT = Path(settings.BASE_DIR)
TARGET = ROOT / "docs" / "规则.md"
CODE = (
    "members/rules/*.py",
    "numbering/id_number.py",
    "numbering/person.py",
    "numbering/rules.py",
)
TESTS = (
    "tests/members/test_rules_*.py",
    "tests/numbering/test_id_number.py",
    "tests/numbering/test_rules.py",
)
HEAD = """# 规则

由 `python dev.py manage rules_doc` 根据 `members/rules/book.py` 生成，请勿手工修改。“代码”是使用该规则代号的函数，“测试”是写有该代号的测试函数。
"""


@dataclass(frozen=True)
class Mentions:
    """Where texts stand: `path::definition` by whole text, and by the ending of an f-string such as f"{field}_missing"."""

    whole: dict[str, set[str]]
    endings: dict[str, set[str]]

    def of(self, code: str) -> set[str]:
        ended = (places for ending, places in self.endings.items() if code.endswith(ending))
        return self.whole.get(code) or set().union(*ended)


class Command(BaseCommand):
    help = "生成 docs/规则.md（规则 → 代码 → 测试）；--check 只检查，过期或有规则没有测试时退出码为 1。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        code = _mentions(CODE)
        # A test must spell its codes out.
        tests = Mentions(_mentions(TESTS, prefix="test_").whole, {})
        if bare := [name for name in _codes() if not (code.of(name) and tests.of(name))]:
            raise CommandError("没有代码或没有测试的规则：" + "、".join(bare))
        text = _document(code, tests)
        if not check:
            TARGET.write_text(text, "utf-8")
        elif not TARGET.exists() or TARGET.read_text("utf-8") != text:
            raise CommandError("docs/规则.md 已过期：请运行 python dev.py manage rules_doc")


def _codes() -> Iterator[str]:
    yield from (code for rules in BOOK.values() for rule in rules for code in rule.codes)


def _document(code: Mentions, tests: Mentions) -> str:
    parts = [HEAD]
    for heading, rules in BOOK.items():
        parts.append(f"\n## {heading}\n\n| 规则 | 依据 | 代号 | 代码 | 测试 |\n|---|---|---|---|---|\n")
        for rule in rules:
            marks = {f"{marks_module.__name__.replace('.', '/')}.py::{_marks(rule)}"} if rule.marks else set()
            cells = (
                rule.words,
                rule.source,
                _list(rule.codes),
                _list(sorted(marks.union(*(code.of(name) for name in rule.codes)))),
                _list(sorted(set().union(*(tests.of(name) for name in rule.codes)))),
            )
            parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


def _marks(rule: Rule) -> str:
    if not hasattr(marks_module, rule.marks):
        raise CommandError(f"members/rules/marks.py 中没有 {rule.marks}")
    return rule.marks


def _list(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def _mentions(patterns: Iterable[str], prefix: str = "") -> Mentions:
    whole: dict[str, set[str]] = defaultdict(set)
    endings: dict[str, set[str]] = defaultdict(set)
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.name != "book.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            name = _name(node)
            if not name or not name.startswith(prefix):
                continue
            place = f"{path.relative_to(ROOT).as_posix()}::{name}"
            for part in ast.walk(node):
                if isinstance(part, ast.JoinedStr):
                    last = part.values[-1]
                    if isinstance(last, ast.Constant) and str(last.value).startswith("_"):
                        endings[str(last.value)].add(place)
                elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                    whole[part.value].add(place)
    return Mentions(whole, endings)


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target = node.target if isinstance(node, ast.AnnAssign) else None
    return target.id if isinstance(target, ast.Name) else ""
