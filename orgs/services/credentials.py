"""Accounts as they are made, and the passwords that are shown once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F

from orgs.keepers import why_not_take_over
from orgs.models import Role, User
from orgs.services.accounts import set_one_time_password
from orgs.sorting import pinyin
from zhtj.lib.text import plain

SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without signs that are taken for one another."""
LONGEST = 32
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{3,31}", re.ASCII)


class StillOneTime(PermissionDenied):
    """A further role is not given to an account whose password somebody else knows: words for the person."""


def one_time_password() -> str:
    """Easy to read out, to be changed at the first login."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))


def new_account(name: str, username: str) -> tuple[User, str]:
    """Somebody who logs in for the first time: the account, and the password that is shown once.

    Raises:
        ValidationError: in words; the username is no username or somebody else's, or the name is none.
    """
    if words := username_problem(username):
        raise ValidationError({"username": words})
    if words := name_problem(name):
        raise ValidationError({"name": words})
    user = User(username=username, name=name, must_change_password=True)
    user.set_password(password := one_time_password())
    user.full_clean()
    user.save()
    return user, password


def before_a_role(user: int, *, by: Role | None) -> str:
    """Asked before an account that is there gets a further role. Whoever made or reset it knows a one-time password that was never changed, and
    would have the new role too: so there is another one, for whoever could reset the account anyway or where it has no role (on the server, for `by` None, always).

    Returns the new password, to be shown once; empty where the person has one of their own. Holds the row until the role stands.

    Raises:
        StillOneTime: the password was never changed, and the account has roles that are not this one's to give.
    """
    held = User.objects.select_for_update(no_key=True).get(pk=user)
    if not held.must_change_password:
        return ""
    acts = Role.objects.filter(user=held, ended_at=None).exists()
    if by and acts and why_not_take_over(held, by=by):
        raise StillOneTime(
            f"{held.name}（{held.username}）还没有修改一次性密码，暂不能增加身份。请本人先登录修改密码，再办理。"
        )
    set_one_time_password(held, password := one_time_password())
    return password


def username_problem(username: str) -> str:
    """What is wrong with a 账号 that is to be made; empty when nothing is. Begins with a letter, so that it is no ID number and no phone."""
    if _USERNAME.fullmatch(username):
        return ""
    return f"账号为 4 至 {LONGEST} 个小写字母、数字或 . _ -，以字母开头（不能用身份证号码或手机号码），现为“{username[:40]}”"


def name_problem(name: str) -> str:
    """What is wrong with the name of somebody who is to have an account; empty when nothing is."""
    # Not `isprintable`: Python's tables are older than the newest characters of names.
    if any(unicodedata.category(sign) in _INVISIBLE for sign in name):
        return "姓名中有看不见的字符，请重新填写"
    return "" if 2 <= len(name) <= 50 else f"姓名应为 2 至 50 个字，现为 {len(name)} 个字"


def normalise_username(typed: str) -> str:
    """As it is kept: half width, small letters, no spaces around."""
    return plain(typed).strip().lower()


def propose_username(name: str) -> str:
    """One that is free: the name in pinyin and four digits."""
    return free_username(pinyin(name)[: LONGEST - 4] or "user", 4)


def free_username(start: str, digits: int) -> str:
    """One that nobody has: a number taken meanwhile is told by the constraint."""
    while True:
        username = f"{start}{secrets.randbelow(10**digits):0{digits}d}"
        if not User.objects.filter(username=username).exists():
            return username


def end_sessions(users: Iterable[int], *, by: Role | None) -> None:
    """Their roles have changed: whoever is signed in as one of them signs in again. Who did it to themselves goes on, in the roles they have."""
    User.objects.filter(pk__in=set(users) - {by and by.user_id}).update(sessions=F("sessions") + 1)
