"""Error pages: in words, with the right status, without the database."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_CSRF_TOKEN_MISSING, REASON_NO_CSRF_COOKIE
from django.template.loader import render_to_string
from django.test import RequestFactory

from orgs.views import errors
from zhtj.lib.sealing import BrokenSeal, open_sealed, seal

REQUEST = RequestFactory().get("/any/")


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500, 503])
def test_error_page_renders_without_request_or_database(status: int) -> None:
    html = render_to_string(f"{status}.html")
    assert len(html.encode()) < 20_000
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


def test_too_much_text_is_told_the_limit(settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**19
    answer = errors.bad_request(REQUEST, RequestDataTooBig())
    assert (answer.status_code, "512 KB" in answer.content.decode()) == (413, True)


def failing(failure: Exception, request: HttpRequest = REQUEST) -> HttpResponse:
    """The answer as Django asks for it: while the failure is being handled."""
    try:
        raise failure
    except type(failure):
        return errors.server_error(request)


def test_while_the_database_is_away_the_page_says_so_and_asks_to_come_back() -> None:
    answer = failing(OperationalError())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "请 1 分钟后" in answer.content.decode()


def test_a_value_that_does_not_open_has_a_sentence_of_its_own() -> None:
    row = uuid4()
    sealed = seal(row, "members.Member.phone", "13800000000")
    with pytest.raises(BrokenSeal) as caught:
        open_sealed(uuid4(), "members.Member.phone", sealed)
    answer = failing(caught.value)
    assert answer.status_code == 500
    assert "该信息无法解密，请联系系统管理员（密钥）" in answer.content.decode()


def test_the_text_of_a_broken_seal_names_field_and_row_and_nothing_else() -> None:
    row = uuid4()
    with pytest.raises(BrokenSeal, match=f"^members.Member.phone of {row}$"):
        open_sealed(row, "members.Member.phone", seal(uuid4(), "members.Member.phone", "13800000000"))


@pytest.mark.parametrize(
    ("method", "kept", "words"),
    [("get", False, ""), ("post", False, "没有保存"), ("post", True, "已保存为草稿")],
)
def test_the_500_page_says_what_became_of_what_was_typed(method: str, kept: bool, words: str) -> None:
    request = getattr(RequestFactory(), method)("/any/")
    request.kept = kept
    page = failing(RuntimeError(), request).content.decode()
    assert words in page
    assert ("草稿" in page, "没有保存" in page) == (kept, method == "post" and not kept)
