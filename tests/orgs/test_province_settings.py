"""What the province sets for administrators and second factors: the preview tells whom it touches, an old page sets nothing, nobody is locked out."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from orgs.models import AuditEvent, Authenticator, Duty, ProvinceSettings, User
from orgs.services import province, second_factor
from tests.factories import RoleFactory
from tests.orgs.test_province import preview
from zhtj.lib.states import StaleState


@pytest.fixture
def system(world):
    return RoleFactory(organization=world.province, duty=Duty.SYSTEM)


@pytest.fixture
def desk(log_in, system):
    return log_in(system)


def at(deed):
    return reverse(f"admin:orgs_provincesettings_{deed}", args=[1])


def changes():
    found = AuditEvent.objects.filter(verb="settings.change").order_by("pk")
    return list(found.values_list("user", "fields"))


def with_factor(user):
    Authenticator.objects.filter(pk=second_factor.begin(user).pk).update(confirmed=True)


def test_the_number_of_administrators_is_set_and_more_of_them_stay(world, desk, system):
    for _ in range(3):
        world.role(world.city)
    lines, sent = preview(desk, at("administrators"), administrators_each="2")
    assert lines == [
        "现在：至多 2 名",
        "改为：至多 2 名",
        "现有 1 个组织超过此数：已有的管理员不受影响，停用到此数以下才能再设置",
    ]
    lines, sent = preview(desk, at("administrators"), administrators_each="3")
    assert lines[1:] == ["改为：至多 3 名", "现在没有组织超过此数"]
    desk.post(at("administrators"), sent)
    assert ProvinceSettings.now().administrators_each == 3 and changes() == [
        (system.user_id, ["administrators_each"])
    ]
    assert "在预览之后有变化" in desk.post(at("administrators"), sent).content.decode()
    for wrong, words in (("0", "至少 1 名"), ("10", "至多 9 名"), ("", "请填写人数"), ("x", "人数应为")):
        assert words in desk.post(at("administrators"), {"administrators_each": wrong}).content.decode()


def test_the_duties_that_need_a_second_factor_are_set_with_their_people_counted(world, desk, system):
    with_factor(world.role(world.city).user)
    world.role(world.school)
    lines, sent = preview(desk, at("second-factor"), second_factor=["administrator", "system"])
    assert lines[:4] == [
        "现在：没有身份须两步验证", "改为：管理员、系统管理员", "管理员：现有 3 人，其中 2 人还没有设置两步验证", "系统管理员：现有 1 人，其中 1 人还没有设置两步验证",
    ]  # fmt: skip
    assert "下一次打开页面或提交时先到设置页" in lines[4] and "appoint_duty --reset" in lines[5]
    assert ProvinceSettings.now().second_factor == []
    assert (
        desk.post(at("second-factor"), {**sent, "second_factor": ["administrator", "system"]}).status_code
        == 302
    )
    assert ProvinceSettings.now().second_factor == ["administrator", "system"]
    assert changes() == [(system.user_id, ["second_factor"])]
    # Whoever has just set it is led to the set-up, and comes back by it.
    assert desk.get(at("second-factor")).url.startswith("/second-factor/?next=")
    with_factor(system.user)
    assert desk.get(at("second-factor")).url.startswith("/login/code/?next=")


def test_an_old_page_sets_nothing_and_nobody_else_sets_anything(world, system):
    old = province.settings_seen(ProvinceSettings.now())
    province.set_second_factor([Duty.AUDITOR], seen=old, by=system)
    for change in (
        lambda: province.set_second_factor([], seen=old, by=system),
        lambda: province.set_administrators_each(5, seen=old, by=system),
        lambda: province.set_titles_due(None, seen=old, by=system),
    ):
        with pytest.raises(StaleState):
            change()
    now = province.settings_seen(ProvinceSettings.now())
    with pytest.raises(PermissionDenied):
        province.set_second_factor([], seen=now, by=world.role(world.province))
    with pytest.raises(PermissionDenied):
        province.set_administrators_each(5, seen=now, by=world.role(world.province))
    assert ProvinceSettings.now().second_factor == ["auditor"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ProvinceSettings.objects.update(second_factor=["nobody"])


@pytest.mark.parametrize("duty", [Duty.SYSTEM, Duty.AUDITOR])
def test_on_the_server_a_lost_phone_and_password_are_set_right(world, client, duty):
    role = RoleFactory(organization=world.province, duty=duty, user__username="zhang-lost")
    with_factor(role.user)
    client.force_login(role.user)
    out = StringIO()
    call_command("appoint_duty", username="zhang-lost", reset=True, stdout=out)
    user = User.objects.get(pk=role.user_id)
    assert user.check_password(re.search(r"密码 (\S+)（", out.getvalue())[1]) and user.must_change_password
    assert not second_factor.is_set(user)
    assert AuditEvent.objects.get(verb="reset_password").fields == ["password", "second_factor"]
    assert client.get("/admin/").url.startswith("/login/?next=")
