"""A real browser against a live server with a real worker behind it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from orgs.models import Role
from tests.factories import PASSWORD, World, plant_world
from tests.workers import listen_at, worker

# Playwright runs an event loop in this thread; the ORM calls of the tests are synchronous all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
USUAL = ("status of 4", "Error Code 4", "htmx:sendAbort", "htmx:afterRequest")
"""What a browser calls an error and is none: refusals, and a live question cut short because the form was sent."""
WIDTHS = {"desk": (1280, 900), "phone": (360, 740)}


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(autouse=True)
def own_folders(settings, folders: Path) -> None:
    """The worker lives longer than one test, so the files do too."""
    settings.ARCHIVE_DIR = folders / "archives"
    settings.JOB_DIR = folders / "jobs"
    settings.FILE_UPLOAD_TEMP_DIR = str(folders / "archives" / "incoming")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def quiet_bell(folders: Path) -> None:
    listen_at(folders / "broker")


@pytest.fixture(scope="session")
def running_worker(folders: Path, django_db_setup, django_db_blocker) -> Iterator[None]:
    (folders / "archives" / "incoming").mkdir(parents=True, exist_ok=True)
    listen_at(folders / "broker")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        from django.conf import settings

        patch.setattr(settings, "ARCHIVE_DIR", folders / "archives")
        patch.setattr(settings, "JOB_DIR", folders / "jobs")
        patch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(folders / "archives" / "incoming"))
        with worker(folders / "broker"):
            yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, transactional_db, running_worker) -> World:
    """A planted province behind a live server; `site.role(…)` makes someone who can log in with PASSWORD."""
    return plant_world()


@pytest.fixture
def open_page(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """`open_page("phone")`: a page of its own session. Off-host requests, script errors and CSP violations fail the test."""
    wrong: list[str] = []
    contexts = []

    def opened(width: str = "desk", **options) -> Page:
        across, down = WIDTHS[width]
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": across, "height": down},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        host = urlsplit(live_server.url).netloc
        page.on(
            "request",
            lambda request: (
                None
                if urlsplit(request.url).netloc in {host, ""}
                else wrong.append(f"off-host request {request.url}")
            ),
        )
        page.on("pageerror", lambda error: wrong.append(f"script error {error}"))
        page.on(
            "console",
            lambda message: (
                wrong.append(f"console {message.text}")
                if message.type == "error" and not any(words in message.text for words in USUAL)
                else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong, wrong


def sign_in(page: Page, role: Role) -> Page:
    """Through the login page, as people do."""
    page.goto("/login/")
    page.get_by_label("账号").fill(role.user.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/")
    return page
