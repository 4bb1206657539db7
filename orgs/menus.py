"""The menu: the guide's words, by kind of organisation; an item exists when its page does and the role may use it."""

from __future__ import annotations

from dataclasses import dataclass, field

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
            ("团员列表", "members", "list", Act.SEE_MEMBERS),
        ),
    ),
    (
        "干部管理",
        (
            ("录入干部", "enter-cadre", "card", Act.ENTER_CADRE),
            ("干部列表", "cadres", "cards", Act.SEE_MEMBERS),
        ),
    ),
    ("业务办理", (("待审核", "reviews", "check-list", Act.REVIEW),)),
    ("组织", (("组织管理", "organizations", "org", Act.MANAGE_ORGANIZATIONS),)),
    ("我的", (("操作中心", "inbox", "bell", None),)),
)
"""Group → (words, URL name, icon, act or None for everybody); pages that do not exist yet have no item."""


def menu_for(role: Role, *, path: str, unread: int = 0) -> list[Group]:
    """The groups this role sees; the item whose address is the longest prefix of `path` is the current one."""
    groups = [
        Group(
            title,
            [
                Item(words, reverse(name), icon, count=unread if name == "inbox" else 0)
                for words, name, icon, act in items
                if act is None or grants(role, act)
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
