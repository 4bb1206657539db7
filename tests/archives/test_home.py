"""工作台: what waits, since when, what came of it, and where a new organisation begins."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archives.services import resubmission, review
from orgs.models import Duty, Role
from tests.archives import cases
from tests.archives.test_drafts import keep
from tests.factories import RoleFactory, World

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def home(client: Client) -> str:
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


def tasks(html: str) -> dict[str, str]:
    return dict(re.findall(r'class="zt-task[^"]*"[^>]*><span>([^<]+).*?<strong>(\d+)</strong>', html, re.S))


def test_a_committee_sees_how_many_wait_and_since_when(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        cases.waiting(branch_role)
        clock.shift(timedelta(days=3))
        cases.waiting(branch_role)
        log_in(committee_role)
        html = home(client)
        assert tasks(html) == {"待审核": "2", "未通过待修改": "0", "草稿": "0"}
        assert re.search(r"最早 <time[^>]*>3 天前</time>", html)
        assert f'href="{reverse("reviews")}"' in html


def test_a_branch_sees_what_is_under_way_and_what_to_correct(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    cases.waiting(branch_role)
    cases.refused(branch_role, committee_role)
    cases.approved(branch_role, committee_role)
    log_in(branch_role)
    html = home(client)
    assert tasks(html) == {"未通过待修改": "1", "审核中": "1", "待录入": "0", "草稿": "0"}
    for state in ("refused", "pending"):
        address = f"{reverse('members')}?state={state}"
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


def test_a_general_branch_sees_its_branches_under_way(
    client: Client, log_in: object, world: World, branch_role: Role
) -> None:
    cases.waiting(branch_role)
    log_in(world.role(world.general))
    assert tasks(home(client)) == {"未通过待修改": "0", "审核中": "1", "待录入": "0", "草稿": "0"}
    log_in(world.role(world.sibling))
    assert tasks(home(client)) == {"未通过待修改": "0", "审核中": "0", "待录入": "0", "草稿": "0"}


def test_what_is_at_zero_is_no_link(client: Client, log_in: object, committee_role: Role) -> None:
    log_in(committee_role)
    assert '<div class="zt-task is-zero"><span>待审核</span>' in home(client)


def test_everything_that_waits_says_since_when(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        cases.refused(branch_role, committee_role)
        clock.shift(timedelta(days=1))
        cases.waiting(branch_role)
        clock.shift(timedelta(days=1))
        keep(branch_role, name="演示未完")
        clock.shift(timedelta(days=1))
        log_in(branch_role)
        ages = re.findall(r"<span>最早 <time[^>]*>([^<]+)</time>", home(client))
    assert ages == ["3 天前", "2 天前", "1 天前"]  # 未通过待修改, 审核中, 草稿


def test_refused_ones_stand_with_their_reason_and_the_way_on(
    client: Client, log_in: object, world: World, branch_role: Role, committee_role: Role
) -> None:
    archive = cases.refused(branch_role, committee_role, name="演示退回")
    log_in(branch_role)
    html = home(client)
    assert "演示退回" in html and archive.reason in html and world.branch.short_name in html
    for page in ("resubmit", "amend"):
        way = reverse(page, args=[archive.member.uuid])
        assert f'href="{way}"' in html
        assert client.get(way).status_code == 200


def test_only_who_may_replace_a_file_is_asked_to(
    client: Client, log_in: object, world: World, branch_role: Role, committee_role: Role
) -> None:
    cases.refused(branch_role, committee_role, name="演示退回")
    for role in (world.role(world.general), committee_role, world.role(world.sibling)):
        log_in(role)
        html = home(client)
        assert tasks(html)["未通过待修改"] == "0" and "演示退回" not in html


def test_a_file_submitted_again_is_no_longer_asked_for_and_refused_again_counts_once(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    archive = cases.refused(branch_role, committee_role)
    log_in(branch_role)
    upload = cases.uploaded(branch_role)
    again = resubmission.resubmit(archive.member, upload, by=branch_role)
    assert tasks(home(client))["未通过待修改"] == "0"
    cases.found_good(upload)
    again.refresh_from_db()
    review.refuse(again, sha256=upload.sha256, round=again.round, reason="缺第 3 页", by=committee_role)
    html = home(client)
    assert tasks(html)["未通过待修改"] == "1"
    assert (
        "缺第 3 页" in html
        and cases.REASON not in html[html.index('id="refused"') : html.index('id="results"')]
    )


def test_the_number_of_queries_does_not_grow_with_the_work(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            home(client)
        return len(found)

    log_in(branch_role)
    cases.refused(branch_role, committee_role)
    keep(branch_role, name="演示")
    queries()
    few = queries()
    for _ in range(3):
        cases.refused(branch_role, committee_role)
        keep(branch_role, name="演示")
    assert queries() == few <= 20


def test_the_last_five_results_are_shown(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    for _ in range(6):
        cases.approved(branch_role, committee_role)
    log_in(branch_role)
    html = home(client)
    results = html[html.index("最近结果") : html.index("组织信息</h2>")]
    assert results.count("<li>") == 5


def test_everybody_finds_the_forms_they_may_fill_in(client: Client, log_in: object, world: World) -> None:
    pages = {"enter", "enter-below", "enter-cadre"}
    expected = {world.branch: {"enter"}, world.general: pages - {"enter"}, world.county: pages - {"enter"}}
    for place, own in expected.items():
        log_in(world.role(place))
        html = home(client)
        main = html[html.index("<main") : html.index("</main")]
        assert {page for page in pages if f'href="{reverse(page)}"' in main} == own


def test_a_new_branch_is_told_where_to_begin_and_an_old_one_is_not(
    client: Client, log_in: object, branch_role: Role
) -> None:
    log_in(branch_role)
    assert "录入第一名团员" in home(client)
    cases.waiting(branch_role)
    assert "从这里开始" not in home(client)


def test_the_numbers_stay_in_scope(client: Client, log_in: object, world: World, branch_role: Role) -> None:
    cases.waiting(branch_role)
    for place in (world.other_school, world.street, world.county):
        log_in(world.role(place))
        assert tasks(home(client)) == {"待审核": "0", "未通过待修改": "0", "草稿": "0"}


def test_a_cadre_in_person_has_the_own_page_and_the_inbox(
    client: Client, log_in: object, world: World
) -> None:
    log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE))
    assert client.get(reverse("home")).url == reverse("me")
    assert "暂无事项" in client.get(reverse("inbox")).content.decode()
