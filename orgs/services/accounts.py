"""Signing in and out, passwords, and the role a person acts in."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from orgs.models import Role, User
from orgs.services import audit
from zhtj.lib.states import StaleState


def connect() -> None:
    """Django tells of a login only by signal, whichever form it came through."""
    user_logged_in.connect(begin_session, dispatch_uid="orgs.begin_session")
    user_login_failed.connect(record_failure, dispatch_uid="orgs.record_failure")


def begin_session(sender: object, request: HttpRequest, user: User, **rest: object) -> None:
    """Start the clocks of `SessionLimits`; a person with one role acts in it at once."""
    now = time.time()
    request.session["began"] = request.session["seen"] = now
    roles = roles_of(user)
    only = roles[0] if len(roles) == 1 else None
    if only:
        request.session["role"] = only.pk
    audit.record(
        role=only, verb="log_in", subject=f"user:{user.pk}", organization=only.organization if only else None
    )


def record_failure(
    sender: object, credentials: dict[str, str], request: HttpRequest | None = None, **rest: object
) -> None:
    """A failed attempt is on record; what was typed as a name is not, since it may be a password. Attempts while locked add nothing."""
    if getattr(request, "axes_locked_out", False):
        return
    known = User.objects.filter(username=credentials.get("username", "")).values_list("pk", flat=True).first()
    audit.record(role=None, verb="log_in_failed", subject=f"user:{known or ''}", organization=None)


def why_refused(request: HttpRequest, username: str) -> str:
    """Words for an attempt that failed just now: the same whether or not there is such an account."""
    limit = settings.AXES_FAILURE_LIMIT
    if getattr(request, "axes_locked_out", False):
        left = _minutes(_locked_until(request, username) - timezone.now())
        return f"连续错误 {limit} 次，登录已锁定，请 {left} 分钟后再试。忘记密码请联系上级团组织管理员重置，团干部本人请联系任职组织管理员。"
    left = limit - (getattr(request, "axes_failures_since_start", None) or 0)
    return f"账号或密码不正确。连续错误 {limit} 次将锁定 {_minutes(_cool_off())} 分钟（还可尝试 {left} 次）。"


def _locked_until(request: HttpRequest, username: str) -> datetime:
    attempts = AccessAttempt.objects.filter(
        username=username, ip_address=getattr(request, "axes_ip_address", None)
    )
    newest: datetime | None = attempts.aggregate(newest=Max("attempt_time"))["newest"]
    return (newest or timezone.now()) + _cool_off()


def _cool_off() -> timedelta:
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def _minutes(span: timedelta) -> int:
    return max(1, math.ceil(span.total_seconds() / 60))


def seconds_left(session: SessionBase) -> float:
    """How long the session still lives without a further request; negative when it is over."""
    now = time.time()
    idle = session.get("seen", 0.0) + settings.IDLE_MINUTES * 60
    whole = session.get("began", 0.0) + settings.SESSION_HOURS * 3600
    return float(min(idle, whole) - now)


def roles_of(user: User) -> list[Role]:
    """What this person may act as, from the top of the tree down."""
    current = Role.objects.current().filter(user=user).select_related("organization", "user")
    return list(current.order_by("organization__depth", "organization__sort_key", "pk"))


def acting_role(request: HttpRequest) -> Role | None:
    """The role chosen in this session, as long as it is current."""
    chosen = request.session.get("role")
    if chosen is None or request.user.pk is None:
        return None
    current = Role.objects.current().select_related("organization", "user")
    return current.filter(pk=chosen, user_id=request.user.pk).first()


def act_as(request: HttpRequest, role: Role) -> None:
    """切换组织, on purpose and on record."""
    request.session["role"] = role.pk
    audit.record(role=role, verb="act_as", subject=f"role:{role.pk}", organization=role.organization)


def sign_out(request: HttpRequest) -> None:
    """End the session, on record."""
    role: Role | None = getattr(request, "role", None)
    audit.record(
        role=role,
        verb="log_out",
        subject=f"user:{request.user.pk}",
        organization=role.organization if role else None,
    )
    logout(request)


def why_not_proved(request: HttpRequest, user: User, password: str, *, what: str = "密码") -> str:
    """Why this is not shown to be the signed-in person by their password, in words; empty when it is.

    Somebody may sit at a session that is not theirs: so it is counted, put on record and locked as a login is.
    """
    found = authenticate(request, username=user.get_username(), password=password)
    if found is None:
        is_locked = getattr(request, "axes_locked_out", False)
        return why_refused(request, user.get_username()) if is_locked else f"{what}不正确，请重新输入。"
    user.password = found.password  # as it was when it was proved, and hashed anew perhaps
    return ""


def change_password(request: HttpRequest, user: User, password: str) -> None:
    """A new password of one's own: ends every other session of this person.

    Raises:
        StaleState: somebody reset it, or changed the person's roles, since `user` was read.
    """
    with transaction.atomic():
        held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if (held.password, held.sessions) != (user.password, user.sessions):
            raise StaleState("密码或身份在此期间已经变更，没有修改密码。请重新登录。")
        held.set_password(password)
        held.must_change_password = False
        held.save(update_fields=["password", "must_change_password"])
        role: Role | None = getattr(request, "role", None)
        audit.record(
            role=role, verb="change_password", subject=f"user:{user.pk}",
            organization=role.organization if role else None, fields=["password"],
        )  # fmt: skip
    update_session_auth_hash(request, held)


def set_one_time_password(user: User, password: str) -> None:
    """For somebody who forgot theirs, to be changed at the first login: ends every session, and the lock that failed attempts have brought.

    The caller holds the row, has asked the policy and writes the audit.
    """
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    AccessAttempt.objects.filter(username=user.username).delete()
