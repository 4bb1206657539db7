"""The order of siblings, as people expect it and the same on every machine: 高一2班 before 高一10班, 第二团支部 before 第十团支部."""

import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase

LENGTH = 400
_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ARABIC = re.compile(r"(\d+)")
_NUMERALS = re.compile(
    # The year of a class is a number of its own: 高一十班 is class 10 of year 1, not class 11.
    r"((?<=[高初大研])[一二三四五六]"
    # 百 and 千 count only behind a digit (百色 and 千山 are places).
    r"|(?:[一二三四五六七八九两][百千]|[零〇一二三四五六七八九十])+)"
)
_WORDS = re.compile(r"[A-Za-z]+|[\u3400-\u9fff]+")


def sort_key(name: str) -> str:
    """Numbers, Arabic or Chinese, zero-padded; characters as pinyin; compared byte by byte (`COLLATE "C"`)."""
    parts = _ARABIC.split(unicodedata.normalize("NFKC", name))
    words = [_number(int(part)) if index % 2 else _words(part) for index, part in enumerate(parts)]
    return " ".join(word for word in words if word)[:LENGTH]


def _number(value: int) -> str:
    return f"{value:010d}"


@lru_cache(maxsize=65536)
def _words(text: str) -> str:
    """What stands between Arabic numbers; the same words come back in most names."""
    words: list[str] = []
    for index, part in enumerate(_NUMERALS.split(text)):
        if index % 2:
            words.append(_number(_value(part)))
        else:
            for run in _WORDS.findall(part):
                words += [run.lower()] if run.isascii() else _pinyin(run)
    return " ".join(words)


def _value(numerals: str) -> int:
    if not any(numeral in _UNITS for numeral in numerals):
        return int("".join(str(_DIGITS[numeral]) for numeral in numerals))  # 二〇二三
    total = digit = 0
    for numeral in numerals:
        if numeral in _UNITS:
            total += (digit or 1) * _UNITS[numeral]
            digit = 0
        else:
            digit = _DIGITS[numeral]
    return total + digit


def pinyin(name: str) -> str:
    """A name in small Latin letters, without tones and spaces: 张三 is zhangsan. What has no reading is left out."""
    runs = _WORDS.findall(unicodedata.normalize("NFKC", name))
    read = "".join(run if run.isascii() else "".join(_pinyin(run)) for run in runs)
    return "".join(sign for sign in read.lower() if sign in ascii_lowercase)


def _pinyin(run: str) -> list[str]:
    """Of a run of characters together: 重庆 is chong qing, 重点 zhong dian."""
    from pypinyin import lazy_pinyin  # half a second to import, and only those who write names need it

    syllables: list[str] = lazy_pinyin(run)
    return syllables
