"""编号登记备案 in a browser: from the branch up to the province, back once, and registered; nothing serious for axe at either width."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from numbering.models import Registration
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.numbering.filings import filed, veteran

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/numbers/registrations/"
REASON = "发展组织全称有误，请核对"


def fill(page: Page, values) -> None:
    page.get_by_label("姓名").fill(values["name"])
    page.get_by_label("身份证号码").fill(values["id_number"])
    page.get_by_label("发展团员编号").fill(values["number"])
    page.get_by_label("发展组织全称").fill(values["developed_by"])
    page.get_by_label("服役部队").fill(values["unit"])
    page.get_by_label("退伍时间").fill(values["discharged_on"].isoformat())


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_veteran_goes_up_is_returned_once_and_is_registered(site, open_page, width):
    branch, school, province = (site.role(place) for place in (site.branch, site.school, site.province))
    values = veteran(name="演示退伍员")
    mine, theirs, top = (sign_in(open_page(width), role) for role in (branch, school, province))

    mine.goto(LIST)
    check(mine, "empty list")
    mine.get_by_role("link", name="退伍团员备案").click()
    mine.get_by_role("button", name="提交", exact=True).click()
    expect(mine.get_by_role("alert")).to_contain_text("请填写服役部队")
    check(mine, "form with errors")
    fill(mine, values)
    mine.get_by_role("button", name="提交", exact=True).click()
    expect(mine.get_by_text("现由“丙中学团委”办理").first).to_be_visible()
    check(mine, "detail")

    theirs.goto(LIST)
    check(theirs, "queue")
    theirs.get_by_label("选择演示退伍员").check()
    theirs.get_by_role("button", name="退回所选").click()
    theirs.get_by_role("button", name="退回", exact=True).click()
    expect(theirs.get_by_role("alert")).to_contain_text("请填写退回的原因")
    check(theirs, "reason asked for")
    theirs.get_by_label("退回原因").fill(REASON)
    theirs.get_by_role("button", name="退回", exact=True).click()
    expect(theirs.get_by_text("已退回")).to_be_visible()

    mine.reload()
    expect(mine.get_by_text(REASON)).to_be_visible()
    mine.get_by_role("link", name="修改后重新提交").click()
    check(mine, "form again")
    mine.get_by_label("发展组织全称").fill("演示部队某旅团委")
    mine.get_by_role("button", name="提交", exact=True).click()
    expect(mine.get_by_text("现由“丙中学团委”办理").first).to_be_visible()

    theirs.goto(LIST)
    theirs.get_by_role("button", name=re.compile("全部确认上报")).click()
    expect(theirs.get_by_role("heading", name="确认上报 1 条登记备案")).to_be_visible()
    check(theirs, "asked once more")
    theirs.get_by_role("button", name="确认上报", exact=True).click()
    expect(theirs.get_by_text("已确认上报")).to_be_visible()

    one = Registration.objects.get()
    top.goto(f"{LIST}returned/")
    check(top, "returned list")
    top.get_by_label("粘贴名单").fill(
        f"{values['id_number']}\t{values['number']}\t成功\n110101200001010000\t1\t成功"
    )
    top.get_by_role("button", name="预览").click()
    expect(top.get_by_text("将登记 1 条")).to_be_visible()
    check(top, "preview")
    top.get_by_role("button", name="登记 1 条").click()
    expect(top.get_by_text("演示退伍员的退伍团员备案已登记")).to_be_visible()
    one.refresh_from_db()
    assert one.state == "handled"

    mine.reload()
    expect(mine.get_by_role("link", name="去录入")).to_be_visible()
    check(mine, "registered")
    for page in (mine, theirs, top):
        assert values["id_number"] not in page.url


def test_the_form_beside_the_tree_and_a_queue_of_several(site, open_page):
    school = site.role(site.school)
    page = sign_in(open_page("phone"), school)
    for sign in "甲乙丙":
        filed(site.branch, site.role(site.branch), kind="veteran", name=f"演示{sign}员")
    page.goto(LIST)
    check(page, "queue of several")
    page.goto(f"{LIST}unused/")
    check(page, "tree closed")
    page.get_by_role("button", name="选择录入组织").click()
    page.get_by_role("treeitem", name=re.compile("教工团支部")).click()
    expect(page.get_by_text("录入组织：丙中学教工团支部")).to_be_visible()
    page.goto(f"{LIST}?tab=all")
    check(page, "all")
