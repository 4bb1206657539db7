"""The main job in a real browser: a branch enters, its committee reviews, the member stands in 团员列表."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from members.models import Member
from tests.e2e.conftest import sign_in
from tests.e2e.forms import choose_file, fill, submit
from tests.factories import entry_with_file
from tests.pdfs import plain_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = ["desk", "phone"]


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "入团志愿书.pdf"
    path.write_bytes(plain_pdf())
    return path


def enter(page, entry, scan):
    page.goto("/members/enter/")
    fill(page, entry)
    choose_file(page, scan)
    submit(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_entered_by_the_branch_approved_by_the_committee_listed(site, open_page, scan, width):
    branch, committee = site.role(site.branch), site.role(site.school)
    entry = entry_with_file()
    page = sign_in(open_page(width), branch)
    enter(page, entry, scan)

    review = sign_in(open_page(width), committee)
    review.goto("/reviews/")
    review.get_by_role("link", name=entry.name, exact=True).click()
    expect(review.get_by_role("heading", name=entry.name)).to_be_visible()
    review.get_by_role("button", name="通过", exact=True).click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()

    page.goto("/members/")
    expect(page.get_by_role("link", name=entry.name, exact=True)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(entry.id_number)
    page.get_by_role("link", name=entry.name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("在册")
    page.goto("/inbox/?tab=result")
    expect(page.locator("main")).to_contain_text("通过")
    assert Member.objects.get().holding.state == "held"


@pytest.mark.parametrize("width", WIDTHS)
def test_refused_uploaded_again_approved(site, open_page, scan, width):
    branch, committee = site.role(site.branch), site.role(site.school)
    entry = entry_with_file()
    page = sign_in(open_page(width), branch)
    enter(page, entry, scan)

    review = sign_in(open_page(width), committee)
    review.goto("/reviews/")
    review.get_by_role("link", name=entry.name, exact=True).click()
    review.get_by_role("button", name="不通过", exact=True).first.click()
    dialog = review.get_by_role("dialog")
    dialog.get_by_role("button", name="缺页").click()
    dialog.get_by_role("button", name="不通过").click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()

    page.goto("/members/?state=refused")
    page.get_by_role("link", name=entry.name, exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("缺页")
    page.get_by_role("link", name="替换档案").click()
    choose_file(page, scan)
    page.get_by_role("button", name="重新提交").click()

    review.goto("/reviews/")
    expect(review.locator("table").get_by_text("重新提交")).to_be_visible()
    review.get_by_role("link", name=entry.name, exact=True).click()
    review.get_by_role("button", name="通过", exact=True).click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()
    page.goto("/members/")
    expect(page.get_by_role("link", name=entry.name, exact=True)).to_be_visible()


def test_marks_and_fields_follow_what_is_typed_and_are_announced(site, open_page):
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/enter/")
    page.get_by_label("姓名").fill("演示留下")
    expect(page.get_by_label("具体职业")).to_be_visible()
    page.get_by_role("radio", name="青年学生").check()
    expect(page.get_by_label("在读状况")).to_be_visible()
    expect(page.get_by_label("具体职业")).to_have_count(0)
    page.get_by_label("入团时间").fill("2023-05-04")
    expect(page.get_by_label("发展团员编号")).to_have_attribute("aria-required", "true")
    expect(page.locator("#live")).to_contain_text("发展团员编号 现为必填：入团时间在2017年1月1日及以后")
    expect(page.get_by_label("姓名")).to_have_value("演示留下")


def test_id_numbers_that_differ_are_shown_at_once_with_the_place(site, open_page):
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/enter/")
    number = entry_with_file().id_number
    page.get_by_label("身份证号码").nth(0).fill(number)
    page.get_by_label("身份证号码").nth(1).fill(number[:12] + "99" + number[14:])
    page.get_by_label("户籍地址").focus()
    expect(page.get_by_text("校验位正确")).to_be_visible()
    expect(page.get_by_text("两次填写不一致，从第 13 位起不同")).to_be_visible()


def test_errors_take_the_focus_link_to_their_fields_and_cost_nothing(site, open_page, scan):
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/enter/")
    fill(page, entry_with_file(address="演示路1号"))
    choose_file(page, scan)
    page.get_by_label("户籍地址").fill("")
    page.get_by_role("button", name="提交", exact=True).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title("错误：录入团员团干部 · 智慧团建")
    summary.get_by_role("link", name="户籍地址").click()
    expect(page.get_by_label("户籍地址")).to_be_focused()
    expect(page.get_by_text("入团志愿书.pdf")).to_be_visible()
    page.get_by_label("户籍地址").fill("演示路1号")
    submit(page)


def test_back_from_the_check_page_everything_is_still_there(site, open_page, scan):
    page = sign_in(open_page(), site.role(site.branch))
    entry = entry_with_file()
    page.goto("/members/enter/")
    fill(page, entry)
    choose_file(page, scan)
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("button", name="返回修改").click()
    expect(page.get_by_label("姓名")).to_have_value(entry.name)
    expect(page.get_by_label("发展团员编号")).to_have_value(entry.number)
    expect(page.get_by_text("入团志愿书.pdf")).to_be_visible()
    submit(page)
    assert Member.objects.count() == 1


def test_a_login_that_ran_out_is_renewed_over_the_half_filled_form(site, open_page, scan):
    from django.contrib.sessions.models import Session

    from tests.factories import PASSWORD

    page = sign_in(open_page(), site.role(site.branch))
    entry = entry_with_file()
    page.goto("/members/enter/")
    fill(page, entry)
    Session.objects.all().delete()
    page.get_by_label("入团时间").fill("2024-05-04")
    page.get_by_label("入团时间").fill(entry.joined_on.isoformat())
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("登录已过期")
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="继续").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value(entry.name)
    choose_file(page, scan)
    submit(page)


def test_a_double_click_on_the_last_button_makes_one_member(site, open_page, scan):
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/enter/")
    fill(page, entry_with_file())
    choose_file(page, scan)
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("button", name="确认提交").dblclick()
    expect(page.get_by_role("heading", name="录入成功")).to_be_visible()
    assert Member.objects.count() == 1
