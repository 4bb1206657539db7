"""Dates as people write them, and ages."""

import re
from datetime import date

from zhtj.lib.text import plain

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?|(\d{4})(\d{2})", re.ASCII)


class DateUnreadable(ValueError):
    """Words for the person: what cannot be read and how to write it."""


def parse_date(text: str) -> date:
    """A day from 2023-09-01, 2023/9/1, 2023.9.1, 20230901 or 2023年9月1日."""
    tidy = plain(text).strip()
    if match := _DATE.fullmatch(tidy):
        year, month, day = (int(part) for part in match.groups() if part)
        return _real(year, month, day)
    if _MONTH.fullmatch(tidy):
        raise DateUnreadable("日期须填写到日，例如 2023-09-01")
    raise DateUnreadable("日期无法识别，请按 2023-09-01 的格式填写")


def parse_month(text: str) -> date:
    """The first of a month from 2023-09, 2023/9, 2023.9, 202309 or 2023年9月; a whole date gives its month."""
    tidy = plain(text).strip()
    if match := _MONTH.fullmatch(tidy):
        year, month = (int(part) for part in match.groups() if part)
        return _real(year, month, 1)
    if _DATE.fullmatch(tidy):
        return parse_date(tidy).replace(day=1)
    raise DateUnreadable("年月无法识别，请按 2023-09 的格式填写")


def age_on(born: date, day: date) -> int:
    """Whole years lived. A birthday on 29 February is kept on 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def say_date(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def say_month(day: date) -> str:
    return f"{day.year} 年 {day.month} 月"


def _real(year: int, month: int, day: int) -> date:
    if not 1900 <= year <= 2099:
        raise DateUnreadable(f"年份 {year} 不对，请核对")
    try:
        return date(year, month, day)
    except ValueError:
        raise DateUnreadable(f"{year} 年没有 {month} 月 {day} 日，请核对") from None
