"""The menu: the guide's words, by kind of organisation; an item exists when its page does and the role may use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.urls import reverse

from orgs.models import Role
from orgs.policy import Act, grants


@dataclass
class Item:
    label: str
    url: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass
class Group:
    title: str
    items: list[Item] = field(default_factory=list)


MENU: tuple[tuple[str, tuple[tuple[str, str, str, Act | None], ...]], ...] = (
    ("", (("工作台", "home", "home", Act.SEE_MEMBERS),)),
    (
        "团员管理",
        (
            ("录入团员团干部", "enter", "user-add", Act.ENTER),
            ("录入下级团员", "enter-below", "user-below", Act.ENTER_BELOW),
            ("待录入", "numbers-pending", "clock", Act.SEE_NUMBERS),
            ("团员列表", "members", "list", Act.SEE_MEMBERS),
            ("电子数据库", "database", "database", Act.SEE_DATABASE),
        ),
    ),
    (
        "干部管理",
        (
            ("录入干部", "enter-cadre", "card", Act.ENTER_CADRE),
            ("干部列表", "cadres", "cards", Act.SEE_MEMBERS),
            ("重新选择现任职务", "titles", "edit", Act.CHOOSE_TITLE),
        ),
    ),
    (
        "业务办理",
        (
            ("待审核", "reviews", "check-list", Act.REVIEW),
            ("编号占用核实", "disputes", "swap", Act.DISPUTE),
            ("编号登记备案", "registrations", "file", Act.REGISTER),
        ),
    ),
    (
        "号段与编号",
        (("号段管理", "segments", "ruler", Act.SEE_NUMBERS), ("编号发放", "issues", "hash", Act.ISSUE)),
    ),
    (
        "组织",
        (
            ("组织管理", "organizations", "org", Act.SEE_ORGANIZATIONS),
            ("省级管理", "admin:index", "key", Act.DESK),
        ),
    ),
    ("我的", (("我的信息", "me", "user", Act.SEE_OWN), ("操作中心", "inbox", "bell", None))),
)
"""Group → (words, URL name, icon, act or None for everybody); pages that do not exist yet have no item."""


WAITING = {
    "reviews": ("待审核", "档案替换"),
    "disputes": ("编号占用核实",),
    "registrations": ("编号登记备案",),
    "titles": ("重新选择现任职务",),
}
"""URL name → the kinds of open to-dos its item counts. 待录入 has one to-do for everybody who waits, which is no figure."""
ONLY_WAITING = frozenset({"titles"})
"""Items that are there only as long as something waits."""


def menu_for(
    role: Role, *, path: str, unread: int = 0, waiting: Mapping[str, int] = MappingProxyType({})
) -> list[Group]:
    """The groups this role sees; the item whose address is the longest prefix of `path` is the current one."""

    def count(name: str) -> int:
        return unread if name == "inbox" else sum(waiting.get(kind, 0) for kind in WAITING.get(name, ()))

    groups = [
        Group(
            title,
            [
                Item(words, reverse(name), icon, count=count(name))
                for words, name, icon, act in items
                if (act is None or grants(role, act)) and (name not in ONLY_WAITING or count(name))
            ],
        )
        for title, items in MENU
    ]
    items = [item for group in groups for item in group.items]
    here = max(
        (item for item in items if item.url == path or (item.url != "/" and path.startswith(item.url))),
        key=lambda item: len(item.url),
        default=None,
    )
    if here:
        here.current = True
    return [group for group in groups if group.items]
