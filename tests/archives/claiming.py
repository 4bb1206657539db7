"""Disputes about a number, for tests: two branches of one school, a segment of the school, one number wanted twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from archives.models import Archive, Claim
from archives.services import claims
from archives.services import entry as entries
from members.models import Member
from members.rules import ENTRY_FIELDS, Entry
from members.services.changes import as_text
from numbering.domains import Domain
from numbering.services import segments
from orgs.models import Role
from tests.archives.cases import approved, found_good, uploaded, waiting
from tests.factories import EntryFactory, World, new_key
from tests.numbering.cases import FIRST, issued

NUMBER = str(FIRST)
"""The first that the school issues."""
_days = count(1)
JOINED = date(2026, 5, 4)


def wanting(number: str = NUMBER, **values: Any) -> Entry:
    """A 16-year-old who joined in 2026."""
    person = {
        "born": date(2009, 12, 31) - timedelta(days=next(_days) % 120),
        "study_status": "senior",
        "education": "junior",
        "joined_on": JOINED,
        "applied": None,
    }
    return EntryFactory(number=number, **(person | values))


def typed(entry: Entry) -> dict[str, str]:
    return {name: as_text(getattr(entry, name)) for name in ENTRY_FIELDS}


@dataclass
class Case:
    """`member` of the sibling branch holds the number, `claim` is what the branch brought forward, `judge` its school's."""

    world: World
    filer: Role
    judge: Role
    holder: Role
    member: Member
    entry: Entry
    claim: Claim

    @property
    def dispute(self) -> Any:
        return self.claim.dispute


def school_segment(world: World) -> None:
    """One segment of 1000 numbers, handed down to the school and no further."""
    above = segments.register(
        domain=Domain.SENIOR, year=2026, first=FIRST, last=FIRST + 999, province=world.province,
        by=world.role(world.province),
    )  # fmt: skip
    for place in ("city", "county", "school"):
        organization = getattr(world, place)
        above = segments.hand_down(
            above, to=organization, first=FIRST, last=FIRST + 99, by=world.role(organization.parent)
        )


def filed(world: World, entry: Entry, by: Role, *, remark: str = "发放单可查") -> Claim:
    upload = uploaded(by)
    found_good(upload)
    return claims.file(
        entry, typed(entry), organization=by.organization, upload=upload, key=new_key(), remark=remark, by=by
    )


def promised(entry: Entry, role: Role, by: Role) -> str:
    """The next number of the school, issued to this person."""
    return issued(role.organization, by, name=entry.name, id_number=entry.id_number).number


def disputed(world: World, *, in_force: bool = True, number: str = NUMBER) -> Case:
    """Another branch of the school holds the number, issued to its person; the branch files."""
    judge, holder, filer = world.role(world.school), world.role(world.sibling), world.role(world.branch)
    occupant = wanting(number, name="演示占用人")
    entry = wanting(number, name="演示申请人")
    if number == NUMBER:
        school_segment(world)
        promised(occupant, holder, judge)
    else:
        joined = date(int(number[:4]), 5, 4)
        occupant, entry = (replace(one, joined_on=joined) for one in (occupant, entry))
    held = {name: getattr(occupant, name) for name in ENTRY_FIELDS}
    archive: Archive = approved(holder, judge, **held) if in_force else waiting(holder, **held)
    claim = filed(world, entry, filer)
    return Case(world, filer, judge, holder, Member.objects.get(pk=archive.member_id), entry, claim)


def enter_as(entry: Entry, role: Role, claim: Claim | None = None) -> Member:
    """By the form, with what a claim holds or a file of its own."""
    upload, key = (claim.upload, claim.key) if claim else (uploaded(role), new_key())
    return entries.enter(entry, organization=role.organization, upload=upload, key=key, by=role)
