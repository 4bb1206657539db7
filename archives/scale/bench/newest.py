"""The newest fifty of my subtree, as 团员列表 reads them: SQL and fetching, without the objects and the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import connection

from archives.scale.bench import ground
from archives.scale.bench.report import Line, at_least, at_most
from archives.scale.bench.rounds import insist, p50, take_turns
from members.models import Member
from members.views import listing, people
from orgs.kinds import Kind
from orgs.models import Organization
from zhtj.lib.paging import SIZE

PLACES = 8
"""Organisations of each level."""
FEW = 2
"""Rounds of the rival where its ratio has no goal: it takes up to seconds there."""
Statement = tuple[str, tuple[Any, ...]]


def measure(rounds: int) -> Iterator[Line]:
    places = [(kind, one) for kind in ground.LEVELS for one in ground.with_members(kind, PLACES)]
    seen = sum(_same(one) for _, one in places)
    # All levels in the same rounds, since they are compared with each other.
    gated = [one for kind, one in places if kind == Kind.COUNTY]
    acts = [partial(fetch, by_column(one)) for _, one in places] + [
        partial(fetch, by_join(one)) for one in gated
    ]
    took = take_turns(acts, rounds)
    rest = [(kind, one) for kind, one in places if kind != Kind.COUNTY]
    few = take_turns([partial(fetch, by_join(one)) for _, one in rest], min(rounds, FEW))
    ours = _together([kind for kind, _ in places], took)
    rival = _together([Kind.COUNTY] * len(gated), took[len(places) :]) | _together(
        [kind for kind, _ in rest], few
    )
    for kind, times in ours.items():
        many = sum(each == kind for each, _ in places)
        what = f"本组织及下级最新 50 名，{Kind(kind).label}（{many} 个）：按编号区间连接 / 本系统"
        goal = at_least(30) if kind == Kind.COUNTY else None
        yield Line(
            what, times, rival[kind], rival[kind] / times, goal, same=f"各层级共 {seen} 行，两侧逐行相同"
        )
    best, worst = min(ours.values()), max(ours.values())
    yield Line("本组织及下级最新 50 名：最慢的一级 / 最快的一级", worst, best, worst / best, at_most(4))


def _same(organization: Organization) -> int:
    """How many rows both sides find: the same ones."""
    ids = [row[0] for row in fetch(by_column(organization))]
    insist(
        bool(ids) and ids == [row[0] for row in fetch(by_join(organization))],
        f"“{organization.name}”的两份名单不同",
    )
    return len(ids)


def _together(kinds: list[Kind], took: list[list[float]]) -> dict[Kind, float]:
    found: dict[Kind, list[float]] = defaultdict(list)
    for kind, times in zip(kinds, took, strict=False):
        found[kind] += times
    return {kind: p50(times) for kind, times in found.items()}


def by_column(organization: Organization) -> Statement:
    return _statement(Member.objects.under(organization))


def by_join(organization: Organization) -> Statement:
    """The same select over the numbers of django-mptt, with its index on them; the one place besides the rivals that names them."""
    inside = Member.objects.filter(
        organization__tree_id=organization.tree_id,
        organization__lft__gte=organization.lft,
        organization__rght__lte=organization.rght,
    )
    return _statement(inside)


def fetch(statement: Statement) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _statement(rows: Any) -> Statement:
    """What 在册 asks for its first page: one row more than it shows."""
    page = people.columns(rows.listed().in_state(Member.State.ACTIVE), listing.MEMBERS).order_by("-pk")
    text, params = page[: SIZE + 1].query.sql_with_params()
    return text, params
