"""What happens to numbers: promised and taken back, wanted twice, registered by the province. A story each, told by the services."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from archives import exports
from archives.demo import lives, numbers, tree
from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH, TWO_ORGANIZATIONS
from archives.demo.people import People, Person
from archives.demo.scene import Fate, Scene
from archives.models import Claim
from archives.services import claims, replacement, withdrawal
from archives.services.exports import start
from members.models import Member
from members.rules import ENTRY_FIELDS
from members.services.changes import as_text
from numbering.models import Issue, Registration, Segment
from numbering.services import disputes, issues, registrations
from numbering.services.entitlement import OF_ANOTHER
from orgs import jobs
from orgs.models import Organization, Role

PEOPLE = 7
"""How many of the stories' people are entered."""
SCHOOL_SIBLING, STREET_SIBLING = TWO_ORGANIZATIONS
WAITING_FOR_ENTRY = {
    "演示第一中学高二1班团支部": 3,
    STREET_SIBLING: 2,
    "演示幸福街道快递行业团支部": 1,
    "演示职业技术学校机电一班团支部": 2,
    "演示大学计算机学院软件1班团支部": 2,
    "演示实验初级中学初三1班团支部": 2,
}
"""待录入, beside those in the two 团支部 that can log in (`archives.demo.ready`)."""
OTHER_PROVINCE = "21"


def tell(source: People, scene: Scene) -> None:
    told = _Stories(source, scene)
    told.issue()
    told.withdraw_entries()
    if not settings.ISSUE_BINDS_PERSON:  # else nobody could have entered another one's number
        told.dispute()
    if settings.ISSUE_NEEDED:  # else 未使用 does not exist
        told.register_unused()
    told.register_veterans()
    told.replace_files()
    told.export()


@dataclass(frozen=True, slots=True)
class _Rivals:
    """Both were issued a number by the same committee, from its own segment; both forms name the same one, each paper its own."""

    applicant: Person
    paper: Future[bytes]


class _Stories:
    def __init__(self, source: People, scene: Scene) -> None:
        self._source = source
        self._scene = scene
        self._places = {one.name: one for one in Organization.objects.all()}
        self._foreign = count(103_257, 11)
        self._last: dict[int, Iterator[int]] = {}
        self._in_force: list[tuple[Person, Member]] = []

    # 发放 ------------------------------------------------------------------------------------------

    def issue(self) -> None:
        """Some wait to be entered; one was issued to by mistake."""
        for name, number in WAITING_FOR_ENTRY.items():
            for _ in range(number):
                numbers.with_issued(self._somebody(name))
        mistaken = numbers.with_issued(self._somebody(SCHOOL_BRANCH))
        found = Issue.objects.open().with_id(mistaken.entry.id_number).get()
        issues.withdraw(found, by=numbers.issuer_of(mistaken.branch))

    def withdraw_entries(self) -> None:
        """Entered and taken back, after a refusal and before any decision: 待录入 again."""
        for name, fate, reason in (
            (SCHOOL_BRANCH, Fate.REFUSED, "入团志愿书须重新填写，待补齐后再录入"),
            (STREET_BRANCH, Fate.WAITING, "上传了他人的入团志愿书，撤回后重新录入"),
            ("演示第一中学高二1班团支部", Fate.REFUSED, "姓名录入有误，撤回后重新录入"),
        ):
            person = numbers.with_issued(self._somebody(name))
            member = self._scene.play(person, fate)
            withdrawal.withdraw(member, reason=reason, by=self._scene.role(person.branch))

    # 编号占用核实 ----------------------------------------------------------------------------------

    def dispute(self) -> None:
        self._file(self._mistyped(SCHOOL_BRANCH, SCHOOL_SIBLING), "发放单上的编号与本表一致，请核实。")
        self._upheld()
        self._dismissed()
        regretted = self._file(self._misread(SCHOOL_BRANCH, numbers.WITHOUT), "编号已被占用，请核实。")
        disputes.withdraw(regretted.dispute, by=self._scene.role(regretted.dispute.organization))

    def _upheld(self) -> None:
        """The applicant's form waits to be gone on with, the occupant's record for a number of its own."""
        claim = self._file(
            self._mistyped(STREET_BRANCH, STREET_SIBLING), "编号由街道团工委发放，发放单可查。"
        )
        claims.uphold(
            claim.dispute, by=self._judge(claim),
            reason="经核对双方入团志愿书和发放记录，该编号发放给申请人，占用方录入时抄错编号。",
        )  # fmt: skip

    def _dismissed(self) -> None:
        """The applicant's form has the wrong number; the right one is among those waiting to be entered."""
        claim = self._file(self._misread(SCHOOL_BRANCH, numbers.SCARCE), "该编号应为本支部团员使用。")
        holder = self._scene.role(claim.dispute.occupant_organization)
        words = "编号与团委发放单、入团志愿书均一致，不存在误用。"
        disputes.answer(claim.dispute, words, by=holder)
        claim.dispute.refresh_from_db()
        disputes.dismiss(
            claim.dispute, by=self._judge(claim),
            reason="该编号发放给占用方团员，与其入团志愿书一致。申请人的编号请以“待录入”中的为准。",
        )  # fmt: skip

    def _mistyped(self, applicant: str, occupant: str) -> _Rivals:
        """The occupant was entered with the applicant's number instead of their own, and 确认 was ticked."""
        first, second = self._rivals(applicant, occupant)
        paper, theirs = map(self._scene.draw, (first, second))
        mistyped = numbers.with_number(second, first.entry.number)
        self._scene.play(mistyped, Fate.APPROVED, theirs, confirmed={OF_ANOTHER})
        return _Rivals(first, paper)

    def _misread(self, applicant: str, occupant: str) -> _Rivals:
        """The occupant has the number that was issued to them; the applicant's form names it instead of their own."""
        first, second = self._rivals(applicant, occupant)
        paper = self._scene.draw(first)
        self._in_force.append((second, self._scene.play(second, Fate.APPROVED)))
        return _Rivals(numbers.with_number(first, second.entry.number), paper)

    def _rivals(self, applicant: str, occupant: str) -> tuple[Person, Person]:
        """Of one year, and of one before this: then the numbers of both are of the committee's segment."""
        one = self._somebody(applicant, earlier=True)
        while (other := self._somebody(occupant, earlier=True)).entry.number[:4] != one.entry.number[:4]:
            pass
        return numbers.with_issued(one), numbers.with_issued(other)

    def _file(self, rivals: _Rivals, remark: str) -> Claim:
        person = rivals.applicant
        typed = {name: as_text(getattr(person.entry, name)) for name in ENTRY_FIELDS}
        return claims.file(
            person.entry, typed, organization=person.branch, upload=self._scene.hand_in(person, rivals.paper),
            key=uuid4(), remark=remark, by=self._scene.role(person.branch),
        )  # fmt: skip

    def _judge(self, claim: Claim) -> Role:
        return self._scene.role(claim.dispute.judge)

    # 编号登记备案 ----------------------------------------------------------------------------------

    def register_unused(self) -> None:
        """One waits at each level, one came back, one was taken back, one is registered and can be entered."""
        school, street = (SCHOOL_SIBLING, SCHOOL_BRANCH), (STREET_SIBLING, STREET_BRANCH)
        for steps, name in enumerate((school[1], street[1], school[0], street[0], school[1])):
            # Confirmed so many times: 团委 and 团工委, 县级, 市级, 省级.
            self._rise(self._unused(name), steps=max(0, steps - 1))
        returned = self._unused(STREET_BRANCH)
        self._rise(returned, steps=1)
        reason = "发展组织全称与入团志愿书封面不一致，请核对后重新提交。"
        registrations.return_(returned, reason=reason, by=self._at(returned))
        taken_back = self._unused(SCHOOL_SIBLING)
        registrations.withdraw(taken_back, by=self._scene.role(taken_back.filed_for))
        self._handle(self._unused(SCHOOL_BRANCH))

    def register_veterans(self) -> None:
        self._rise(self._veteran(STREET_SIBLING), steps=3)
        self._handle(self._veteran(STREET_BRANCH))

    def _unused(self, name: str) -> Registration:
        """With a number of the committee's segment that nobody was given."""
        person = self._somebody(name)
        issuer = numbers.issuer_of(person.branch)
        assert person.entry.joined_on  # noqa: S101 - everybody here joined
        held = Segment.objects.of(issuer.organization).of_year(person.entry.joined_on.year)
        segment = held.get(domain=numbers.domain_of(person))
        number = next(self._last.setdefault(segment.pk, count(segment.last, -1)))
        return registrations.file(
            kind=Registration.Kind.UNUSED, organization=person.branch, name=person.entry.name,
            id_number=person.entry.id_number, number=str(number),
            developed_by=issuer.organization.name, by=self._scene.role(person.branch),
        )  # fmt: skip

    def _veteran(self, name: str) -> Registration:
        person = self._somebody(name, earlier=True)
        joined = person.entry.joined_on
        assert joined  # noqa: S101 - everybody here joined
        today = timezone.localdate()
        return registrations.file(
            kind=Registration.Kind.VETERAN, organization=person.branch, name=person.entry.name,
            id_number=person.entry.id_number, number=f"{joined.year}{OTHER_PROVINCE}{next(self._foreign)}",
            developed_by="演示部队某连团支部", unit="演示部队", by=self._scene.role(person.branch),
            discharged_on=max(joined, date(today.year - 1, 9, 1)),
        )  # fmt: skip

    def _rise(self, registration: Registration, *, steps: int) -> None:
        for _ in range(steps):
            registrations.pass_up(registration, by=self._at(registration))
            registration.refresh_from_db()

    def _handle(self, registration: Registration) -> None:
        self._rise(registration, steps=3)
        registrations.handle(registration, by=self._at(registration))

    def _at(self, registration: Registration) -> Role:
        """Whose turn it is."""
        registration.refresh_from_db()
        assert registration.waits_at  # noqa: S101 - it rises
        return self._scene.role(registration.waits_at)

    # 档案替换 --------------------------------------------------------------------------------------

    def replace_files(self) -> None:
        """One file was replaced by the committee; another waits for its review."""
        for place, (person, member) in enumerate(self._in_force):
            by = numbers.issuer_of(person.branch)
            old = replacement.in_force(member)
            assert old  # noqa: S101 - they were approved
            better = self._scene.hand_in(person, by=by)
            reason = "原件第 7 页扫描不全，已重新扫描"
            replacement.replace(member, better, instead_of=old, reason=reason, by=by)
            if place == 0:
                self._scene.approve(member)

    # 导出 -----------------------------------------------------------------------------------------

    def export(self) -> None:
        """电子数据库 as a file, finished, for the province and for the committee of the listed school."""
        school = self._places[SCHOOL_BRANCH]
        for place in (self._places[tree.PROVINCE], numbers.issuer_of(school).organization):
            job = start(exports.TABLE, place, timezone.localdate().year, by=self._scene.role(place))
            jobs.run(job.pk)

    # ----------------------------------------------------------------------------------------------

    def _somebody(self, name: str, *, earlier: bool = False) -> Person:
        """New in this 团支部, with a number in a segment; joined of late, or `earlier` than this year."""
        today = timezone.localdate()
        branch = self._places[name]
        while True:
            since = numbers.begin() if earlier else max(numbers.begin(), lives.lately(today))
            person = self._source.next(branch, tree.kinds()[name], since=since, ordinary=True)
            joined = person.entry.joined_on
            if joined and (not earlier or joined.year < today.year):
                return person
