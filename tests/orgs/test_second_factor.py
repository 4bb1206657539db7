"""两步验证: set up, asked for after the password, recovery codes once, wrong codes slower and slower, and who may do without."""

from __future__ import annotations

import base64
import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from orgs.models import AuditEvent, Authenticator, Duty, ProvinceSettings, Role, User
from orgs.services import second_factor
from orgs.services.codes import CodeRefused
from tests.factories import PASSWORD, RoleFactory, World
from tests.races import at_once, only

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CODE, OVERVIEW, SET_UP = "/login/code/", "/second-factor/", "/second-factor/set-up/"
BEGIN = {"do": "begin", "password": PASSWORD}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sign_in(role: Role, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(reverse("login"), {"username": role.user.username, "password": PASSWORD})
    return client


def shown(key: str) -> str:
    """What a phone with this key shows now, computed as the phone does it."""
    return f"{TOTP(base64.b32decode(key)).token():06d}"


def key_on(page: str) -> str:
    return re.sub(r"\s", "", re.search(r'id="key">([^<]*)<', page)[1])


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code[^>]*>([^<]+)</code>", page)


def set_up(client: Client, password: str = PASSWORD) -> tuple[str, list[str]]:
    """Through the pages; the key that the phone has now, and the recovery codes."""
    page = client.post(OVERVIEW, {**BEGIN, "password": password}, follow=True).content.decode()
    key = key_on(page)
    return key, codes_on(client.post(SET_UP, {"code": shown(key)}).content.decode())


def require(*duties: Duty) -> None:
    ProvinceSettings.objects.update_or_create(pk=1, defaults={"second_factor": list(duties)})


def events() -> list[tuple[str, str]]:
    found = AuditEvent.objects.filter(verb__startswith="second_factor").order_by("pk")
    return list(found.values_list("verb", "note"))


def is_open(client: Client) -> bool:
    return client.get(reverse("inbox")).status_code == 200


def told(answer) -> str:
    found = re.search(r'id="errors".*?</ol>', answer.content.decode(), re.S)
    return html.unescape(re.sub(r"<[^>]+>", "", found[0])) if found else ""


def test_set_up_then_the_code_is_asked_for_at_every_login_and_counts_once(branch_role, clock):
    client = sign_in(branch_role)
    key, codes = set_up(client)
    assert is_open(client) and len(set(codes)) == 10
    clock.shift(timedelta(seconds=30))
    again = sign_in(branch_role)
    asked = again.get("/inbox/?tab=news")
    assert asked.url == "/login/code/?next=%2Finbox%2F%3Ftab%3Dnews"
    assert "六位数字" in again.get(asked.url).content.decode()
    answer = again.post(CODE, {"code": f" {shown(key)[:3]} {shown(key)[3:]}", "next": "/inbox/?tab=news"})
    assert answer.url == "/inbox/?tab=news" and is_open(again)
    third = sign_in(branch_role)
    used = third.post(CODE, {"code": shown(key)})
    assert used.status_code == 422 and "不正确，或已经用过" in told(used) and not is_open(third)
    assert events() == [
        ("second_factor.set_up", ""),
        ("second_factor.verify", ""),
        ("second_factor.fail", ""),
    ]


def test_the_session_gets_a_new_key_when_the_code_counts(branch_role, clock):
    key, _ = set_up(sign_in(branch_role))
    clock.shift(timedelta(seconds=30))
    client = sign_in(branch_role)
    before = client.session.session_key
    client.post(CODE, {"code": shown(key)})
    assert client.session.session_key != before and is_open(client)


def test_a_recovery_code_counts_once_and_says_how_many_are_left(branch_role, clock):
    _, codes = set_up(sign_in(branch_role))
    client, other = sign_in(branch_role), sign_in(branch_role)
    assert client.post(CODE, {"code": codes[3].upper().replace("-", " ")}).status_code == 302
    assert is_open(client)
    assert other.post(CODE, {"code": codes[3]}).status_code == 422 and not is_open(other)
    assert events()[1:] == [("second_factor.recovery_code", "还剩 9 个"), ("second_factor.fail", "")]
    clock.shift(timedelta(seconds=1))
    for code in codes[4:]:
        page = sign_in(branch_role).post(CODE, {"code": code}, follow=True).content.decode()
    assert "恢复码只剩 3 个" in page


def test_a_dump_of_the_database_holds_neither_key_nor_recovery_codes(branch_role):
    key, codes = set_up(sign_in(branch_role))
    kept = TOTPDevice.objects.get().key
    tokens = set(StaticToken.objects.values_list("token", flat=True))
    assert key not in kept and base64.b32decode(key).hex() not in kept
    assert not tokens & set(codes) and not tokens & {code.replace("-", "") for code in codes}
    stolen = RoleFactory(organization=branch_role.organization)
    TOTPDevice.objects.update(user=stolen.user)
    with pytest.raises(Exception, match="otp_totp"):
        Authenticator.objects.get().text_key  # noqa: B018 opens for its own person only


def test_wrong_codes_are_slower_and_slower_which_is_said_and_the_right_one_waits_too(branch_role, clock):
    key, codes = set_up(sign_in(branch_role))
    clock.shift(timedelta(seconds=30))
    client = sign_in(branch_role)
    for wait in (1, 2, 4, 8):
        wrong = client.post(CODE, {"code": "000000"})
        assert wrong.status_code == 422
        assert (f"请 {wait} 秒后再试" in told(wrong)) is (wait > 1)
        early = client.post(CODE, {"code": shown(key)})
        assert early.status_code == 429 and f"请 {wait} 秒后再试" in told(early)
        clock.shift(timedelta(seconds=wait))
    assert (
        "second_factor.verify" not in dict(events()) and len(events()) == 5
    )  # the set-up, and four that were looked at
    assert client.post(CODE, {"code": shown(key)}).status_code == 302
    again = sign_in(branch_role)
    for _ in range(9):
        again.post(CODE, {"code": "111111"})
        clock.shift(timedelta(seconds=2**9))
    again.post(CODE, {"code": "111111"})
    assert "请 9 分钟后再试" in told(again.post(CODE, {"code": shown(key)}))
    assert again.post(CODE, {"code": codes[0]}).status_code == 302  # recovery codes are counted by themselves


def test_a_role_whose_duty_needs_it_opens_nothing_before_and_another_role_does(client, world: World):
    school = world.role(world.school)
    cadre = RoleFactory(user=school.user, organization=world.branch, duty=Duty.CADRE)
    require(Duty.ADMINISTRATOR)
    sign_in(school, client)
    client.post(reverse("act-as", args=[school.pk]))
    asked = client.get("/inbox/?tab=news")
    assert asked.url == "/second-factor/?next=%2Finbox%2F%3Ftab%3Dnews"
    page = client.get(asked.url).content.decode()
    assert "须先设置两步验证" in page and "切换组织" in page
    assert client.post(reverse("act-as", args=[cadre.pk])).status_code == 302 and is_open(client)
    client.post(reverse("act-as", args=[school.pk]))
    assert not is_open(client)
    page = client.post(OVERVIEW, {**BEGIN, "next": "/inbox/?tab=news"}, follow=True)
    assert page.redirect_chain[-1][0] == "/second-factor/set-up/?next=%2Finbox%2F%3Ftab%3Dnews"
    done = client.post(SET_UP, {"code": shown(key_on(page.content.decode())), "next": "/inbox/?tab=news"})
    assert 'href="/inbox/?tab=news"' in done.content.decode() and is_open(client)


def test_one_time_password_first_then_the_set_up_then_the_page(client, world: World):
    role = RoleFactory(organization=world.branch, user__must_change_password=True)
    require(Duty.ADMINISTRATOR)
    sign_in(role, client)
    assert client.get("/inbox/").url.startswith("/password/")
    assert client.get(OVERVIEW).url.startswith("/password/")
    new = "樱桃树下-第8排-座位"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert client.get("/inbox/").url.startswith("/second-factor/")
    set_up(client, new)
    assert is_open(client)


def test_with_a_factor_the_code_comes_before_a_new_password(branch_role):
    set_up(sign_in(branch_role))
    User.objects.filter(pk=branch_role.user_id).update(must_change_password=True)
    client = sign_in(branch_role)
    assert client.get("/password/").url.startswith(CODE)


def test_a_changed_password_keeps_this_session_verified_and_ends_the_others(branch_role, clock):
    client = sign_in(branch_role)
    _, codes = set_up(client)
    other = sign_in(branch_role)
    other.post(CODE, {"code": codes[0]})
    assert is_open(other)
    new = "樱桃树下-第8排-座位"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert is_open(client)
    assert other.get("/inbox/").url.startswith("/login/?next=")


def test_what_concerns_the_device_takes_one_more_code(branch_role, clock):
    client = sign_in(branch_role)
    key, codes = set_up(client)
    for deed in ("begin", "codes", "remove"):
        assert client.post(OVERVIEW, {"do": deed}).status_code == 422
        assert client.post(OVERVIEW, {"do": deed, "code": "zzzzzzzzzz"}).status_code == 422
        clock.shift(timedelta(seconds=30))
    assert Authenticator.objects.count() == 1
    new = codes_on(client.post(OVERVIEW, {"do": "codes", "code": shown(key)}).content.decode())
    assert len(set(new) - set(codes)) == 10
    assert sign_in(branch_role).post(CODE, {"code": codes[0]}).status_code == 422
    clock.shift(timedelta(seconds=30))
    page = client.post(OVERVIEW, {"do": "begin", "code": shown(key)}, follow=True).content.decode()
    other = key_on(page)
    elsewhere = sign_in(branch_role)
    clock.shift(timedelta(seconds=30))
    elsewhere.post(CODE, {"code": shown(key)})
    assert (
        is_open(elsewhere) and SET_UP not in elsewhere.get(SET_UP).url
    )  # the new key is shown to one session only
    client.post(SET_UP, {"code": shown(other)})
    assert is_open(client) and not is_open(elsewhere)  # which was verified by the phone of before
    clock.shift(timedelta(seconds=30))
    assert client.post(OVERVIEW, {"do": "remove", "code": shown(key)}).status_code == 422
    clock.shift(timedelta(seconds=30))
    assert client.post(OVERVIEW, {"do": "remove", "code": shown(other)}).url == OVERVIEW
    assert not Authenticator.objects.exists() and is_open(client) and is_open(sign_in(branch_role))
    assert [verb for verb, _ in events() if not verb.endswith((".fail", ".verify"))] == [
        f"second_factor.{one}" for one in ("set_up", "new_codes", "set_up", "remove")
    ]


def test_whose_duty_needs_it_keeps_it_until_a_superior_resets_it(branch_role, clock):
    client = sign_in(branch_role)
    key, _ = set_up(client)
    require(Duty.ADMINISTRATOR)
    assert "停用两步验证" not in client.get(OVERVIEW).content.decode()
    clock.shift(timedelta(seconds=30))
    assert "不能停用" in told(client.post(OVERVIEW, {"do": "remove", "code": shown(key)}))
    assert second_factor.clear(branch_role.user) and not is_open(client)
    assert client.get("/inbox/").url.startswith("/second-factor/")


def test_a_begun_key_that_was_begun_anew_counts_no_more(branch_role):
    client = sign_in(branch_role)
    old = key_on(client.post(OVERVIEW, BEGIN, follow=True).content.decode())
    new = key_on(client.post(OVERVIEW, BEGIN, follow=True).content.decode())
    assert old != new and TOTPDevice.objects.count() == 1
    assert client.post(SET_UP, {"code": shown(old)}).status_code == 422
    assert client.get(SET_UP).status_code == 200 and not second_factor.is_set(branch_role.user)


def resume(acting: Role, client: Client | None = None, **more: str) -> object:
    data = {"username": acting.user.username, "password": PASSWORD, "role": acting.pk, **more}
    return (client or Client()).post(reverse("login-resume"), data)


def test_the_dialog_over_a_page_asks_for_the_code_and_signs_nobody_in_before(branch_role, clock):
    key, codes = set_up(sign_in(branch_role))
    clock.shift(timedelta(seconds=30))
    client = Client()
    asked = resume(branch_role, client)
    assert (asked.status_code, asked.json()["ok"], asked.json()["needs_code"]) == (200, False, True)
    wrong = resume(branch_role, client, code="000000")
    assert wrong.json()["needs_code"] and "不正确" in wrong.json()["message"]
    early = resume(branch_role, client, code=shown(key))
    assert early.status_code == 429 and "请 1 秒后再试" in early.json()["message"]
    assert "_auth_user_id" not in client.session
    clock.shift(timedelta(seconds=1))
    assert resume(branch_role, client, code=shown(key)).json()["ok"] and is_open(client)
    assert resume(branch_role, code=codes[0]).json()["ok"]
    assert "needs_code" not in resume(branch_role, password="不对").json()


def test_the_dialog_does_not_go_round_a_set_up_that_is_due(branch_role):
    require(Duty.ADMINISTRATOR)
    client = Client()
    answer = resume(branch_role, client)
    assert answer.status_code == 403 and "须先设置两步验证" in answer.json()["message"]
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_code_at_once_one_gets_in(branch_role):
    _, codes = set_up(sign_in(branch_role))
    twice = at_once(*[lambda: second_factor.check(branch_role.user, codes[0])] * 2)
    assert len(only(Authenticator, twice)) == 1 and len(only(CodeRefused, twice)) == 1
    assert [note for verb, note in events() if verb == "second_factor.recovery_code"] == ["还剩 9 个"]
