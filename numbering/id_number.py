"""A resident's ID number (GB 11643): ours, because the common validators refuse or crash on real people's numbers.

Only the county is never a reason to refuse: no table of counties is complete, and people keep the code under which
they were registered. An unlikely county is for a person to confirm.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from stdnum.cn.ric import calc_check_digit

from numbering.rules import PROVINCES
from zhtj.lib.dates import age_on, say_date
from zhtj.lib.text import plain

# Residence permits for people from 香港, 澳门, 台湾.
PERMITS: Final = {"81": "810000", "82": "820000", "83": "830000"}
OLDEST: Final = 100
# Registration offices went on using abolished codes, in 海南 for well over ten years.
YEARS_OF_GRACE: Final = 15

_SHAPE = re.compile(r"\d{17}[\dX]", re.ASCII)
# Also one with a slip in it: the fifteen of an old number, or seventeen, which tell the last. No province begins like a year.
_WITHIN = re.compile(r"(?<!\d)(?!19|20)\d{15}", re.ASCII)


class IdNumberError(ValueError):
    """Not a possible ID number. Its text is only the code, so that no number reaches a log; `message` is for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A number that can exist: what it says about its holder."""

    value: str
    born_on: date
    sex: Literal["男", "女"]
    county_known: bool

    def __repr__(self) -> str:
        return "IdNumber(…)"

    def age_on(self, day: date) -> int:
        return age_on(self.born_on, day)


def normalise(text: str) -> str:
    """Full-width to plain, blanks out, x to X."""
    return plain(text).strip("\t").replace("x", "X")


def holds_id(text: str) -> bool:
    """Whether an ID number stands in the text, right or mistyped: then it may stand in no address."""
    return bool(_WITHIN.search(text))


def first_difference(one: str, other: str) -> int | None:
    """The place, counted from 1, at which two numbers begin to differ; None when they are equal."""
    if one == other:
        return None
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs, 1) if a != b), min(len(one), len(other)) + 1)


def parse(text: str, *, today: date) -> IdNumber:
    """Read a number or raise IdNumberError."""
    value = normalise(text)
    _check_shape(value)
    _check_digit(value)
    born = _born(value, today)
    _check_province(value)
    sex: Literal["男", "女"] = "男" if int(value[16]) % 2 else "女"
    return IdNumber(value, born, sex, _county_known(value[:6], born.year))


def _check_shape(value: str) -> None:
    if _SHAPE.fullmatch(value):
        return
    for place, sign in enumerate(value, 1):
        if not (sign in "0123456789" or (sign == "X" and place == 18)):
            what = "不是数字" if sign.isprintable() else "是看不见的字符"
            raise IdNumberError("id_characters", f"身份证号码第 {place} 位{what}，请核对后重新填写")
    old = "。15 位是旧号码，请填写 18 位的公民身份号码" if len(value) == 15 else "，请核对"
    raise IdNumberError("id_length", f"身份证号码应为 18 位，现为 {len(value)} 位{old}")


def _check_digit(value: str) -> None:
    if calc_check_digit(value) != value[-1]:
        raise IdNumberError("id_check_digit", "身份证号码校验位不正确，可能有一位填错或两位颠倒，请逐位核对")


def _born(value: str, today: date) -> date:
    year, month, day = int(value[6:10]), int(value[10:12]), int(value[12:14])
    try:
        born = date(year, month, day)
    except ValueError:
        message = f"身份证号码中的出生日期不存在：{year} 年 {month} 月 {day} 日，请核对第 7 至 14 位"
        raise IdNumberError("id_date", message) from None
    if born > today:
        raise IdNumberError(
            "id_future", f"身份证号码中的出生日期晚于今天：{say_date(born)}，请核对第 7 至 14 位"
        )
    if age_on(born, today) > OLDEST:
        raise IdNumberError("id_too_old", f"身份证号码中的出生年份 {year} 过早，请核对第 7 至 10 位")
    return born


def _check_province(value: str) -> None:
    province = value[:2]
    permit = PERMITS.get(province)
    if permit is None and province not in PROVINCES:
        raise IdNumberError("id_province", f"身份证号码前两位 {province} 不是省级代码，请核对")
    if permit and value[:6] != permit:
        raise IdNumberError("id_permit", f"港澳台居民居住证号码前六位应为 {permit}，请核对")


def _county_known(code: str, born: int) -> bool:
    """Whether the code was in use at some time in this life; registration may come long after birth."""
    if code in PERMITS.values():
        return True
    years = counties().get(code)
    return years is not None and born <= years[1] + YEARS_OF_GRACE


@cache
def counties() -> dict[str, tuple[int, int]]:
    """County code → first and last year in force. Built by `manage.py build_counties`."""
    spans = json.loads(Path(__file__).with_name("counties.json").read_text("utf-8"))
    return {code: (int(span[:4]), int(span[5:])) for span, codes in spans.items() for code in codes.split()}
