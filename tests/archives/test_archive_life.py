"""An archive's life in any order: never two files in force, never none after the first approval, nothing lost (指引 3.11)."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from archives import verification
from archives.models import Archive, Upload
from archives.services import replacement, resubmission, review
from archives.standing import standing
from members.models import Member
from numbering.models import Holding
from orgs.kinds import LEADING
from orgs.models import Notice, Organization, Role
from orgs.services import organizations
from tests.archives.cases import REASON, checking, found_bad, found_good, uploaded
from tests.factories import World, plant_world
from zhtj.lib.states import StaleState

WHY = "原来上传的是另一名同学的志愿书"
COMMITTEES = ("province", "city", "county", "school", "street", "other_city", "other_county", "other_school")
HOMES = ("general", "school", "street", "county", "other_school", "other_county")
OPEN = (Archive.State.CHECKING, Archive.State.WAITING)
RULES = {
    "inspect_good", "inspect_bad", "approve", "refuse", "upload_again", "replace", "replace_while_open",
    "replace_an_old_one", "two_reviewers", "decide_on_an_old_page", "decide_on_the_own_submission", "move",
}  # fmt: skip


class Life(RuleBasedStateMachine):
    """One member of one branch; `in_force` is what the rules have made of it, to be compared with what the services made."""

    world: World
    roles: dict[int, list[Role]]
    entering: Role
    top: Role
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self._undo = transaction.atomic()
        self._undo.__enter__()
        self.in_force: int | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize()
    def submit(self) -> None:
        self.member = checking(self.branch).member

    # What is there now

    @property
    def branch(self) -> Role:
        """Read anew, as every request does: its organisation moves."""
        return Role.objects.select_related("organization", "user").get(pk=self.entering.pk)

    @property
    def open(self) -> Archive | None:
        return Archive.objects.open().filter(member=self.member).select_related("upload", "member").first()

    def is_open(self, state: str) -> bool:
        return self.open is not None and self.open.state == state

    @property
    def current(self) -> Member:
        return Member.objects.select_related("organization").get(pk=self.member.pk)

    def place(self) -> Organization:
        return Organization.objects.get(pk=self.world.branch.pk)

    def reviewers(self, archive: Archive) -> list:
        return [one for one in self.roles[archive.reviewer_id] if one.user_id != archive.submitted_by_id]

    def decide(self, act, archive: Archive, role, **more) -> None:
        act(archive, sha256=archive.upload.sha256, round=archive.round, by=role, **more)

    # What may happen

    @precondition(lambda self: self.is_open(Archive.State.CHECKING))
    @rule()
    def inspect_good(self) -> None:
        found_good(self.open.upload)
        self.done["inspect_good"] += 1

    @precondition(lambda self: self.is_open(Archive.State.CHECKING))
    @rule()
    def inspect_bad(self) -> None:
        found_bad(self.open.upload)
        self.done["inspect_bad"] += 1

    @precondition(lambda self: self.is_open(Archive.State.WAITING))
    @rule()
    def approve(self) -> None:
        archive = self.open
        self.decide(review.approve, archive, self.reviewers(archive)[0])
        self.in_force = archive.pk
        self.done["approve"] += 1

    @precondition(lambda self: self.is_open(Archive.State.WAITING))
    @rule()
    def refuse(self) -> None:
        archive = self.open
        self.decide(review.refuse, archive, self.reviewers(archive)[-1], reason=REASON)
        self.done["refuse"] += 1

    @precondition(lambda self: self.is_open(Archive.State.WAITING))
    @rule(first=st.sampled_from(["approve", "refuse"]))
    def two_reviewers(self, first: str) -> None:
        """Both have the page open: one decision counts, and the other is told."""
        archive = self.open
        one, two = (self.reviewers(archive) * 2)[:2]
        if first == "approve":
            self.decide(review.approve, archive, one)
            self.in_force = archive.pk
        else:
            self.decide(review.refuse, archive, one, reason=REASON)
        with pytest.raises(StaleState):
            self.decide(review.refuse, archive, two, reason=REASON)
        with pytest.raises(StaleState):
            self.decide(review.approve, archive, two)
        self.done["two_reviewers"] += 1

    @precondition(lambda self: self.is_open(Archive.State.WAITING))
    @rule()
    def decide_on_an_old_page(self) -> None:
        archive = self.open
        with pytest.raises(StaleState):
            review.approve(archive, sha256="0" * 64, round=archive.round, by=self.reviewers(archive)[0])
        self.done["decide_on_an_old_page"] += 1

    @precondition(lambda self: self.is_open(Archive.State.WAITING))
    @rule()
    def decide_on_the_own_submission(self) -> None:
        archive = self.open
        with pytest.raises(PermissionDenied):
            self.decide(review.approve, archive, archive.submitted_as)
        self.done["decide_on_the_own_submission"] += 1

    @precondition(lambda self: self.current.state == Member.State.REFUSED)
    @rule()
    def upload_again(self) -> None:
        resubmission.resubmit(self.current, uploaded(self.branch), by=self.branch)
        self.done["upload_again"] += 1

    def superiors(self) -> list:
        above = Organization.objects.ancestors_of(self.place()).exclude(pk=self.world.branch.pk)
        return [role for one in above for role in self.roles.get(one.pk, [])]

    def ask(self, role, old: int):
        return replacement.replace(
            self.current, uploaded(role), instead_of=Archive.objects.get(pk=old), reason=WHY, by=role
        )

    @precondition(lambda self: self.in_force and self.open is None)
    @rule(data=st.data())
    def replace(self, data) -> None:
        role = data.draw(st.integers(0, len(self.superiors()) - 1).map(self.superiors().__getitem__))
        assert self.ask(role, self.in_force).state == Archive.State.CHECKING
        self.done["replace"] += 1

    @precondition(lambda self: self.in_force and self.open is not None)
    @rule()
    def replace_while_open(self) -> None:
        with pytest.raises(StaleState, match="正在审核"):
            self.ask(self.superiors()[0], self.in_force)
        self.done["replace_while_open"] += 1

    @precondition(lambda self: self.open is None and self.current.archives.filter(state="replaced").exists())
    @rule()
    def replace_an_old_one(self) -> None:
        gone = self.current.archives.filter(state="replaced").first()
        with pytest.raises(StaleState, match="刚刚由他人替换"):
            self.ask(self.superiors()[0], gone.pk)
        self.done["replace_an_old_one"] += 1

    @rule(home=st.sampled_from(HOMES))
    def move(self, home: str) -> None:
        to = Organization.objects.get(pk=getattr(self.world, home).pk)
        if self.place().parent_id != to.pk:
            organizations.move(self.place(), to=to, by=self.top)
            self.done["move"] += 1

    # What is always so

    @invariant()
    def one_file_is_in_force_from_the_first_approval_on(self) -> None:
        found = Archive.objects.filter(member=self.member, state=Archive.State.APPROVED)
        assert list(found.values_list("pk", flat=True)) == ([self.in_force] if self.in_force else [])

    @invariant()
    def the_person_follows_the_first_file_only(self) -> None:
        member = self.current
        holding = Holding.objects.get(pk=member.holding_id)
        if self.in_force:
            assert (member.state, holding.state) == (Member.State.ACTIVE, Holding.State.HELD)
        else:
            expected = Member.State.PENDING if self.open else Member.State.REFUSED
            assert (member.state, holding.state) == (expected, Holding.State.RESERVED)

    @invariant()
    def the_column_says_what_is_so(self) -> None:
        archives = list(Archive.objects.filter(member=self.member).order_by("pk"))
        told = standing([one.state for one in archives])
        assert told.in_force == bool(self.in_force)
        assert told.to_replace == (not self.in_force and self.open is None)
        assert told.replaceable == bool(self.in_force and self.open is None)
        refused = archives[-1].is_replacement and archives[-1].state == Archive.State.REFUSED
        assert (told.note == "上次替换未通过") == refused

    @invariant()
    def what_waits_waits_for_someone_above_who_is_told(self) -> None:
        archive = self.open
        todos = Notice.objects.open_todos().filter(subject__startswith="archive:")
        if archive is None or archive.state != Archive.State.WAITING:
            assert not todos.exists()
            return
        reviewer = Organization.objects.get(pk=archive.reviewer_id)
        assert self.place().is_at_or_below(reviewer) and self.reviewers(archive)
        if archive.is_replacement:
            assert reviewer.kind in LEADING
            assert reviewer.pk != archive.submitted_as.organization_id or reviewer.parent_id is None
        assert [one.organization_id for one in todos] == [reviewer.pk]

    @invariant()
    def every_version_keeps_its_file(self) -> None:
        uploads = Upload.objects.filter(archive__member=self.member)
        assert uploads.count() == Archive.objects.filter(member=self.member).count()
        assert not [wrong for one in uploads if (wrong := verification.wrong_with(one))]


@pytest.fixture
def life(db, settings):
    """The machine of a planted province; what one life leaves behind is gone before the next."""
    settings.UPLOADS_AN_HOUR = 10_000
    world = plant_world()
    places = [getattr(world, name) for name in COMMITTEES]
    given = {
        "world": world,
        "roles": {one.pk: [world.role(one), world.role(one)] for one in places},
        "entering": world.role(world.branch),
        "top": world.role(world.province),
        "done": Counter(),
    }
    return type("LifeHere", (Life,), given)


def check_everything(machine: Life) -> None:
    for name in dir(machine):
        if getattr(getattr(type(machine), name, None), "hypothesis_stateful_invariant", None):
            getattr(machine, name)()


def test_submitted_refused_uploaded_again_approved_and_replaced_with_moves_in_between(life):
    machine = life()
    try:
        machine.submit()
        story = (
            ("inspect_good",), ("decide_on_an_old_page",), ("decide_on_the_own_submission",), ("refuse",),
            ("upload_again",), ("inspect_bad",), ("upload_again",), ("inspect_good",), ("move", "school"), ("approve",),
            ("ask",), ("inspect_bad",), ("ask",), ("inspect_good",), ("replace_while_open",), ("refuse",), ("move", "other_school"),
            ("ask",), ("move", "street"), ("inspect_good",), ("move", "other_county"), ("approve",), ("replace_an_old_one",),
            ("ask",), ("inspect_good",), ("two_reviewers", "approve"), ("ask",), ("inspect_good",), ("two_reviewers", "refuse"),
        )  # fmt: skip
        for name, *more in story:
            if name == "ask":
                machine.ask(machine.superiors()[-1], machine.in_force)
                machine.done["replace"] += 1
            else:
                getattr(machine, name)(*more)
            check_everything(machine)
        states = list(
            Archive.objects.filter(member=machine.member).order_by("pk").values_list("state", flat=True)
        )
        assert states == [
            "refused",
            "refused",
            "replaced",
            "refused",
            "refused",
            "replaced",
            "approved",
            "refused",
        ]
        assert [line for step in verification.steps() for line in step.faults] == []
    finally:
        machine.teardown()
    assert set(life.done) == RULES


def test_in_any_order(life):
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=6, stateful_step_count=30, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert {"approve", "refuse", "upload_again", "replace", "move", "inspect_bad"} <= set(life.done)
