"""两步验证 as a person does it: a phone set up from the key on the page, logging in with its code, a recovery code once and not twice."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.factories import PASSWORD, EntryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown(key: str, later: int = 0) -> str:
    """What the phone shows; or, a moment `later`, the next code, which the server takes a little ahead of its time."""
    from django_otp.oath import TOTP

    return f"{TOTP(base64.b32decode(key), drift=later).token():06d}"


def give(page, code, button="继续"):
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name=button, exact=True).click()


def log_out(page):
    page.goto("/second-factor/")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


def set_up(page, look=lambda page, state: None):
    """From the account menu; the key that the phone then has, and the recovery codes."""
    page.goto("/second-factor/")
    look(page, "two steps, not set up")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="开始设置").click()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()
    look(page, "the key")
    key = "".join(page.locator("#key").inner_text().split())
    give(page, shown(key), "确认设置")
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    look(page, "recovery codes")
    codes = page.get_by_role("list", name="恢复码").get_by_role("listitem").all_inner_texts()
    page.get_by_role("link", name="已保存，继续").click()
    return key, codes


@pytest.mark.parametrize(
    "options", [{"width": "phone"}, {"java_script_enabled": False}], ids=["axe", "no scripts"]
)
def test_set_up_log_in_by_code_and_by_recovery_code_once(site, open_page, options):
    page, role = open_page(**options), site.role(site.branch)
    look = check if options.get("java_script_enabled", True) else lambda page, state: None
    sign_in(page, role)
    key, codes = set_up(page, look)
    page.goto("/second-factor/")
    expect(page.get_by_text("还剩 10 个")).to_be_visible()
    look(page, "two steps, set up")

    log_out(page)
    sign_in_to(page, role, "登录第二步")
    look(page, "the code")
    give(page, shown(key, later=1))
    expect(page.get_by_role("heading", name="登录第二步")).to_have_count(0)

    log_out(page)
    sign_in_to(page, role, "登录第二步")
    give(page, codes[0])
    expect(page.get_by_role("heading", name="登录第二步")).to_have_count(0)
    log_out(page)
    sign_in_to(page, role, "登录第二步")
    give(page, codes[0])
    expect(page.get_by_role("alert")).to_contain_text("已经用过")
    look(page, "a code used before")


def sign_in_to(page, role, heading):
    page.goto("/login/")
    page.get_by_label("账号").fill(role.user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_a_login_that_runs_out_over_a_form_takes_the_code_in_the_dialog_and_keeps_what_was_typed(
    site, open_page
):
    from django.contrib.sessions.models import Session

    page = sign_in(open_page(), site.role(site.branch))
    _, codes = set_up(page)
    page.goto("/members/enter/")
    page.get_by_label("姓名").fill("演示未提交")
    Session.objects.all().delete()
    page.get_by_label("身份证号码").nth(0).fill(EntryFactory().id_number)
    page.get_by_label("身份证号码").nth(0).blur()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("登录已过期")
    dialog.get_by_label("密码").fill(PASSWORD)
    expect(dialog.get_by_label("验证码")).to_be_hidden()
    dialog.get_by_role("button", name="继续").click()
    expect(dialog.get_by_label("验证码")).to_be_focused()
    expect(dialog.get_by_label("密码")).to_have_value(PASSWORD)
    check(page, "the dialog asks for the code")
    dialog.get_by_label("验证码").fill(codes[1])
    dialog.get_by_role("button", name="继续").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value("演示未提交")
