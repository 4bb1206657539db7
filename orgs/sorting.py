"""The order of siblings, as people expect it and the same on every machine: 高一2班 before 高一10班, 第二团支部 before 第十团支部."""

import re
import unicodedata
from functools import lru_cache

LENGTH = 400
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TOKEN = re.compile(
    r"(?P<arabic>\d+)"
    # The year of a class is a number of its own: 高一十班 is class 10 of year 1, not class 11.
    r"|(?<=[高初大研])(?P<year>[一二三四五六])"
    # 百 and 千 count only behind a digit (百色 and 千山 are places).
    r"|(?P<chinese>(?:[一二三四五六七八九两][百千]|[零〇一二三四五六七八九十])+)"
    r"|(?P<latin>[A-Za-z]+)"
    r"|(?P<han>[\u3400-\u9fff])"
)


def sort_key(name: str) -> str:
    """Numbers, Arabic or Chinese, zero-padded; characters as pinyin; compared byte by byte (`COLLATE "C"`)."""
    words: list[str] = []
    run = ""
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", name)):
        if token["han"]:
            run += token["han"]
            continue
        words += _pinyin(run)
        run = ""
        words.append(token[0].lower() if token["latin"] else f"{_value(token):010d}")
    return " ".join([*words, *_pinyin(run)])[:LENGTH]


def _value(token: re.Match[str]) -> int:
    if token["arabic"]:
        return int(token["arabic"])
    text = token[0]
    if not any(numeral in _UNITS for numeral in text):
        return int("".join(str(_DIGITS[numeral]) for numeral in text))  # 二〇二三
    total = digit = 0
    for numeral in text:
        if numeral in _UNITS:
            total += (digit or 1) * _UNITS[numeral]
            digit = 0
        else:
            digit = _DIGITS[numeral]
    return total + digit


@lru_cache(maxsize=65536)
def _pinyin(run: str) -> tuple[str, ...]:
    """Of a run of characters together: 重庆 is chong qing, 重点 zhong dian."""
    if not run:
        return ()
    from pypinyin import lazy_pinyin  # half a second to import, and only those who write names need it

    return tuple(lazy_pinyin(run))
