"""A pasted list of organisations, a line each: 全称, 简称, 类型, 单位行业. Pure: what is known of the tree is an argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from orgs import naming
from orgs.kinds import ALLOWED_BELOW, MAX_LEVELS, Kind
from zhtj.lib.text import plain

MOST = 500
"""Lines of one list."""
COLUMNS = ("全称", "简称", "类型", "单位行业")


@dataclass(frozen=True, slots=True)
class Above:
    """What the lines will stand under. `taken` are the names of its active children; `industries` codes by label, those in use."""

    name: str
    kind: str
    depth: int
    industry: str
    is_active: bool
    taken: Collection[str]
    industries: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation as it would be made, and what keeps it from being made. `cells` are what was pasted."""

    cells: tuple[str, ...]
    name: str
    short_name: str
    kind: str
    industry: str
    problems: tuple[str, ...] = ()

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label if self.kind in Kind.values else self.kind


def without_header(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines in the order of COLUMNS; a first line that names the columns only says in which order they stand."""
    named = [plain(cell).rstrip("*") for cell in rows[0]] if rows else []
    if COLUMNS[0] not in named:
        return [list(row) for row in rows]
    places = [named.index(column) if column in named else len(named) for column in COLUMNS]
    return [[row[place] if place < len(row) else "" for place in places] for row in rows[1:]]


def read(rows: Sequence[Sequence[str]], above: Above) -> list[Line]:
    """Each line with everything that is wrong with it."""
    lines = [_line(row, above) for row in rows]
    times = Counter(line.name for line in lines if line.name)
    first = {line.name: at for at, line in reversed(list(enumerate(lines, 1)))}
    return [_checked(line, at, above, times, first) for at, line in enumerate(lines, 1)]


def why_none(count: int, above: Above) -> str:
    """What keeps the whole list from being made, in words."""
    if not count:
        return "没有内容，请每行填写一个组织"
    if count > MOST:
        return f"一次最多 {MOST} 行，现有 {count} 行，请分几次提交"
    if not above.is_active:
        return f"“{above.name}”已停用，不能在其下设立组织"
    if above.depth + 1 >= MAX_LEVELS:
        return f"组织树最多 {MAX_LEVELS} 级，“{above.name}”之下不能再设立组织"
    return ""


def _line(row: Sequence[str], above: Above) -> Line:
    cells = [*row, "", "", "", ""]
    name, short, kind, industry = (naming.tidy(cell) for cell in cells[:4])
    kinds = {one.label: one.value for one in Kind}
    return Line(
        cells=tuple(row),
        name=name,
        short_name=short or name,
        kind=kinds.get(plain(kind), kind) if kind else Kind.BRANCH.value,
        industry=above.industries.get(plain(industry), industry) if industry else above.industry,
    )


def _checked(line: Line, at: int, above: Above, times: Counter[str], first: Mapping[str, int]) -> Line:
    found = [*_too_many(line), *_name_problems(line)]
    if line.name and times[line.name] > 1:
        found.append(f"名单中有 {times[line.name]} 行都叫“{line.name}”（第 {first[line.name]} 行起）")
    if line.name in above.taken:
        found.append(f"“{above.name}”下已有“{line.name}”")
    found += _kind_problems(line, above) + _industry_problems(line, above)
    return Line(line.cells, line.name, line.short_name, line.kind, line.industry, tuple(found))


def _too_many(line: Line) -> list[str]:
    if len(line.cells) <= len(COLUMNS):
        return []
    return [f"有 {len(line.cells)} 列，应为 {len(COLUMNS)} 列以内：{'、'.join(COLUMNS)}"]


def _name_problems(line: Line) -> list[str]:
    limit = naming.LONGEST["简称"]
    if not line.name:
        return ["请填写全称"]
    if separators := {*"，,；;"} & {*line.name}:
        return [f"全称中有“{min(separators)}”：各行须用同一种符号隔开各列，全称中不能有逗号或分号"]
    if line.short_name == line.name and limit < len(line.name) <= naming.LONGEST["全称"]:
        return [f"全称超过 {limit} 个字，请在第二列填写简称（最多 {limit} 个字）"]
    return naming.problems(line.name, line.short_name)


def _kind_problems(line: Line, above: Above) -> list[str]:
    allowed = "、".join(kind.label for kind in Kind if kind in ALLOWED_BELOW[above.kind])
    if line.kind not in Kind.values:
        return [f"没有“{line.kind}”这一类型，此处可填：{allowed or '无'}"]
    if line.kind not in ALLOWED_BELOW[above.kind]:
        may = f"可以设立：{allowed}" if allowed else "不能再设立组织"
        return [f"{Kind(above.kind).label}下不能设立{Kind(line.kind).label}，{may}"]
    return []


def _industry_problems(line: Line, above: Above) -> list[str]:
    if line.industry in (*above.industries.values(), above.industry):
        return []
    return [f"没有“{line.industry}”这一单位行业，可填：{'、'.join(above.industries)}"]
