"""The first step on an empty deployment."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from orgs.models import Organization, Role

ARGUMENTS = {
    "name": "共青团演示省委员会",
    "short_name": "团省委",
    "code": "11",
    "username": "province",
    "person": "演示管理员",
}


def start(**changed):
    out = StringIO()
    call_command("start_province", stdout=out, **{**ARGUMENTS, **changed})
    return out.getvalue()


def test_the_first_administrator_logs_in_with_the_password_shown_and_has_to_change_it(db, client):
    password = start().split("初始密码 ")[1].split("（")[0]
    answer = client.post(reverse("login"), {"username": "province", "password": password})
    assert answer.status_code == 302
    assert client.get(reverse("home")).url.startswith(reverse("password-change"))
    assert Role.objects.get().organization == Organization.objects.get()


def test_a_second_province_is_refused_in_words_and_leaves_nothing_behind(db):
    start()
    with pytest.raises(CommandError, match="省"):
        start(username="another")
    assert Organization.objects.count() == Role.objects.count() == 1
