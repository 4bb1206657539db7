"""Who is asking: the signed-in person and the one role they act in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from orgs.models import Role, User

P = ParamSpec("P")


class ActingRequest(HttpRequest):
    """A request of a signed-in person with an acting role."""

    user: User
    role: Role
    htmx: Any


def login_required_answer(request: HttpRequest) -> HttpResponse:
    """To a page: the login page. To a script: 401, upon which it opens the log-in dialog over the page."""
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse("登录已过期，请重新登录。", status=401, headers={"X-Login-Required": "1"})
    back = request.get_full_path() if request.method == "GET" else request.path
    return redirect_to_login(back, resolve_url(settings.LOGIN_URL))


def acting(view: Callable[Concatenate[Any, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For views that need a signed-in person with a role: `request` is an `ActingRequest` inside."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return login_required_answer(request)
        if getattr(request, "role", None) is None:
            return redirect("roles")
        return view(request, *args, **kwargs)

    guarded.needs_role = True  # type: ignore[attr-defined]
    return guarded
