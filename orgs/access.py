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
from django.utils.http import url_has_allowed_host_and_scheme

from orgs.models import Role, User
from orgs.services.second_factor import CODE

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class ActingRequest(HttpRequest):
    """A request of a signed-in person with an acting role."""

    user: User
    role: Role
    due: str
    """What has to be done before anything opens (`orgs.services.second_factor.due`); inside `acting`, nothing."""
    htmx: Any
    menu_path: str
    """Set where a page belongs under another item of the menu than its address says."""
    kept: bool
    """Set when the page breaks down after what was typed has been kept: the 500 page says so (orgs/views/errors.py)."""


def signed_in(view: Callable[Concatenate[Any, P], HttpResponse]) -> View[P]:
    """For views that need a signed-in person, whichever role: whoever has a second factor has given it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return login_required_answer(request)
        if _due(request) == CODE:
            return code_required_answer(request)
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def acting(view: Callable[Concatenate[Any, P], HttpResponse]) -> View[P]:
    """For views that need a signed-in person with a role: `request` is an `ActingRequest` inside.

    First the code of who has a second factor, then a password of one's own, then a second factor where the role's duty asks for one.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return login_required_answer(request)
        if _due(request) == CODE:
            return code_required_answer(request)
        if request.user.must_change_password:
            return elsewhere(request, "password-change")
        if getattr(request, "role", None) is None:
            return elsewhere(request, _due(request) or "roles")
        return view(request, *args, **kwargs)

    guarded.needs_role = True  # type: ignore[attr-defined]
    return cast(View[P], guarded)


def login_required_answer(request: HttpRequest) -> HttpResponse:
    """To a page: the login page. To a script: 401, upon which it opens the log-in dialog over the page."""
    if _is_script(request):
        return HttpResponse("登录已过期，请重新登录。", status=401, headers={"X-Login-Required": "1"})
    return redirect_to_login(_page(request), resolve_url(settings.LOGIN_URL))


def code_required_answer(request: HttpRequest) -> HttpResponse:
    """To a page: the page that asks for the code. To a script: 401 as without a login, since the dialog asks for the code as well."""
    if _is_script(request):
        return HttpResponse("请先输入验证码。", status=401, headers={"X-Login-Required": "1"})
    return elsewhere(request, CODE)


def address_of_ours(request: HttpRequest, wanted: str) -> str:
    """Where the person wanted to go, if that is an address of ours; never a view's name, which `redirect` would take it for."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else ""


def elsewhere(request: HttpRequest, name: str, *, wanted: str | None = None) -> HttpResponse:
    """Something has to be done first on another page; afterwards back to this one, or to where the person wanted to go."""
    asked = urlencode({"next": _page(request) if wanted is None else wanted})
    address = resolve_url(name) if wanted == "" else f"{resolve_url(name)}?{asked}"
    if _is_script(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _due(request: HttpRequest) -> str:
    return str(getattr(request, "due", ""))


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
