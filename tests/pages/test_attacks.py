"""What a hostile client sends: refused in words, never a failure of ours, and nothing written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

PLAIN_PAGES = (
    "home",
    "members",
    "reviews",
    "organizations",
    "organization-search",
    "inbox",
    "roles",
    "login",
)


@pytest.fixture
def attacker(client: Client) -> Client:
    """A client that is shown failures as pages, as browsers are."""
    client.raise_request_exception = False
    return client


def multipart(**fields: bytes) -> bytes:
    parts = [
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + b"--XX--\r\n"


@pytest.mark.parametrize("charset", ["unicode_escape", "zlib", "idna", "undefined", "utf-16", "nonsense"])
@pytest.mark.parametrize("name", ["login", "login-resume", "enter", "enter-fields", "upload"])
def test_a_form_in_another_code_is_refused(attacker, log_in, branch_role, name, charset):
    if not name.startswith("login"):
        log_in(branch_role)
    body = multipart(name=b"\\ud800", username=b"\\ud800", password=b"x")
    sent = attacker.generic(
        "POST", reverse(name), body, content_type=f"multipart/form-data; boundary=XX; charset={charset}"
    )
    assert sent.status_code == 400


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_a_nul_in_an_address_is_refused(attacker, log_in, committee_role, name):
    log_in(committee_role)
    for parameter in ("q", "org", "after", "next"):
        assert attacker.get(reverse(name), {parameter: "甲\0"}).status_code == 400


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_nonsense_in_an_address_is_no_failure(attacker, log_in, committee_role, name):
    log_in(committee_role)
    for parameter in ("q", "org", "pages", "tab", "state", "before", "after", "next"):
        for value in ("9" * 18, "9" * 30, "-1", "%\\'", "٣", "1e5", "甲" * 3000):
            assert attacker.get(reverse(name), {parameter: value}).status_code in {200, 302, 400, 404}


def test_a_referer_that_is_no_address_is_no_failure(attacker, branch_role):
    answer = attacker.post(reverse("upload"), headers={"referer": "http://["})
    assert answer.url == f"{reverse('login')}?next=/"


def test_an_account_longer_than_any_is_refused_like_a_wrong_one(attacker, db):
    answer = attacker.post(reverse("login"), {"username": "a" * 5000, "password": "b"})
    assert answer.status_code == 200 and "账号或密码不正确" in answer.content.decode()
