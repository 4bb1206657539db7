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


def tell(role: Role, subject: str, sort: str = Sort.TODO, kind: str = "待审核", **more: object) -> Notice:
    notices.tell(role.organization, sort=sort, kind=kind, title=f"事项{subject}", subject=subject, **more)
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


def buttons(page: str) -> list[str]:
    return re.findall(r'<button class="btn btn-sm btn-secondary">([^<]+)<span', page)


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r">(待我处理|我提交的|通知) <span[^>]*>(\d+)</span>", page))


def test_each_row_has_one_button_with_its_own_word(client: Client, role: Role) -> None:
    tell(role, "a")
    tell(role, "b", action="去核实")
    for number, action in enumerate(("继续录入", "去修改", "下载", "")):
        tell(role, f"r{number}", Sort.RESULT, action=action)
    assert buttons(open_tab(client)) == ["去核实", "去处理"]
    assert buttons(open_tab(client, "?tab=result")) == ["查看", "下载", "去修改", "继续录入"]
    notices.finish("b", by=role.user)
    assert buttons(open_tab(client, "?tab=todo&done=1")) == ["查看"]


def test_filtered_by_kind_and_by_unread_and_both_on_every_tab(client: Client, role: Role) -> None:
    tell(role, "a")
    read = tell(role, "b", kind="编号占用核实")
    tell(role, "c", kind="编号占用核实")
    tell(role, "r", Sort.RESULT, kind="导出")
    client.post(reverse("notice-read", args=[read.pk]))
    assert shown(open_tab(client, "?kind=编号占用核实")) == ["*事项c", "事项b"]
    assert shown(open_tab(client, "?unread=1")) == ["*事项c", "*事项a"]
    both = open_tab(client, "?tab=todo&kind=编号占用核实&unread=1")
    assert shown(both) == ["*事项c"]
    assert figures(both) == {"待我处理": "1", "我提交的": "0", "通知": "0"}
    assert figures(open_tab(client, "?kind=导出")) == {"待我处理": "0", "我提交的": "1", "通知": "0"}
    assert "<option selected>编号占用核实</option>" in both
    assert 'name="unread" value="1" checked' in both
    for tab in re.findall(r'href="(/inbox/\?tab=[^"]+)"', both)[:3]:
        assert "&amp;kind=%E7%BC%96" in tab and "&amp;unread=1" in tab


def test_a_filter_that_finds_nothing_says_so_and_offers_all(client: Client, role: Role) -> None:
    tell(role, "a")
    page = open_tab(client, "?tab=todo&kind=导出")
    assert "没有符合条件的事项" in page and 'href="/inbox/?tab=todo"' in page
    assert shown(open_tab(client, "?tab=todo&kind=没有这一类")) == ["*事项a"]


def test_the_filter_stays_from_page_to_page(client: Client, role: Role) -> None:
    for number in range(60):
        tell(role, f"{number:03}", kind="号段" if number % 6 else "导出", sort=Sort.NEWS)
    for number in range(60, 70):
        tell(role, f"{number:03}", kind="号段", sort=Sort.NEWS)
    first = open_tab(client, "?tab=news&kind=号段&unread=1")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    address = following[1].replace("&amp;", "&")
    assert "tab=news" in address and "kind=%E5%8F%B7%E6%AE%B5" in address and "unread=1" in address
    titles = shown(first) + shown(open_tab(client, address))
    assert titles == [f"*事项{one:03}" for one in reversed(range(70)) if one >= 60 or one % 6]


def test_one_can_be_marked_as_read_where_it_stands(
    client: Client, role: Role, world: World, log_in: object
) -> None:
    tell(role, "a", link="organizations")
    notice = tell(role, "b")
    url = reverse("notice-read", args=[notice.pk])
    assert client.get(url).status_code == 405
    answer = client.post(url, {"from": "tab=todo&kind=待审核&before=99&next=//elsewhere"})
    assert answer.url == "/inbox/?tab=todo&kind=%E5%BE%85%E5%AE%A1%E6%A0%B8&before=99"
    assert shown(open_tab(client)) == ["事项b", "*事项a"]
    log_in(world.role(world.county))
    assert client.post(url).status_code == 404


def test_opening_what_a_colleague_did_meanwhile_says_who_and_leads_nowhere_else(
    client: Client, role: Role, world: World
) -> None:
    colleague = world.role(world.school)
    notice = tell(role, "a", link="organizations")
    notices.finish("a", by=colleague.user)
    page = client.post(reverse("notice", args=[notice.pk]), follow=True)
    assert page.redirect_chain[-1][0] == "/inbox/?tab=todo&done=1"
    assert f"“事项a”已由 {colleague.user.name} 于 " in page.content.decode()
    looked = client.post(reverse("notice", args=[notice.pk]), {"done": "1"})
    assert looked.url == reverse("organizations")


def test_what_the_system_did_is_said_to_be_done_by_the_system(client: Client, role: Role) -> None:
    notice = tell(role, "a")
    notices.finish("a", by=None)
    page = client.post(reverse("notice", args=[notice.pk]), follow=True).content.decode()
    assert "“事项a”已由 系统 于 " in page


@pytest.mark.parametrize("kept", ["%00", "tab=" + "x" * 9000, "before=\ud800", "&".join(["a=1"] * 50)])
def test_any_place_to_go_back_to_is_survived(client: Client, role: Role, kept: str) -> None:
    notice = tell(role, "a")
    sent = kept.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert client.post(reverse("notice-read", args=[notice.pk]), {"from": sent}).status_code in {302, 400}


def test_the_frame_asks_once_for_every_figure_it_shows(client: Client, role: Role) -> None:
    tell(role, "a")
    tell(role, "b", kind="编号占用核实")
    tell(role, "r", Sort.RESULT, kind="导出")
    address = reverse("organizations")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    assert sum("orgs_notice" in one["sql"] for one in asked.captured_queries) == 1
    assert "操作中心，3 条未读" in page
    assert re.search(r'待审核<span class="zt-n">1<', page)


def test_an_inbox_of_years_is_counted_in_one_statement(client: Client, role: Role) -> None:
    rows = [
        Notice(organization=role.organization, sort=Sort.RESULT, kind="审核结果", title="旧", subject=f"s{n}")
        for n in range(5000)
    ]
    Notice.objects.bulk_create(rows)
    notices.mark_read(rows[100:], by=role.user)
    with CaptureQueriesContext(connection) as asked:
        tally = Notice.objects.visible_to(role).tally(role.user)
    assert tally["审核结果"] == (0, 100)
    assert len(asked) == 1
