"""What a 编号登记备案 says, and whether that can be (指引 3.6, 3.9). Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from numbering.id_number import IdNumberError, normalise, parse
from numbering.models.registrations import Registration
from numbering.person import name_problem, normalise_name
from numbering.rules import normalise_number, number_problem
from zhtj.lib.dates import say_date
from zhtj.lib.problems import Problem

Kind = Registration.Kind
LONGEST_TEXT: Final = 120
_YEAR = re.compile(r"(19|20)\d\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One person as filed; `repr` leaves the ID number out."""

    kind: str
    name: str
    id_number: str
    number: str
    developed_by: str
    unit: str = ""
    discharged_on: date | None = None

    def __repr__(self) -> str:
        return f"Filing({self.kind})"

    @property
    def year(self) -> int | None:
        """The year of joining: the first four figures of the number."""
        return int(self.number[:4]) if _YEAR.fullmatch(self.number[:4]) else None

    @property
    def is_veteran(self) -> bool:
        return self.kind == Kind.VETERAN


def reading(
    *, kind: str, name: str, id_number: str, number: str, developed_by: str, unit: str = "",
    discharged_on: date | None = None,
) -> Filing:  # fmt: skip
    """As typed → as kept; an 未使用登记 has neither unit nor discharge."""
    veteran = kind == Kind.VETERAN
    return Filing(
        kind=kind,
        name=normalise_name(name),
        id_number=normalise(id_number),
        number=normalise_number(number),
        developed_by=developed_by.strip(),
        unit=unit.strip() if veteran else "",
        discharged_on=discharged_on if veteran else None,
    )


def problems(filing: Filing, *, today: date) -> Iterator[Problem]:
    """What is wrong with the filing in itself, at most one a field."""
    if filing.kind not in Kind.values:
        yield Problem("kind", "kind_unknown", "请选择登记事项")
    yield from _person_problems(filing, today)
    yield from _number_problems(filing, today)
    yield from _words_problems("developed_by", "发展组织全称", filing.developed_by)
    if filing.is_veteran:
        yield from _words_problems("unit", "服役部队", filing.unit)
        yield from _discharge_problems(filing, today)


def _person_problems(filing: Filing, today: date) -> Iterator[Problem]:
    if not filing.name:
        yield Problem("name", "name_missing", "请填写姓名")
    elif found := name_problem(filing.name):
        yield Problem("name", *found)
    if not filing.id_number:
        yield Problem("id_number", "id_number_missing", "请填写身份证号码")
        return
    try:
        parse(filing.id_number, today=today)
    except IdNumberError as error:
        yield Problem("id_number", error.code, error.message)


def _number_problems(filing: Filing, today: date) -> Iterator[Problem]:
    """Format and year; the year of joining is what the number itself says."""
    if not filing.number:
        yield Problem("number", "number_missing", "请填写发展团员编号")
    elif filing.year is None:
        yield Problem("number", "number_year", "发展团员编号前四位应为入团年份，请核对")
    elif filing.year > today.year:
        message = f"发展团员编号前四位 {filing.year} 晚于今年，请核对"
        yield Problem("number", "number_future", message)
    elif problem := number_problem(filing.number, date(filing.year, 1, 1)):
        yield problem


def _discharge_problems(filing: Filing, today: date) -> Iterator[Problem]:
    day = filing.discharged_on
    if day is None:
        yield Problem("discharged_on", "discharged_on_missing", "请填写退伍时间")
    elif day > today:
        message = f"退伍时间 {say_date(day)} 晚于今天，请在退伍后再备案"
        yield Problem("discharged_on", "discharged_on_future", message)
    elif filing.year and day.year < filing.year:
        message = f"退伍时间 {say_date(day)} 早于编号所示的入团年份 {filing.year} 年，请核对"
        yield Problem("discharged_on", "discharged_on_early", message)


def _words_problems(field: str, label: str, text: str) -> Iterator[Problem]:
    if not text:
        yield Problem(field, f"{field}_missing", f"请填写{label}")
    elif len(text) > LONGEST_TEXT:
        message = f"{label}不超过 {LONGEST_TEXT} 个字符，现为 {len(text)} 个"
        yield Problem(field, "too_long", message)
    elif not text.isprintable():
        yield Problem(field, "unprintable", f"{label}中有看不见的字符，请删去后重新填写")
