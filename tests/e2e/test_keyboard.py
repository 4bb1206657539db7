"""From login to 提交 by keyboard alone: the branch in the tree, form B, the file. The focus is always somewhere, and seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import takewhile

import pytest
from playwright.sync_api import Locator, Mouse, Page, expect

from members.choices import Ethnicity, PoliticalStatus, StudyStatus
from members.models import Member
from orgs.dictionaries import DICTIONARIES, Group
from tests.factories import PASSWORD, entry_with_file
from tests.pdfs import plain_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POINTING = (
    "click",
    "dblclick",
    "down",
    "up",
    "move",
    "wheel",
    "tap",
    "hover",
    "check",
    "uncheck",
    "fill",
    "focus",
)
POINTING += ("select_option", "set_input_files", "press", "press_sequentially", "drag_to", "dispatch_event")
MOST = 120

# The element in focus: [where it is, whether anybody can see that it is].
FOCUS = """() => {
  const at = document.activeElement;
  const drawn = (one) => {
    if (!one) return false;
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const label = at.labels?.[0] ?? at.nextElementSibling;
  return [at === document.body ? "nowhere" : at.id || at.textContent.trim() || at.tagName, drawn(at) || drawn(label)];
}"""

ROLE = "() => document.activeElement.getAttribute('role')"


@pytest.fixture
def hands_off(monkeypatch) -> None:
    """Nothing but `page.keyboard` moves the page."""

    def forbidden(*_args, **_more):
        raise AssertionError("by keyboard alone")

    for tool in (Mouse, Locator):
        for name in POINTING:
            if hasattr(tool, name):
                monkeypatch.setattr(tool, name, forbidden)


def stops(page: Page) -> Iterator[str]:
    """Tab by Tab: what has the focus."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        name, drawn = page.evaluate(FOCUS)
        assert name != "nowhere", "the focus is lost, or what was wanted is not on the page"
        assert drawn, f"nobody sees that {name} has the focus"
        yield name


def tab_to(page: Page, wanted: str) -> None:
    """On to the element with this id or these words."""
    passed = [page.evaluate(FOCUS)[0]]  # the page may have put it there
    if passed[0] == wanted:
        return
    for name in stops(page):
        passed.append(name)
        if name == wanted or name.startswith(wanted + "（"):
            return
    raise AssertionError(f"{wanted} cannot be reached: {passed}")


def steady(page: Page) -> None:
    """The live answer has come and the focus is where it was."""
    before = page.evaluate(FOCUS)[0]
    page.wait_for_timeout(200)  # longer than fields.js waits before it asks
    page.wait_for_load_state("networkidle")
    assert page.evaluate(FOCUS)[0] == before != "nowhere"


def choose(page: Page, name: str, label: str, labels: list[str]) -> None:
    """Down to an option, below the empty one."""
    tab_to(page, f"id_{name}")
    for _ in range(labels.index(label) + 1):
        page.keyboard.press("ArrowDown")
    steady(page)


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, f"id_{name}")
    page.keyboard.type(text)


def write_date(page: Page, name: str, day: date) -> None:
    """The browser's own language, not the page's, says in which order its parts are typed."""
    tab_to(page, f"id_{name}")
    for order in ("%m%d%Y", "%Y%m%d"):
        page.keyboard.type(day.strftime(order))
        if page.evaluate("() => document.activeElement.value") == day.isoformat():
            break
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
    steady(page)


def sign_in(page: Page, username: str) -> None:
    page.goto("/login/")
    write(page, "username", username)
    write(page, "password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()


def test_from_login_to_the_last_button(site, open_page, hands_off, tmp_path):
    scan = tmp_path / "入团志愿书.pdf"
    scan.write_bytes(plain_pdf())
    entry = entry_with_file()
    page = open_page()
    # The browser holds file choosers back from the first listener on; asked for only just before the key, that came too late at times.
    page.on("filechooser", lambda _: None)
    sign_in(page, site.role(site.general).user.username)

    tab_to(page, "录入下级团员")
    page.keyboard.press("Enter")
    page.wait_for_url("**/enter-below/")
    next(_ for _ in stops(page) if page.evaluate(ROLE) == "treeitem")
    expect(page.get_by_role("treeitem", name="高一团总支")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("treeitem", name="高一1班团支部")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/enter-below/?org={site.branch.pk}")

    write(page, "name", entry.name)
    write(page, "id_number", entry.id_number)
    write(page, "id_number_again", entry.id_number)
    choose(page, "ethnicity", "汉族", Ethnicity.labels)
    tab_to(page, "id_occupation_0")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    steady(page)
    choose(page, "study_status", StudyStatus(entry.study_status).label, StudyStatus.labels)
    choose(page, "education", "普通高中", [label for _, label in DICTIONARIES[Group.EDUCATION]])
    choose(page, "political_status", "共青团员", PoliticalStatus.labels)
    write_date(page, "joined_on", entry.joined_on)
    write(page, "number", entry.number)
    choose(page, "is_cadre", "否", ["是", "否"])
    write(page, "phone", entry.phone)
    write(page, "address", entry.address)
    tab_to(page, "id_file")
    steady(page)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(scan)
    expect(page.get_by_text("可用", exact=True)).to_be_visible(timeout=30_000)
    steady(page)
    choose(page, "applied", "否", ["是", "否"])
    choose(page, "volunteer", "否", ["是", "否"])
    between = list(takewhile(lambda name: name != "提交", stops(page)))
    assert len(between) <= 2, (
        between
    )  # what is missing, as long as the live answer has not come, and 保存草稿
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="确认信息")).to_be_visible()
    tab_to(page, "确认提交")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="录入成功")).to_be_visible()
    member = Member.objects.get()
    assert (member.name, member.organization, member.joined_on) == (entry.name, site.branch, entry.joined_on)


def test_errors_are_walked_to_by_keyboard(site, open_page, hands_off):
    page = open_page()
    sign_in(page, site.role(site.branch).user.username)
    tab_to(page, "录入团员团干部")
    page.keyboard.press("Enter")
    page.wait_for_url("**/members/enter/")
    write(page, "name", "演示甲")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, "户籍地址：请填写户籍地址")
    page.keyboard.press("Enter")
    expect(page.get_by_label("户籍地址")).to_be_focused()
    assert page.evaluate(FOCUS)[1]
