"""What a page with an object is opened with: the newest and the oldest of its kind in the role's sight, in each state there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Count, QuerySet

from archives.models import Archive, Draft, StockReason, Upload
from archives.scale.pages.routes import Route
from members.models import Member, Post
from numbering.models import Dispute, Issue, Registration, Segment
from orgs.models import Job, Notice, Organization, ProvinceSettings, Role

_DESK = re.compile(r"admin/(\w+)/(\w+)/<path")


def objects_for(route: Route, role: Role) -> list[object]:
    """Ids or uuids, in no order, each once; none where there is nothing of the kind.

    Raises:
        LookupError: nobody said here what the route takes.
    """
    desk = _DESK.match(route.pattern)
    if desk and apps.get_model(desk[1], desk[2]) is ProvinceSettings:
        return [1]  # there before anybody has set anything
    if desk:
        return _ends(apps.get_model(desk[1], desk[2]).objects.all())
    if "app_label" in route.pattern:
        return []
    kind = next((finder for start, finder in FINDERS.items() if route.pattern.startswith(start)), None)
    if kind is None:
        raise LookupError(route.pattern)
    return list(dict.fromkeys(kind(role)))


def _ends(rows: QuerySet[Any], field: str = "pk") -> list[object]:
    """The newest and the oldest."""
    values = rows.values_list(field, flat=True)
    return [*values.order_by("-pk")[:1], *values.order_by("pk")[:1]]


def _in_each_state(rows: QuerySet[Any], states: Any) -> Iterator[object]:
    for state in states.values:
        yield from _ends(rows.filter(state=state), "uuid")


def _members(role: Role) -> Iterator[object]:
    seen = Member.objects.visible_to(role)
    yield from _in_each_state(seen, Member.State)
    due = seen.filter(number_due=True).order_by("-pk").values_list("uuid", flat=True)
    yield from due[:1]
    yield from due.filter(archives__submitted_as__organization=role.organization)[:1]
    yield from Post.objects.visible_to(role).order_by("-pk").values_list("member__uuid", flat=True)[:1]
    own = Member.objects.of(role.organization).filter(state__in=[Member.State.PENDING, Member.State.REFUSED])
    yield from own.values_list("uuid", flat=True)[:2]


def _of_posts(role: Role) -> Iterator[object]:
    """People with a current post in the role's own organisation; for 登记任职, somebody without."""
    own = Post.objects.current().of(role.organization)
    yield from own.order_by("pk").values_list("member__uuid", flat=True)[:2]
    yield from (
        Member.objects.visible_to(role).filter(posts=None).order_by("-pk").values_list("uuid", flat=True)[:1]
    )


def _organizations(role: Role) -> Iterator[object]:
    """The own one, the widest below it, and the newest."""
    below = Organization.objects.visible_to(role).active()
    widest = (
        below.exclude(parent=None)
        .order_by()
        .values("parent")
        .annotate(many=Count("pk"))
        .order_by("-many", "parent")
    )
    yield role.organization_id
    yield from (row["parent"] for row in widest[:1] if below.filter(pk=row["parent"]).exists())
    yield from below.order_by("-pk").values_list("pk", flat=True)[:1]


def _archives(role: Role) -> Iterator[object]:
    yield from _in_each_state(Archive.objects.visible_to(role), Archive.State)
    yield from Archive.objects.filter(member__account__user=role.user).values_list("uuid", flat=True)[:1]


def _to_review(role: Role) -> Iterator[object]:
    queue = Archive.objects.waiting_for(role.organization)
    yield from queue.values_list("uuid", flat=True)[:2]
    yield from queue.reverse().values_list("uuid", flat=True)[:1]
    yield from queue.filter(replaces__isnull=False).values_list("uuid", flat=True)[:1]
    yield from _ends(Archive.objects.visible_to(role), "uuid")


def _segments(role: Role) -> Iterator[object]:
    """Of the own ones the one with the most pieces; a piece; the newest below."""
    own = Segment.objects.of(role.organization).order_by()
    yield from own.annotate(many=Count("pieces")).order_by("-many").values_list("pk", flat=True)[:1]
    yield from Segment.objects.filter(parent__in=own).order_by("-pk").values_list("pk", flat=True)[:1]
    yield from _ends(Segment.objects.visible_to(role))


def _registrations(role: Role) -> Iterator[object]:
    yield from _in_each_state(Registration.objects.visible_to(role), Registration.State)
    yield from Registration.objects.waiting_at(role.organization).values_list("uuid", flat=True)[:1]


Finder = Callable[[Role], Iterator[object] | list[object]]
FINDERS: dict[str, Finder] = {
    "members/enter-below/tree/": _organizations,
    "members/<uuid": _members,
    "database/people/<uuid": _members,
    "cadres/titles/": lambda role: _ends(Post.objects.of(role.organization).exclude(old_title="")),
    "cadres/<": _of_posts,
    "cadres/appoint/": _of_posts,
    "cadres/leave/": _of_posts,
    "cadres/change/": _of_posts,
    "cadres/account/": _of_posts,
    "me/archives/": _archives,
    "archives/<uuid": _archives,
    "reviews/reasons/": lambda role: _ends(StockReason.objects.filter(organization=role.organization)),
    "reviews/<uuid": _to_review,
    "uploads/<uuid": lambda role: _ends(Upload.objects.at_hand(role), "uuid"),
    "drafts/<uuid": lambda role: _ends(Draft.objects.of_person(role), "uuid"),
    "orgs/": _organizations,
    "roles/": lambda role: _ends(Role.objects.filter(user=role.user)),
    "inbox/": lambda role: _ends(Notice.objects.visible_to(role)),
    "jobs/": lambda role: _ends(Job.objects.visible_to(role), "uuid"),
    "numbers/segments/": _segments,
    "numbers/tree/": _organizations,
    "numbers/issues/new/tree/": _organizations,
    "numbers/issues/<uuid": lambda role: list(_in_each_state(Issue.objects.visible_to(role), Issue.State)),
    "numbers/registrations/<uuid": _registrations,
    "numbers/registrations/unused/tree/": _organizations,
    "numbers/registrations/veteran/tree/": _organizations,
    "numbers/disputes/": lambda role: list(_in_each_state(Dispute.objects.concerning(role), Dispute.State)),
}
"""By the beginning of the address; the first that fits."""
