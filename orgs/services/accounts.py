"""Signing in and out, and the role a person acts in."""

from __future__ import annotations

import time

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from orgs.models import Role, User
from orgs.services import audit


def begin_session(sender: object, request: HttpRequest, user: User, **rest: object) -> None:
    """Start the clocks of `SessionLimits`; a person with one role acts in it at once."""
    now = time.time()
    request.session["began"] = request.session["seen"] = now
    roles = list(Role.objects.current().filter(user=user).select_related("organization")[:2])
    if len(roles) == 1:
        request.session["role"] = roles[0].pk
    audit.record(
        role=roles[0] if len(roles) == 1 else None,
        verb="log_in",
        subject=f"user:{user.pk}",
        organization=roles[0].organization if len(roles) == 1 else None,
    )


def connect() -> None:
    """Django tells of a login only by signal, whichever form it came through."""
    user_logged_in.connect(begin_session, dispatch_uid="orgs.begin_session")


def acting_role(request: HttpRequest) -> Role | None:
    """The role chosen in this session, as long as it is current."""
    chosen = request.session.get("role")
    if chosen is None:
        return None
    return Role.objects.current().select_related("organization", "user").filter(pk=chosen, user_id=request.user.pk).first()


def roles_of(user: User) -> list[Role]:
    return list(Role.objects.current().filter(user=user).select_related("organization").order_by("organization__depth", "pk"))


def act_as(request: HttpRequest, role: Role) -> None:
    """切换组织, on purpose and on record."""
    request.session["role"] = role.pk
    audit.record(role=role, verb="act_as", subject=f"role:{role.pk}", organization=role.organization)
