"""电子数据库 as data: what the screens show and the Excel files hold (指引 3.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from archives.models import Archive
from archives.standing import Standing, standing
from members.models import Member
from members.models.member import MemberQuerySet
from numbering import progress
from numbering.domains import Domain
from numbering.progress import ByDomain, Figures
from orgs.models import Organization, Role
from orgs.models.organizations import OrganizationQuerySet

FIRST_YEAR = 2020
"""2020 年及以后入团的团员由团组织管理员录入（指引 1.3）: from then on there are people to look at, segments or not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One organisation: its figures by domain, and how many people of exactly this organisation joined in the year."""

    organization: Organization
    figures: ByDomain = field(default_factory=dict)
    people: int = 0

    @property
    def total(self) -> Figures:
        return progress.together(self.figures.values())

    def of(self, domain: Domain) -> Figures:
        return self.figures.get(domain, Figures())


def years(organization: Organization, *, this_year: int) -> list[int]:
    """Every year that can be looked at, the latest first."""
    found = {*range(FIRST_YEAR, this_year + 1), *progress.years(organization)}
    return sorted(found, reverse=True)


def below(organization: Organization) -> OrganizationQuerySet:
    """The organisations directly below."""
    found: OrganizationQuerySet = Organization.objects.active().filter(parent=organization)
    return found


def rows(organizations: Sequence[Organization], year: int) -> list[Row]:
    """One row each, in two statements."""
    ids = [one.pk for one in organizations]
    figures = progress.of_organizations(ids, year)
    counted = Member.objects.filter(organization__in=ids).developed_in(year).order_by()
    people = dict(counted.values_list("organization").annotate(Count("pk")))
    return [Row(one, figures.get(one.pk, {}), people.get(one.pk, 0)) for one in organizations]


def total_below(organization: Organization, year: int) -> Row:
    """All organisations directly below together, in two statements."""
    people = Member.objects.filter(organization__in=below(organization)).developed_in(year).count()
    return Row(organization, progress.of_children(organization, year), people)


def people(role: Role, organization: Organization, year: int) -> MemberQuerySet:
    """本级新发展团员: of exactly this organisation, never of those below it."""
    seen: MemberQuerySet = Member.objects.visible_to(role).of(organization).developed_in(year)
    return seen.select_related("holding", "organization")


@dataclass(frozen=True, slots=True)
class Person:
    """One line of 本级新发展团员详情; `latest` is the file submitted last."""

    member: Member
    standing: Standing
    latest: Archive | None


def persons(members: Iterable[Member]) -> list[Person]:
    """With their files, in one statement."""
    found = list(members)
    files: dict[int, list[Archive]] = defaultdict(list)
    for one in Archive.objects.filter(member__in=found).select_related("submitted_as").order_by("pk"):
        files[one.member_id].append(one)
    return [
        Person(one, standing([file.state for file in files[one.pk]]), next(iter(files[one.pk][::-1]), None))
        for one in found
    ]
