"""电子数据库 in a browser: the sheet, the way down, the Excel file; and without scripts."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import transaction
from openpyxl import load_workbook
from playwright.sync_api import expect

from numbering.services import holdings
from orgs.models import settled
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.numbering.cases import YEAR, chain, issued

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EYE = "查看 丙中学团委 高中领域 录入明细"


@pytest.fixture
def committee(site):
    """The school's administrator; of its hundred numbers sixty are entered and one is issued."""
    piece = chain(site)["school"]
    role = site.role(site.school)
    issued(site.branch, role, name="演示待录入")
    for number in range(piece.first + 1, piece.first + 61):
        with transaction.atomic():
            place = settled(site.branch.pk)
            holdings.take(str(number), holder=f"演示{number % 100}号", id_blind=b"", organization=place)
    return role


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_sheet_opens_leads_through_its_pages_and_gives_the_focus_back(committee, open_page, width):
    page = sign_in(open_page(width), committee)
    page.goto(f"/database/?year={YEAR}")
    check(page, "database")
    page.get_by_role("link", name=EYE).click()
    sheet = page.get_by_role("dialog")
    heading = sheet.get_by_role("heading", name="录入明细")
    expect(heading).to_be_focused()
    check(page, "sheet")
    sheet.get_by_role("link", name="下一页").click()
    expect(sheet.get_by_role("link", name="第一页")).to_be_visible()
    expect(sheet.locator("tbody tr")).to_have_count(10)
    sheet.get_by_label("姓名或编号").fill("演示7号")
    sheet.get_by_role("button", name="查询").click()
    expect(sheet.locator("tbody tr")).to_have_count(1)
    sheet.get_by_role("link", name="未使用编号").click()
    expect(sheet.get_by_text("待录入：演示待录入")).to_be_visible()
    expect(heading).to_be_focused()
    check(page, "sheet with unused numbers")
    assert page.url.endswith(f"/database/?year={YEAR}")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("link", name=EYE)).to_be_focused()
    page.keyboard.press("Enter")
    expect(heading).to_be_focused()
    sheet.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("link", name=EYE)).to_be_focused()


def test_down_to_a_branch_and_its_people(committee, open_page):
    page = sign_in(open_page("desk"), committee)
    page.get_by_role("link", name="电子数据库").first.click()
    page.get_by_role("link", name="高一团总支", exact=True).click()
    page.get_by_role("link", name="高一1班团支部", exact=True).click()
    expect(page.locator(".zt-crumb")).to_have_text("丙中学团委高一团总支高一1班团支部")
    page.get_by_role("link", name="查看 高一1班团支部 本级新发展团员详情").click()
    expect(page.get_by_role("heading", name="本级新发展团员详情")).to_be_visible()
    check(page, "people")


def test_the_table_comes_as_a_file(committee, open_page):
    page = sign_in(open_page("desk"), committee)
    page.goto(f"/database/?year={YEAR}")
    page.get_by_role("button", name="导出").click()
    expect(page.get_by_role("link", name="下载")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    rows = list(load_workbook(BytesIO(download.value.path().read_bytes())).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["丙中学团委（本级）", "高一团总支", "教工团支部", "下级合计"]


def test_without_scripts_the_eye_is_a_page(committee, open_page):
    page = sign_in(open_page(java_script_enabled=False), committee)
    page.goto(f"/database/?year={YEAR}")
    page.get_by_role("link", name=EYE).click()
    expect(page.get_by_role("heading", name="录入明细", level=1)).to_be_visible()
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="返回电子数据库").click()
    expect(page.get_by_role("link", name=EYE)).to_be_visible()
