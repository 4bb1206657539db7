"""Who sees which menu (domain: menus by kind of organisation)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.menus import menu_for
from orgs.models import Duty, Role
from tests.factories import RoleFactory, World

NUMBERS = ["编号占用核实", "编号登记备案", "号段管理"]
BRANCH = [
    "工作台",
    "录入团员团干部",
    "待录入",
    "团员列表",
    "电子数据库",
    "干部列表",
    *NUMBERS,
    "组织管理",
    "操作中心",
]
GENERAL = [
    "工作台",
    "录入下级团员",
    "待录入",
    "团员列表",
    "电子数据库",
    "录入干部",
    "干部列表",
    *NUMBERS,
    "组织管理",
    "操作中心",
]
COMMITTEE = [*GENERAL[:7], "待审核", *NUMBERS, "编号发放", *GENERAL[-2:]]
PROVINCE = [*COMMITTEE[:-1], "省级管理", "操作中心"]


def labels(role: Role, path: str = "/") -> list[str]:
    return [item.label for group in menu_for(role, path=path) for item in group.items]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("branch", BRANCH),
        ("street_branch", BRANCH),
        ("county_branch", BRANCH),
        ("general", GENERAL),
        ("school", COMMITTEE),
        ("street", COMMITTEE),
        ("county", COMMITTEE),
        ("city", COMMITTEE),
        ("province", PROVINCE),
    ],
)
def test_the_menu_follows_the_kind_of_organisation(world: World, place: str, expected: list[str]) -> None:
    assert labels(world.role(getattr(world, place))) == expected


@pytest.mark.parametrize("place", ["branch", "school", "province"])
def test_a_cadre_in_person_sees_only_the_own_page_and_the_inbox(world: World, place: str) -> None:
    assert labels(RoleFactory(organization=getattr(world, place), duty=Duty.CADRE)) == [
        "我的信息",
        "操作中心",
    ]


def test_重新选择现任职务_is_there_as_long_as_something_waits(world: World) -> None:
    for duty in (Duty.ADMINISTRATOR, Duty.CADRE):
        role = RoleFactory(organization=world.branch, duty=duty)
        groups = menu_for(role, path="/", waiting={"重新选择现任职务": 2})
        items = {item.label: item.count for group in groups for item in group.items}
        assert items["重新选择现任职务"] == 2
        assert "重新选择现任职务" not in labels(role)


def test_the_longest_address_names_the_current_item(branch_role: Role) -> None:
    def current(path: str) -> list[str]:
        return [
            item.label for group in menu_for(branch_role, path=path) for item in group.items if item.current
        ]

    assert current("/") == ["工作台"]
    assert current(reverse("enter")) == ["录入团员团干部"]
    assert current(reverse("members")) == ["团员列表"]
    assert current("/elsewhere/") == []


def test_a_group_without_items_is_absent(branch_role: Role) -> None:
    assert [group.title for group in menu_for(branch_role, path="/")] == [
        "",
        "团员管理",
        "干部管理",
        "业务办理",
        "号段与编号",
        "组织",
        "我的",
    ]


def test_the_inbox_item_counts_what_is_unread(branch_role: Role) -> None:
    items = {
        item.label: item.count for group in menu_for(branch_role, path="/", unread=3) for item in group.items
    }
    assert items["操作中心"] == 3
    assert items["团员列表"] == 0


def test_the_items_of_kinds_of_matters_count_what_waits(committee_role: Role) -> None:
    waiting = {"待审核": 4, "号段": 9}
    items = {
        item.label: item.count
        for group in menu_for(committee_role, path="/", waiting=waiting)
        for item in group.items
    }
    assert items["待审核"] == 4
    assert sum(items.values()) == 4


def test_every_item_leads_to_a_page_that_opens(client: object, log_in: object, world: World) -> None:
    for place in ("branch", "general", "school", "province"):
        role = world.role(getattr(world, place))
        log_in(role)
        for group in menu_for(role, path="/"):
            for item in group.items:
                assert client.get(item.url).status_code == 200, (place, item.label)
