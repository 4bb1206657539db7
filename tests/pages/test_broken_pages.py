"""Pages for what went wrong, through the whole stack: found again in the log, with a way on, and nothing typed is lost."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from archives.models import Draft
from archives.services import entry as entries
from members.models import Member
from tests.archives.test_entry import posted
from tests.factories import EntryFactory, new_key
from zhtj.lib.logs import NameRequest
from zhtj.lib.sealing import seal

PHONE = "13800006543"


@pytest.fixture
def log(caplog):
    """What is logged, with the id that every line carries."""
    name = NameRequest()
    caplog.handler.addFilter(name)
    yield caplog
    caplog.handler.removeFilter(name)


@pytest.fixture
def member(branch_role):
    return entries.enter(
        EntryFactory(name="演示甲"), organization=branch_role.organization, upload=None, key=new_key(), by=branch_role
    )  # fmt: skip


def broken_table() -> None:
    """The database refuses every new member, as after damage on disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = 'XX000'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON members_member FOR EACH ROW EXECUTE FUNCTION broken()"
        )


def test_a_page_that_broke_is_found_in_the_log_by_its_id(log, log_in, branch_role):
    client = log_in(branch_role)
    client.raise_request_exception = False
    broken_table()
    answer = client.post(reverse("enter"), posted(EntryFactory(), step="submit"))
    assert answer.status_code == 500
    shown = re.search(r"编号 ([0-9a-f]{8})", answer.content.decode())
    assert shown and shown[1] == answer["X-Request-Id"]
    (line,) = [one for one in log.records if one.name == "django.request"]
    assert line.request_id == shown[1]


def test_what_was_typed_into_a_page_that_broke_is_a_draft_and_the_page_says_so(log_in, branch_role):
    client = log_in(branch_role)
    client.raise_request_exception = False
    broken_table()
    answer = client.post(reverse("enter"), posted(EntryFactory(name="演示未完"), step="submit"))
    assert "已保存为草稿" in answer.content.decode()
    assert Draft.objects.get().values()["name"] == "演示未完"
    assert not Member.objects.exists()


def test_a_page_with_a_value_that_does_not_open_says_whom_to_tell_and_the_log_names_the_row(
    log, log_in, branch_role, member
):
    Member.objects.filter(pk=member.pk).update(phone=seal(uuid4(), "members.Member.phone", PHONE))
    client = log_in(branch_role)
    client.raise_request_exception = False
    answer = client.get(reverse("member", args=[member.uuid]))
    assert answer.status_code == 500
    assert "该信息无法解密，请联系系统管理员（密钥）" in answer.content.decode()
    assert f"members.Member.phone of {member.uuid}" in log.text
    assert PHONE not in log.text


def test_a_page_that_is_not_there_keeps_the_menu_and_finds_people(log_in, branch_role, member):
    client = log_in(branch_role)
    page = client.get(reverse("member", args=[uuid4()]))
    assert (page.status_code, "主菜单" in page.content.decode()) == (404, True)
    assert f'action="{reverse("members")}"' in page.content.decode()
    found = client.post(reverse("members"), {"q": "演示甲"}, follow=True)
    assert "演示甲" in found.content.decode()


def test_without_a_login_a_page_that_is_not_there_offers_no_search(client, db):
    page = client.get("/nowhere/")
    assert (page.status_code, "查询" in page.content.decode()) == (404, False)


def test_more_text_than_any_form_takes_is_413_with_the_limit(settings, log_in, branch_role):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100 * 1024
    answer = log_in(branch_role).post(reverse("enter"), {"name": "演" * 100_000})
    assert (answer.status_code, "100 KB" in answer.content.decode()) == (413, True)


def test_too_many_logins_are_429_with_the_waiting_time(client, branch_role):
    wrong = {"username": branch_role.user.username, "password": "wrong"}
    answers = [client.post(reverse("login"), wrong) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert re.search(r"请 \d+ 分钟后再试", answers[-1].content.decode())
