"""号段 and 发放 of the made-up province: who joined in a year with segments has a number that was issued to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.utils import timezone

from archives.demo import tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.demo.people import Person
from numbering import runs, vacant
from numbering.domains import Domain
from numbering.models import Issue, Segment
from numbering.models.segments import YEAR_STEP
from numbering.services import issues, segments
from orgs import policy
from orgs.kinds import Kind
from orgs.models import Notice, Organization, Role
from orgs.services import notices

SPACE = 100_000
"""Between the first numbers of two 领域 of a year."""
OWN = {
    Kind.GENERAL_BRANCH: 1,
    Kind.COMMITTEE: 4,
    Kind.WORKING_COMMITTEE: 4,
    Kind.COUNTY: 4,
    Kind.CITY: 4,
    Kind.PROVINCE: 8,
}
"""What is kept to issue from, or to hand down later, beside what 团支部 get: in lots of a 团支部."""
WITHOUT = "演示第一中学高一3班团支部"
"""未分配号段: its numbers come from the committee's segment."""
SCARCE = "演示第一中学高一10班团支部"
"""Its segment is nearly used up."""
LEFT = 2
LISTED = {SCHOOL_BRANCH: 3, STREET_BRANCH: 3, WITHOUT: 0}
"""How many lots a 团支部 gets, where it is not one."""


def plant_segments(roles: Mapping[int, Role], *, lot: int) -> None:
    """Every year and 领域, registered by the province and handed down by each level: to 团支部 this year's only, since the
    classes and communities of today are not those of earlier years. What was told in earlier years has been read."""
    this_year = timezone.localdate().year
    for year in range(settings.SEGMENTS_FROM, this_year):
        _Year(year, roles, lot=lot * 2, of_branch=0).plant()
    for role in Role.objects.current().select_related("organization", "user"):
        notices.mark_read(list(Notice.objects.visible_to(role)), by=role.user)
    _Year(this_year, roles, lot=lot, of_branch=lot).plant()


def make_scarce(roles: Mapping[int, Role]) -> None:
    """Take back what one 团支部 did not need of this year's, but for a few."""
    branch = Organization.objects.get(name=SCARCE)
    piece = Segment.objects.of(branch).order_by("-year").select_related("parent").get()
    tail = vacant.unused_tail(piece, vacant.free_runs(piece))
    if tail and runs.length(tail) > LEFT and branch.parent_id:
        segments.take_back(piece, first=tail[0] + LEFT, last=tail[1], by=roles[branch.parent_id])


def domain_of(person: Person) -> Domain:
    return Domain(settings.STUDY_DOMAINS.get(person.entry.study_status, Domain.SOCIETY))


def issuer_of(branch: Organization) -> Role:
    """The administrator of the committee that issues to this 团支部."""
    current = Role.objects.current().select_related("organization", "user")
    found = current.filter(organization=policy.superior_of(branch)).order_by("pk").first()
    assert found  # noqa: S101 - everybody here has one
    return found


def with_issued(person: Person) -> Person:
    """The same person with the number that was, or is now, issued to them; as they are when none has to be."""
    entry = person.entry
    if entry.joined_on is None or entry.joined_on < begin():
        return person
    issue = Issue.objects.open().with_id(entry.id_number).first() or issues.issue(
        branch=person.branch,
        domain=domain_of(person),
        name=entry.name,
        id_number=entry.id_number,
        joined_on=entry.joined_on,
        by=issuer_of(person.branch),
    )
    return with_number(person, issue.number)


def with_number(person: Person, number: str) -> Person:
    return replace(person, entry=replace(person.entry, number=number))


def begin() -> date:
    """Who joined since then has a number in a segment."""
    return date(settings.SEGMENTS_FROM, 1, 1)


class _Year:
    """The segments of one year: `lot` numbers are what a level reckons with, `of_branch` what a 团支部 gets."""

    def __init__(self, year: int, roles: Mapping[int, Role], *, lot: int, of_branch: int) -> None:
        self._year = year
        self._roles = roles
        self._lot = lot
        self._of_branch = of_branch
        self._below: dict[int | None, list[Organization]] = {}
        for one in Organization.objects.order_by("sort_key", "pk"):
            self._below.setdefault(one.parent_id, []).append(one)

    def plant(self) -> None:
        [root] = self._below[None]
        for place, domain in enumerate(Domain, 1):
            first = self._year * YEAR_STEP + int(root.province_code) * 10 * SPACE + place * SPACE
            made = segments.register(
                domain=domain, year=self._year, first=first, last=first + self._size(root, domain) - 1,
                province=root, by=self._roles[root.pk],
            )  # fmt: skip
            self._share_out(made)

    def _share_out(self, held: Segment) -> None:
        """Each level hands down to those below it that have such people, and keeps the rest."""
        sizes = [(one, self._size(one, Domain(held.domain))) for one in self._children(held.organization)]
        shares = [(one, size) for one, size in sizes if size]
        if not shares:
            return
        seen = runs.fingerprint(vacant.free_runs(held))
        by = self._roles[held.organization_id]
        for piece in segments.hand_down_many(held, shares, seen=seen, by=by):
            self._share_out(piece)

    def _size(self, one: Organization, domain: Domain) -> int:
        """A 团总支 only passes on; nobody gets numbers for people they do not have."""
        if one.kind == Kind.BRANCH:
            return self._of_branch * LISTED.get(one.name, 1) if domain in _domains(one) else 0
        below = sum(self._size(child, domain) for child in self._children(one))
        passes_on = one.kind == Kind.GENERAL_BRANCH and not below
        return 0 if passes_on or not self._has(one, domain) else below + OWN[Kind(one.kind)] * self._lot

    def _has(self, one: Organization, domain: Domain) -> bool:
        return domain in _domains(one) or any(self._has(child, domain) for child in self._children(one))

    def _children(self, one: Organization) -> list[Organization]:
        return self._below.get(one.pk, [])


def _domains(branch: Organization) -> set[Domain]:
    people = tree.kinds().get(branch.name, ())
    return {Domain(settings.STUDY_DOMAINS.get(kind, Domain.SOCIETY)) for kind in people}
