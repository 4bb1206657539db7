"""入团志愿书 of the made-up people with their files, and what was told about them in the last year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from archives.demo.scene import REASONS
from archives.models import Archive, Upload
from archives.reasons import message
from archives.scale.copying import Table, reserve
from archives.scale.fates import OPEN, Fate
from archives.scale.files import PAGES, Mould
from archives.scale.forest import AT, Forest
from archives.scale.records import Person
from archives.scale.staff import Staff
from orgs.kinds import LEADING
from orgs.models import AuditEvent, Notice

KEEP = timedelta(days=365)
"""What was told earlier is gone from the 操作中心, and what was done earlier was done before the audit began."""
TRUNCATED = "truncated"
_FOUND = {Upload.State.UNUSABLE.value: TRUNCATED, Upload.State.BY_HAND.value: "by_hand"}
REPLACE_REASON = "原件第 7 页扫描不全，已重新扫描"
UPLOADS = Table(
    Upload, "id", "uuid", "organization_id", *AT, "uploader_id", "name", "size", "sha256", "state", "reason",
    "pages", "created_at",
)  # fmt: skip
ARCHIVES = Table(
    Archive, "id", "uuid", "organization_id", *AT, "member_id", "upload_id", "state", "reviewer_id",
    "submitted_by_id", "submitted_as_id", "submitted_at", "decided_by_id", "decided_at", "decided_sha256",
    "reason", "replaces_id", "replace_reason",
)  # fmt: skip
NOTICES = Table(
    Notice, "organization_id", "sort", "kind", "title", "body", "subject", "link", "link_args", "action",
    "created_at", "done_at", "done_by_id",
)  # fmt: skip
AUDIT = Table(
    AuditEvent, "at", "user_id", "role_id", "organization_id", "verb", "subject", "from_state", "to_state"
)


@dataclass(slots=True)
class Paper:
    """One version of one person's file; places are those of the forest."""

    person: Person
    uuid: UUID
    file: UUID
    state: str
    submitter: int
    submitted: datetime
    reviewer: int
    decided: datetime | None = None
    decider: int | None = None
    found: str = Upload.State.USABLE.value
    reason: str = ""
    replaces: Paper | None = None
    pk: int = 0
    upload: int = 0


class Papers:
    def __init__(self, forest: Forest, staff: Staff, dice: Random, now: datetime) -> None:
        self._forest = forest
        self._staff = staff
        self._dice = dice
        self._now = now
        self._mould = Mould()

    def write(self, people: list[Person]) -> None:
        """Everything these people handed in."""
        papers = [paper for person in people for paper in self._of(person)]
        for paper, pk, upload in zip(
            papers, reserve(Archive, len(papers)), reserve(Upload, len(papers)), strict=True
        ):
            paper.pk, paper.upload = pk, upload
            if paper.person.fate in OPEN:
                self._mould.write(paper.file)
        UPLOADS.write(map(self._upload, papers))
        ARCHIVES.write(map(self._archive, papers))
        NOTICES.write(notice for paper in papers for notice in self._notices(paper))
        AUDIT.write(event for paper in papers for event in self._event(paper))

    def _of(self, person: Person) -> Iterator[Paper]:
        if person.fate == Fate.NO_FILE:
            return iter(())
        submitter = self._staff.enters[person.life.at]
        first = self._paper(
            person, submitter, person.life.entered, max(self._forest.committees[submitter], 0)
        )
        return _STORIES.get(person.fate, Papers._open)(self, first)

    def _open(self, paper: Paper) -> Iterator[Paper]:
        if paper.person.fate == Fate.CHECKING:
            paper.state, paper.found = Archive.State.CHECKING.value, Upload.State.CHECKING.value
        elif paper.person.fate == Fate.BY_HAND:
            paper.found = Upload.State.BY_HAND.value
        yield paper

    def _unreviewed(self, paper: Paper) -> Iterator[Paper]:
        yield self._decide(paper, Archive.State.APPROVED, by=None)

    def _approved(self, paper: Paper) -> Iterator[Paper]:
        yield self._decide(paper, Archive.State.APPROVED, by=paper.reviewer)

    def _refused(self, paper: Paper) -> Iterator[Paper]:
        reason = REASONS[int(self._dice.random() * len(REASONS))]
        yield self._decide(paper, Archive.State.REFUSED, by=paper.reviewer, reason=reason)

    def _broken(self, paper: Paper) -> Iterator[Paper]:
        paper.found = Upload.State.UNUSABLE.value
        yield self._decide(paper, Archive.State.REFUSED, by=None, reason=message(TRUNCATED))

    def _withdrawn(self, paper: Paper) -> Iterator[Paper]:
        yield self._decide(paper, Archive.State.WITHDRAWN, by=paper.submitter, reason="重复录入")

    def _again(self, paper: Paper) -> Iterator[Paper]:
        yield from self._refused(paper)
        yield from self._approved(
            self._paper(paper.person, paper.submitter, self._later(paper.decided), paper.reviewer)
        )

    def _replaced(self, paper: Paper) -> Iterator[Paper]:
        yield self._decide(paper, Archive.State.REPLACED, by=paper.reviewer)
        above = [at for at in self._forest.up(paper.reviewer)[1:] if self._forest.kinds[at] in LEADING]
        second = self._paper(
            paper.person, paper.reviewer, self._later(paper.decided), above[0] if above else paper.reviewer
        )
        second.replaces = paper
        yield from self._approved(second)

    def _paper(self, person: Person, submitter: int, submitted: datetime, reviewer: int) -> Paper:
        return Paper(
            person, self._uuid(), self._uuid(), Archive.State.WAITING.value, submitter, submitted, reviewer
        )

    def _decide(self, paper: Paper, state: Archive.State, *, by: int | None, reason: str = "") -> Paper:
        paper.state, paper.reason, paper.decider = state.value, reason, by
        paper.decided = self._later(paper.submitted)
        return paper

    def _later(self, moment: datetime | None) -> datetime:
        """Within some days, but never later than now."""
        since = moment or self._now
        return since + min(timedelta(days=5), self._now - since) * self._dice.random()

    def _uuid(self) -> UUID:
        return UUID(int=self._dice.getrandbits(128), version=4)

    def _upload(self, paper: Paper) -> tuple[Any, ...]:
        at = paper.person.life.at
        whole = paper.found == Upload.State.USABLE.value
        reason = _FOUND.get(paper.found, "")
        return (
            paper.upload, paper.file, self._forest.pks[at], *self._forest.ats[at],
            self._staff.users[paper.submitter], f"{paper.person.name}入团志愿书.pdf", self._mould.size,
            self._mould.sha256(paper.file), paper.found, reason, PAGES if whole else 0, paper.submitted,
        )  # fmt: skip

    def _archive(self, paper: Paper) -> tuple[Any, ...]:
        at, by = paper.person.life.at, paper.decider
        reviewed = (
            paper.state in {Archive.State.APPROVED.value, Archive.State.REPLACED.value} or by is not None
        )
        return (
            paper.pk, paper.uuid, self._forest.pks[at], *self._forest.ats[at], paper.person.pk, paper.upload,
            paper.state, self._forest.pks[paper.reviewer], self._staff.users[paper.submitter],
            self._staff.roles[paper.submitter], paper.submitted,
            None if by is None else self._staff.users[by], paper.decided,
            self._mould.sha256(paper.file) if reviewed else "", paper.reason,
            paper.replaces.pk if paper.replaces else None, REPLACE_REASON if paper.replaces else "",
        )  # fmt: skip

    def _event(self, paper: Paper) -> Iterator[tuple[Any, ...]]:
        """The decision on it, as the review records it."""
        if paper.decider is None or paper.decided is None or self._now - paper.decided > KEEP:
            return
        verb = {Archive.State.REFUSED.value: "refuse", Archive.State.WITHDRAWN.value: "withdraw"}.get(
            paper.state, "approve"
        )
        yield (
            paper.decided, self._staff.users[paper.decider], self._staff.roles[paper.decider],
            self._forest.pks[paper.person.life.at], verb, f"archive:{paper.pk}", Archive.State.WAITING.value, paper.state,
        )  # fmt: skip

    def _notices(self, paper: Paper) -> Iterator[tuple[Any, ...]]:
        """The to-do of whoever reviews, and the result for whoever submitted."""
        person, subject = paper.person, f"archive:{paper.pk}"
        if self._now - paper.submitted > KEEP or paper.state == Archive.State.CHECKING.value:
            return
        matter = "档案替换" if paper.replaces else "入团志愿书"
        by = paper.decider
        if paper.state == Archive.State.WAITING.value or by is not None:
            yield (
                self._forest.pks[paper.reviewer], Notice.Sort.TODO.value, "档案替换" if paper.replaces else "待审核",
                f"{person.name}的{matter}待审核", self._forest.names[person.life.at], subject, "review",
                f'["{paper.uuid}"]', "", paper.submitted, paper.decided,
                None if by is None else self._staff.users[by],
            )  # fmt: skip
        if (
            paper.decided
            and paper.state != Archive.State.WITHDRAWN.value
            and (by is not None or paper.reason)
        ):
            words = "审核通过" if not paper.reason else "审核未通过" if by is not None else "未通过检查"
            yield (
                self._forest.pks[paper.submitter], Notice.Sort.RESULT.value,
                "档案替换" if paper.replaces else "审核结果", f"{person.name}的{matter}{words}", paper.reason, subject,
                "member", f'["{person.uuid}"]', "去修改" if paper.reason else "", paper.decided, None, None,
            )  # fmt: skip


_STORIES: dict[Fate, Callable[[Papers, Paper], Iterator[Paper]]] = {
    Fate.UNREVIEWED: Papers._unreviewed,
    Fate.APPROVED: Papers._approved,
    Fate.REFUSED: Papers._refused,
    Fate.BROKEN: Papers._broken,
    Fate.WITHDRAWN: Papers._withdrawn,
    Fate.AGAIN: Papers._again,
    Fate.REPLACED: Papers._replaced,
}
