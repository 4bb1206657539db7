"""Pages for what went wrong: each says why and what to do.

What a person may meet on the way (403, 404) stands in the frame, with the menu to go on by; the others need no database.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import render_to_string

STALE_FORM = (
    "页面已过期，这次提交没有生效。请返回上一页刷新后重新提交；如果刚刚在别处登录或退出过，请先重新登录。"
)
NO_COOKIE = "浏览器没有带回登录信息（Cookie），这次提交没有生效。请允许本站使用 Cookie，刷新后重新提交。"
FOREIGN_ORIGIN = "这次提交不是从本站页面发出的，已经拒绝。请从本站页面重新操作。"


def _page(template: str, status: int, **context: str) -> HttpResponse:
    # No request: a context processor must not touch the database while an error is being shown.
    return HttpResponse(render_to_string(template, context), status=status)


def _framed(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    """In the frame for whoever acts in a role; should that fail as well, Django shows the 500 page instead."""
    if getattr(request, "role", None) is None:
        return _page(template, status, **context)
    return render(request, template, {"layout": "page.html", **context}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token: says so in words a person can act on."""
    if reason == REASON_NO_CSRF_COOKIE:
        words = NO_COOKIE
    else:
        words = FOREIGN_ORIGIN if reason.startswith(REASON_BAD_ORIGIN.partition("%")[0]) else STALE_FORM
    return _page("403.html", 403, reason=words)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the reason the policy gave."""
    told = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _framed(request, "403.html", 403, reason=told)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the same words for what does not exist and what is out of reach."""
    return _framed(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without any data of the request."""
    return _page("500.html", 500)
