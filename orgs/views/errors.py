"""Pages for what went wrong: each says why and what to do.

What a person may meet on the way (403, 404) stands in the frame, with the menu to go on by; the others need no database.
"""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import render_to_string

from orgs.policy import Act, grants
from zhtj.lib.logs import REQUEST_ID
from zhtj.lib.sealing import BrokenSeal

STALE_FORM = (
    "页面已过期，这次提交没有生效。请返回上一页刷新后重新提交；如果刚刚在别处登录或退出过，请先重新登录。"
)
NO_COOKIE = "浏览器没有带回登录信息（Cookie），这次提交没有生效。请允许本站使用 Cookie，刷新后重新提交。"
FOREIGN_ORIGIN = "这次提交不是从本站页面发出的，已经拒绝。请从本站页面重新操作。"

UNREADABLE = "该信息无法解密，请联系系统管理员（密钥）。"


def _page(template: str, status: int, **context: Any) -> HttpResponse:
    # No request: a context processor must not touch the database while an error is being shown.
    return HttpResponse(render_to_string(template, context), status=status)


def _framed(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
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
    """400; 413 where more was typed than any form of ours takes (a file has its own limit and says so at its field)."""
    if isinstance(exception, RequestDataTooBig):
        return _page("413.html", 413, kilobytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024)
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the reason the policy gave."""
    told = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _framed(request, "403.html", 403, reason=told)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; the same words for what does not exist and what is out of reach."""
    role = getattr(request, "role", None)
    return _framed(request, "404.html", 404, may_search=role is not None and grants(role, Act.SEE_MEMBERS))


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without any data of the request: its id, and whether what was typed is kept. 503 while the database is away."""
    failure = sys.exception()
    if isinstance(failure, OperationalError | InterfaceError):
        answer = _page("503.html", 503)
        answer["Retry-After"] = "30"
        return answer
    return _page(
        "500.html",
        500,
        reason=UNREADABLE if isinstance(failure, BrokenSeal) else "",
        request_id=REQUEST_ID.get(),
        typed=request.method == "POST",
        kept=getattr(request, "kept", False),
    )
