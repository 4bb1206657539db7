"""The pages of administrators: what each sees, a password on one page once, what was typed stays, old pages do nothing."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import AuditEvent, Duty, ProvinceSettings, Role, User
from orgs.services import administrators
from tests.factories import PASSWORD, RoleFactory

PASSWORD_SHOWN = re.compile(r"一次性密码</dt><dd><b[^>]*>([^<]+)</b>")


def told(answer):
    return html.unescape(answer.content.decode())


def add(place):
    return reverse("administrator-add", args=[place.pk])


def of(role, deed):
    return reverse(f"administrator-{deed}", args=[role.pk])


def sent(place, **given):
    """What the second page sends."""
    seen = administrators.staff_seen(place)
    return {"name": "演示新人", "account": "new", "username": "", "seen": seen, "step": "confirm", **given}


@pytest.fixture
def county(world):
    return world.role(world.county)


def test_a_superior_sees_who_they_are_were_and_how_they_sign_in(world, county, log_in):
    one = world.role(world.school)
    client, url = log_in(county), reverse("administrators", args=[world.school.pk])
    page = told(client.get(url))
    assert one.user.name in page and one.user.username in page and "从未登录" in page and "没有设置" in page
    administrators.reset_password(one.user, seen=administrators.password_seen(one.user), by=county)
    one.user.totpdevice_set.create(confirmed=True)
    page = told(client.get(url))
    assert "待修改" in page and "已设置" in page and "历任管理员" not in page
    administrators.end(one, seen=administrators.staff_seen(world.school), by=county)
    page = told(client.get(url))
    assert "没有管理员" in page and "历任管理员（1）" in page


def test_the_own_organisation_is_only_told_who_they_are_and_whom_to_ask(world, log_in):
    one, colleague = world.role(world.school), world.role(world.school)
    client = log_in(one)
    page = told(client.get(reverse("administrators", args=[world.school.pk])))
    assert colleague.user.name in page and colleague.user.username not in page
    assert "由上级团组织的管理员设置" in page and "设置管理员</a>" not in page
    assert client.get(add(world.school)).status_code == 403
    for deed in ("replace", "end", "reset"):
        answer = client.post(of(colleague, deed), {"seen": administrators.staff_seen(world.school)})
        assert answer.status_code == 403 and "本组织不能自行设置管理员" in told(answer), deed


def test_from_a_name_through_the_proposed_account_to_a_password_shown_once(world, county, log_in):
    client, url = log_in(county), add(world.school)
    look = client.post(url, {"name": "演示 张三", "account": "new", "username": ""})
    proposed = re.search(r'name="username" value="([a-z]+\d{4})"', told(look))[1]
    assert proposed.startswith("yanshizhangsan") and not User.objects.filter(name="演示张三").exists()
    given = sent(world.school, name="演示张三", username="zhangsan1")  # free to change
    answer = client.post(url, given)
    password = PASSWORD_SHOWN.search(told(answer))[1]
    user = User.objects.get(username="zhangsan1")
    assert user.check_password(password) and user.must_change_password
    assert answer["Cache-Control"] == "private, no-store"
    again = client.post(url, given, follow=True)  # reloaded
    assert "管理员在此期间有变化" in told(again) and password not in told(again)
    assert password not in told(client.get(url)) and User.objects.filter(name="演示张三").count() == 1
    assert password not in "".join(AuditEvent.objects.values_list("note", flat=True))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "请填写管理员的姓名"), ({"name": "演" * 51}, "姓名应为 2 至 50 个字，现为 51 个字"),
        ({"account": "x"}, "请选择账号类型"), ({"account": "existing"}, "请填写本人已有的账号"),
        ({"username": "13800000000"}, "不能用身份证号码或手机号码"), ({"username": "taken1"}, "该账号已存在"),
        ({"account": "existing", "username": "taken1"}, "账号和姓名不相符"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is_and_what_was_typed_stays(world, county, log_in, given, words):
    RoleFactory(organization=world.other_school, user__username="taken1")
    typed = sent(world.school, **given)
    answer = log_in(county).post(add(world.school), typed)
    assert answer.status_code == 422 and words in told(answer)
    assert f'value="{typed["name"]}"' in told(answer) or not typed["name"]
    assert not administrators.staff(world.school)


def test_the_same_name_nearby_is_offered_and_keeps_its_account(world, log_in):
    cadre = RoleFactory(organization=world.branch, duty=Duty.CADRE, user__name="演示书记")
    client, url = log_in(world.role(world.school)), add(world.general)
    look = told(client.post(url, {"name": "演示书记", "account": "new", "username": ""}))
    assert f"使用账号 {cadre.user.username}" in look and world.branch.name in look
    answer = client.post(url, sent(world.general, name="演示书记", use=cadre.user.username), follow=True)
    assert "用原有的账号" in told(answer) and "切换组织" in told(answer)
    places = Role.objects.current().filter(user=cadre.user).values_list("organization", flat=True)
    assert set(places) == {world.branch.pk, world.general.pk}
    assert User.objects.get(pk=cadre.user_id).check_password(PASSWORD)


def test_a_full_organisation_is_told_who_they_are_and_offers_to_replace(world, county, log_in):
    one, two = world.role(world.school), world.role(world.school)
    client = log_in(county)
    for answer in (client.get(add(world.school)), client.post(add(world.school), sent(world.school))):
        assert one.user.username in told(answer) and two.user.username in told(answer)
        assert "每个组织至多 2 名" in told(answer)
    assert "已有 2 名管理员" in told(client.get(reverse("administrators", args=[world.school.pk])))
    answer = client.post(of(one, "replace"), sent(world.school))
    assert PASSWORD_SHOWN.search(told(answer)) and "已停用，由演示新人接任" in told(answer)
    assert {role.user.name for role in administrators.staff(world.school)} == {"演示新人", two.user.name}


def test_ending_is_looked_at_first_and_done_once(world, county, log_in):
    one, client = world.role(world.school), log_in(county)
    page = told(client.get(of(one, "end")))
    assert "已登录的页面全部退出" in page and f"转由“{world.county.name}”办理" in page
    seen = {"seen": administrators.staff_seen(world.school)}
    assert "已停用" in told(client.post(of(one, "end"), seen, follow=True))
    for deed in ("end", "replace", "reset"):
        again = client.post(of(one, deed), sent(world.school) | seen)
        assert "已不是“丙中学团委”的管理员" in told(again), deed
    assert AuditEvent.objects.filter(verb="administrator.end").count() == 1


def test_a_reset_is_shown_once_and_refused_in_words_that_say_who_can(world, county, log_in):
    one, client = world.role(world.school), log_in(county)
    seen = {"seen": administrators.password_seen(one.user)}
    password = PASSWORD_SHOWN.search(told(client.post(of(one, "reset"), seen)))[1]
    assert User.objects.get(pk=one.user_id).check_password(password)
    again = told(client.post(of(one, "reset"), seen, follow=True))
    assert "没有再次重置" in again and password not in again
    RoleFactory(user=one.user, organization=world.other_school)
    page = told(client.get(of(one, "reset")))
    assert f"账号由“{world.province.name}”的管理员重置" in page and "<form class" not in page


def test_the_page_takes_the_same_queries_however_many_administrators_and_changes(world, county, log_in):
    ProvinceSettings.objects.update_or_create(id=1, defaults={"administrators_each": 9})
    client, url = log_in(county), reverse("administrators", args=[world.school.pk])
    client.get(url)  # which writes the session
    counts = []
    for _ in range(2):
        for _ in range(3):
            one = world.role(world.school)
        administrators.end(one, seen=administrators.staff_seen(world.school), by=county)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# 省级管理 --------------------------------------------------------------------------------------------


def deed_of(client, url, **given):
    """Preview and deed: the lines of the preview, and the answer."""
    page = told(client.post(url, given))
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    return page, client.post(url, {**given, "seen": seen, "step": "confirm"})


def test_the_system_administrator_sets_those_of_the_province_too(world, log_in):
    system = RoleFactory(organization=world.province, duty=Duty.SYSTEM)
    client, url = log_in(system), reverse("admin:orgs_organization_appoint", args=[world.province.pk])
    given = {"name": "演示省级", "account": "new", "username": "shengji1"}
    page, answer = deed_of(client, url, **given)
    assert "为演示省级开通新账号（账号 shengji1）" in page
    password = re.search(r"<output[^>]*>([^<]+)</output>", told(answer))[1]
    made = Role.objects.get(user__username="shengji1")
    assert made.user.check_password(password) and made.organization == world.province
    assert "已有 2 名管理员" in told(client.get(url))
    url = reverse("admin:orgs_role_replace", args=[made.pk])
    page, answer = deed_of(client, url, name="演示接任", account="new", username="jieren1")
    assert "不再是“共青团演示省委员会”的管理员" in page and "<output" in told(answer)
    after = Role.objects.get(user__username="jieren1")
    page, answer = deed_of(client, reverse("admin:orgs_role_end", args=[after.pk]))
    assert answer.status_code == 302 and Role.objects.get(pk=after.pk).ended_at
    assert "已不是" in told(client.get(reverse("admin:orgs_role_end", args=[made.pk])))
    assert client.get(reverse("administrators", args=[world.school.pk])).status_code == 403


def test_without_a_login_no_page_of_administrators_opens(world):
    for url in (add(world.school), reverse("administrators", args=[world.school.pk])):
        assert Client().get(url).url.startswith("/login/")
