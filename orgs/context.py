"""What the frame of every page shows: who acts for whom, the menu, the unread count."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest

from orgs.menus import Group, menu_for
from orgs.models import Notice, Role, User
from orgs.services import accounts


@dataclass
class Frame:
    user: User | None = None
    role: Role | None = None
    several_roles: bool = False
    unread: int = 0
    menu: list[Group] = field(default_factory=list)
    idle_seconds: int = 0


def frame(request: HttpRequest) -> dict[str, object]:
    """Adds `frame`; lazily, since fragments and error pages need none of it."""
    return {"frame": _Lazy(request)}


class _Lazy:
    """Asks the database only when a template looks at the frame."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._frame: Frame | None = None

    def __getattr__(self, name: str) -> object:
        if self._frame is None:
            self._frame = build_frame(self._request)
        return getattr(self._frame, name)


def build_frame(request: HttpRequest) -> Frame:
    user = getattr(request, "user", None)
    role: Role | None = getattr(request, "role", None)
    if not isinstance(user, User):
        return Frame()
    found = Frame(user=user, role=role, idle_seconds=settings.IDLE_MINUTES * 60)
    found.several_roles = len(accounts.roles_of(user)) > 1
    if role:
        tally = Notice.objects.visible_to(role).tally(user)
        found.unread = sum(one.unread for one in tally.values())
        waiting = {kind: one.waiting for kind, one in tally.items()} | getattr(request, "to_do", {})
        found.menu = menu_for(
            role, path=getattr(request, "menu_path", request.path), unread=found.unread, waiting=waiting
        )
    return found
