"""Made-up people who are in nobody's list yet and can be entered right away."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from archives.demo import lives, numbers, tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.demo.people import COUNTIES_OF_READY, People, Person
from members.choices import Occupation, StudyStatus
from members.models import Member
from members.services.entry import PersonKnown, require_unknown
from numbering.models import Dispute, Holding, Issue, Registration
from orgs.dictionaries import DICTIONARIES, Group
from orgs.models import Organization

SEED = 20220505
EACH = 4


def ready() -> list[dict[str, str]]:
    """For both 团支部 that can log in, people of their sort, with their issued numbers; a file is needed for each of them."""
    kinds = tree.kinds()
    branches = list(Organization.objects.filter(name__in=kinds).order_by("pk"))
    source = People(branches, today=timezone.localdate(), seed=SEED, counties=COUNTIES_OF_READY)
    found: list[dict[str, str]] = []
    for branch in branches:
        if branch.name in {SCHOOL_BRANCH, STREET_BRANCH}:
            people = _free(source, branch, kinds[branch.name])
            found += [_line(numbers.with_issued(next(people))) for _ in range(EACH)]
    return found


def registered() -> list[dict[str, str]]:
    """Whom the province has registered and nobody has entered yet: no issued number is asked of them."""
    held = Holding.objects.exclude(state=Holding.State.RELEASED).values("number")
    handled = Registration.objects.handled().exclude(number__in=held)
    return [
        {
            "branch": one.organization.name,
            "name": one.name,
            "id_number": one.opened_id(),
            "number": one.number,
            "matter": one.get_kind_display(),
        }
        for one in handled.select_related("organization").order_by("pk")
    ]


def _free(source: People, branch: Organization, kinds: tuple[str, ...]) -> Iterator[Person]:
    since = max(numbers.begin(), lives.lately(timezone.localdate()))
    while True:
        person = source.next(branch, kinds, since=since, ordinary=True)
        try:
            require_unknown(person.entry.id_number)
        except PersonKnown:
            continue
        if not _is_known(person):
            yield person


def _is_known(person: Person) -> bool:
    """There is another one of this name, or they are past waiting to be entered."""
    name, number = person.entry.name, person.entry.id_number
    promised = Issue.objects.open().with_id(number)
    return (
        any(model.objects.filter(name=name).exists() for model in (Member, Registration, Dispute))
        or Issue.objects.filter(name=name).exclude(pk__in=promised).exists()
    )


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
