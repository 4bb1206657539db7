"""操作中心 and the page of a job in a browser: every state at both widths, as it happens, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from orgs import jobs
from orgs.models import Job, Notice
from orgs.services import notices
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.orgs import handlers  # noqa: F401 registers the kinds of jobs used here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Sort = Notice.Sort


@pytest.fixture
def role(site):
    found = site.role(site.school)
    for number, sort in enumerate((Sort.TODO, Sort.TODO, Sort.RESULT, Sort.NEWS)):
        notices.tell(
            site.school, sort=sort, kind="号段" if number else "编号占用核实", title=f"事项{number}",
            subject=f"test:{number}", body="丙中学团委", link="organizations", action="去核实" if not number else "",
        )  # fmt: skip
    notices.finish("test:1", by=site.role(site.school).user)
    return found


def asked(role, kind="test_table"):
    """A job for which no bell rings: the suite's worker does not know these kinds."""
    return Job.objects.create(
        kind=kind, title="组织表导出", organization=role.organization, role=role, params={}
    )


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_every_state_can_be_read_by_everybody(role, open_page, width):
    page = sign_in(open_page(width), role)
    for path in ("?tab=todo", "?tab=todo&done=1", "?tab=result", "?tab=news", "?tab=news&kind=导出&unread=1"):
        page.goto(f"/inbox/{path}")
        check(page, path)
    waiting, running, done, failed = (
        asked(role, kind) for kind in ("test_table", "test_table", "test_table", "test_refused")
    )
    jobs._lease(running.pk)
    Job.objects.filter(pk=running.pk).update(done=30, total=120)
    for job in (done, failed):
        jobs.run(job.pk)
    for job, words in (
        (waiting, "排队中"),
        (running, "30 / 120"),
        (done, "组织表.xlsx"),
        (failed, "请改选年份后重新导出"),
    ):
        page.goto(f"/jobs/{job.uuid}/")
        expect(page.get_by_role("main")).to_contain_text(words)
        check(page, words)
    done.path.unlink()
    page.goto(f"/jobs/{done.uuid}/")
    expect(page.get_by_text("文件已过期，请重新导出。")).to_be_visible()
    check(page, "expired")


def test_the_page_of_a_job_follows_it_to_the_download(role, open_page):
    job = asked(role)
    page = sign_in(open_page(), role)
    page.goto(f"/jobs/{job.uuid}/")
    expect(page.get_by_text("排队中")).to_be_visible()
    jobs._lease(job.pk)
    Job.objects.filter(pk=job.pk).update(done=1, total=4)
    expect(page.get_by_role("progressbar", name="进度")).to_have_attribute("value", "1")
    Job.objects.filter(pk=job.pk).update(lease_until=None)
    jobs.run(job.pk)
    link = page.get_by_role("link", name="下载", exact=True)
    expect(link).to_be_visible()
    with page.expect_download() as fetched:
        link.click()
    assert fetched.value.suggested_filename == "组织表.xlsx"


def test_without_scripts_one_filters_marks_opens_and_downloads(role, open_page):
    job = asked(role)
    page = sign_in(open_page(java_script_enabled=False), role)
    page.goto(f"/jobs/{job.uuid}/")
    jobs.run(job.pk)
    page.get_by_role("link", name="刷新").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载", exact=True).click()
    assert fetched.value.suggested_filename == "组织表.xlsx"

    page.goto("/inbox/?tab=todo")
    page.get_by_label("类型").select_option("编号占用核实")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("main").get_by_role("button", name="标为已读").last.click()
    assert "kind=" in page.url
    expect(page.get_by_text("未读", exact=True)).to_have_count(0)
    page.get_by_role("button", name="去核实").click()
    expect(page).to_have_url(re.compile(r"/orgs/$"))
    page.goto("/inbox/?tab=result")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="下载").click()
    assert fetched.value.suggested_filename == "组织表.xlsx"
