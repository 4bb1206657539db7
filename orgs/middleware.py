"""Every request: its id, what no browser sends, session limits, acting role, and pages that no cache may keep."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from orgs.models import Role
from orgs.services import accounts, second_factor
from zhtj.lib.logs import REQUEST_ID

Answer = Callable[[HttpRequest], HttpResponse]
NO_EXTENSION = "/session/"
"""The page's own question whether the session lives must not keep it alive."""
POLL = "X-Poll"
"""Nor must a page that asks by itself how far a job is."""
GRAIN = 15
"""Seconds: not every request of a page writes the session."""


class RequestIds:
    """Gives each request an id of its own, by which the lines of the log are found that belong to a page somebody reports."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = REQUEST_ID.set(secrets.token_hex(4))
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = REQUEST_ID.get()
            return response
        finally:
            REQUEST_ID.reset(named)


class Legible:
    """Refuses, before anything reads them, an address with a NUL, which no text column takes, and a form in another code than UTF-8,
    whose decoder may fail or yield what cannot be written on a page. No browser sends either."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            raise BadRequest("a form that is not in UTF-8")
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest("an address with a NUL")
        return self.get_response(request)


class SessionLimits:
    """Ends a session after IDLE_MINUTES without a request, and after SESSION_HOURS in any case."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if accounts.seconds_left(request.session) < 0:
                logout(request)
            elif time.time() - request.session["seen"] > GRAIN and _by_a_person(request):
                request.session["seen"] = time.time()
        return self.get_response(request)


def _by_a_person(request: HttpRequest) -> bool:
    return request.path != NO_EXTENSION and POLL not in request.headers


class ActingRole:
    """`request.role`: the role chosen at login or by 切换组织; None when there is none to act in, or not yet, for `request.due` comes first."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        role: Role | None = accounts.acting_role(request) if request.user.is_authenticated else None
        request.due = second_factor.due(request.user, role) if request.user.is_authenticated else ""  # type: ignore[attr-defined]
        request.role = None if request.due else role  # type: ignore[attr-defined]
        return self.get_response(request)


class PrivatePages:
    """What a signed-in person saw is kept by no cache and by no back button after logging out."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
