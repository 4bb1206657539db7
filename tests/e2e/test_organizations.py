"""组织管理 in a browser: one added, three pasted, renamed, moved with a preview, closed and opened; at both widths with axe, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from orgs.models import Organization
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LINES = "丙中学高二1班团支部\t高二1班\n丙中学高二2班团支部\t高二2班\n丙中学高二3班团支部\t高二3班"


def choose(page, name):
    """In the tree, which is a sheet on a phone with scripts."""
    opener = page.get_by_role("button", name="选择新的上级组织")
    if opener.is_visible():
        opener.click()
    page.get_by_role("treeitem", name=name).click()


def walk(site, page, look):
    page.goto("/orgs/")
    look(page, "own organisation")
    page.get_by_role("link", name="新增下级组织").click()
    page.get_by_role("button", name="新增", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请填写全称")
    look(page, "new organisation with errors")
    page.get_by_label("全称").fill("丙中学高二年级团总支")
    page.get_by_label("简称").fill("高二团总支")
    page.get_by_label("类型").select_option(label="团总支")
    page.get_by_label("单位行业").select_option(label="普通高中")
    page.get_by_role("button", name="新增", exact=True).click()
    expect(page.get_by_text("已新增团总支“丙中学高二年级团总支”")).to_be_visible()

    page.get_by_role("link", name="批量新增").click()
    box = page.get_by_label("组织名单")
    box.fill(f"{LINES}\n丙中学高二班委\t\t班委")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("4 行中有 1 行有问题")).to_be_visible()
    look(page, "pasted, one line wrong")
    box.fill(LINES)
    page.get_by_role("button", name="重新预览").click()
    page.get_by_role("button", name="确认新增 3 个组织").click()
    expect(page.get_by_text("下新增 3 个组织")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="未设置")).to_have_count(3)

    page.get_by_role("link", name="修改名称").click()
    page.get_by_label("全称").fill("丙中学二年级团总支")
    page.get_by_label("简称").fill("二年级团总支")
    look(page, "rename")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="二年级团总支", level=1)).to_be_visible()

    page.get_by_role("link", name="高二3班", exact=True).click()
    page.get_by_role("link", name="移动").click()
    look(page, "where to")
    choose(page, "丙中学团委")
    expect(page.get_by_role("heading", name="移动后的变化")).to_be_visible()
    look(page, "preview of the move")
    page.get_by_role("button", name="确认移动").click()
    expect(page.get_by_text("移动到“丙中学团委”之下")).to_be_visible()

    page.get_by_role("link", name="停用", exact=True).click()
    look(page, "deactivation")
    page.get_by_role("button", name="确认停用").click()
    expect(page.get_by_text("已停用“丙中学高二3班团支部”")).to_be_visible()
    closed = Organization.objects.get(short_name="高二3班")
    assert (closed.parent, closed.is_active) == (site.school, False)
    page.get_by_role("link", name="重新启用").click()
    look(page, "opening again")
    page.get_by_role("button", name="重新启用").click()
    expect(page.get_by_text("已重新启用")).to_be_visible()
    expect(page.get_by_role("heading", name="变更记录")).to_be_visible()

    page.goto(f"/orgs/{site.general.pk}/deactivate/")
    expect(page.get_by_text("下面还有启用的组织")).to_be_visible()
    look(page, "what stands in the way")


@pytest.mark.timeout(300)  # axe looks at many pages
@pytest.mark.parametrize("width", ["desk", "phone"])
def test_from_a_new_organisation_to_one_that_is_closed(site, open_page, width):
    walk(site, sign_in(open_page(width), site.role(site.school)), check)


def test_the_same_without_scripts(site, open_page):
    page = sign_in(open_page(java_script_enabled=False), site.role(site.school))
    walk(site, page, lambda *_: None)
