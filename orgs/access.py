"""Who is asking: the signed-in person and the one role they act in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from orgs.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class ActingRequest(HttpRequest):
    """A request of a signed-in person with an acting role."""

    user: User
    role: Role
    htmx: Any


def signed_in(view: Callable[Concatenate[Any, P], HttpResponse]) -> View[P]:
    """For views that need a signed-in person, whichever role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return (
            view(request, *args, **kwargs)
            if request.user.is_authenticated
            else login_required_answer(request)
        )

    return cast(View[P], guarded)


def acting(view: Callable[Concatenate[Any, P], HttpResponse]) -> View[P]:
    """For views that need a signed-in person with a role: `request` is an `ActingRequest` inside."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return login_required_answer(request)
        if request.user.must_change_password:
            return _elsewhere(request, "password-change")
        if getattr(request, "role", None) is None:
            return _elsewhere(request, "roles")
        return view(request, *args, **kwargs)

    guarded.needs_role = True  # type: ignore[attr-defined]
    return cast(View[P], guarded)


def login_required_answer(request: HttpRequest) -> HttpResponse:
    """To a page: the login page. To a script: 401, upon which it opens the log-in dialog over the page."""
    if _is_script(request):
        return HttpResponse("登录已过期，请重新登录。", status=401, headers={"X-Login-Required": "1"})
    return redirect_to_login(_page(request), resolve_url(settings.LOGIN_URL))


def _elsewhere(request: HttpRequest, name: str) -> HttpResponse:
    """Something has to be done first on another page; afterwards back to this one."""
    address = f"{resolve_url(name)}?{urlencode({'next': _page(request)})}"
    if _is_script(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _is_script(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request") or request.headers.get("X-Requested-With") == "fetch")


def _page(request: HttpRequest) -> str:
    """The page to come back to: the one that was asked for, or the one whose form was sent."""
    if request.method == "GET" and not _is_script(request):
        return request.get_full_path()
    try:
        sent_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return "/"
    return (
        f"{sent_from.path}?{sent_from.query}".rstrip("?") if sent_from.netloc == request.get_host() else "/"
    )
