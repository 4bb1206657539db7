"""The figures as a table: one line a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from archives.scale.pages.measuring import LIMIT_MS
from archives.scale.pages.verdict import broken, growing, only_sent, repeated, slow, unopened
from archives.scale.pages.walk import Visit

HEAD = "| 地址 | 打开次数 | 层级 | 语句数 | 最慢语句 ms | 整页 ms（中位 / 最长） |\n|---|--:|--:|--:|--:|--:|"


def lines(visits: Sequence[Visit]) -> Iterator[str]:
    """Markdown: how often each page was opened, at how many levels, with how many statements, the slowest of them, and the whole page;
    below it the addresses that only take a form."""
    pages: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        if one.is_open:
            pages[one.route.pattern].append(one)
    yield HEAD
    for pattern, seen in pages.items():
        counts = [len(one.answer.statements) for one in seen]
        levels = {one.actor.level for one in seen}
        worst = max(seen, key=lambda one: one.answer.slowest_ms)
        times = [one.answer.ms for one in seen]
        shown = pattern.replace("|", "\\|")  # else a column of the table ends here
        yield (
            f"| `/{shown}` | {len(seen)} | {len(levels)} | {_span(counts)} | {worst.answer.slowest_ms:.1f}（{worst.actor}） "
            f"| {median(times):.0f} / {max(times):.0f} |"
        )
    if sent := only_sent(visits):
        yield (
            f"\n只收提交（POST）、没有页面可打开的 {len(sent)} 个："
            + "、".join(f"`/{one}`" for one in sent)
            + "。"
        )


def findings(visits: list[Visit]) -> list[str]:
    """What is wrong, a line each; none when every page keeps what it promises."""
    found = [f"故障 {one.answer.status}：{one.actor} {one.address}" for one in broken(visits)]
    found += [f"没有打开：/{route.pattern} {words}" for route, words in unopened(visits)]
    for one in slow(visits):
        statement = one.answer.slowest
        assert statement  # noqa: S101 -- else it was not slow
        found.append(
            f"慢于 {LIMIT_MS:.0f} ms：{statement.ms:.0f} ms {one.actor} {one.address} {statement.text[:160]}"
        )
    for one, text, times in repeated(visits):
        found.append(f"同一语句 {times} 次：{one.actor} {one.address} {text[:160]}")
    for few, many, text in growing(visits):
        was, now = few.answer.sent[text], many.answer.sent[text]
        found.append(
            f"语句数随数据增加（{was} → {now}）：{few.actor} {few.address}；{many.actor} {many.address} {text[:160]}"
        )
    return found


def _span(counts: list[int]) -> str:
    return f"{min(counts)}–{max(counts)}" if min(counts) != max(counts) else f"{counts[0]}"
