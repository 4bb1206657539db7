"""The list that came back to the province: which registrations its rows say are handled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from numbering.id_number import IdNumberError, normalise, parse
from numbering.models import Registration
from numbering.registrable import why_not_handled
from numbering.rules import normalise_number
from numbering.services.registrations import standing
from orgs.models import Role
from zhtj.lib.sealing import blind, mask_id
from zhtj.lib.table import TableUnreadable
from zhtj.lib.text import plain

State = Registration.State
ID, NUMBERS, RESULT = "身份证号码", ("发展团员编号", "编号"), "结果"
DONE = frozenset(
    {"", "成功", "通过", "是", "完成", "已完成", "已登记", "登记成功", "已处理", "处理成功", "已办理"}
)
"""What the column of results may say of a row that is handled; anything else is a reason not to."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list: what it says, masked, and the registration it would mark, or why it marks none."""

    place: int
    id_number: str
    number: str
    registration: Registration | None
    marks: bool
    words: str


def read(rows: list[list[str]], *, by: Role) -> list[Line]:
    """Each row against what is filed.

    Raises:
        TableUnreadable: a header without the column of the numbers.
    """
    typed = [
        (place, normalise(cells[0]), normalise_number(cells[1]), cells[2])
        for place, cells in enumerate(_three(rows), 1)
    ]
    filed = _filed([id_number for _, id_number, _, _ in typed], by=by)
    lines: list[Line] = []
    seen: dict[int, int] = {}
    for place, id_number, number, result in typed:
        found, words = _match(
            filed[blind("person.id", id_number)] if _valid(id_number) else None, number, result, by
        )
        if found and not words:
            if found.pk in seen:
                words = f"与第 {seen[found.pk]} 行重复"
            seen.setdefault(found.pk, place)
        shown = id_number if len(id_number) == 18 else id_number[:20]
        lines.append(Line(place, mask_id(shown), number[:30], found, not words, words or "将登记"))
    return lines


def _three(rows: list[list[str]]) -> list[tuple[str, str, str]]:
    """(ID number, number, result) of each row: by the names of the header, else the first three cells.

    Without a column of results every row is handled; where there is one, an empty cell says that it is not yet.
    """
    header = [plain(cell).rstrip("*") for cell in rows[0]]
    places, below = [0, 1, 2], rows
    if ID in header:
        number = next((header.index(name) for name in NUMBERS if name in header), None)
        if number is None:
            raise TableUnreadable(f"表头缺少“{NUMBERS[0]}”，请按“{ID}、{NUMBERS[0]}、{RESULT}”填写")
        places = [header.index(ID), number, header.index(RESULT) if RESULT in header else -1]
        below = rows[1:]
    elif all(len(row) < 3 for row in rows):
        places[2] = -1
    return [_cells(row, places) for row in below]


def _cells(row: Sequence[str], places: Sequence[int]) -> tuple[str, str, str]:
    one, two = (row[place] if place < len(row) else "" for place in places[:2])
    at = places[2]
    return one, two, "已登记" if at < 0 else row[at] if at < len(row) else ""


def _filed(id_numbers: list[str], *, by: Role) -> dict[bytes, list[Registration]]:
    """Everything filed about these people, by blind index."""
    blinds = {blind("person.id", one) for one in id_numbers if _valid(one)}
    rows = Registration.objects.visible_to(by).filter(id_blind__in=blinds).with_standing()
    found: dict[bytes, list[Registration]] = defaultdict(list)
    for row in rows.select_related("waits_at", "organization").order_by("pk"):
        found[bytes(row.id_blind)].append(row)
    return found


def _valid(id_number: str) -> bool:
    try:
        parse(id_number, today=timezone.localdate())
    except IdNumberError:
        return False
    return True


def _match(
    filed: list[Registration] | None, number: str, result: str, by: Role
) -> tuple[Registration | None, str]:
    """The registration the row is about, and why it is not to be marked."""
    if filed is None:
        return None, f"{ID}不正确，请核对"
    standing_ones = [one for one in filed if one.state != State.WITHDRAWN]
    if not standing_ones:
        return None, "没有找到该人员的登记" if not filed else "该人员的登记已撤回"
    found = next((one for one in standing_ones if one.number == number), None)
    if found is None:
        numbers = "、".join(one.number for one in standing_ones)
        return None, f"编号不一致，提交的为 {numbers}"
    return found, _why_not(found, result, by)


def _why_not(found: Registration, result: str, by: Role) -> str:
    if found.state == State.HANDLED:
        return "已登记过"
    if found.state != State.RISING or found.waits_at_id != by.organization_id:
        return f"未到省级，{standing(found)}"
    if not result:
        return "结果没有填写，不登记"
    if plain(result) not in DONE:
        return f"结果为“{result[:60]}”，不登记"
    return f"编号{words}，不登记，请退回" if (words := why_not_handled(found)) else ""
