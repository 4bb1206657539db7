"""Forms B and C in a real browser: the tree, switching the branch, and a committee's own cadre."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from members.models import Member
from tests.archives.test_entry_cadre import cadre
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


def show_tree(page, width):
    if width == "phone":
        page.get_by_role("button", name="选择支部").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_general_branch_enters_below_and_the_committee_approves(site, open_page, scan, width):
    committee, entry = site.role(site.school), entry_with_file()
    page = sign_in(open_page(width), site.role(site.general))
    page.goto("/members/enter-below/")
    show_tree(page, width)
    page.get_by_role("treeitem", name="高一1班团支部").click()
    expect(page.get_by_role("heading", level=1, name="丙中学高一1班团支部")).to_be_visible()
    expect(page.get_by_label("姓名")).to_be_focused()
    fill(page, entry)
    choose_file(page, scan)
    submit(page)
    assert Member.objects.get().organization == site.branch

    review = sign_in(open_page(width), committee)
    review.goto("/reviews/")
    review.get_by_role("link", name=entry.name, exact=True).click()
    review.get_by_role("button", name="通过", exact=True).click()
    expect(review.get_by_role("heading", name="全部审核完毕")).to_be_visible()
    assert Member.objects.get().state == "active"


@pytest.mark.parametrize("width", WIDTHS)
def test_switching_the_branch_with_data_typed_asks_and_keeps_on_request(site, open_page, width):
    page = sign_in(open_page(width), site.role(site.school))
    page.goto(f"/members/enter-below/?org={site.branch.pk}")
    page.get_by_label("姓名").fill("演示切换")
    show_tree(page, width)
    other = page.get_by_role("treeitem", name="教工团支部")
    other.click()
    dialog = page.get_by_role("dialog", name="切换到其他支部？")
    expect(dialog).to_contain_text("丙中学教工团支部")
    dialog.get_by_role("button", name="取消").click()
    expect(other).to_be_focused()
    other.click()
    dialog.get_by_role("button", name="保留已填内容并切换").click()
    expect(page.get_by_role("heading", level=1, name="丙中学教工团支部")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value("演示切换")
    show_tree(page, width)
    page.get_by_role("treeitem", name="高一团总支").click()  # no branch: it only opens
    page.get_by_role("treeitem", name="高一1班团支部").click()
    dialog.get_by_role("button", name="放弃").click()
    expect(page.get_by_role("heading", level=1, name="丙中学高一1班团支部")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value("")
    assert f"org={site.branch.pk}" in page.url


def test_a_branch_is_found_by_initials_and_chosen_by_keyboard(site, open_page):
    page = sign_in(open_page(), site.role(site.county))
    page.goto("/members/enter-below/")
    page.get_by_role("searchbox", name="搜索组织").press_sequentially("jg")
    found = page.get_by_role("link", name="教工团支部")
    expect(found).to_contain_text("丙中学团委")
    found.press("Enter")
    expect(page.get_by_label("姓名")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("丙中学教工团支部")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_committee_enters_its_own_cadre_who_is_in_force_without_review(site, open_page, scan, width):
    entry = cadre(entry_with_file)
    page = sign_in(open_page(width), site.role(site.school))
    page.goto("/cadres/enter/")
    expect(page.get_by_role("heading", level=1, name="录入团干部")).to_be_visible()
    expect(page.get_by_label("户籍地址")).to_have_count(0)
    fill(page, entry, form_c=True)
    choose_file(page, scan)
    submit(page)
    page.get_by_role("link", name="查看").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("在册")
    expect(page.locator("main")).to_contain_text("无需审核")
    page.goto("/members/")
    expect(page.get_by_role("link", name=entry.name, exact=True)).to_have_count(0)
