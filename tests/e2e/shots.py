"""Screenshots of the running product with its made-up data: `python dev.py shots` while `python dev.py run` runs.

Every named state at both widths goes to var/shots/ to be looked at; what the README shows goes to docs/img/ as well. Words after
`shots` take only the states named so. A state that cannot be reached is told and the rest is still taken.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

from members.made_up import id_number

ROOT = Path(__file__).resolve().parents[2]
IN_README = {"login", "home", "enter", "members", "reviews", "review", "orgs", "inbox"}
WIDTHS = ((1280, 900), (360, 740))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
BRANCH_NAME = "演示第一中学高一1班团支部"
BRANCH, COMMITTEE, COUNTY, PROVINCE = "团支部（学校）", "团委（学校）", "县级", "省级"


@dataclass(frozen=True)
class State:
    """A page as somebody sees it: the demo account (empty for nobody), the address, and what is done there."""

    role: str
    path: str
    reach: Callable[[Page, dict[str, Any]], None] = lambda page, demo: None
    whole: bool = False


def sign_in(page: Page, account: dict[str, str]) -> None:
    page.context.clear_cookies()
    page.goto("/login/")
    page.get_by_label("账号").fill(account["username"])
    page.get_by_label("密码", exact=True).fill(account["password"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/login/" not in url)


def wrong_password(page: Page, demo: dict[str, Any]) -> None:
    page.get_by_label("账号").fill("demo-nobody")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("alert").wait_for()


def half_filled(page: Page, demo: dict[str, Any]) -> None:
    page.get_by_label("姓名").fill("演示周样例")
    page.get_by_role("radio", name="青年学生").check()
    page.get_by_label("在读状况").wait_for()
    page.get_by_label("在读状况").select_option(label="普通高中在读")
    page.get_by_label("入团时间").fill("2026-05-04")
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("alert").wait_for()


def taken(page: Page, demo: dict[str, Any]) -> None:
    """A number that a member of the list holds, on an otherwise right form."""
    page.goto("/members/?state=active")
    number = "".join(page.locator("td[data-l='发展团员编号'] .zt-id").first.inner_text().split())
    one = next(one for one in demo["ready"] if "第一中学" in one["branch"])
    page.goto("/members/enter/")
    page.get_by_label("姓名").fill(one["name"])
    page.get_by_label("身份证号码").nth(0).fill(one["id_number"])
    page.get_by_label("身份证号码").nth(1).fill(one["id_number"])
    page.get_by_label("民族").select_option(label="汉族")
    page.get_by_role("radio", name=one["occupation"]).check()
    page.get_by_label("在读状况").wait_for()
    page.get_by_label("在读状况").select_option(label=one["status"])
    page.get_by_label("学历").select_option(label="初中")
    page.get_by_label("政治面貌").select_option(label="共青团员")
    page.get_by_label("入团时间").fill(f"{number[:4]}-05-04")
    page.get_by_label("发展团员编号").fill(number)
    page.get_by_label("是否团干部").select_option(label="否")
    page.get_by_label("手机号码", exact=False).first.fill("13800000000")
    page.get_by_label("户籍地址").fill("演示省演示甲市城东区演示路 1 号")
    page.get_by_label("是否成为注册志愿者").select_option(label="否")
    body = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
    page.locator("input[type=file]").first.set_input_files(
        {"name": "志愿书.pdf", "mimeType": "application/pdf", "buffer": body}
    )
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("dialog#taken, [role=alert]").first.wait_for()


def first_review(page: Page, demo: dict[str, Any]) -> None:
    page.locator("tbody th a").first.click()
    page.get_by_role("img", name="第 1 页").first.wait_for()


def refusing(page: Page, demo: dict[str, Any]) -> None:
    first_review(page, demo)
    page.get_by_role("button", name="不通过").first.click()
    page.locator("dialog[open]").wait_for()


def first_person(page: Page, demo: dict[str, Any]) -> None:
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="办理经过").wait_for()


def sheet(page: Page, demo: dict[str, Any]) -> None:
    page.locator("a[data-sheet]").last.click()
    page.locator(".offcanvas.show").wait_for()


def branch_tree(page: Page, demo: dict[str, Any]) -> None:
    """The branch in the tree, its sheet open where the tree is one."""
    opener = page.get_by_role("button", name="选择支部")
    if opener.is_visible():
        opener.click()
        page.locator("#branches.show").wait_for()


def issue_preview(page: Page, demo: dict[str, Any]) -> None:
    """Two lines pasted, one of them wrong."""
    rows = (("演示赵样例", id_number(date(2010, 6, 1))), ("演示李样例", "110101200000000000"))
    lines = ("\t".join((BRANCH_NAME, *row, "2026-05-04", "高中")) for row in rows)
    page.locator("textarea").fill("\n".join(lines))
    page.get_by_role("button", name="预览").click()
    page.wait_for_load_state("networkidle")


def pasted_organizations(page: Page, demo: dict[str, Any]) -> None:
    """Three lines pasted, one of them wrong."""
    page.get_by_role("link", name="批量新增").click()
    lines = (
        "演示第一中学高三1班团支部\t高三1班",
        "演示第一中学高三年级团总支\t高三\t团总支",
        "演示第一中学高三2班\t\t小组",
    )
    page.locator("textarea").fill("\n".join(lines))
    page.get_by_role("button", name="预览").click()
    page.get_by_role("table", name="逐行预览").wait_for()


def move_preview(page: Page, demo: dict[str, Any]) -> None:
    """A general branch of the school under the street."""
    page.goto(page.locator(".zt-treescroll a[href*='org=']").first.get_attribute("href") or "/orgs/")
    page.get_by_role("link", name="移动").click()
    page.wait_for_url("**/move/")
    street = page.locator("a[role=treeitem]", has_text="街道团工委").first.get_attribute("href")
    page.goto(page.url + (street or ""))
    page.get_by_role("heading", name="移动后的变化").wait_for()


def first_dispute(page: Page, demo: dict[str, Any]) -> None:
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="信息比对").wait_for()


STATES = {
    "login": State("", "/login/"),
    "login-error": State("", "/login/", wrong_password),
    "home": State(BRANCH, "/"),
    "home-committee": State(COMMITTEE, "/"),
    "enter-blank": State(BRANCH, "/members/enter/", whole=True),
    "enter": State(BRANCH, "/members/enter/", half_filled),
    "enter-taken": State(BRANCH, "/members/", taken),
    "enter-below": State(COMMITTEE, "/members/enter-below/", branch_tree),
    "pending": State(BRANCH, "/numbers/pending/"),
    "reviews": State(COMMITTEE, "/reviews/"),
    "review": State(COMMITTEE, "/reviews/", first_review),
    "review-refuse": State(COMMITTEE, "/reviews/", refusing),
    "members": State(BRANCH, "/members/"),
    "cadres": State(COMMITTEE, "/cadres/"),
    "person": State(BRANCH, "/members/", first_person, whole=True),
    "database": State(COMMITTEE, "/database/"),
    "database-sheet": State(COMMITTEE, "/database/", sheet),
    "segments": State(COMMITTEE, "/numbers/", whole=True),
    "issue-preview": State(COMMITTEE, "/numbers/issues/list/", issue_preview, whole=True),
    "dispute": State(COMMITTEE, "/numbers/disputes/", first_dispute),
    "registrations": State(PROVINCE, "/numbers/registrations/"),
    "inbox": State(COMMITTEE, "/inbox/"),
    "titles": State(COMMITTEE, "/cadres/titles/"),
    "orgs": State(COMMITTEE, "/orgs/"),
    "orgs-paste": State(COMMITTEE, "/orgs/", pasted_organizations, whole=True),
    "orgs-move": State(COUNTY, "/orgs/?q=高一年级", move_preview, whole=True),
    "help": State(BRANCH, "/help/"),
    "admin": State(PROVINCE, "/admin/"),
}


def take(page: Page, name: str, state: State, demo: dict[str, Any], width: int, out: Path) -> None:
    accounts = {account["role"]: account for account in demo["accounts"]}
    if state.role:
        sign_in(page, accounts[state.role])
    else:
        page.context.clear_cookies()
    page.goto(state.path)
    state.reach(page, demo)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out / f"{name}-{width}.png", full_page=state.whole)
    if name in IN_README:
        page.screenshot(path=ROOT / "docs" / "img" / f"{name}-{width}.png")


def main(wanted: list[str]) -> str:
    """What could not be taken, and why; empty when all was."""
    var = Path(os.environ["VAR_DIR"])
    demo = json.loads((var / "demo.json").read_text(encoding="utf-8"))
    out = var / "shots"
    out.mkdir(parents=True, exist_ok=True)
    missed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        for width, height in WIDTHS:
            context = browser.new_context(
                base_url=demo["url"], viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.set_default_timeout(10_000)
            for name, state in STATES.items():
                if wanted and name not in wanted:
                    continue
                page = context.new_page()
                try:
                    take(page, name, state, demo, width, out)
                except Error as why:
                    missed.append(f"{name} at {width}: {str(why).splitlines()[0]}")
                page.close()
            context.close()
        browser.close()
    return "\n".join(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
