"""Twenty reviews by keyboard alone: every decision is one key, the focus stays on the action bar, and the name is said."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from archives import inspection, pdf
from archives.models import Archive, Look, Upload
from archives.services import entry as entries
from archives.services import uploads
from orgs.models import Role
from tests.archives.cases import pdf_bytes
from tests.e2e.conftest import sign_in
from tests.e2e.test_accessibility import check
from tests.e2e.test_keyboard import FOCUS, hands_off, tab_to
from tests.factories import entry_with_file, new_key

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["hands_off"]
MANY, SKIPPED = 24, 4
"""So that twenty are decided."""
PAGES = 2


def waits(role: Role) -> Archive:
    file = SimpleUploadedFile("志愿书.pdf", pdf_bytes(PAGES))
    upload = uploads.store(file, organization=role.organization, by=role)
    member = entries.enter(
        entry_with_file(), organization=role.organization, upload=upload, key=new_key(), by=role
    )
    found = pdf.Verdict(accepted=True, reason="", pages=PAGES, warnings=(), ms=1)
    inspection.settle(Upload.objects.get(pk=upload.pk), found)
    return member.archives.select_related("member").get()


@pytest.fixture
def committee(site) -> Role:
    return site.role(site.school)


@pytest.fixture
def queue(site, committee) -> list[Archive]:
    role = site.role(site.branch)
    return [waits(role) for _ in range(MANY)]


def enter(open_page, role: Role, **options) -> Page:
    """Signed in and on the list; from here on nothing but keys."""
    page = sign_in(open_page(**options), role)
    page.goto("/reviews/")
    return page


def standing(page: Page, archive: Archive, place: str) -> None:
    """This file's desk: its name is said, and the focus is on the action bar."""
    page.wait_for_url(f"**/reviews/{archive.uuid}/")
    bar = page.get_by_role("group", name=f"审核决定：{archive.member.name}")
    expect(bar).to_be_focused()
    expect(page.locator("#live")).to_have_text(f"{archive.member.name}，{place}")


def test_twenty_files_are_decided_by_single_keys_and_four_are_skipped(committee, queue, open_page, request):
    page = enter(open_page, committee)
    request.getfixturevalue("hands_off")
    tab_to(page, "开始审核")
    page.keyboard.press("Enter")
    decided = {}
    for at, archive in enumerate(queue):
        left = MANY - len(decided)
        standing(page, archive, f"第 {at + 1 - len(decided)} 条，共 {left} 条")
        if at % 6 == 1:
            page.keyboard.press("r")
            expect(page.get_by_role("textbox", name="原因")).to_be_focused()
            page.keyboard.type("缺页，请补齐 arsjk? 后上传")
            page.keyboard.press("Control+Enter")
            decided[archive.pk] = "refused"
        elif at % 6 == 3:
            page.keyboard.press("s")
        else:
            for key in "1234":
                page.keyboard.press(key)
            page.keyboard.press("a")
            decided[archive.pk] = "approved"
    page.wait_for_url("**/reviews/")
    expect(page.get_by_text("跳过的 4 条仍待审核")).to_be_visible()
    assert len(decided) == MANY - SKIPPED == 20
    states = dict(Archive.objects.values_list("pk", "state"))
    assert states == {one.pk: decided.get(one.pk, "waiting") for one in queue}


def test_keys_move_turn_and_tick_without_deciding(committee, queue, open_page, request):
    first, second = queue[:2]
    page = enter(open_page, committee)
    page.goto(f"/reviews/{first.uuid}/")
    request.getfixturevalue("hands_off")
    standing(page, first, f"第 1 条，共 {MANY} 条")
    pages = "document.querySelector('.zt-pages')"
    before = page.evaluate(f"{pages}.scrollTop")
    page.keyboard.press("Space")
    page.wait_for_function(f"{pages}.scrollTop > {before}")
    page.keyboard.press("Shift+Space")
    page.wait_for_function(f"{pages}.scrollTop === {before}")
    for key, name, value in (("+", "--zt-zoom", "1.25"), ("0", "--zt-zoom", "1"), ("-", "--zt-zoom", "0.8"), ("t", "--zt-turn", "90deg")):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(f"{pages}.style.getPropertyValue('{name}')") == value
    page.keyboard.press("3")
    expect(page.get_by_role("checkbox", name="公章")).to_be_checked()
    page.keyboard.press("j")
    standing(page, second, f"第 2 条，共 {MANY} 条")
    page.keyboard.press("k")
    standing(page, first, f"第 1 条，共 {MANY} 条")
    expect(page.get_by_role("checkbox", name="公章")).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS)[0] != "nowhere"
    assert set(Archive.objects.values_list("state", flat=True)) == {"waiting"}


def test_single_keys_can_be_switched_off_and_stay_off(committee, queue, open_page):
    first, second = queue[:2]
    page = enter(open_page, committee)
    page.goto(f"/reviews/{first.uuid}/")
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="使用单键快捷键").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("j")
    page.goto(f"/reviews/{second.uuid}/")
    page.keyboard.press("a")
    page.get_by_role("button", name="快捷键").click()
    expect(page.get_by_role("checkbox", name="使用单键快捷键")).not_to_be_checked()
    assert page.url.endswith(f"/{second.uuid}/")
    assert set(Archive.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_desk_list_results_and_reasons_at_both_widths(committee, queue, open_page, width):
    for page_number in range(1, PAGES + 1):
        Look.objects.remember(committee.user, queue[0], page_number)
    page = enter(open_page, committee, width=width)
    check(page, "reviews with a row to choose")
    page.get_by_role("checkbox", name=f"选择 {queue[0].member.name}").check()
    page.get_by_role("button", name="通过所选").click()
    expect(page.get_by_text("所选 1 条，通过 1 条")).to_be_visible()
    check(page, "results")
    page.goto(f"/reviews/{queue[1].uuid}/")
    check(page, "desk")
    page.get_by_role("button", name="不通过").click()
    check(page, "desk with the refusal")
    page.keyboard.press("Escape")
    if width == "desk":
        page.get_by_role("button", name="快捷键").click()
        check(page, "desk with the keys")
    page.goto("/reviews/reasons/")
    page.get_by_role("button", name="采用").first.click()
    expect(page.get_by_text("常用原因已添加")).to_be_visible()
    check(page, "reasons")


def test_without_scripts_a_queue_is_worked_through_all_the_same(committee, queue, open_page):
    page = enter(open_page, committee, java_script_enabled=False)
    page.get_by_role("link", name="开始审核").click()
    page.get_by_role("checkbox", name="公章").check()
    page.get_by_role("button", name="通过", exact=True).click()
    page.get_by_role("button", name="跳过").click()
    assert page.url.endswith(f"/{queue[2].uuid}/")
    page.locator("#reason-plain").fill("缺页，请补齐")
    page.get_by_role("button", name="不通过", exact=True).click()
    assert page.url.endswith(f"/{queue[3].uuid}/")
    states = [Archive.objects.get(pk=one.pk).state for one in queue[:3]]
    assert states == ["approved", "waiting", "refused"]
    # Scripts off, a browser loads every page of a file with its desk.
    page.goto(f"/reviews/{queue[1].uuid}/")
    page.wait_for_load_state("networkidle")
    page.goto("/reviews/")
    page.get_by_role("checkbox", name=f"选择 {queue[1].member.name}").check()
    page.get_by_role("button", name="通过所选").click()
    assert "通过 1 条" in page.content()
