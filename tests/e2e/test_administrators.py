"""From above to below in a browser: appointed, the one-time password changed, at work; then replaced, and out at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from orgs.models import User
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWN = "自己的口令-2026"


def test_who_is_appointed_acts_with_a_password_of_their_own_until_replaced(site, open_page):
    county, person = sign_in(open_page(), site.role(site.county)), open_page("phone")
    county.goto(f"/orgs/?org={site.school.pk}")
    county.get_by_role("link", name="设置管理员").click()
    county.get_by_role("link", name="设置管理员").click()
    county.get_by_role("button", name="下一步").click()
    expect(county.get_by_role("alert")).to_contain_text("请填写管理员的姓名")
    check(county, "nothing typed")
    county.get_by_label("姓名").fill("演示张三")
    county.get_by_role("button", name="下一步").click()
    expect(county.get_by_role("heading", name="确认设置管理员")).to_be_visible()
    check(county, "look")
    county.get_by_role("textbox", name="账号").fill("zhangsan1")
    county.get_by_role("button", name="确认设置").click()
    shown = county.get_by_role("status").filter(has_text="演示张三已设为管理员")
    password = shown.locator("dd").nth(2).inner_text()
    check(county, "password")
    county.reload()  # the deed is not repeated, the password not shown again
    expect(county.get_by_text("管理员在此期间有变化")).to_be_visible()
    expect(county.get_by_text(password)).to_have_count(0)

    person.goto("/login/")
    person.get_by_label("账号").fill("zhangsan1")
    person.get_by_label("密码", exact=True).fill(password)
    person.get_by_role("button", name="登录", exact=True).click()
    person.get_by_label("原密码").fill(password)
    person.get_by_label("新密码").first.fill(OWN)
    person.get_by_label("再次输入新密码").fill(OWN)
    person.get_by_role("button", name="保存新密码").click()
    person.goto("/reviews/")
    expect(person.get_by_role("heading", name="待审核", level=1)).to_be_visible()
    assert User.objects.get(username="zhangsan1").check_password(OWN)

    check(county, "list")
    county.get_by_role("link", name="更换").click()
    county.get_by_label("姓名").fill("演示李四")
    county.get_by_role("button", name="下一步").click()
    county.get_by_role("button", name="确认更换").click()
    expect(county.get_by_text("演示张三已停用，由演示李四接任")).to_be_visible()
    person.goto("/reviews/")
    expect(person.get_by_role("button", name="登录", exact=True)).to_be_visible()
