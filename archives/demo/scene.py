"""The people of the province at work: 团支部 enter, committees decide; each step by the service, in the role of the one whose step it is."""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping
from concurrent.futures import Future
from enum import Enum, auto
from uuid import uuid4

from archives.demo.papers import Papers
from archives.demo.people import Person
from archives.models import Archive, Upload
from archives.services import entry, resubmission, review
from members.models import Member
from orgs.models import Organization, Role

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
    BY_HAND = auto()
    """The inspection gave up; whoever reviews it looks."""


class Scene:
    """`roles`: an administrator of each organisation, by its id."""

    def __init__(self, roles: Mapping[int, Role], papers: Papers) -> None:
        self._roles = roles
        self._papers = papers
        self._reasons = itertools.cycle(REASONS)

    def role(self, organization: Organization) -> Role:
        return self._roles[organization.pk]

    def play(
        self,
        person: Person,
        fate: Fate,
        paper: Future[bytes] | None = None,
        *,
        confirmed: Container[str] = (),
    ) -> Member:
        """Enter this person, with a paper drawn before or now, and let its fate come."""
        upload = self.hand_in(person, paper, fate=fate) if person.needs_file else None
        member = entry.enter(
            person.entry, organization=person.branch, upload=upload, key=uuid4(),
            by=self.role(person.branch), confirmed=confirmed,
        )  # fmt: skip
        if upload is None:
            return member
        if fate == Fate.APPROVED:
            self.approve(member)
        if fate in {Fate.REFUSED, Fate.AGAIN}:
            self._refuse(member)
        if fate == Fate.AGAIN:
            resubmission.resubmit(member, self.hand_in(person), by=self.role(person.branch))
        return member

    def draw(self, person: Person) -> Future[bytes]:
        return self._papers.draw(person)

    def hand_in(
        self,
        person: Person,
        paper: Future[bytes] | None = None,
        *,
        fate: Fate = Fate.WAITING,
        by: Role | None = None,
    ) -> Upload:
        """By the person's own organisation, unless somebody else does it."""
        content = (paper or self.draw(person)).result()
        found = {Fate.BROKEN: "broken", Fate.BY_HAND: "unknown"}.get(fate, "good")
        return self._papers.hand_in(person, content, by=by or self.role(person.branch), found=found)

    def approve(self, member: Member) -> None:
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
