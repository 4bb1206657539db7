"""工作台: what waits, since when, what came of it, and where a new organisation begins."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import time_machine
from django.test import Client
from django.urls import reverse

from orgs.models import Duty, Role
from tests.archives import cases
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
        assert tasks(html) == {"待审核": "2"}
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
    assert tasks(html) == {"未通过待修改": "1", "审核中": "1"}
    for state in ("refused", "pending"):
        address = f"{reverse('members')}?state={state}"
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


def test_a_general_branch_sees_its_branches_under_way(
    client: Client, log_in: object, world: World, branch_role: Role
) -> None:
    cases.waiting(branch_role)
    log_in(world.role(world.general))
    assert tasks(home(client)) == {"未通过待修改": "0", "审核中": "1"}
    log_in(world.role(world.sibling))
    assert tasks(home(client)) == {"未通过待修改": "0", "审核中": "0"}


def test_what_is_at_zero_is_no_link(client: Client, log_in: object, committee_role: Role) -> None:
    log_in(committee_role)
    assert '<div class="zt-task is-zero"><span>待审核</span>' in home(client)


def test_the_last_five_results_are_shown(
    client: Client, log_in: object, branch_role: Role, committee_role: Role
) -> None:
    for _ in range(6):
        cases.approved(branch_role, committee_role)
    log_in(branch_role)
    html = home(client)
    results = html[html.index("最近结果") : html.index("组织信息</h2>")]
    assert results.count("<li>") == 5


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
        assert tasks(home(client)) == {"待审核": "0"}


def test_a_cadre_in_person_has_only_the_inbox(client: Client, log_in: object, world: World) -> None:
    log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE))
    assert client.get(reverse("home")).url == reverse("inbox")
    assert "暂无事项" in client.get(reverse("inbox")).content.decode()
