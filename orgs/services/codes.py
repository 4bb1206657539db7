"""One code, counted once: of the phone or out of the ten recovery codes. Wrong ones make the next try wait (django-otp counts them per device)."""

from __future__ import annotations

import base64
import math
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from orgs.models import Authenticator, User
from orgs.services.credentials import SIGNS
from zhtj.lib.sealing import blind

CODES = 10
SIX = re.compile(r"[0-9]{6}")


class CodeRefused(Exception):
    """Why a code did not count, in words; `waits` when no code is looked at for the moment."""

    def __init__(self, words: str, *, waits: bool = False) -> None:
        super().__init__(words)
        self.waits = waits


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: int

    def __str__(self) -> str:
        return f"{self.seconds} 秒" if self.seconds < 60 else f"{math.ceil(self.seconds / 60)} 分钟"


def attempt(device: Authenticator | StaticDevice, token: str) -> CodeRefused | None:
    """None when the token counts; the device is held by the caller, and has noted the attempt."""
    if wait := _wait(device):
        count = device.throttling_failure_count
        return CodeRefused(f"连续 {count} 次验证码不正确，请 {wait}后再试。", waits=True)
    if device.verify_token(token):
        return None
    then = f"请 {wait}后再试" if (wait := _wait(device)) and wait.seconds > 1 else "请重新输入"
    return CodeRefused(f"验证码不正确，或已经用过。{then}；验证码每 30 秒更换一次，手机时间须准确。")


def _wait(device: Authenticator | StaticDevice) -> _Wait | None:
    allowed, why = device.verify_is_allowed()
    left: timedelta = timedelta() if allowed else why["locked_until"] - timezone.now()
    return None if allowed else _Wait(max(1, math.ceil(left.total_seconds())))


def renew(user: User) -> list[str]:
    """Ten codes of 50 bits. What is stored is a keyed hash: nobody can sign in with a dump of the database."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="恢复码")
    codes = ["".join(secrets.choice(SIGNS) for _ in range(10)) for _ in range(CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=stored(user, one)) for one in codes])
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def stored(user: User, code: str) -> str:
    """96 bits in the 16 characters of django-otp's column."""
    return base64.urlsafe_b64encode(blind("recovery_code", f"{user.pk}|{code}")[:12]).decode()


def bare(code: str) -> str:
    """What was meant, however it was typed: full-width digits, spaces and hyphens between groups, capitals."""
    return re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", code)).lower()
