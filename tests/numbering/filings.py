"""People to be filed for 编号登记备案."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from django.utils import timezone

from members.made_up import id_number
from numbering.models import Registration
from numbering.services import registrations
from orgs.models import Organization, Role
from tests.factories import World
from tests.numbering.cases import FIRST, chain

NAME = "演示未使用"
DEVELOPED_BY = "共青团演示省丙中学委员会"
LEVELS = ("school", "county", "city", "province")
_days = itertools.count(1)
_serial = itertools.count()


def person(**values: Any) -> dict[str, Any]:
    """A filing that is right where `segments` stand: a number of the branch's own segment that nobody was given."""
    born = date.fromordinal(date(2009, 1, 1).toordinal() + next(_days) % 3000)
    right = {
        "kind": "unused", "name": NAME, "id_number": id_number(born),
        "number": str(FIRST + 100_000 + next(_serial) % 20), "developed_by": DEVELOPED_BY,
    }  # fmt: skip
    return right | values


def veteran(**values: Any) -> dict[str, Any]:
    """Of the army: a number of no segment here."""
    served = {
        "kind": "veteran", "name": "演示退伍", "number": f"202266{next(_serial):06d}", "unit": "演示部队",
        "discharged_on": date(2025, 9, 1), "developed_by": "演示部队团委",
    }  # fmt: skip
    return person(**(served | values))


def filed(organization: Organization, by: Role, **values: Any) -> Registration:
    make = veteran if values.get("kind") == "veteran" else person
    return registrations.file(organization=organization, by=by, **make(**values))


def staffed(world: World, *places: str) -> dict[str, Role]:
    """An administrator at each of these levels, by place."""
    return {place: world.role(getattr(world, place)) for place in places or LEVELS}


def segments(world: World) -> None:
    """Numbers of 高中 2026 handed down to the branch."""
    chain(world)
    # The administrators who handed down are not those the tests are about.
    Role.objects.exclude(organization=world.province).update(ended_at=timezone.now())


def at_province(world: World, **values: Any) -> Registration:
    """Filed by the branch, and waiting at the province since nobody stands between."""
    return filed(world.branch, world.role(world.branch), **values)
