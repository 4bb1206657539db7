"""操作中心: tabs, unread marks, opening, paging."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import Notice, NoticeRead, Role
from orgs.services import notices
from tests.factories import World

Sort = Notice.Sort


def tell(role: Role, subject: str, sort: str = Sort.TODO, **more: object) -> Notice:
    notices.tell(role.organization, sort=sort, kind="待审核", title=f"事项{subject}", subject=subject, **more)
    return Notice.objects.latest("pk")


def shown(page: str) -> list[str]:
    """Titles in the order of the page, 未读 marked."""
    rows = re.findall(r'(<span class="zt-new">未读</span>)?<span class="text-body[^"]*">(.*?)</span>', page)
    return [f"*{title}" if mark else title for mark, title in rows]


def open_tab(client: Client, query: str = "") -> str:
    return client.get(reverse("inbox") + query).content.decode()


@pytest.fixture
def role(log_in: object, committee_role: Role) -> Role:
    log_in(committee_role)
    return committee_role


def test_an_empty_inbox_says_so(client: Client, role: Role) -> None:
    assert "暂无事项" in open_tab(client)


def test_each_tab_shows_its_own_newest_first_and_counts_on_all_tabs(client: Client, role: Role) -> None:
    for subject in ("a", "b"):
        tell(role, subject)
    tell(role, "r", Sort.RESULT)
    assert shown(open_tab(client)) == ["*事项b", "*事项a"]
    assert shown(open_tab(client, "?tab=result")) == ["*事项r"]
    page = open_tab(client, "?tab=news")
    assert re.findall(r">(待我处理|我提交的|通知) <span[^>]*>(\d+)</span>", page) == [
        ("待我处理", "2"),
        ("我提交的", "1"),
        ("通知", "0"),
    ]
    assert "操作中心，3 条未读" in page


def test_opening_marks_as_read_and_leads_to_the_matter(client: Client, role: Role) -> None:
    notice = tell(role, "a", link="organizations")
    assert client.get(reverse("notice", args=[notice.pk])).status_code == 405
    assert client.post(reverse("notice", args=[notice.pk])).url == reverse("organizations")
    assert shown(open_tab(client)) == ["事项a"]
    client.post(reverse("notice", args=[notice.pk]))
    assert NoticeRead.objects.count() == 1


def test_a_matter_without_a_page_leads_back_to_its_tab(client: Client, role: Role) -> None:
    notice = tell(role, "a", Sort.NEWS)
    assert client.post(reverse("notice", args=[notice.pk])).url == "/inbox/?tab=news"


def test_looking_changes_nothing(client: Client, role: Role) -> None:
    tell(role, "a")
    open_tab(client)
    assert not NoticeRead.objects.exists()


def test_marks_are_personal(client: Client, role: Role, world: World, log_in: object) -> None:
    notice = tell(role, "a")
    client.post(reverse("notice", args=[notice.pk]))
    log_in(world.role(world.school))
    assert shown(open_tab(client)) == ["*事项a"]


def test_what_a_colleague_has_done_stands_apart_and_is_no_longer_unread(
    client: Client, role: Role, world: World
) -> None:
    colleague = world.role(world.school)
    tell(role, "a")
    tell(role, "b")
    notices.finish("a", by=colleague.user)
    assert shown(open_tab(client)) == ["*事项b"]
    done = open_tab(client, "?tab=todo&done")
    assert shown(done) == ["事项a"]
    assert f"已由 {colleague.user.name} 处理" in done
    assert "操作中心，1 条未读" in done


def test_all_can_be_marked_as_read_at_once(client: Client, role: Role) -> None:
    tell(role, "a")
    tell(role, "r", Sort.RESULT)
    said = client.post(reverse("inbox-read-all"), follow=True).content.decode()
    assert "已将 2 条事项标为已读。" in said
    assert "未读</span>" not in said
    assert "全部标为已读" not in said
    assert "没有未读事项。" in client.post(reverse("inbox-read-all"), follow=True).content.decode()


def test_pages_of_fifty_follow_each_other_there_and_back(client: Client, role: Role) -> None:
    for number in range(120):
        tell(role, f"{number:03}")

    def link(page: str, rel: str) -> str:
        found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
        return found[1].replace("&amp;", "&") if found else ""

    pages = [open_tab(client, "?tab=todo")]
    while link(pages[-1], "next"):
        pages.append(open_tab(client, link(pages[-1], "next")))
    titles = [shown(page) for page in pages]
    assert [len(one) for one in titles] == [50, 50, 20]
    assert list(chain(*titles)) == [f"*事项{number:03}" for number in reversed(range(120))]
    back = open_tab(client, link(pages[2], "prev"))
    assert shown(back) == titles[1]
    assert shown(open_tab(client, link(back, "prev"))) == titles[0]
    assert not link(pages[0], "prev")


@pytest.mark.parametrize("query", ["?before=x", "?tab=nothing", "?before=" + "9" * 40, "?after=-1"])
def test_nonsense_in_the_address_shows_the_first_page(client: Client, role: Role, query: str) -> None:
    tell(role, "a")
    assert shown(open_tab(client, query)) == ["*事项a"]


def test_another_organisations_notice_does_not_exist(client: Client, role: Role, world: World) -> None:
    for place in (world.other_school, world.county, world.general):
        foreign = tell(world.role(place), f"x{place.pk}")
        response = client.post(reverse("notice", args=[foreign.pk]))
        assert response.status_code == 404
        assert foreign.title not in response.content.decode()
    assert not NoticeRead.objects.exists()
    assert shown(open_tab(client)) == []


def test_the_number_of_statements_does_not_grow_with_the_rows(client: Client, role: Role) -> None:
    tell(role, "a")
    open_tab(client)  # fills the caches of the process
    with CaptureQueriesContext(connection) as few:
        open_tab(client)
    for number in range(30):
        tell(role, str(number))
    with CaptureQueriesContext(connection) as many:
        open_tab(client)
    assert len(many) == len(few)
