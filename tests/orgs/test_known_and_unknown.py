"""Whoever tries names at the login page learns nothing: not from the words, and not from how much work an answer takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import Authenticator, User
from orgs.services import second_factor
from tests.factories import PASSWORD, RoleFactory, UserFactory, World

WRONG = "不对的口令"


class Counting(MD5PasswordHasher):
    """A hasher that counts its work."""

    computed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).computed += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def counted(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    with time_machine.travel(datetime(2026, 3, 2, 4, 0, tzinfo=UTC), tick=False):
        yield


def kind_of(sql: str) -> str:
    """The statement without its values."""
    return re.sub(r"'(?:[^']|'')*'|\b\d+\b|\"s\d+_x\d+\"", "?", sql)


def answer(username: str, password: str, times: int) -> dict[str, object]:
    """What the last of several tries by a new browser shows, and what it cost."""
    client = Client(REMOTE_ADDR=f"10.0.0.{times}")
    for left in reversed(range(times)):
        client.get(reverse("login"))
        Counting.computed = 0
        with CaptureQueriesContext(connection) as asked:
            got = client.post(reverse("login"), {"username": username, "password": password})
        if not left:
            break
    page = re.sub(r'(csrf[^>]*(?:value|content)=")[^"]*', r"\1", got.content.decode()).replace(username, "·")
    headers = {name: value for name, value in got.items() if name not in {"X-Request-Id", "Content-Length"}}
    return {
        "status": got.status_code, "page": page, "headers": headers, "cookies": sorted(got.cookies),
        "hashes": Counting.computed, "statements": [kind_of(one["sql"]) for one in asked],
    }  # fmt: skip


@pytest.mark.parametrize("times", [1, 5, 6], ids=["wrong", "the one that locks", "locked"])
def test_unknown_known_inactive_and_without_a_role_are_answered_alike(world: World, times: int) -> None:
    known = world.role(world.branch).user
    several = RoleFactory(user=world.role(world.branch).user, organization=world.street).user
    with_factor = world.role(world.branch).user
    Authenticator.objects.filter(pk=second_factor.begin(with_factor).pk).update(confirmed=True)
    without = UserFactory()
    User.objects.filter(pk=without.pk).update(password=make_password(None))
    tries = {
        "unknown": ("nobody", WRONG),
        "known": (known.username, WRONG),
        "inactive": (UserFactory(is_active=False).username, PASSWORD),
        "without a role": (UserFactory().username, WRONG),
        "several roles": (several.username, WRONG),
        "with a second factor": (with_factor.username, WRONG),
        "without a password": (without.username, WRONG),
    }
    found = {who: answer(*given, times) for who, given in tries.items()}
    assert found["unknown"]["status"] == (200 if times == 1 else 429)
    assert found["unknown"]["hashes"] == (0 if times == 6 else 1)
    for who, one in found.items():
        for what, value in one.items():
            assert value == found["unknown"][what], (who, what)


def test_the_dialog_answers_alike_too(world: World) -> None:
    role = world.role(world.branch)
    names = [(f"nobody{at}", UserFactory(is_active=False).username) for at in range(2)]
    for password, pair in zip((WRONG, PASSWORD), names, strict=True):
        given = {"password": password, "role": role.pk}
        one, other = (Client().post(reverse("login-resume"), {**given, "username": name}) for name in pair)
        assert (one.status_code, one.content) == (other.status_code, other.content) and one.status_code == 200
