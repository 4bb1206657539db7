"""What is rare in a province, and has many steps: done one by one, through the services, by whoever would do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from uuid import UUID

from django.db.models import Exists, OuterRef

from archives import exports as tables
from archives.models import Archive, Look, Upload
from archives.scale.files import PAGES, Mould
from archives.scale.forest import Forest
from archives.scale.records import Person, form
from archives.scale.staff import Account, Staff
from archives.services import claims, drafts, exports, stock_reasons
from archives.services.stock_reasons import DEFAULTS
from members.models import Member, Post
from members.rules import ENTRY_FIELDS
from members.services import accounts, changes
from members.services.changes import as_text
from numbering.models import Dispute, Holding, Registration
from numbering.models.segments import YEAR_STEP
from numbering.services import disputes, registrations
from orgs import jobs
from orgs.kinds import COMMITTEES
from orgs.models import Duty, Notice, Organization, Role, User
from orgs.services import notices, province

MOST = 100
"""Of each kind."""
FOREIGN = "31"
"""The province a veteran's number is from."""
OF_THE_PROVINCE = (("系统管理员", "scale-system", Duty.SYSTEM), ("审计员", "scale-audit", Duty.AUDITOR))


def share(members: int) -> int:
    """How many of each kind there are among so many people."""
    return min(MOST, members // 40)


class Stories:
    """`newcomers` have a number out of their segment, and nobody has entered them."""

    def __init__(
        self, forest: Forest, staff: Staff, newcomers: Iterator[Person], *, dice: Random, now: datetime
    ) -> None:
        self._forest = forest
        self._staff = staff
        self._newcomers = newcomers
        self._dice = dice
        self._now = now
        self._mould = Mould()
        self._places = {pk: at for at, pk in enumerate(forest.pks)}
        self._roles: dict[int, Role] = {}

    def tell(self, count: int) -> list[Account]:
        for number in range(count):
            self._register(next(self._newcomers), number)
        for number in range(count):
            self._dispute(next(self._newcomers), number)
        for _ in range(count):
            self._draft(next(self._newcomers))
        self._change(count)
        self._review()
        return [*self._of_the_province(), *self._in_person(max(1, count // 10))]

    # 编号登记备案 ----------------------------------------------------------------------------------------

    def _register(self, person: Person, number: int) -> None:
        """Most wait on some level; some came back, were taken back, or are registered."""
        by = self._enters(person)
        veteran = number % 5 == 4
        filed = registrations.file(
            kind=Registration.Kind.VETERAN if veteran else Registration.Kind.UNUSED,
            organization=self._branch(person), name=person.name, id_number=person.id_number,
            number=f"{person.life.joined.year}{FOREIGN}{900_000 + number}" if veteran else person.number,
            developed_by="演示部队某连团支部" if veteran else self._forest.names[self._forest.committees[person.life.at]],
            unit="演示部队" if veteran else "", discharged_on=self._now.date() if veteran else None, by=by,
        )  # fmt: skip
        outcome = number % 10
        if outcome == 8:
            registrations.return_(
                filed, reason="发展组织全称与入团志愿书封面不一致，请核对。", by=self._waits(filed)
            )
        elif outcome == 9:
            registrations.withdraw(filed, by=by)
        else:
            for _ in range(outcome % 5):
                if self._waits(filed).organization.parent_id is not None:
                    registrations.pass_up(filed, by=self._waits(filed))
            if outcome == 4 and self._waits(filed).organization.parent_id is None:
                registrations.handle(filed, by=self._waits(filed))

    def _waits(self, registration: Registration) -> Role:
        """Whose turn it is."""
        registration.refresh_from_db()
        return self._role(self._places[registration.waits_at_id or 0])

    # 编号占用核实 ----------------------------------------------------------------------------------------

    def _dispute(self, person: Person, number: int) -> None:
        """Somebody below the same committee holds the number; most wait to be looked into."""
        occupant = self._occupant(person)
        if occupant is None:
            return
        entry = form(person, self._forest, number=occupant.number)
        claim = claims.file(
            entry, {name: as_text(getattr(entry, name)) for name in ENTRY_FIELDS},
            organization=self._branch(person), upload=self._upload(person), key=self._uuid(),
            remark="发放单上的编号与本表一致，请核实。", by=self._enters(person),
        )  # fmt: skip
        acts = (self._uphold, self._dismiss, self._withdraw, self._answer)
        if number % 8 < len(acts):
            acts[number % 8](claim.dispute)

    def _occupant(self, person: Person) -> Holding | None:
        committee = Organization.objects.get(pk=self._forest.pks[self._forest.committees[person.life.at]])
        year = person.life.joined.year
        held = Holding.objects.under(committee).filter(
            state=Holding.State.HELD, value__gte=year * YEAR_STEP, value__lt=(year + 1) * YEAR_STEP
        )
        return held.exclude(number__in=Dispute.objects.values("number")).order_by("-pk").first()

    def _judge(self, dispute: Dispute) -> Role:
        return self._role(self._places[dispute.judge_id])

    def _uphold(self, dispute: Dispute) -> None:
        claims.uphold(dispute, reason="经核对，该编号发放给申请人。", by=self._judge(dispute))

    def _dismiss(self, dispute: Dispute) -> None:
        disputes.dismiss(dispute, reason="经核对，该编号由占用方使用。", by=self._judge(dispute))

    def _withdraw(self, dispute: Dispute) -> None:
        disputes.withdraw(dispute, by=dispute.filed_as)

    def _answer(self, dispute: Dispute) -> None:
        holder = self._places[dispute.occupant_organization_id]
        if holder in self._staff.roles and disputes.may_answer(self._role(holder), dispute):
            disputes.answer(dispute, "编号与发放单一致，不存在误用。", by=self._role(holder))

    # 草稿, 变更, 审核 --------------------------------------------------------------------------------------

    def _draft(self, person: Person) -> None:
        entry = form(person, self._forest, number=person.number)
        drafts.save(
            {name: as_text(getattr(entry, name)) for name in ENTRY_FIELDS}, key=self._uuid(),
            organization=self._branch(person), upload=None, by=self._enters(person),
        )  # fmt: skip

    def _change(self, count: int) -> None:
        """A correction each; and some came in with a title that is no longer chosen."""
        old = (
            Post.objects.current()
            .filter(organization__roles__isnull=False)
            .order_by("-pk")
            .values("pk")[:count]
        )
        Post.objects.filter(pk__in=list(old.values_list("pk", flat=True))).update(
            title="", old_title="团支部书记"
        )
        for member in Member.objects.filter(state=Member.State.ACTIVE).order_by("-pk")[:count]:
            by = self._role(self._staff.enters[self._places[member.organization_id]])
            changes.record(member, {"phone": ("13800000000", member.opened("phone"))}, by=by)

    def _review(self) -> None:
        """The longest queue's reviewer has looked at some, has reasons of the committee's own, and a table."""
        waiting = Archive.objects.filter(state=Archive.State.WAITING).select_related("upload")
        for archive in waiting.order_by("-pk")[:20]:
            by = self._role(self._places[archive.reviewer_id or 0])
            for page in range(1, PAGES + 1):
                Look.objects.remember(by.user, archive, page)
            notices.mark_read(list(Notice.objects.visible_to(by).order_by("-pk")[:5]), by=by.user)
        committees = [at for at, kind in enumerate(self._forest.kinds) if kind in COMMITTEES]
        for at in committees[:5]:
            for _, text in DEFAULTS[:3]:
                stock_reasons.add(text, by=self._role(at))
        by = self._role(committees[-1])
        jobs.run(exports.start(tables.TABLE, by.organization, self._now.year, by=by).pk)

    # 账号 -----------------------------------------------------------------------------------------------

    def _of_the_province(self) -> Iterator[Account]:
        for words, username, duty in OF_THE_PROVINCE:
            province.appoint(username=username, name=words, duty=duty)
            yield self._account(words, username, 0)

    def _in_person(self, count: int) -> Iterator[Account]:
        """Of people with a file of their own to look at; the first may log in at once."""
        kept = Archive.objects.filter(member=OuterRef("member"), state=Archive.State.APPROVED)
        held = Post.objects.current().filter(
            Exists(kept), member__state=Member.State.ACTIVE, organization__roles__isnull=False
        )
        for number, post in enumerate(held.select_related("member").order_by("pk")[:count]):
            at = self._places[post.organization_id]
            username = accounts.open_account(post.member, by=self._role(at)).username
            if not number:
                self._lay_files(post.member)
                yield self._account("团干部本人", username, at)

    def _lay_files(self, member: Member) -> None:
        """On the disk, as only those are that somebody will open."""
        for upload in Upload.objects.filter(archive__member=member):
            self._mould.write(upload.uuid)

    def _account(self, words: str, username: str, at: int) -> Account:
        User.objects.filter(username=username).update(password=self._staff.hashed, must_change_password=False)
        return Account(words, username, self._staff.password, self._forest.names[at], self._forest.pks[at])

    # ----------------------------------------------------------------------------------------------------

    def _upload(self, person: Person) -> Upload:
        upload = Upload(
            uuid=self._uuid(), uploader=self._enters(person).user, name=f"{person.name}入团志愿书.pdf",
            size=self._mould.size, state=Upload.State.USABLE, pages=PAGES,
        )  # fmt: skip
        upload.sha256 = self._mould.sha256(upload.uuid)
        upload.place(self._branch(person))
        self._mould.write(upload.uuid)
        upload.save(force_insert=True)
        return upload

    def _branch(self, person: Person) -> Organization:
        return Organization.objects.get(pk=self._forest.pks[person.life.at])

    def _enters(self, person: Person) -> Role:
        return self._role(self._staff.enters[person.life.at])

    def _role(self, at: int) -> Role:
        if at not in self._roles:
            found = Role.objects.select_related("user", "organization")
            self._roles[at] = found.get(pk=self._staff.roles[at])
        return self._roles[at]

    def _uuid(self) -> UUID:
        return UUID(int=self._dice.getrandbits(128), version=4)
