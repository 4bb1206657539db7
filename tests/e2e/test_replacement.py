"""替换 in a browser: asked for by the committee, refused and approved by the 领导机关 above, with both files side by side."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from archives.models import Archive
from archives.services import review
from tests.archives.cases import REASON
from tests.e2e.conftest import sign_in
from tests.e2e.forms import choose_file
from tests.e2e.test_accessibility import check, submitted
from tests.pdfs import plain_pdf
from tests.workers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = "原来上传的是另一名同学的志愿书"
LINK = re.compile(r"^替换\s*演示甲的入团志愿书$")


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "新的志愿书.pdf"
    path.write_bytes(plain_pdf(pages=2))
    return path


@pytest.fixture
def old(site):
    by = site.role(site.school)  # before the entry: it goes to a committee that has somebody
    archive = submitted(site.role(site.branch), name="演示甲")
    review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=by)
    return archive


def people(page, old):
    page.goto(f"/database/people/?org={old.organization_id}&year={old.member.joined_on.year}")
    return page.get_by_role("row").filter(has_text=old.member.name)


def ask(page, old, scan, *, scripts=True):
    people(page, old).get_by_role("link", name=LINK).click()
    expect(page.get_by_text("替换须经团的领导机关审核通过后完成")).to_be_visible()
    if scripts:
        choose_file(page, scan)
    else:
        page.locator("input[type=file]").set_input_files(scan)
    page.get_by_role("button", name="提交替换").click()
    expect(page.get_by_role("link", name="替换原因：")).to_be_visible()  # forgotten: the file is still there
    expect(page.get_by_text(scan.name)).to_be_visible()
    page.get_by_label("替换原因").fill(WHY)
    page.get_by_role("button", name="提交替换").click()
    expect(page.get_by_text("审核通过前原档案继续有效")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=old.member.name)).to_contain_text("已上传 · 替换审核中")
    wait_until(
        lambda: Archive.objects.filter(state=Archive.State.WAITING).exists(), "the new file to be inspected"
    )


def test_replaced_and_refused_the_old_file_stays(site, open_page, old, scan):
    asking, deciding = (sign_in(open_page(), site.role(one)) for one in (site.school, site.county))
    ask(asking, old, scan)
    deciding.goto("/reviews/")
    expect(deciding.get_by_role("row").filter(has_text=old.member.name)).to_contain_text("替换")
    deciding.get_by_role("link", name=old.member.name, exact=True).click()
    both = [deciding.get_by_role("region", name=name) for name in ("新档案页面", "原档案页面")]
    for pane in both:
        expect(pane).to_be_visible()
    check(deciding, "desk with two files")
    for shown in ((True, False), (False, True), (True, True)):
        deciding.keyboard.press("v")
        for pane, visible in zip(both, shown, strict=True):
            expect(pane).to_be_visible(visible=visible)
    deciding.get_by_role("button", name=re.compile("^不通过")).first.click()
    deciding.get_by_role("dialog").get_by_role("textbox", name="原因").fill(REASON)
    deciding.get_by_role("dialog").get_by_role("button", name="不通过", exact=True).click()
    expect(deciding.get_by_text("全部审核完毕").first).to_be_visible()
    row = people(asking, old)
    expect(row).to_contain_text("已上传 · 上次替换未通过")
    expect(row).to_contain_text(REASON)
    expect(row.get_by_role("link", name=LINK)).to_be_visible()
    assert Archive.objects.get(state="approved") == old


def test_replaced_and_approved_the_new_file_is_in_force_without_scripts_too(site, open_page, old, scan):
    plain = {"java_script_enabled": False}
    asking, deciding = (sign_in(open_page(**plain), site.role(one)) for one in (site.school, site.county))
    ask(asking, old, scan, scripts=False)
    deciding.goto("/reviews/")
    deciding.get_by_role("link", name=old.member.name, exact=True).click()
    for name in ("新档案页面", "原档案页面"):
        expect(deciding.get_by_role("region", name=name)).to_be_visible()
    deciding.get_by_role("button", name=re.compile("^通过")).click()
    expect(deciding.get_by_text("全部审核完毕").first).to_be_visible()
    branch = sign_in(open_page(), site.role(site.branch))
    branch.goto("/inbox/?tab=news")
    told = f"{old.member.name}的入团志愿书已替换为新的文件"
    expect(branch.get_by_role("main")).to_contain_text(told)
    branch.goto(f"/members/{old.member.uuid}/")
    expect(branch.get_by_role("main")).to_contain_text("第 2 版")
    expect(branch.get_by_role("main")).to_contain_text("已替换")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_pages_at_both_widths(site, open_page, old, scan, width):
    page = sign_in(open_page(width), site.role(site.school))
    people(page, old)
    check(page, "people with 替换")
    page.goto(f"/database/people/{old.member.uuid}/replace/")
    check(page, "replace")
    page.get_by_role("button", name="提交替换").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "replace with errors")
    page.goto(f"/members/{old.member.uuid}/")
    check(page, "versions")
