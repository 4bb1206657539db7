"""What makes a password easy to guess here: it is a word of this product or of the person's own organisation, dressed up."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from orgs.models import Role
from orgs.sorting import pinyin

LEAST = 6
"""Signs that have to be left once everything that is guessed first is taken out; a Chinese character counts as two."""
WORDS = (
    "智慧团建", "zhihuituanjian", "zhtuanjian", "zhtj", "tuanjian", "共青团", "gongqingtuan", "共产主义青年团", "中国共青团", "gqt", "团委", "tuanwei", "团支部",
    "tuanzhibu", "团总支", "tuanzongzhi", "团工委", "tuangongwei", "团干部", "tuanganbu", "团员", "tuanyuan", "青年团", "qingniantuan", "团省委", "团市委", "团县委", "委员会", "weiyuanhui",
    "管理员", "guanliyuan", "guanli", "admin", "administrator", "root", "system", "user", "test", "密码", "口令", "mima", "password", "passwd", "pass", "pwd",
    "welcome", "woaini", "我爱你", "iloveyou", "中国", "zhongguo", "china",
)  # fmt: skip
"""In which a person thinks of this product first."""
RUNS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm",
    "一二三四五六七八九十", "零一二三四五六七八九",
)  # fmt: skip
_KINDS = re.compile("中国|共青团|共产主义青年团|团工委|团总支|团支部|团委|委员会|工作")
_SUBSTITUTES = str.maketrans("@$", "as")
_YEAR = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])?(?:[0-2]\d|3[01])?")
_REPEATED = re.compile(r"(.{1,4}?)\1{2,}|(.{2,8})\2")
_SIGN = re.compile(r"[\W_]")


class LongEnough(MinimumLengthValidator):
    """Django's, whose sentence has no Chinese translation."""

    def get_error_message(self) -> str:
        return f"密码太短，至少 {self.min_length} 个字符"


class NotOfThisPlace:
    """Refuses a password of which little is left without the words of product, organisation and person, years, runs and repeats."""

    def validate(self, password: str, user: Any = None) -> None:
        if not is_enough(password, words_of(user)):
            raise ValidationError(
                "密码太容易猜到：去掉“智慧团建”“团委”一类的词、本人和本组织的名称、年份、连续或重复的字符之后，几乎没有剩下什么。请换成几个互不相干的词，或随机的字母和数字。",
                code="password_of_this_place",
            )

    def get_help_text(self) -> str:
        return (
            "不能由“智慧团建”“团委”一类的词、本人或本组织的名称（及其拼音）加上年份、连续或重复的字符组成。"
        )


def words_of(user: Any) -> list[str]:
    """Account, name and organisations of a person, as they are written and in pinyin, in full and by initials."""
    if user is None or not getattr(user, "pk", None):
        return [user.username, user.name] if user is not None else []
    roles = Role.objects.current().filter(user=user).select_related("organization").order_by("pk")
    places = [name for role in roles for name in (role.organization.name, role.organization.short_name)]
    names = {_SIGN.sub("", name) for name in (user.name, *places)}
    names |= {_KINDS.sub("", name) for name in names}  # 丙中学团委 is first of all 丙中学
    initials = ["".join(pinyin(sign)[:1] or sign for sign in name) for name in sorted(names)]
    return [user.username, *names, *map(pinyin, names), *initials]


def is_enough(password: str, own: list[str]) -> bool:
    """Whether enough is left of it that nobody guesses."""
    text = unicodedata.normalize("NFKC", password).lower()
    both = (text, text.translate(_SUBSTITUTES))
    return min(_weight(_core(one, own)) for one in both) >= LEAST


def _core(text: str, own: list[str]) -> str:
    text = _SIGN.sub("", text)
    words = [_SIGN.sub("", word.lower()) for word in (*WORDS, *own)]
    for word in sorted({word for word in words if len(word) > 1}, key=len, reverse=True):
        text = text.replace(word, "\0")
    text = _REPEATED.sub("\0", _YEAR.sub("\0", text))
    return _without_runs(text).replace("\0", "")


def _without_runs(text: str) -> str:
    """Less every stretch of three signs and more that stand in a row on a keyboard, in the alphabet or in counting, either way round."""
    rows = [row for run in RUNS for row in (run, run[::-1])]
    left, at = "", 0
    while at < len(text):
        longest = max(_length_in(text[at:], row) for row in rows)
        if longest >= 3:
            at += longest
        else:
            left, at = left + text[at], at + 1
    return left


def _length_in(text: str, row: str) -> int:
    """How many signs from the start stand in this row one after the other."""
    start = row.find(text[:1])
    if start < 0 or not text:
        return 0
    length = 0
    while length < len(text) and start + length < len(row) and text[length] == row[start + length]:
        length += 1
    return length


def _weight(text: str) -> int:
    """Different signs only: what repeats adds little."""
    return sum(1 if sign.isascii() else 2 for sign in set(text))
