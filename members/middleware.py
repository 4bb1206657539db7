"""After login: 重新选择现任职务 before the requested page, as long as there is something to choose (指引 1.3（4）)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from members.services import titles
from orgs.models import ProvinceSettings, Role

Answer = Callable[[HttpRequest], HttpResponse]
KEY = "titles"
"""In the session: for which role it was asked, how many are left, and whether it was put off."""
OPEN = frozenset(
    (
        *("titles", "titles-choose", "titles-suggested", "titles-later", "leave", "change-post"),
        *("login", "login-resume", "logout", "session-alive", "roles", "act-as", "password-change", "help"),
        *("inbox", "inbox-read-all", "notice", "notice-read", "healthz", "readyz"),
    )
)
"""What opens all the same, by URL name: the choice itself, what may stand in its way, and the frame."""


class TitlesFirst:
    """The database is asked once a session and role; the page itself keeps the figure right afterwards."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        role: Role | None = getattr(request, "role", None)
        if role is None or role.user.must_change_password:
            return self.get_response(request)
        known = state(request, role)
        if known["left"] and _leads_away(request) and must_choose(known):
            wanted = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('titles')}?{wanted}")
        return self.get_response(request)


def state(request: HttpRequest, role: Role) -> dict[str, Any]:
    """What this session knows; asked anew after 切换组织."""
    known: dict[str, Any] | None = request.session.get(KEY)
    if not known or known["role"] != role.pk:
        return note(request, role, later=False)
    _show(request, known)
    return known


def note(request: HttpRequest, role: Role, *, later: bool) -> dict[str, Any]:
    """Ask the database and keep the answer."""
    known = {"role": role.pk, "left": titles.left(role), "later": later}
    request.session[KEY] = known
    _show(request, known)
    return known


def _show(request: HttpRequest, known: dict[str, Any]) -> None:
    """For the menu (`orgs.context`), which knows nothing of posts."""
    request.to_do = {"重新选择现任职务": known["left"]}  # type: ignore[attr-defined]


def may_wait() -> bool:
    return ProvinceSettings.now().titles_may_wait(timezone.localdate())


def must_choose(known: dict[str, Any]) -> bool:
    """Put off holds for the session, and no longer than the province's deadline."""
    return not (known["later"] and may_wait())


def _leads_away(request: HttpRequest) -> bool:
    """Only a page that is being opened: what was typed into one that is open already is not lost on the way."""
    if request.method not in {"GET", "HEAD"} or request.headers.get("HX-Request"):
        return False
    if (
        request.headers.get("Sec-Fetch-Dest", "document") != "document"
        or "X-Requested-With" in request.headers
    ):
        return False
    try:
        return resolve(request.path_info).url_name not in OPEN
    except Resolver404:
        return False
