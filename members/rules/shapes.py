"""How free text may look: name, telephone, address and the other ways to reach a person."""

import re
from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from members.layout import LABELS
from members.rules.entry import Entry
from numbering.person import name_problem
from zhtj.lib.problems import Problem

LONGEST = {"address": 200, "email": 254, "weibo": 60}

_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_QQ = re.compile(r"[1-9]\d{4,11}", re.ASCII)
# A WeChat name, or the telephone or QQ number people sign in with.
_WECHAT = re.compile(r"[A-Za-z][-_A-Za-z0-9]{5,19}|\d{5,12}", re.ASCII)


def shape_problems(entry: Entry) -> Iterator[Problem]:
    """At most one a field; an empty field has no shape."""
    for field, check in _CHECKS.items():
        text = getattr(entry, field)
        if text and (found := check(text)):
            code, words = found
            yield Problem(field, code, words)
    for field, longest in LONGEST.items():
        if len(getattr(entry, field)) > longest:
            yield Problem(field, "too_long", f"{LABELS[field]}不能超过 {longest} 个字符")


def _phone(text: str) -> tuple[str, str] | None:
    if _PHONE.fullmatch(text):
        return None
    if text.isdecimal() and len(text) != 11:
        return "phone_shape", f"手机号码应为 11 位数字，现为 {len(text)} 位"
    return "phone_shape", "手机号码应为 11 位数字，以 13 至 19 开头"


def _visible(code: str, label: str) -> Callable[[str], tuple[str, str] | None]:
    def check(text: str) -> tuple[str, str] | None:
        return None if text.isprintable() else (code, f"{label}里有换行或看不见的字符，请删去后重新填写")

    return check


def _email(text: str) -> tuple[str, str] | None:
    try:
        EmailValidator()(text)
    except ValidationError:
        return "email_shape", "电子邮箱格式不正确，例如 name@example.cn"
    return None


def _matching(pattern: re.Pattern[str], code: str, words: str) -> Callable[[str], tuple[str, str] | None]:
    return lambda text: None if pattern.fullmatch(text) else (code, words)


_CHECKS: dict[str, Callable[[str], tuple[str, str] | None]] = {
    "name": name_problem,
    "phone": _phone,
    "address": _visible("address_shape", "户籍地址"),
    "email": _email,
    "qq": _matching(_QQ, "qq_shape", "QQ 应为 5 至 12 位数字"),
    "wechat": _matching(_WECHAT, "wechat_shape", "微信号应以字母开头，6 至 20 位字母、数字、减号或下划线"),
    "weibo": _visible("weibo_shape", "微博"),
}
