"""axe without a serious or critical finding, and no sideways scrolling, on every page state at both widths."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from archives import inspection, pdf
from archives.models import Upload
from archives.services import entry as entries
from archives.services import review, uploads
from tests.archives.claiming import NUMBER, disputed, promised, wanting
from tests.e2e.conftest import sign_in
from tests.e2e.forms import choose_file, fill
from tests.factories import EntryFactory, entry_with_file, new_key
from tests.pdfs import plain_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def check(page, state):
    found = Axe().run(page).response["violations"]
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


def submitted(role, **values):
    upload = uploads.store(
        SimpleUploadedFile("志愿书.pdf", plain_pdf()), organization=role.organization, by=role
    )
    member = entries.enter(
        entry_with_file(**values), organization=role.organization, upload=upload, key=new_key(), by=role
    )
    inspection.settle(
        Upload.objects.get(pk=upload.pk), pdf.Verdict(accepted=True, reason="", pages=12, warnings=(), ms=1)
    )
    return member.archives.get()


@pytest.fixture
def people(site):
    """Someone in every state."""
    branch, committee = site.role(site.branch), site.role(site.school)
    entries.enter(EntryFactory(), organization=site.branch, upload=None, key=new_key(), by=branch)
    approved, refused, waiting = (submitted(branch) for _ in range(3))
    review.approve(approved, sha256=approved.upload.sha256, round=approved.round, by=committee)
    review.refuse(refused, sha256=refused.upload.sha256, round=refused.round, reason="缺页", by=committee)
    return {
        "branch": branch,
        "committee": committee,
        "refused": refused,
        "waiting": waiting,
        "approved": approved,
    }


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_gate(site, open_page, width):
    page = open_page(width)
    page.goto("/login/")
    check(page, "login")
    page.get_by_label("账号").fill("nobody")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_title("错误：登录 · 智慧团建")
    check(page, "login with an error")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_branchs_pages(people, open_page, width):
    page = sign_in(open_page(width), people["branch"])
    check(page, "home")
    member = people["refused"].member
    for path in (
        "/members/",
        "/members/?state=pending",
        "/members/?state=refused",
        f"/members/{member.uuid}/",
        f"/members/{member.uuid}/archive/",
    ):
        page.goto(path)
        check(page, path)
    for path in (
        "/inbox/",
        "/inbox/?tab=result",
        "/inbox/?tab=news",
        "/password/",
        "/second-factor/",
        "/nowhere/",
        "/reviews/",
    ):
        page.goto(path)
        check(page, path)


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_form_a_in_every_state(people, open_page, width):
    page = sign_in(open_page(width), people["branch"])
    page.goto("/members/enter/")
    check(page, "blank form")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    check(page, "form with errors")
    fill(page, EntryFactory(education="primary"))
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("需要确认")).to_be_visible()
    check(page, "form with a warning")
    page.get_by_label("已核对，确认无误").check()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="确认信息")).to_be_visible()
    check(page, "check page")
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("heading", name="录入成功")).to_be_visible()
    check(page, "entered")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_committees_pages(people, open_page, width):
    page = sign_in(open_page(width), people["committee"])
    for path in ("/", "/reviews/", f"/reviews/{people['approved'].uuid}/", "/members/", "/orgs/", "/inbox/"):
        page.goto(path)
        check(page, path)
    for path in (
        "/members/enter-below/",
        f"/members/enter-below/?org={people['branch'].organization_id}",
        "/cadres/enter/",
    ):
        page.goto(path)
        check(page, path)
    page.goto(f"/reviews/{people['waiting'].uuid}/")
    expect(page.get_by_role("img").first).to_be_visible()
    check(page, "review desk")
    page.get_by_role("button", name="不通过", exact=True).first.click()
    check(page, "refusal dialog")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_tree_by_keyboard(site, open_page, width):
    page = sign_in(open_page(width), site.role(site.province))
    page.goto("/orgs/")
    check(page, "tree closed")
    if width == "phone":
        return
    page.get_by_role("treeitem").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name="甲城团市委")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem", name="乙县团县委")).to_be_visible()
    check(page, "tree open")


@pytest.mark.timeout(300)  # axe looks at many pages
@pytest.mark.parametrize("width", ["desk", "phone"])
def test_numbers_issued_waiting_taken_and_judged(site, open_page, width, tmp_path):
    scan = tmp_path / "入团志愿书.pdf"
    scan.write_bytes(plain_pdf())
    case = disputed(site)
    promised(wanting(), case.filer, case.judge)
    page = sign_in(open_page(width), case.filer)
    page.goto("/numbers/pending/")
    check(page, "待录入")
    page.goto("/members/enter/")
    fill(page, wanting(NUMBER, born=date(2008, 1, 1), applied=False))
    choose_file(page, scan)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("dialog", name="发展团员编号已被占用")).to_be_visible()
    check(page, "taken")
    page.goto(f"/numbers/disputes/{case.dispute.uuid}/")
    check(page, "the case, to who brought it forward")

    desk = sign_in(open_page(width), case.judge)
    for path in ("/numbers/disputes/", "/numbers/issues/", "/numbers/issues/new/"):
        desk.goto(path)
        check(desk, path)
    desk.goto(f"/numbers/issues/new/?org={case.filer.organization_id}")
    desk.get_by_role("button", name="发放", exact=True).click()
    expect(desk.get_by_role("alert")).to_be_visible()
    check(desk, "issuing with errors")
    desk.goto(f"/numbers/disputes/{case.dispute.uuid}/")
    check(desk, "judge's desk")
    desk.get_by_role("button", name="确认释放").click()
    desk.get_by_role("dialog").get_by_role("button", name="确认释放").click()
    expect(desk.get_by_role("dialog").get_by_label("理由")).to_have_attribute("aria-invalid", "true")
    check(desk, "release with errors")
