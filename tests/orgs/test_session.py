"""Idle time-out, and the log-in dialog that goes on where the page stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from orgs.models import AuditEvent, Role
from tests.factories import PASSWORD, RoleFactory, World

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def is_open(client: Client) -> bool:
    return client.get(reverse("inbox")).status_code == 200


def test_half_an_hour_without_a_request_ends_the_session(
    client: Client, log_in: object, branch_role: Role
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(branch_role)
        for _ in range(3):
            clock.shift(timedelta(minutes=29))
            assert is_open(client)
        clock.shift(timedelta(minutes=30, seconds=1))
        assert client.get("/inbox/?tab=news").url == "/login/?next=/inbox/%3Ftab%3Dnews"
        assert not client.session.keys()


def test_twelve_hours_end_it_whatever_was_done(client: Client, log_in: object, branch_role: Role) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(branch_role)
        for _ in range(24):
            clock.shift(timedelta(minutes=29))
            assert is_open(client)
        clock.shift(timedelta(minutes=25))
        assert not is_open(client)


def test_asking_whether_the_session_lives_does_not_keep_it_alive(
    client: Client, log_in: object, branch_role: Role
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(branch_role)
        for left in (1200, 600, 0):
            clock.shift(timedelta(minutes=10))
            answer = client.get(reverse("session-alive")).json()
            assert (answer["alive"], answer["seconds_left"]) == (True, left)
        clock.shift(timedelta(seconds=1))
        assert client.get(reverse("session-alive")).json()["alive"] is False


def test_a_page_of_another_role_is_told_that_its_session_is_over(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    log_in(branch_role)
    assert client.get(reverse("session-alive"), {"role": branch_role.pk}).json()["alive"] is True
    assert client.get(reverse("session-alive"), {"role": committee_role.pk}).json()["alive"] is False


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"X-Requested-With": "fetch"}])
def test_a_script_is_answered_401_so_that_the_dialog_opens(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    answer = client.get(reverse("organization-search"), headers=headers)
    assert (answer.status_code, answer["X-Login-Required"]) == (401, "1")


def test_after_a_form_was_sent_too_late_the_login_leads_back_to_its_page(client: Client, db: None) -> None:
    late = client.post(reverse("inbox-read-all"), headers={"Referer": "http://testserver/inbox/?tab=news"})
    assert late.url == "/login/?next=/inbox/%3Ftab%3Dnews"
    foreign = client.post(reverse("inbox-read-all"), headers={"Referer": "http://evil.example/inbox/"})
    assert foreign.url == "/login/?next=/"


def resume(client: Client, acting: Role, password: str = PASSWORD, **more: object) -> object:
    data = {"username": acting.user.username, "password": password, "role": acting.pk, **more}
    return client.post(reverse("login-resume"), data)


def test_the_dialog_signs_in_again_in_the_role_of_the_page(client: Client, world: World) -> None:
    school = world.role(world.school)
    street = RoleFactory(user=school.user, organization=world.street)
    answer = resume(client, street)
    assert answer.json()["ok"] is True
    assert client.session["role"] == street.pk
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-2:] == ["log_in", "act_as"]


def test_a_wrong_password_leaves_the_dialog_open_and_counts(client: Client, branch_role: Role) -> None:
    first = resume(client, branch_role, "x")
    assert (first.status_code, first.json()["ok"]) == (200, False)
    assert "还可尝试 4 次" in first.json()["message"]
    for _ in range(4):
        last = resume(client, branch_role, "x")
    assert last.status_code == 429
    assert "请 15 分钟后再试" in last.json()["message"]
    assert resume(client, branch_role).status_code == 429
    assert "role" not in client.session


@pytest.mark.parametrize("asked", ["", "0", "x", "foreign"])
def test_a_role_that_is_not_ones_own_is_not_resumed(
    client: Client, branch_role: Role, committee_role: Role, asked: str
) -> None:
    answer = resume(client, branch_role, role=committee_role.pk if asked == "foreign" else asked)
    assert (answer.status_code, answer.json()["ok"]) == (403, False)
    assert "_auth_user_id" not in client.session


def test_the_old_token_signs_in_and_the_new_one_sends_the_form_that_stayed_open(branch_role: Role) -> None:
    client = Client(enforce_csrf_checks=True)
    with time_machine.travel(NOON, tick=False) as clock:
        token = client.get(reverse("login")).context["csrf_token"]
        client.post(
            reverse("login"),
            {"username": branch_role.user.username, "password": PASSWORD, "csrfmiddlewaretoken": str(token)},
        )
        page = client.get(reverse("inbox")).content.decode()
        old = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        clock.shift(timedelta(minutes=31))
        assert client.get(reverse("session-alive"), {"role": branch_role.pk}).json()["alive"] is False
        answer = resume(client, branch_role, csrfmiddlewaretoken=old)
        assert answer.json()["ok"] is True
        sent = client.post(reverse("inbox-read-all"), {"csrfmiddlewaretoken": answer.json()["csrf"]})
        assert sent.url == reverse("inbox")


def test_after_another_tab_logged_in_the_answer_about_the_session_brings_the_token_that_counts_now(
    branch_role: Role, committee_role: Role
) -> None:
    client = Client(enforce_csrf_checks=True)
    token = str(client.get(reverse("login")).context["csrf_token"])
    other = {"username": committee_role.user.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    client.post(reverse("login"), other)
    asked = client.get(reverse("session-alive"), {"role": branch_role.pk}).json()
    assert asked["alive"] is False
    assert resume(client, branch_role, csrfmiddlewaretoken=token).status_code == 403
    assert resume(client, branch_role, csrfmiddlewaretoken=asked["csrf"]).json()["ok"] is True
    assert client.session["role"] == branch_role.pk


def test_the_dialog_of_a_page_carries_its_person_and_role(
    client: Client, log_in: object, branch_role: Role
) -> None:
    page = log_in(branch_role).get(reverse("inbox")).content.decode()
    dialog = page[page.index('<dialog class="zt-dialog" id="relogin"') :]
    assert f'value="{branch_role.user.username}" readonly' in dialog
    assert f'name="role" value="{branch_role.pk}"' in dialog
    assert f'data-session-url="/session/?role={branch_role.pk}"' in dialog
    assert 'data-idle-seconds="1800"' in page
