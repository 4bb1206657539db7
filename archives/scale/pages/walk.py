"""Everybody opens everything: each page plain, with its objects, and along the links, filters and searches it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from archives.scale.pages.actors import Actor, actors, signed_in
from archives.scale.pages.links import Link, links, query, shape
from archives.scale.pages.measuring import Answer, opened
from archives.scale.pages.objects import objects_for
from archives.scale.pages.routes import GATES, Route, routes
from members.models import Member
from orgs.models import Organization, Role

LINKS = 20
"""Of one page so many are followed by one person."""
LINKS_OF_SMALL = 6
"""The smallest organisations are there to be compared with."""
ENDS_THE_SESSION = frozenset({"logout"})
APPS = ("orgs", "numbering", "members", "archives")


@dataclass(slots=True)
class Visit:
    """One address opened by one person."""

    route: Route
    actor: Actor
    address: str
    shape: tuple[str, ...]
    answer: Answer

    @property
    def page(self) -> str:
        """As the URLconf has it, with what is asked for."""
        return self.route.pattern + ("?" + "&".join(self.shape) if self.shape else "")

    @property
    def is_open(self) -> bool:
        """Whether the page itself answered: not refused, and not sent away to log in, or to do something else first."""
        return self.answer.status < 400 and not _leads_away(self.answer.location)


def _leads_away(location: str) -> bool:
    try:
        return bool(location) and resolve(urlsplit(location).path).view_name in GATES
    except Resolver404:
        return False


@dataclass
class _Round:
    """One person's way through the product."""

    actor: Actor
    client: Client
    terms: list[str]
    wanted: Callable[[Route], bool]
    most: int
    seen: set[tuple[object, ...]] = field(default_factory=set)
    many: dict[str, int] = field(default_factory=dict)
    waiting: list[tuple[Route, Link]] = field(default_factory=list)

    def go(self, known: dict[str, Route]) -> Iterator[Visit]:
        for route in known.values():
            for address in _addresses(route, self.actor.role):
                yield self._open(route, (address, (), False), known)
        while self.waiting:
            route, link = self.waiting.pop(0)
            yield self._open(route, link, known)

    def _open(self, route: Route, link: Link, known: dict[str, Route]) -> Visit:
        path, asked, htmx = link
        self.seen.add(self._key(route, link))
        answer = opened(self.client, path + query(asked), htmx=htmx)
        if answer.body and answer.status == 200:
            for one in links(answer.body, path, self.terms):
                self._remember(one, known)
        answer.body = ""
        return Visit(route, self.actor, path + query(asked), shape(asked), answer)

    def _remember(self, link: Link, known: dict[str, Route]) -> None:
        try:
            route = known.get(resolve(link[0]).route)
        except Resolver404:
            return
        if route is None or self._key(route, link) in self.seen or not self.wanted(route):
            return
        self.many[route.pattern] = self.many.get(route.pattern, 0) + 1
        if self.many[route.pattern] <= self.most:
            self.seen.add(self._key(route, link))
            self.waiting.append((route, link))

    def _key(self, route: Route, link: Link) -> tuple[object, ...]:
        typed = tuple(value for _, value in link[1] if value in self.terms)
        return (route.pattern, shape(link[1]), typed)


def visits(
    *,
    level: str = "",
    part: str = "",
    most: int = LINKS,
    tell: Callable[[Actor, int], None] = lambda actor, count: None,
) -> list[Visit]:
    """All of them; only the levels and the addresses that contain the words given. Nothing that a page writes stays."""
    known = {
        route.pattern: route for route in routes() if not route.why_not and route.name not in ENDS_THE_SESSION
    }
    wanted = {pattern: route for pattern, route in known.items() if part in pattern}
    found: list[Visit] = []
    with transaction.atomic():
        for actor in actors():
            if level in str(actor):
                one = _Round(
                    actor,
                    signed_in(actor),
                    _terms(actor.role),
                    lambda route: route.pattern in wanted,
                    min(most, LINKS_OF_SMALL) if actor.size == "小" else most,
                )
                made = list(one.go(wanted))
                tell(actor, len(made))
                found += made
        transaction.set_rollback(True)
    return found


def _addresses(route: Route, role: Role | None) -> list[str]:
    if "app_label" in route.pattern:
        return [f"/admin/{app}/" for app in APPS]
    if not route.takes_object:
        return [route.address()]
    return [route.address(value) for value in objects_for(route, role)] if role else []


def _terms(role: Role | None) -> list[str]:
    """What is typed into a search: a name and its beginnings, a number, part of an organisation's name, initials, and what is nowhere."""
    nowhere = "查无此名"
    if role is None:
        return [nowhere]
    person = (
        Member.objects.visible_to(role)
        .exclude(holding=None)
        .select_related("holding")
        .order_by("-pk")
        .first()
    )
    below = (
        Organization.objects.visible_to(role)
        .active()
        .order_by("-pk")
        .values_list("short_name", flat=True)[:1]
    )
    found = [person.name, person.name[:1], person.name[:2], person.number] if person else []
    for name in below:
        found += [name, name[-5:], name[:2]]
    return list(dict.fromkeys([*found, "gy1b", nowhere]))
