"""Screenshots of the running product with its made-up data: `python dev.py shots` while `python dev.py run` runs.

They go to docs/img/ and stand in the README.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "img"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]


def sign_in(page: Page, account: dict[str, str]) -> None:
    page.goto("/login/")
    page.get_by_label("账号").fill(account["username"])
    page.get_by_label("密码", exact=True).fill(account["password"])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/")


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=OUT / f"{name}.png")


def half_filled(page: Page) -> None:
    page.goto("/members/enter/")
    page.get_by_label("姓名").fill("演示周样例")
    page.get_by_role("radio", name="青年学生").check()
    page.get_by_label("在读状况").wait_for()
    page.get_by_label("在读状况").select_option(label="普通高中在读")
    page.get_by_label("入团时间").fill("2026-05-04")
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("alert").wait_for()


def walk(page: Page, accounts: dict[str, dict[str, str]], width: int) -> None:
    page.goto("/login/")
    shoot(page, f"login-{width}")
    sign_in(page, accounts["团支部（学校）"])
    shoot(page, f"home-{width}")
    half_filled(page)
    shoot(page, f"enter-{width}")
    page.goto("/members/")
    shoot(page, f"members-{width}")
    page.context.clear_cookies()
    sign_in(page, accounts["团委（学校）"])
    page.goto("/reviews/")
    shoot(page, f"reviews-{width}")
    page.locator("main").get_by_role("link", name="演示").first.click()
    page.get_by_role("img", name="第 1 页").first.wait_for()
    shoot(page, f"review-{width}")
    page.goto("/orgs/")
    shoot(page, f"orgs-{width}")
    page.goto("/inbox/")
    shoot(page, f"inbox-{width}")


def main() -> None:
    demo = json.loads((Path(os.environ["VAR_DIR"]) / "demo.json").read_text(encoding="utf-8"))
    accounts = {account["role"]: account for account in demo["accounts"]}
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        for width, height in ((1280, 900), (360, 740)):
            context = browser.new_context(
                base_url=demo["url"], viewport={"width": width, "height": height}, locale="zh-CN"
            )
            walk(context.new_page(), accounts, width)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
