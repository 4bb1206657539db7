"""The shape and the year of a 发展团员编号 (指引 1.3（2）; spec/domain 3). Pure: no database, no clock."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from zhtj.lib.problems import Problem
from zhtj.lib.text import plain

# The first two figures of GB/T 2260 codes.
PROVINCES: Final = frozenset(
    str(code)
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in codes
)
BINGTUAN: Final = "66"
XINJIANG: Final = frozenset({"65", BINGTUAN})
NUMBERS_BEGIN: Final = date(2017, 1, 1)
XINJIANG_BEGINS: Final = date(2016, 1, 1)
# Years whose numbers were issued as one lot: either prefix fits either year.
SHARED_YEARS: Final = (2017, 2018)
# The one batch of 16-digit numbers, by prefix: the years of joining it was issued for.
LONG_BATCH: Final = {"201516": (2015, 2016), "201617": (2016, 2017)}
LONGEST: Final = 30

_TWELVE = re.compile(r"\d{12}", re.ASCII)
_SIXTEEN = re.compile(r"\d{16}", re.ASCII)


def normalise_number(text: str) -> str:
    """Plain figures and capitals, no blanks."""
    return plain(text).strip().upper()


def number_value(number: str) -> int | None:
    """A 12-digit number as a point on the line of segments; others lie in no segment."""
    return int(number) if _TWELVE.fullmatch(number) else None


def number_required(joined_on: date, province_code: str = "") -> bool:
    """From 2017-01-01 on; in 新疆 from 2016-01-01 on."""
    return joined_on >= (XINJIANG_BEGINS if province_code in XINJIANG else NUMBERS_BEGIN)


def number_reason(province_code: str = "") -> str:
    """Why it is required, in the words beside the field."""
    if province_code in XINJIANG:
        return "新疆的团组织，入团时间在2016年1月1日及以后"
    return "入团时间在2017年1月1日及以后"


def number_problem(number: str, joined_on: date) -> Problem | None:
    """What is wrong with a given number for someone who joined on this day. `number` is normalised and not empty."""
    if _SIXTEEN.fullmatch(number) and joined_on.year in LONG_BATCH.get(number[:6], ()):
        return None
    if joined_on < NUMBERS_BEGIN:
        return _early_problem(number, joined_on)
    if not _TWELVE.fullmatch(number):
        return _problem(
            "number_shape",
            f"发展团员编号应为 12 位数字，现为 {len(number)} 位"
            if number.isdecimal()
            else "发展团员编号应为 12 位数字，现有数字以外的字符",
            "由年份（4 位）、省级代码（2 位）和顺序号（6 位）组成",
        )
    if number[4:6] not in PROVINCES | {BINGTUAN}:
        return _problem("number_province", f"发展团员编号第 5、6 位 {number[4:6]} 不是省级代码，请核对")
    return _year_problem(number, joined_on)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number that must lie in a segment: the segment's 领域 (empty in none), and whether it is open here.

    Open means: the deepest segment around it belongs to the organisation entered into, or to one above or below that.
    """

    domain: str = ""
    is_open: bool = False


def segment_problem(facts: NumberFacts) -> Problem | None:
    """A number must come out of one's own segments or those above; whose it is otherwise is not told."""
    if facts.is_open:
        return None
    return _problem(
        "number_segment",
        "该发展团员编号不在本组织及上级组织的号段内，请核对编号",
        "编号无误的，请联系发放编号的团委核对号段；部队团组织发展的退伍团员，先办理退伍团员备案",
    )


def _early_problem(number: str, joined_on: date) -> Problem | None:
    """Before 2017: no fixed shape, only more than the year and nothing unprintable."""
    if not 4 < len(number) <= LONGEST or not number.isprintable():
        return _problem("number_shape", f"发展团员编号应多于 4 个字符、不超过 {LONGEST} 个字符")
    return _year_problem(number, joined_on)


def _year_problem(number: str, joined_on: date) -> Problem | None:
    year = joined_on.year
    fitting = SHARED_YEARS if year in SHARED_YEARS else (year,)
    if number[:4] in map(str, fitting):
        return None
    wanted = " 或 ".join(map(str, fitting))
    return _problem(
        "number_year",
        f"发展团员编号前四位应为 {wanted}，现为 {number[:4]}，请核对编号和入团时间",
        f"入团时间为 {year} 年",
    )


def _problem(code: str, message: str, detail: str = "") -> Problem:
    return Problem("number", code, message, detail)
