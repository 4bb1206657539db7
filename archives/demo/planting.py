"""Planting the made-up province: its tree, its administrators, its numbers, its people."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future

from django.db import transaction
from django.utils import timezone

from archives.demo import accounts, cadres, lives, numbers, stories, tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.demo.papers import Papers
from archives.demo.people import People, Person
from archives.demo.scene import Fate, Scene
from orgs.models import Organization, Role
from orgs.policy import reviewer_of

SEED = 20230504
LOT = 8
"""Numbers handed down to a 团支部, unless there are more people."""
# So many people's files are being drawn while those before them are entered.
AHEAD = 4

Part = tuple[Person, Fate, Future[bytes] | None]
A, W, R, G, B, H = Fate.APPROVED, Fate.WAITING, Fate.REFUSED, Fate.AGAIN, Fate.BROKEN, Fate.BY_HAND
CAST = {
    SCHOOL_BRANCH: (A, A, A, W, W, W, W, H, R, R, B, G, A, A),
    STREET_BRANCH: (A, A, A, W, W, W, R, B, G, A),
}
"""The two 团支部 that can log in: enough to look at and to do, however few people there are elsewhere."""
ROUND = (A, A, A, W, A, R, A, G, A, A)


@transaction.atomic
def plant(people: int) -> None:
    """A province, an administrator for each of its organisations, and this many people; all of it or nothing."""
    root = tree.plant_root()
    by = accounts.appoint(root)
    below = tree.plant_below(root, by=by)
    roles = {root.pk: by} | {one.pk: accounts.appoint(one) for one in below}
    accounts.appoint_for_the_province()
    accounts.appoint_two_roles(one for one in below if one.name in accounts.TWO_ORGANIZATIONS)
    numbers.plant_segments(roles, lot=max(LOT, people // len(tree.kinds())))
    kinds = tree.kinds()
    branches = [one for one in below if one.name in kinds]
    source = People(branches, today=timezone.localdate(), seed=SEED)
    with Papers() as papers:
        scene = Scene(roles, papers)
        queue: deque[Part] = deque()
        lately = lives.lately(timezone.localdate())
        begins = itertools.cycle((lately, lately, lives.SINCE))
        for branch, fate in itertools.islice(_fates(branches, roles), max(0, people - stories.PEOPLE)):
            since = next(begins) if fate == Fate.APPROVED else lately
            person = numbers.with_issued(source.next(branch, kinds[branch.name], since=since))
            queue.append((person, fate, papers.draw(person) if person.needs_file else None))
            if len(queue) > AHEAD:
                scene.play(*queue.popleft())
        for part in queue:
            scene.play(*part)
        stories.tell(source, scene)
    cadres.plant(roles)
    numbers.make_scarce(roles)


def _fates(branches: list[Organization], roles: dict[int, Role]) -> Iterator[tuple[Organization, Fate]]:
    """Who comes next, without end: the cast, then somebody waiting for each committee, then all 团支部 in turn."""
    for branch in branches:
        for fate in CAST.get(branch.name, ()):
            yield branch, fate
    others = [branch for branch in branches if branch.name not in CAST]
    reviewers: dict[Organization | None, Organization] = {}
    for branch in others:
        reviewers.setdefault(reviewer_of(branch, author=roles[branch.pk].user), branch)
    for branch in reviewers.values():
        yield branch, Fate.WAITING
    for fate in itertools.cycle(ROUND):
        for branch in others:
            yield branch, fate
