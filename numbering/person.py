"""Whom a number may be issued to: how a name is written, and how old one is on joining. Pure: no database, no clock."""

import unicodedata
from datetime import date
from typing import Final

from numbering.id_number import IdNumber
from zhtj.lib.dates import say_date
from zhtj.lib.problems import Problem
from zhtj.lib.text import normalise_name as normalise_name

NAME_LENGTH: Final = (2, 50)
JOINING_AGE: Final = 14
# Those who joined before 2017 may have done so at 12.
EARLY_JOINING_AGE: Final = 12
STRICT_SINCE: Final = date(2017, 1, 1)
# “Over 28” is counted in whole years: the year between the 28th and the 29th birthday still belongs to 28.
LEAGUE_LAST_AGE: Final = 28

# Hangul fillers: letters by Unicode, nothing on the page.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"


def name_problem(text: str) -> tuple[str, str] | None:
    """Letters and characters of any script, also rare ones outside Unicode's first plane, and the middle dot."""
    for place, sign in enumerate(text, 1):
        if not _in_names(sign):
            shown = f"“{sign}”" if sign.isprintable() and sign not in _BLANK_LETTERS else "（看不见的字符）"
            return "name_characters", f"姓名只能有汉字、字母和间隔号“·”，请核对第 {place} 个字符{shown}"
    least, most = NAME_LENGTH
    if text.startswith("·") or text.endswith("·") or not least <= len(text) <= most:
        return "name_length", f"姓名应为 {least} 至 {most} 个字，首尾不能是间隔号，请核对"
    return None


def _in_names(sign: str) -> bool:
    # Python's Unicode tables are older than the newest characters of planes 2 and 3.
    rare = "\U00020000" <= sign <= "\U0003ffff"
    if sign in _BLANK_LETTERS:
        return False
    return sign.isalpha() or sign in "·〇 " or rare or unicodedata.category(sign) in {"Mn", "Mc"}


def joining_problem(person: IdNumber, joined: date) -> Problem | None:
    """入团 at 14 or older, and not past 28."""
    age = person.age_on(joined)
    least = JOINING_AGE if joined >= STRICT_SINCE else EARLY_JOINING_AGE
    facts = f"{say_date(person.born_on)} 出生，{say_date(joined)} 入团"
    if age < least:
        words = f"入团时不满 {least} 周岁，请核对入团时间和身份证号码"
        return Problem("joined_on", "joined_too_young", words, facts)
    if age > LEAGUE_LAST_AGE:
        words = f"入团时已超过 {LEAGUE_LAST_AGE} 周岁，请核对入团时间和身份证号码"
        return Problem("joined_on", "joined_too_old", words, facts)
    return None
