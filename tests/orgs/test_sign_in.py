"""登录, lock-out, 退出 and 修改密码."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from orgs.models import AuditEvent, Role, User
from tests.factories import PASSWORD, RoleFactory, UserFactory, World

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
WRONG = "不对的口令"


def send(client: Client, username: str, password: str = WRONG, **more: object) -> object:
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def error_line(response: object) -> str:
    found = re.search(r'class="zt-errs[^>]*data-focus>(.*?)</div>', response.content.decode(), re.S)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def test_a_person_with_one_role_acts_in_it_at_once(client: Client, branch_role: Role) -> None:
    response = send(client, branch_role.user.username, PASSWORD)
    assert response.url == reverse("home")
    assert client.session["role"] == branch_role.pk
    event = AuditEvent.objects.get(verb="log_in")
    assert (event.role, event.organization, event.subject) == (
        branch_role,
        branch_role.organization,
        f"user:{branch_role.user_id}",
    )


def test_the_session_key_changes_at_login(client: Client, branch_role: Role) -> None:
    client.get(reverse("login"))
    session = client.session
    session["before"] = True
    session.save()
    key = session.session_key
    send(client, branch_role.user.username, PASSWORD)
    assert client.session.session_key != key


def test_a_failure_keeps_the_account_says_how_many_tries_are_left_and_takes_the_focus(
    client: Client, branch_role: Role
) -> None:
    name = branch_role.user.username
    send(client, name)
    send(client, name)
    response = send(client, name)
    page = response.content.decode()
    assert error_line(response) == "错误：账号或密码不正确。连续错误 5 次将锁定 15 分钟（还可尝试 2 次）。"
    assert "<title>错误：登录 · 智慧团建</title>" in page
    assert f'value="{name}"' in page
    assert WRONG not in page
    assert "autofocus" not in page


@time_machine.travel(NOON, tick=False)
def test_known_and_unknown_names_get_the_same_answers(client: Client, branch_role: Role) -> None:
    inactive = UserFactory(is_active=False)
    answers = []
    for name in (branch_role.user.username, inactive.username, "nobody"):
        tries = [send(client, name, PASSWORD if name == inactive.username else WRONG) for _ in range(6)]
        answers.append([(one.status_code, error_line(one)) for one in tries])
    assert answers[0] == answers[1] == answers[2]


def test_nothing_typed_is_one_line_too_and_counts_as_no_attempt(client: Client, db: None) -> None:
    assert error_line(send(client, "", "")) == "错误：请输入账号和密码。"
    assert not AccessAttempt.objects.exists()


def test_the_fifth_failure_locks_for_fifteen_minutes_and_more_of_them_do_not_extend_it(
    client: Client, branch_role: Role
) -> None:
    name = branch_role.user.username
    with time_machine.travel(NOON, tick=False) as clock:
        answers = [send(client, name) for _ in range(5)]
        assert [one.status_code for one in answers] == [200, 200, 200, 200, 429]
        assert "请 15 分钟后再试" in error_line(answers[-1])
        clock.shift(timedelta(minutes=10))
        locked = send(client, name, PASSWORD)
        assert locked.status_code == 429
        assert "请 5 分钟后再试" in error_line(locked)
        assert f'value="{name}"' in locked.content.decode()
        clock.shift(timedelta(minutes=5, seconds=1))
        assert send(client, name, PASSWORD).status_code == 302


def test_the_lock_is_for_one_name_from_one_address(client: Client, world: World) -> None:
    one, other = world.role(world.branch), world.role(world.branch)
    for _ in range(5):
        send(client, one.user.username)
    assert send(Client(REMOTE_ADDR="10.0.0.2"), one.user.username, PASSWORD).status_code == 302
    assert send(Client(), other.user.username, PASSWORD).status_code == 302
    spoofed = client.post(
        reverse("login"),
        {"username": one.user.username, "password": PASSWORD},
        headers={"X-Forwarded-For": "10.0.0.2"},
    )
    assert spoofed.status_code == 429


def test_failures_are_on_record_without_what_was_typed(
    client: Client, branch_role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    send(client, branch_role.user.username)
    send(client, PASSWORD, "a")  # somebody types the password into the wrong box
    events = AuditEvent.objects.filter(verb="log_in_failed").order_by("pk")
    assert [(event.subject, event.note, event.fields) for event in events] == [
        (f"user:{branch_role.user_id}", "", []),
        ("user:", "", []),
    ]
    assert PASSWORD not in caplog.text
    assert WRONG not in " ".join(AccessAttempt.objects.values_list("post_data", flat=True))


def test_attempts_while_locked_do_not_fill_the_record(client: Client, branch_role: Role) -> None:
    for _ in range(9):
        send(client, branch_role.user.username)
    assert AuditEvent.objects.filter(verb="log_in_failed").count() == 5


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/inbox/?tab=news", "/inbox/?tab=news"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_login_only_an_address_of_ours_is_followed(
    client: Client, branch_role: Role, wanted: str, reached: str
) -> None:
    assert send(client, branch_role.user.username, PASSWORD, next=wanted).url == reached


def test_who_is_signed_in_does_not_see_the_login_page(
    client: Client, log_in: object, branch_role: Role
) -> None:
    assert log_in(branch_role).get(reverse("login")).url == reverse("home")


def test_logging_out_takes_a_post_ends_the_session_and_says_so(
    client: Client, log_in: object, branch_role: Role
) -> None:
    log_in(branch_role)
    assert client.get(reverse("logout")).status_code == 405
    response = client.post(reverse("logout"), follow=True)
    assert response.redirect_chain == [(reverse("login"), 302)]
    assert "已退出登录。" in response.content.decode()
    assert "role" not in client.session
    assert AuditEvent.objects.get(verb="log_out").role == branch_role
    assert client.get(reverse("inbox")).status_code == 302


def test_pages_of_a_signed_in_person_are_kept_by_no_cache(
    client: Client, log_in: object, branch_role: Role
) -> None:
    log_in(branch_role)
    assert "no-store" in client.get(reverse("inbox"))["Cache-Control"]
    assert client.post(reverse("logout"))["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("name", ["login", "login-resume", "logout"])
def test_a_form_from_elsewhere_is_refused(branch_role: Role, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(branch_role.user)
    assert client.post(reverse(name), {"username": "a", "password": "b"}).status_code == 403


NEW = "樱桃树下-第8排-座位"


def change(client: Client, **values: str) -> object:
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW} | values
    return client.post(reverse("password-change"), data)


def test_a_new_password_ends_the_other_sessions_and_is_on_record(
    client: Client, log_in: object, branch_role: Role
) -> None:
    log_in(branch_role)
    elsewhere = Client()
    elsewhere.force_login(branch_role.user)
    assert change(client).url == reverse("home")
    assert client.get(reverse("inbox")).status_code == 200
    assert elsewhere.get(reverse("inbox")).status_code == 302
    event = AuditEvent.objects.get(verb="change_password")
    assert (event.role, event.fields) == (branch_role, ["password"])
    assert branch_role.user.check_password(PASSWORD)  # the object of before
    assert User.objects.get(pk=branch_role.user_id).check_password(NEW)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"old_password": WRONG}, "原密码不正确，请重新输入。"),
        ({"new_password2": "樱桃树下-第9排-座位"}, "两次输入的新密码不一致。"),
        ({"new_password1": "", "new_password2": ""}, "请输入新密码"),
        ({"new_password1": "1234567890", "new_password2": "1234567890"}, "密码"),
        ({"new_password1": "abc", "new_password2": "abc"}, "密码"),
    ],
)
def test_a_bad_new_password_is_refused_in_words(
    client: Client, log_in: object, branch_role: Role, values: dict[str, str], words: str
) -> None:
    log_in(branch_role)
    response = change(client, **values)
    assert response.status_code == 422
    page = response.content.decode()
    assert "<title>错误：修改密码 · 智慧团建</title>" in page
    assert words in page[page.index('id="errors"') :]
    assert User.objects.get(pk=branch_role.user_id).check_password(PASSWORD)


def test_after_a_reset_nothing_opens_before_the_new_password(client: Client, world: World) -> None:
    role = RoleFactory(organization=world.branch, user__must_change_password=True)
    send(client, role.user.username, PASSWORD)
    asked = client.get("/inbox/?tab=news")
    assert asked.url == "/password/?next=%2Finbox%2F%3Ftab%3Dnews"
    assert "一次性密码" in client.get(asked.url).content.decode()
    assert change(client, next="/inbox/?tab=news").url == "/inbox/?tab=news"
    assert client.get("/inbox/?tab=news").status_code == 200
