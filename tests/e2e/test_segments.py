"""号段管理 in a browser at both widths: a piece, a batch, a tail taken back; axe and no sideways scrolling on every page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from numbering.models import Segment
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.numbering.cases import chain, issued

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_from_the_ruler_to_a_piece_a_batch_and_back(site, open_page, width):
    made = chain(site)
    issued(site.branch, site.role(site.school))
    page = sign_in(open_page(width), site.role(site.school))
    page.goto("/numbers/")
    check(page, "own segments")
    low = made["school"].first + 40

    page.get_by_role("link", name="分配给一个下级").click()
    check(page, "hand down")
    page.get_by_role("button", name="查看分配方案").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "hand down with errors")
    page.get_by_label("下级组织").select_option(label="教工团支部")
    page.get_by_label("数量").fill("10")
    page.get_by_role("button", name="查看分配方案").click()
    expect(page.get_by_text("分配后本级剩余 50")).to_be_visible()
    check(page, "proposal")
    page.get_by_role("button", name="确认分配").click()
    expect(page.get_by_text(f"已将 {low}–{low + 9} 共 10 个编号分配给“丙中学教工团支部”")).to_be_visible()

    page.get_by_role("link", name="批量分配").click()
    page.get_by_label("每个组织").fill("25")
    page.get_by_role("button", name="填入本页各组织").click()
    check(page, "batch filled")
    page.get_by_role("button", name="预览").last.click()
    expect(page.get_by_role("heading", name="确认批量分配")).to_be_visible()
    check(page, "batch preview")
    page.get_by_role("button", name="确认分配").click()
    expect(page.get_by_text("已向 2 个组织分配 50 个编号")).to_be_visible()
    check(page, "nothing left")

    page.get_by_role("link", name=re.compile("收回 ?教工团支部")).last.click()
    check(page, "take back")
    page.get_by_label("收回数量").fill("5")
    page.get_by_role("button", name="预览").click()
    check(page, "take back preview")
    page.get_by_role("button", name="收回").click()
    expect(page.get_by_text("共 5 个编号，保留 20 个")).to_be_visible()
    page.get_by_role("link", name=re.compile("明细 ?高一团总支")).first.click()
    check(page, "one segment, from above")
    assert Segment.objects.filter(parent=made["school"]).count() == 4
