"""Segments and issued numbers for tests, made by the services that make real ones."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from members.made_up import id_number
from numbering.domains import Domain
from numbering.models import Issue, Segment
from numbering.services import issues, segments
from orgs.models import Organization, Role
from tests.factories import World

YEAR = 2026
FIRST = YEAR * 100_000_000 + 11_000_000
STEPS = tuple(Domain)
_days = itertools.count(1)


def chain(world: World, domain: Domain = Domain.SENIOR, *, size: int = 1000) -> dict[str, Segment]:
    """A segment of `domain` handed down province → city → county → school → general → branch, `size` at the top, each a tenth or so.

    By place of the world. Every level keeps most of its own to hand down and to issue from.
    """
    first = FIRST + STEPS.index(domain) * 100_000
    top = segments.register(
        domain=domain, year=YEAR, first=first, last=first + size - 1,
        province=world.province, by=world.role(world.province),
    )  # fmt: skip
    made = {"province": top}
    above = top
    for place, share in (("city", 400), ("county", 200), ("school", 100), ("general", 40), ("branch", 20)):
        organization = getattr(world, place)
        made[place] = above = segments.hand_down(
            above,
            to=organization,
            first=above.first,
            last=above.first + share - 1,
            by=world.role(organization.parent),
        )
    return made


def issued(branch: Organization, by: Role, **values: Any) -> Issue:
    """A number issued to a made-up student of 16 (高中, joined 2026-05-04) by a committee."""
    person: dict[str, Any] = {
        "domain": Domain.SENIOR, "name": "演示待录入", "joined_on": date(2026, 5, 4),
        "id_number": id_number(date.fromordinal(date(2010, 1, 1).toordinal() + next(_days) % 300)),
    }  # fmt: skip
    return issues.issue(branch=branch, by=by, **(person | values))
