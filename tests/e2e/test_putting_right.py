"""Putting things right in a browser: correct, withdraw, show in full, 更新在读状况."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archives.services import entry as entries
from members.models import Member
from tests.archives.cases import waiting
from tests.e2e.conftest import sign_in
from tests.factories import EntryFactory, new_key

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "13912345678"


def seen(page, name):
    """The page fits its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def in_force(role, **values):
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_number_is_shown_for_half_a_minute(site, open_page, width):
    role = site.role(site.branch)
    member = in_force(role, phone=PHONE)
    page = sign_in(open_page(width), role)
    page.clock.install()
    page.goto(f"/members/{member.uuid}/")
    expect(page.locator("body")).not_to_contain_text(PHONE)
    page.get_by_role("button", name="显示手机号码").click()
    expect(page.get_by_text(PHONE)).to_be_focused()
    seen(page, "reveal")
    page.clock.fast_forward(31_000)
    expect(page.locator("body")).not_to_contain_text(PHONE)
    expect(page.get_by_role("button", name="显示手机号码")).to_be_focused()
    assert PHONE not in page.content()
    page.get_by_role("button", name="显示手机号码").press("Enter")
    expect(page.get_by_text(PHONE)).to_be_visible()


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_an_entry_is_corrected_and_then_withdrawn(site, open_page, width):
    role = site.role(site.branch)
    archive = waiting(role, name="演示旧名")
    page = sign_in(open_page(width), role)
    page.goto(f"/members/{archive.member.uuid}/")
    seen(page, "person-pending")
    page.get_by_role("link", name="修改", exact=True).click()
    seen(page, "amend")
    page.get_by_label("姓名").fill("演示新名")
    page.get_by_text("职业青年", exact=True).click()
    page.get_by_label("具体职业").select_option("农民")
    page.get_by_role("button", name="下一步").last.click()
    expect(page.get_by_role("heading", name="确认修改")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("演示旧名.*演示新名"))).to_be_visible()
    seen(page, "amend-confirm")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", name="变更记录")).to_be_visible()
    seen(page, "history")
    page.get_by_role("link", name="撤回").click()
    page.get_by_label("撤回原因").fill("录入到了错误的团支部")
    seen(page, "withdraw")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回").first).to_be_visible()
    seen(page, "withdrawn")
    assert Member.objects.get(pk=archive.member_id).state == "withdrawn"


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_class_moves_on_together_and_one_goes_to_work(site, open_page, width):
    role = site.role(site.branch)
    class_ = [in_force(role, study_status="senior", education="junior") for _ in range(3)]
    page = sign_in(open_page(width), role)
    page.goto("/members/")
    page.get_by_role("link", name="更新在读状况").click()
    page.get_by_role("button", name="全部按升学填充").click()
    seen(page, "study-branch")
    page.get_by_role("button", name="保存").last.click()
    expect(page.get_by_text("已更新 3 名团员的在读状况")).to_be_visible()
    page.goto(f"/members/{class_[0].uuid}/")
    page.get_by_role("link", name="更新在读状况").click()
    expect(page.get_by_label("具体职业")).to_be_hidden()
    seen(page, "study")
    page.get_by_text("职业青年", exact=True).click()
    expect(page.get_by_label("在读状况")).to_be_hidden()
    page.get_by_label("具体职业").select_option("农民")
    page.get_by_label("学历").select_option("大学本科")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("的在读状况已更新")).to_be_visible()
    assert Member.objects.get(pk=class_[0].pk).occupation_detail == "farmer"
