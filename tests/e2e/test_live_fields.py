"""Marks, hints and fields follow each condition while people type: without a reload, announced, and right after a failed submit."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from members.made_up import id_number
from tests.e2e.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GROWN_UP, CHILD = id_number(date(2000, 1, 1)), id_number(date(2012, 1, 1))


@pytest.fixture
def form(site, open_page) -> Page:
    """Form A, marked so that a reload would show."""
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/enter/")
    page.evaluate("() => { window.sameDocument = true }")
    page.get_by_label("姓名").fill("演示不变")
    return page


def field(page: Page, name: str):
    return page.locator(f"#id_{name}")


def told(page: Page, words: str) -> None:
    expect(page.locator("#live")).to_contain_text(words)


def starred(page: Page, name: str) -> None:
    expect(field(page, name)).to_have_attribute("aria-required", "true")
    expect(page.locator(f"#div_id_{name} .zt-req").first).to_be_visible()


def unmoved(page: Page) -> None:
    assert page.evaluate("() => window.sameDocument === true && document.activeElement !== document.body")
    expect(page.get_by_label("姓名")).to_have_value("演示不变")


def put_all(page: Page) -> None:
    """Every condition met, one after the other, each seen to do its work."""
    page.get_by_role("radio", name="青年学生").check()
    starred(page, "study_status")
    expect(field(page, "occupation_detail")).to_have_count(0)
    told(page, "在读状况 现为必填：职业为青年学生。")
    told(page, "具体职业 不再需要填写。")
    field(page, "study_status").select_option(label="普通本科在读")
    expect(page.locator("#div_id_education")).to_contain_text("一般为“普通高中 / 大学专科 / 中等职业教育”")

    field(page, "joined_on").fill("2019-12-31")
    starred(page, "number")
    told(page, "发展团员编号 现为必填：入团时间在2017年1月1日及以后。")
    expect(page.locator("#div_id_file .zt-req")).to_have_count(0)
    field(page, "joined_on").fill("2020-01-01")
    expect(page.locator("#div_id_file .zt-req")).to_have_count(1)
    told(page, "入团志愿书 现为必填：入团时间在2020年1月1日及以后。")

    field(page, "political_status").select_option(label="中共党员")
    starred(page, "joined_party_on")
    told(page, "入党时间 现为必填：政治面貌为中共党员或中共预备党员。")

    field(page, "id_number").fill(GROWN_UP)
    field(page, "education").focus()
    starred(page, "applied")
    told(page, "是否递交入党申请书 现为必填：已满18周岁。")
    field(page, "applied").select_option(label="是")
    starred(page, "applied_on")
    told(page, "递交入党申请书时间 现为必填：已递交入党申请书。")

    field(page, "is_cadre").select_option(label="是")
    for name in ("title", "post_since", "appointed_by", "cadre_nature", "on_party_committee"):
        starred(page, name)
    told(page, "团内现任职务 现为必填：担任团干部。")

    field(page, "volunteer").select_option(label="是")
    starred(page, "volunteer_since")
    told(page, "成为注册志愿者的时间 现为必填：已选择成为注册志愿者。")


def test_each_condition_brings_its_fields_and_says_so_and_takes_them_away(form):
    put_all(form)
    unmoved(form)

    field(form, "volunteer").select_option(label="否")
    expect(field(form, "volunteer_since")).to_have_count(0)
    told(form, "成为注册志愿者的时间 不再需要填写。")
    field(form, "is_cadre").select_option(label="否")
    expect(field(form, "title")).to_have_count(0)
    told(form, "团内现任职务 不再需要填写。")
    field(form, "id_number").fill(CHILD)
    field(form, "political_status").focus()
    expect(field(form, "applied")).to_have_count(0)
    expect(field(form, "applied_on")).to_have_count(0)
    told(form, "是否递交入党申请书 不再需要填写。")
    field(form, "political_status").select_option(label="共青团员")
    expect(field(form, "joined_party_on")).to_have_count(0)
    field(form, "joined_on").fill("2016-12-31")
    expect(form.locator("#div_id_number .zt-req")).to_have_count(0)
    told(form, "发展团员编号 现为选填。")
    form.get_by_role("radio", name="职业青年").check()
    starred(form, "occupation_detail")
    expect(field(form, "study_status")).to_have_count(0)
    unmoved(form)


def test_after_a_failed_submit_the_conditions_stand_as_they_were(form):
    put_all(form)
    form.get_by_role("button", name="提交", exact=True).click()
    expect(form.get_by_role("alert")).to_be_focused()
    for name in ("study_status", "number", "joined_party_on", "applied_on", "title", "volunteer_since"):
        starred(form, name)
    expect(field(form, "study_status")).to_have_value("bachelor")
    expect(field(form, "occupation_detail")).to_have_count(0)
    expect(form.locator("#div_id_file .zt-req")).to_have_count(1)
    # And go on following what is typed.
    field(form, "volunteer").select_option(label="否")
    expect(field(form, "volunteer_since")).to_have_count(0)
    told(form, "成为注册志愿者的时间 不再需要填写。")


def test_what_left_the_form_does_not_come_back_filled_in(form):
    field(form, "volunteer").select_option(label="是")
    field(form, "volunteer_since").fill("2024-05-04")
    field(form, "volunteer").select_option(label="否")
    expect(field(form, "volunteer_since")).to_have_count(0)
    field(form, "volunteer").select_option(label="是")
    expect(field(form, "volunteer_since")).to_have_value("")
