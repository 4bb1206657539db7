"""Error pages: in words, with the right status, without the database."""

import pytest
from django.core.exceptions import PermissionDenied
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_CSRF_TOKEN_MISSING, REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string
from django.test import RequestFactory

from orgs.views import errors

REQUEST = RequestFactory().get("/any/")


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_error_page_renders_without_request_or_database(status: int) -> None:
    html = render_to_string(f"{status}.html")
    assert f"错误代码 {status}" in html
    assert "返回工作台" in html


def test_handlers_answer_with_their_status() -> None:
    answers = [
        errors.bad_request(REQUEST),
        errors.forbidden(REQUEST),
        errors.not_found(REQUEST),
        errors.server_error(REQUEST),
    ]
    assert [answer.status_code for answer in answers] == [400, 403, 404, 500]


def test_forbidden_names_the_reason() -> None:
    answer = errors.forbidden(REQUEST, PermissionDenied("审核须由上级团委办理。"))
    assert "审核须由上级团委办理。" in answer.content.decode()


def test_reason_is_escaped() -> None:
    assert b"<b>" not in errors.forbidden(REQUEST, PermissionDenied("<b>")).content


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (REASON_CSRF_TOKEN_MISSING, "页面已过期"),
        (REASON_NO_CSRF_COOKIE, "Cookie"),
        (REASON_BAD_ORIGIN % "x", "不是从本站页面发出"),
    ],
)
def test_refused_form_says_why_and_what_to_do(reason: str, words: str) -> None:
    answer = errors.csrf_failure(REQUEST, reason)
    assert answer.status_code == 403
    assert words in answer.content.decode()
