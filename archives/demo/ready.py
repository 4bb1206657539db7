"""Made-up people who are in nobody's list yet and can be entered right away."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from archives.demo import tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.demo.people import People, Person
from members.choices import Occupation, StudyStatus
from members.models import Member
from members.rules.marks import FILES_BEGIN
from members.services.entry import PersonKnown, require_unknown
from numbering.services.holdings import NumberTaken, require_free
from orgs.dictionaries import DICTIONARIES, Group
from orgs.models import Organization

SEED = 20220505
EACH = 4


def ready() -> list[dict[str, str]]:
    """For both 团支部 that can log in, people of their sort; a file is needed for each of them."""
    kinds = tree.kinds()
    branches = list(Organization.objects.filter(name__in=kinds).order_by("pk"))
    source = People(branches, today=timezone.localdate(), seed=SEED)
    found: list[dict[str, str]] = []
    for branch in branches:
        if branch.name in {SCHOOL_BRANCH, STREET_BRANCH}:
            people = _free(source, branch, kinds[branch.name])
            found += [_line(next(people)) for _ in range(EACH)]
    return found


def _free(source: People, branch: Organization, kinds: tuple[str, ...]) -> Iterator[Person]:
    while True:
        person = source.next(branch, kinds, since=FILES_BEGIN, ordinary=True)
        if Member.objects.filter(name=person.entry.name).exists():
            continue
        try:
            require_unknown(person.entry.id_number)
            require_free(person.entry.number)
        except (PersonKnown, NumberTaken):
            continue
        yield person


def _line(person: Person) -> dict[str, str]:
    entry = person.entry
    details = dict(DICTIONARIES[Group.OCCUPATION])
    return {
        "branch": person.branch.name,
        "name": entry.name,
        "id_number": entry.id_number,
        "number": entry.number,
        "occupation": Occupation(entry.occupation).label,
        "status": StudyStatus(entry.study_status).label
        if entry.study_status
        else details[entry.occupation_detail],
        "joined_on": f"{entry.joined_on:%Y-%m-%d}",
    }
