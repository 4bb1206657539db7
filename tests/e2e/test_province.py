"""省级管理 in a browser: registering from a table, changing a dictionary, readable on a phone, nothing the content policy forbids."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import expect

from numbering.models import Segment
from orgs.jobs import fail
from orgs.models import AuditEvent, Duty, Option
from orgs.services import dictionaries, jobs
from tests.archives.cases import approved
from tests.e2e.conftest import sign_in
from tests.factories import RoleFactory
from tests.numbering.cases import FIRST, YEAR, chain, issued

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = (
    f"年度\t领域\t起始编号\t终止编号\n{YEAR}\t高校\t{FIRST + 900_000}\t{FIRST + 900_999}\n{YEAR}\t小学\t1\t2"
)


def check(page, state):
    # Without loading style sheets a second time, for which axe would put them inline.
    found = Axe().run(page, options={"preload": False}).response["violations"]
    bad = [
        (one["id"], one["nodes"][0]["html"][:160])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert not bad, (state, bad)
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, (
        f"{state} scrolls sideways at {width}"
    )


@pytest.fixture
def desk(site):
    """Someone of the province, with dictionaries and segments to look at."""
    dictionaries.plant()
    chain(site)
    return site.role(site.province)


@pytest.fixture
def system(site):
    dictionaries.plant()
    return RoleFactory(organization=site.province, duty=Duty.SYSTEM)


def visit(page, *paths):
    for path in paths:
        answer = page.goto(path)
        assert answer.status == 200, path
        check(page, path)


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_every_page_of_numbers_and_people_is_readable_and_keeps_the_content_policy(
    site, desk, open_page, width
):
    issue = issued(site.branch, site.role(site.school))
    member = approved(site.role(site.branch), site.role(site.school)).member
    top, one = Segment.objects.get(depth=0), f"/admin/members/member/{member.pk}/"
    visit(
        sign_in(open_page(width), desk),
        "/admin/", "/admin/numbering/segment/", "/admin/numbering/segment/add/", f"/admin/numbering/segment/{top.pk}/change/",
        "/admin/numbering/segment/table/", "/admin/numbering/issue/", "/admin/numbering/registration/",
        "/admin/numbering/holding/", "/admin/numbering/dispute/", f"/admin/numbering/issue/{issue.pk}/change/",
        "/admin/members/member/", "/admin/members/member/find/", f"{one}change/", f"{one}release/", f"{one}identity/",
        "/admin/archives/archive/", "/admin/archives/upload/",
    )  # fmt: skip


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_every_page_of_the_system_and_of_its_audit_is_readable(site, system, open_page, width):
    option = Option.objects.filter(group="duty").first()
    role, job = site.role(site.city), failed_job(site)
    user, place = role.user, f"/admin/orgs/organization/{site.branch.pk}"
    visit(
        sign_in(open_page(width), system),
        "/admin/", "/admin/orgs/organization/", f"{place}/change/", f"{place}/appoint/", "/admin/orgs/user/",
        f"/admin/orgs/user/{user.pk}/change/", f"/admin/orgs/user/{user.pk}/reset/", "/admin/orgs/role/", f"/admin/orgs/role/{role.pk}/change/", f"/admin/orgs/role/{role.pk}/replace/", f"/admin/orgs/role/{role.pk}/end/", "/admin/orgs/job/",
        f"/admin/orgs/job/{job.pk}/change/", f"/admin/orgs/job/{job.pk}/rerun/", "/admin/orgs/provincesettings/",
        "/admin/orgs/provincesettings/1/deadline/", "/admin/orgs/option/?group=occupation", "/admin/orgs/option/add/",
        f"/admin/orgs/option/{option.pk}/change/",
    )  # fmt: skip
    event = AuditEvent.objects.latest("pk")
    auditor = RoleFactory(organization=site.province, duty=Duty.AUDITOR)
    visit(
        sign_in(open_page(width), auditor),
        "/admin/", "/admin/orgs/auditevent/?sort=sessions&from=2026-01-01", f"/admin/orgs/auditevent/{event.pk}/change/", "/admin/orgs/auditseal/",
    )  # fmt: skip


def test_an_id_number_typed_into_a_search_box_is_not_sent(site, desk, open_page):
    page = sign_in(open_page("desk"), desk)
    page.goto("/admin/members/member/")
    box = page.get_by_label("查找")
    for typed in ("11010520040229002X", "演示 110105 20040229 002x"):
        box.fill(typed)
        page.get_by_role("button", name="查找").click()
        assert "身份证号码" in box.get_attribute("title") and not box.evaluate("box => box.validity.valid")
        assert page.url.endswith("/admin/members/member/")
    for typed in (str(FIRST), "演示", "ab" * 20 + "123456789012345678901234"):
        box.fill(typed)
        page.get_by_role("button", name="查找").click()
        page.wait_for_url("**?q=**")
        page.goto("/admin/members/member/")


def failed_job(site):
    with transaction.atomic():  # before the worker hears of it
        job = jobs.start("test_table", title="演示导出", params={}, by=site.role(site.city))
        fail(job, "演示原因：30 分钟内未能完成")
    return job


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_name_is_put_right_from_the_list_through_the_preview(site, desk, open_page, width):
    member = approved(site.role(site.branch), site.role(site.school), name="演示错名").member
    page = sign_in(open_page(width), desk)
    page.goto("/admin/members/member/")
    page.get_by_role("link", name="演示错名").click()
    page.get_by_role("link", name="更正姓名或身份证号码").click()
    page.get_by_label("姓名").fill("演示对名")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("请填写原因")).to_be_visible()
    check(page, "refused")
    expect(page.get_by_label("姓名")).to_have_value("演示对名")
    page.get_by_label("原因").fill("户口簿为证，姓名录入有误")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("姓名：演示错名 改为 演示对名")).to_be_visible()
    check(page, "preview")
    page.get_by_role("button", name="确认更正姓名或身份证号码").click()
    expect(page.get_by_text("已更正 演示对名 的信息。")).to_be_visible()
    member.refresh_from_db()
    assert member.name == "演示对名"


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_a_password_is_reset_and_shown_once(site, system, open_page, width):
    user = site.role(site.city).user
    page = sign_in(open_page(width), system)
    page.goto(f"/admin/orgs/user/{user.pk}/change/")
    page.get_by_role("link", name="重置密码").click()
    page.get_by_role("button", name="预览").click()
    check(page, "preview")
    page.get_by_role("button", name="确认重置密码").click()
    shown = page.locator("output").inner_text()
    check(page, "shown")
    user.refresh_from_db()
    assert user.check_password(shown) and user.must_change_password


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_from_the_menu_to_segments_registered_from_a_table(desk, open_page, width):
    page = sign_in(open_page(width), desk)
    if width == "phone":
        page.get_by_role("button", name="打开主菜单").click()
    page.get_by_role("link", name="省级管理").click()
    page.locator("#content-main").get_by_role("link", name="号段", exact=True).click()
    page.get_by_role("link", name="从表格登记").click()
    page.get_by_label("粘贴表格").fill(TABLE)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("领域应为初中、高中、中职、高校、社会之一，现为“小学”")).to_be_visible()
    check(page, "preview")
    page.get_by_role("button", name="确认登记 1 行").click()
    expect(page.get_by_role("heading", name="登记结果")).to_be_visible()
    check(page, "result")
    assert Segment.objects.filter(depth=0, domain="college").count() == 1
    page.get_by_role("link", name="返回智慧团建").click()
    page.wait_for_url("**/")


def test_an_entry_renamed_in_the_list(system, open_page):
    page = sign_in(open_page(), system)
    page.goto("/admin/orgs/option/?group=occupation")
    page.get_by_label("农民：名称").fill("农业从业者")
    page.get_by_label("自由职业者：启用").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".messagelist")).to_be_visible()
    check(page, "saved")
    renamed, off = (Option.objects.get(group="occupation", code=code) for code in ("farmer", "freelance"))
    assert (renamed.label, off.is_active) == ("农业从业者", False)
