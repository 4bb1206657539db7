"""Planting the made-up province: each step by the service, in the role of the one whose step it is."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from enum import Enum, auto
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from archives.demo import accounts, lives, tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.demo.papers import Papers
from archives.demo.people import People, Person
from archives.models import Archive
from archives.services import entry, resubmission, review
from members.models import Member
from members.rules.marks import FILES_BEGIN
from orgs.models import Organization, Role
from orgs.policy import reviewer_of

SEED = 20230504
# So many people's files are being drawn while those before them are entered.
AHEAD = 4
REASONS = (
    "第 1 页照片缺失，请补贴近期免冠照片后重新扫描上传。",
    "第 5 页入团介绍人未签名，请补签后重新上传。",
    "扫描不清晰，第 3、4 页无法辨认，请重新扫描（200 dpi）后上传。",
    "第 8 页团支部大会决议未加盖公章，请补盖后重新上传。",
    "志愿书上的姓名与录入的姓名不一致，请核对后重新上传。",
    "缺少第 11、12 页，请补齐 12 页后重新上传。",
)


class Fate(Enum):
    """How far someone's 入团志愿书 has come."""

    APPROVED = auto()
    WAITING = auto()
    REFUSED = auto()
    AGAIN = auto()
    """Refused, uploaded again, waiting."""
    BROKEN = auto()
    """Found unusable by the inspection."""


Part = tuple[Person, Fate, Future[bytes] | None]
A, W, R, G, B = Fate.APPROVED, Fate.WAITING, Fate.REFUSED, Fate.AGAIN, Fate.BROKEN
CAST = {
    SCHOOL_BRANCH: (A, A, A, W, W, W, W, W, R, R, B, G, A, A),
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
    accounts.appoint_two_roles(one for one in below if one.name in accounts.TWO_ORGANIZATIONS)
    kinds = tree.kinds()
    branches = [one for one in below if one.name in kinds]
    source = People(branches, today=timezone.localdate(), seed=SEED)
    with Papers() as papers:
        scene = _Scene(roles, papers)
        queue: deque[Part] = deque()
        for branch, fate in itertools.islice(_fates(branches, roles), people):
            since = lives.SINCE if fate == Fate.APPROVED else FILES_BEGIN
            person = source.next(branch, kinds[branch.name], since=since)
            queue.append((person, fate, papers.draw(person) if person.needs_file else None))
            if len(queue) > AHEAD:
                scene.play(*queue.popleft())
        for part in queue:
            scene.play(*part)


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


class _Scene:
    """The people of the province at work: 团支部 enter, committees decide."""

    def __init__(self, roles: dict[int, Role], papers: Papers) -> None:
        self._roles = roles
        self._papers = papers
        self._reasons = itertools.cycle(REASONS)

    def play(self, person: Person, fate: Fate, paper: Future[bytes] | None) -> None:
        role = self._roles[person.branch.pk]
        upload = None
        if paper:
            upload = self._papers.hand_in(person, paper.result(), by=role, broken=fate == Fate.BROKEN)
        member = entry.enter(person.entry, organization=person.branch, upload=upload, key=uuid4(), by=role)
        if upload is None:
            return
        if fate == Fate.APPROVED:
            self._approve(member)
        if fate in {Fate.REFUSED, Fate.AGAIN}:
            self._refuse(member)
        if fate == Fate.AGAIN:
            better = self._papers.hand_in(person, self._papers.draw(person).result(), by=role)
            resubmission.resubmit(member, better, by=role)

    def _approve(self, member: Member) -> None:
        archive, role = self._waiting(member)
        review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=role)

    def _refuse(self, member: Member) -> None:
        archive, role = self._waiting(member)
        review.refuse(
            archive, sha256=archive.upload.sha256, round=archive.round, reason=next(self._reasons), by=role
        )

    def _waiting(self, member: Member) -> tuple[Archive, Role]:
        archive = Archive.objects.select_related("upload").get(member=member, state=Archive.State.WAITING)
        return archive, self._roles[archive.reviewer_id or 0]
