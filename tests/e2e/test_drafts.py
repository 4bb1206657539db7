"""Nothing typed is lost: drafts in a real browser, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archives.models import Draft
from members.models import Member
from tests.e2e.conftest import sign_in
from tests.e2e.forms import choose_file, fill, submit
from tests.factories import entry_with_file
from tests.pdfs import plain_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"草稿已保存 \d\d:\d\d")
WIDTHS = ["desk", "phone"]


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "入团志愿书.pdf"
    path.write_bytes(plain_pdf())
    return path


@pytest.fixture
def asked():
    """Collects the questions a page asks before it is left, and lets it go."""
    return []


def form_on(page, asked, address="/members/enter/"):
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(address)
    return page


def state(page):
    return page.locator("[data-draft-state]")


def there(page, entry):
    expect(page.get_by_label("姓名")).to_have_value(entry.name)
    expect(page.get_by_label("身份证号码").nth(0)).to_have_value(entry.id_number)
    expect(page.get_by_label("在读状况")).to_have_value(entry.study_status)
    expect(page.get_by_label("发展团员编号")).to_have_value(entry.number)
    expect(page.get_by_label("入团时间")).to_have_value(entry.joined_on.isoformat())
    expect(page.get_by_label("户籍地址")).to_have_value(entry.address)
    expect(page.get_by_text("入团志愿书.pdf")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_typed_left_found_on_the_home_page_and_finished(site, open_page, scan, asked, width):
    page = form_on(sign_in(open_page(width), site.role(site.branch)), asked)
    entry = entry_with_file(name="演示未完")
    fill(page, entry)
    choose_file(page, scan)
    expect(page.locator("form#entry[data-saved]")).to_be_attached()
    expect(state(page)).to_have_text(SAVED)
    page.goto("/")
    assert asked == []  # all of it is kept: nothing to ask about
    section = page.get_by_role("region", name="草稿")
    expect(section).to_contain_text("演示未完")
    section.get_by_role("link", name="继续填写").click()
    there(page, entry)
    submit(page)
    page.goto("/")
    expect(page.get_by_role("region", name="草稿")).to_have_count(0)
    assert Member.objects.count() == 1 and not Draft.objects.exists()
    assert asked == []


def test_a_reload_brings_back_what_was_kept(site, open_page, scan, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    entry = entry_with_file()
    fill(page, entry)
    choose_file(page, scan)
    expect(page.locator("form#entry[data-saved]")).to_be_attached()
    page.reload()
    there(page, entry)
    assert asked == []


def test_leaving_with_text_that_is_not_kept_yet_asks(site, open_page, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    page.route("**/drafts/**", lambda route: route.fulfill(body="<html>a proxy's page</html>"))
    page.get_by_label("姓名").press_sequentially("演示未完")
    page.get_by_role("button", name="保存草稿").click()
    expect(state(page)).to_contain_text("草稿未保存")
    expect(page.locator("#live")).to_contain_text("草稿未保存")
    page.goto("/members/")
    assert asked == ["beforeunload"]
    assert not Draft.objects.exists()


def test_an_untouched_form_asks_nothing_and_keeps_nothing(site, open_page, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    page.get_by_label("姓名").focus()
    page.goto("/members/")
    assert asked == [] and not Draft.objects.exists()


def test_control_s_keeps_the_draft_at_once_and_says_so(site, open_page, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    page.get_by_label("姓名").press_sequentially("演示未完")
    page.keyboard.press("Control+s")
    expect(page.locator("#live")).to_have_text(SAVED)
    assert Draft.objects.get().values()["name"] == "演示未完"


def test_enter_in_a_field_still_means_submitting(site, open_page, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    page.get_by_label("姓名").fill("演示未完")
    page.get_by_label("姓名").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("提交未成功")
    assert asked == []


def test_a_form_that_comes_back_with_errors_is_kept_without_another_touch(site, open_page, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    page.get_by_label("姓名").fill("演示有误")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请")
    expect(state(page)).to_have_text(SAVED)
    page.reload()
    expect(page.get_by_label("姓名")).to_have_value("演示有误")
    assert asked == []


def test_a_login_that_ran_out_meanwhile_costs_no_draft(site, open_page, scan, asked):
    from django.contrib.sessions.models import Session

    role = site.role(site.branch)
    page = form_on(sign_in(open_page(), role), asked)
    entry = entry_with_file()
    fill(page, entry)
    choose_file(page, scan)
    expect(page.locator("form#entry[data-saved]")).to_be_attached()
    Session.objects.all().delete()
    sign_in(page, role)  # at the login page, afresh
    page.get_by_role("region", name="草稿").get_by_role("link", name="继续填写").click()
    there(page, entry)


def test_form_b_is_kept_for_its_branch_and_deleting_asks_first(site, open_page, asked):
    role = site.role(site.school)
    page = form_on(sign_in(open_page(), role), asked, f"/members/enter-below/?org={site.branch.pk}")
    page.get_by_label("姓名").fill("演示未完")
    expect(state(page)).to_have_text(SAVED)
    page.goto("/")
    section = page.get_by_role("region", name="草稿")
    expect(section).to_contain_text("录入下级团员")
    expect(section).to_contain_text(site.branch.name)
    section.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("姓名")).to_have_value("演示未完")
    page.goto("/")
    section.get_by_role("link", name="删除").click()
    expect(page.get_by_role("main")).to_contain_text("不能恢复")
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("草稿已删除")).to_be_visible()
    expect(section).to_have_count(0)


def test_the_next_of_a_class_starts_with_the_common_fields(site, open_page, scan, asked):
    page = form_on(sign_in(open_page(), site.role(site.branch)), asked)
    entry = entry_with_file()
    fill(page, entry)
    choose_file(page, scan)
    submit(page)
    page.get_by_role("link", name="继续录入").click()
    expect(page.get_by_text("已带入上一人的公共项")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value("")
    expect(page.get_by_label("在读状况")).to_have_value(entry.study_status)
    expect(page.get_by_label("入团时间")).to_have_value(entry.joined_on.isoformat())
    expect(page.get_by_label("发展团员编号")).to_have_value("")


def test_without_scripts_the_button_keeps_the_draft_and_the_form_stays(site, open_page, scan):
    page = open_page(java_script_enabled=False)
    sign_in(page, site.role(site.branch))
    page.goto("/members/enter/")
    page.get_by_label("姓名").fill("演示未完")
    page.locator("input[type=file]").set_input_files(scan)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value("演示未完")
    page.goto("/")
    page.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("姓名")).to_have_value("演示未完")
    expect(page.get_by_text("入团志愿书.pdf")).to_be_visible()
