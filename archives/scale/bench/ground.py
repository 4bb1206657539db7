"""Where in the planted province it is measured: organisations of each level, their administrators, and what was made there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from members.models import Member
from orgs.kinds import Kind
from orgs.models import Duty, Organization, Role

LEVELS = (Kind.PROVINCE, Kind.CITY, Kind.COUNTY, Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
CALLED = "比较测量"
"""How names begin of what is made here."""
_UPDATED = "SELECT coalesce(sum(n_tup_upd), 0) FROM pg_stat_xact_user_tables WHERE relid = %s::regclass"


class NothingThere(Exception):
    """The province is too small for what is to be measured."""


def with_members(kind: Kind, most: int) -> list[Organization]:
    """Organisations of this kind that have members at or below them, from all over the province."""
    found = Organization.objects.active().filter(kind=kind)
    if kind == Kind.BRANCH:
        found = found.filter(Exists(Member.objects.filter(organization=OuterRef("pk"))))
    return spread(found, most, member_below)


def spread(found: QuerySet[Organization], most: int, fits: object = None) -> list[Organization]:
    """At most so many, at even distances in the order of their ids."""
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NothingThere(str(found.query))
    step = max(1, len(ids) // most)
    chosen = Organization.objects.in_bulk(ids[step // 2 :: step][:most])
    return [one for one in chosen.values() if not callable(fits) or fits(one)]


def member_below(organization: Organization) -> bool:
    return Member.objects.under(organization).exists()


def administrator(organization: Organization) -> Role:
    """Who acts for it."""
    current = Role.objects.current().select_related("organization", "user")
    role = current.filter(organization=organization, duty=Duty.ADMINISTRATOR).order_by("pk").first()
    if role is None:
        raise NothingThere(f"“{organization.name}”没有管理员。")
    return role


def administrator_of_a_branch() -> Role:
    """Somebody who enters people into their own 团支部."""
    current = Role.objects.current().select_related("organization", "user").order_by("pk")
    role = current.filter(organization__kind=Kind.BRANCH, duty=Duty.ADMINISTRATOR).first()
    if role is None:
        raise NothingThere("没有团支部管理员。")
    return role


def province() -> Organization:
    root: Organization = Organization.objects.get(parent=None)
    return root


def updating(act: Callable[[], object], table: str = Organization._meta.db_table) -> int:
    """Do it, not timed: how many rows of the table that updated."""
    with transaction.atomic():
        before = _updated(table)
        act()
        return _updated(table) - before


def _updated(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATED, [table])
        return int(cursor.fetchone()[0])


@contextmanager
def organizations_gone_after() -> Iterator[list[int]]:
    """Organisations whose ids are put into the list are deleted at the end, round the product, which never deletes any; before, those
    that a run left behind that was killed."""
    made: list[int] = []
    run("DELETE FROM orgs_organization WHERE name LIKE %s", f"{CALLED}%")
    try:
        yield made
    finally:
        run("DELETE FROM orgs_organization WHERE id = ANY(%s)", made)


def run(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
