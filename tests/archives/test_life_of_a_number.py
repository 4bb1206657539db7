"""The life of a number by chance: whatever is done in whatever order, a plain model says what comes of it, and everything still agrees.

Before chance has its turn, `tour` does everything once, so that “every act went through” does not depend on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from random import Random
from typing import Any, ClassVar, TypeVar

import pytest
from django.conf import settings as project
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from archives.models import Archive
from archives.services import (
    amendment,
    claims,
    identity,
    release,
    renumbering,
    resubmission,
    review,
    withdrawal,
)
from archives.services import entry as entries
from members.made_up import id_number
from members.models import Member
from members.rules import Entry
from members.rules.domain import domain_problem
from members.services import changes
from members.services.entry import PersonKnown
from numbering import filing as filings
from numbering import proof, rollup, vacant
from numbering.domains import Domain
from numbering.facts import facts_of
from numbering.models import Dispute, Holding, Issue, Registration, Segment
from numbering.rules import segment_problem
from numbering.services import disputes, issues, registrations, segments
from numbering.services.disputes import DisputeOpen
from numbering.services.entitlement import OF_ANOTHER, NotIssued
from numbering.services.holdings import NumberTaken
from numbering.services.issues import IssueRefused
from numbering.services.registrations import FilingRefused
from numbering.services.segments import SegmentRefused
from orgs.models import Notice, Organization, Role
from orgs.services import organizations
from orgs.services.placement import Refused
from tests.archives.cases import REASON, found_good, uploaded
from tests.archives.claiming import typed
from tests.archives.ledger import (
    ACTIVE,
    KINDS,
    OPEN,
    PENDING,
    REFUSED,
    WITHDRAWN,
    Case,
    Filing,
    Ledger,
    Person,
    Piece,
    Promise,
)
from tests.factories import EntryFactory, RoleFactory, World, new_key, plant_world
from tests.numbering.cases import FIRST, YEAR
from zhtj.lib.sealing import blind
from zhtj.lib.states import StaleState

JOINED = date(YEAR, 5, 4)
LINE = 30
"""Numbers that segments may lie in, from FIRST on."""
IDS = [id_number(date(2010, 1, day)) for day in range(1, 8)]
NAMES = [f"演示{sign}同志" for sign in "甲乙丙丁"]
ARMY = [f"{YEAR}66{serial:06d}" for serial in range(2)]
BRANCHES = [place for place, kind in KINDS.items() if kind == "branch"]
MOVABLE = [*BRANCHES, "general", "street", "school"]
CHAIN = (("city", 0, 24), ("county", 0, 22), ("school", 0, 14), ("general", 8, 11), ("branch", 8, 9))
BLINDS = {blind("person.id", one): one for one in IDS}


class Unchecked(Exception):
    """The form would not have been accepted."""


REFUSALS = (
    DisputeOpen, FilingRefused, IssueRefused, NotIssued, NumberTaken, PermissionDenied, PersonKnown, Refused,
    SegmentRefused, StaleState, Unchecked, claims.NumberFree, renumbering.Unfit,
)  # fmt: skip
T = TypeVar("T")
tally: Counter[tuple[str, bool]] = Counter()


def pick(chance: Random, options: Iterable[T], right: Callable[[T], bool] = lambda one: True) -> T:
    """Mostly one for which the model expects success."""
    every = list(options)
    good = [one for one in every if right(one)]
    return chance.choice(good if good and chance.random() < 0.8 else every)


class LifeOfANumber(RuleBasedStateMachine):
    """Each rule asks the model first, then does it by the service, then tells the model.

    Every example begins with the same rows and the same ledger (`begin`), and leaves them as they were.
    """

    world: ClassVar[World]
    begun: ClassVar[Ledger]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.steps = 0
        self.ledger = deepcopy(self.begun)
        self.ids = {place: getattr(self.world, place).pk for place in KINDS}
        self.places = {pk: place for place, pk in self.ids.items()}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @classmethod
    def plant(cls) -> None:
        """A world with an administrator in every place, and one of everything in it."""
        cls.world, cls.begun = plant_world(), Ledger()
        staffed = Role.objects.values_list("organization_id", flat=True)
        for organization in Organization.objects.exclude(pk__in=staffed):
            RoleFactory(organization=organization)
        first = cls()
        first.begin()
        cls.begun = first.ledger
        first.savepoint.__exit__(None, None, None)

    def begin(self) -> None:
        self.add_segment(0, 26, Domain.SENIOR)
        for place, first, last in CHAIN:
            self.cut(self.ledger.pieces[-1], place, FIRST + first, FIRST + last)
        for person, place in zip(
            IDS, ("sibling", "branch", "street_branch", "branch", "sibling"), strict=False
        ):
            self.promise(person, place, "county")
            if person in IDS[:3]:
                self.put_in(person, str(self.ledger.promised(person)), place, NAMES[0], ticked=False)
        holding = {one.id_number: str(one.number) for one in self.ledger.people}
        self.decide(self.ledger.people[0], approve=True)
        self.bring_forward(IDS[5], holding[IDS[0]], "branch")
        self.give_to(self.ledger.cases[0], self.found(self.ledger.cases[0]))
        self.bring_forward(IDS[6], holding[IDS[2]], "sibling")
        self.file_for(Filing(0, False, str(FIRST + 20), IDS[5], "branch"))
        for level in ("school", "county"):
            self.send(self.ledger.filings[0], Registration.objects.get(), level)

    def tour(self) -> None:
        """Every act once, in an order in which each has something to be done to; everything agrees after each."""
        acts: dict[str, Callable[[Random], None]] = {
            "register": self.register, "hand_down": self.hand_down, "take_back": self.take_back, "move": self.meanwhile,
            "fold": self.meanwhile, "correct": self.correct, "answer": self.answer, "dismiss": self.dismiss,
            "dispute": self.dispute, "withdraw_dispute": self.withdraw_dispute, "issue": self.issue,
            "withdraw_issue": self.withdraw_issue, "handle": self.send_on, "file": self.file, "return": self.return_,
            "file_again": self.file_again, "pass_up": self.send_on, "withdraw_filing": self.withdraw_filing,
        }  # fmt: skip
        for act, do in acts.items():
            self.until(act, do)
        first, waiting = self.ledger.people[0], self.of(PENDING)
        self.promise(first.id_number, first.place, "county")
        self.until("register_new_number", self.register_new_number)
        self.decide(waiting[0], approve=True)
        self.until("identify", self.identify)
        self.until("release", self.release)
        self.decide(waiting[1], approve=False)
        self.until("resubmit", self.resubmit)
        self.until("withdraw_entry", self.withdraw_entry)
        self.until("enter", self.enter)
        for act, do in {"issue": self.issue, "enter": self.enter, "dispute": self.dispute}.items():
            self.until(act, do, refused=True)

    def until(self, act: str, do: Callable[[Random], None], *, refused: bool = False) -> None:
        """Until it has gone through, or been refused, once more."""
        before = tally[act, not refused]
        for seed in range(99):
            do(Random(seed))
            if tally[act, not refused] > before:
                break
        self.segments_are_as_handed_down()
        self.each_number_is_whose_the_model_says()
        self.each_record_has_its_number()
        self.to_dos_stand_for_what_is_to_be_done()
        self.the_proof_finds_nothing()

    def role(self, place: str) -> Role:
        return Role.objects.select_related("organization", "user").get(organization_id=self.ids[place])

    def at(self, place: str) -> Organization:
        return Organization.objects.get(pk=self.ids[place])

    def attempt(self, act: str, expected: bool, do: Callable[[], Any]) -> Any:
        """What `do` made; None when it was refused. It must go through exactly when the model says so."""
        tally[act, expected] += 1
        try:
            with transaction.atomic():
                made = do() or True
        except REFUSALS as refusal:
            assert not expected, f"{act} refused: {refusal!r}"
            return None
        assert expected, f"{act} went through"
        return made

    def numbers(self) -> list[str]:
        """Those on which something stands, and a few more."""
        ledger = self.ledger
        used = {*ledger.promises, *ledger.held(), *(one.number for one in ledger.filings)}
        lost = {one.lost for one in ledger.people if one.lost}
        return sorted(used | lost | {str(FIRST + place) for place in range(3, LINE, 5)})

    def checked(self, entry: Entry, place: str) -> None:
        """What the form asks of the number."""
        facts = facts_of(entry.number, id_number=entry.id_number, organization=self.at(place))
        if facts and (
            segment_problem(facts) or domain_problem(Domain(facts.domain), entry, project.STUDY_DOMAINS)
        ):
            raise Unchecked

    @rule(seed=st.integers(0, 2**16))
    def step(self, seed: int) -> None:
        """One act, by a seed of this very step: hypothesis likes to repeat what it did, and here that finds little."""
        self.steps += 1
        ledger, chance = self.ledger, Random(f"{seed} {self.steps}")
        weights = {
            self.issue: 2, self.enter: 4, self.change_segments: 3, self.file: 2, self.meanwhile: 2,
            self.withdraw_issue: bool(ledger.promises),
            self.review: 3 * bool(self.of(PENDING)),
            self.correct: 3 * bool(self.of(PENDING, REFUSED)),
            self.withdraw_entry: bool(self.of(PENDING, REFUSED)),
            self.resubmit: bool(self.of(PENDING, REFUSED, ACTIVE)),
            self.dispute: 3 * bool(ledger.held()),
            self.turn_down: 2 * bool(ledger.cases),
            self.uphold: 2 * bool(ledger.cases),
            self.release: bool(self.of(PENDING, ACTIVE)),
            self.identify: 2 * bool(self.of(PENDING, ACTIVE)),
            self.register_new_number: 3 * any(one.due for one in ledger.standing()),
            self.send_on: 4 * bool(ledger.filings),
            self.turn_back: 2 * bool(ledger.filings),
        }  # fmt: skip
        act = chance.choices(list(weights), list(weights.values()))[0]
        act(chance)

    # Segments --------------------------------------------------------------------------------------

    def add_segment(self, first: int, last: int, domain: Domain) -> None:
        clear = not any(
            one.first <= FIRST + last and FIRST + first <= one.last
            for one in self.ledger.pieces
            if not one.parent
        )
        made = self.attempt(
            "register", clear and first <= last,
            lambda: segments.register(
                domain=domain, year=YEAR, first=FIRST + first, last=FIRST + last,
                province=self.at("province"), by=self.role("province"),
            ),
        )  # fmt: skip
        if made:
            self.ledger.pieces.append(Piece(FIRST + first, FIRST + last, domain, "province", None, made.pk))

    def cut(self, piece: Piece, child: str, first: int, last: int) -> None:
        fits = self.ledger.are_free(piece, first, last) and self.ledger.parents[child] == piece.owner
        made = self.attempt(
            "hand_down", fits,
            lambda: segments.hand_down(
                Segment.objects.get(pk=piece.pk), to=self.at(child), first=first, last=last, by=self.role(piece.owner)
            ),
        )  # fmt: skip
        if made:
            self.ledger.pieces.append(Piece(first, last, piece.domain, child, piece, made.pk))

    def change_segments(self, chance: Random) -> None:
        act = pick(chance, ["register", "hand_down", "hand_down", "take_back", "take_back"])
        getattr(self, act)(chance)

    def register(self, chance: Random) -> None:
        taken = [one.last - FIRST for one in self.ledger.pieces if not one.parent]
        first = pick(chance, range(18, LINE), lambda one: one > max(taken))
        last = chance.randint(first - 1 if chance.random() < 0.2 else first, LINE - 1)
        self.add_segment(first, last, pick(chance, [Domain.SENIOR, Domain.SOCIETY]))

    def hand_down(self, chance: Random) -> None:
        piece = pick(chance, [one for one in self.ledger.pieces if KINDS[one.owner] != "branch"])
        children = [place for place, above in self.ledger.parents.items() if above == piece.owner]
        child = pick(chance, [*children, *children, "other_branch"])
        free = self.ledger.free(piece) or [piece.first]
        first = pick(chance, [*free, piece.first])
        self.cut(piece, child, first, first + chance.randint(-1, 3))

    def take_back(self, chance: Random) -> None:
        piece = pick(chance, self.ledger.pieces)
        last = piece.last - pick(chance, [0, 0, 0, 1])
        first = pick(
            chance, range(piece.first, piece.last + 1), lambda one: self.ledger.are_free(piece, one, last)
        )
        unused = piece.parent is not None and last == piece.last and self.ledger.are_free(piece, first, last)
        by = self.role(piece.parent.owner if piece.parent else piece.owner)
        taken = self.attempt(
            "take_back", unused,
            lambda: segments.take_back(Segment.objects.get(pk=piece.pk), first=first, last=last, by=by),
        )  # fmt: skip
        if taken and first == piece.first:
            self.ledger.pieces.remove(piece)
        elif taken:
            piece.last = first - 1

    # Issuing ---------------------------------------------------------------------------------------

    def issue(self, chance: Random) -> None:
        place, person = pick(chance, BRANCHES), pick(chance, IDS, lambda one: not self.ledger.promised(one))
        due = [one for one in self.ledger.standing() if one.due]
        if due and chance.random() < 0.6:
            place, person = due[0].place, due[0].id_number
        self.promise(person, place, pick(chance, self.ledger.committees(place)))

    def promise(self, person: str, place: str, issuer: str) -> None:
        number = None if self.ledger.promised(person) else self.ledger.next_for(place, issuer)
        made = self.attempt(
            "issue", number is not None,
            lambda: issues.issue(
                branch=self.at(place), domain=Domain.SENIOR, name=NAMES[0], id_number=person, joined_on=JOINED,
                by=self.role(issuer),
            ),
        )  # fmt: skip
        if made:
            assert made.number == number
            self.ledger.promises[made.number] = Promise(person, place)

    def withdraw_issue(self, chance: Random) -> None:
        number = pick(chance, sorted(self.ledger.promises), lambda one: not self.ledger.promises[one].entered)
        promise = self.ledger.promises[number]
        by = self.role(pick(chance, self.ledger.committees(promise.place)))
        found = Issue.objects.standing().get(number=number)
        if self.attempt("withdraw_issue", not promise.entered, lambda: issues.withdraw(found, by=by)):
            del self.ledger.promises[number]

    # Entries ---------------------------------------------------------------------------------------

    def entry(self, person: str, number: str, name: str = NAMES[0]) -> Entry:
        made: Entry = EntryFactory(
            id_number=person, number=number, name=name, joined_on=JOINED, study_status="senior", education="junior",
            applied=None,
        )  # fmt: skip
        return made

    def enter(self, chance: Random) -> None:
        ticked = pick(chance, [True, False])
        person, number, place = pick(
            chance,
            product(IDS, self.numbers(), BRANCHES),
            lambda one: self.ledger.may_enter(*one, ticked=ticked),
        )
        self.put_in(person, number, place, pick(chance, NAMES), ticked=ticked)

    def put_in(self, person: str, number: str, place: str, name: str, *, ticked: bool) -> None:
        entry, by = self.entry(person, number, name), self.role(place)
        right = self.ledger.may_enter(person, number, place, ticked=ticked)

        def do() -> Member:
            self.checked(entry, place)
            upload = uploaded(by)
            found_good(upload)
            return entries.enter(
                entry, organization=by.organization, upload=upload, key=new_key(), by=by,
                confirmed={OF_ANOTHER} if ticked else (),
            )  # fmt: skip

        if made := self.attempt("enter", right, do):
            person_ = Person(made.pk, entry.name, person, place, None)
            self.ledger.people.append(person_)
            self.ledger.take(person_, number)

    def of(self, *states: str) -> list[Person]:
        return [one for one in self.ledger.people if one.state in states]

    def file_of(self, person: Person) -> Archive:
        archive = Archive.objects.select_related("upload", "organization", "member", "reviewer")
        return archive.filter(member=person.pk).latest("pk")

    def review(self, chance: Random) -> None:
        self.decide(pick(chance, self.of(PENDING)), approve=pick(chance, [True, True, False]))

    def decide(self, person: Person, *, approve: bool) -> None:
        one = self.file_of(person)
        seen = {
            "sha256": one.upload.sha256,
            "round": one.round,
            "by": self.role(self.places[one.reviewer_id]),
        }
        if approve:
            self.attempt("approve", True, lambda: review.approve(one, **seen))
        else:
            self.attempt("refuse", True, lambda: review.refuse(one, reason=REASON, **seen))
        person.state = ACTIVE if approve else REFUSED

    def resubmit(self, chance: Random) -> None:
        person = pick(chance, self.of(REFUSED) or self.of(PENDING, ACTIVE))
        by = self.role(person.place)

        def do() -> Archive:
            upload = uploaded(by)
            found_good(upload)
            return resubmission.resubmit(Member.objects.get(pk=person.pk), upload, by=by)

        if self.attempt("resubmit", person.state == REFUSED, do):
            person.state = PENDING

    def correct(self, chance: Random) -> None:
        ticked = pick(chance, [True, False])
        person = pick(chance, self.of(PENDING, REFUSED))
        what = "number" if person.due else pick(chance, ["name", "number", "id_number"])
        number, holder = str(person.number), person.id_number
        may = partial(self.ledger.may_correct, person, ticked=ticked)
        if what == "name":
            value = pick(chance, NAMES)
        elif what == "number":
            value = number = pick(chance, self.numbers(), lambda one: may(one, holder))
        else:
            value = holder = pick(chance, IDS, lambda one: may(number, one))
        asked = (number, holder) != (person.number, person.id_number)
        right = not asked or may(number, holder)

        def do() -> None:
            member = Member.objects.select_related("holding", "organization").get(pk=person.pk)
            entry = replace(changes.entry_of(member), **{what: value})
            if asked:
                self.checked(entry, person.place)
            amendment.correct(
                member, replace(entry, id_number_again=entry.id_number), seen=changes.version(member),
                by=self.role(person.place), confirmed={OF_ANOTHER} if ticked else (),
            )  # fmt: skip

        if self.attempt("correct", right, do):
            setattr(person, what, value)
            person.due = False
            self.ledger.settle_all()

    def withdraw_entry(self, chance: Random) -> None:
        person = pick(chance, self.of(PENDING, REFUSED))
        member, by = Member.objects.get(pk=person.pk), self.role(person.place)
        if self.attempt("withdraw_entry", True, lambda: withdrawal.withdraw(member, reason=REASON, by=by)):
            person.state = WITHDRAWN
            self.ledger.settle_all()

    # Taken -----------------------------------------------------------------------------------------

    def dispute(self, chance: Random) -> None:
        person, number, place = pick(
            chance,
            product(IDS, sorted(self.ledger.held()), BRANCHES),
            lambda one: self.ledger.may_dispute(*one),
        )
        self.bring_forward(person, number, place)

    def bring_forward(self, person: str, number: str, place: str) -> None:
        entry, by = self.entry(person, number, NAMES[1]), self.role(place)
        right = self.ledger.may_dispute(person, number, place)

        def do() -> Any:
            self.checked(entry, place)
            entries.people.require_unknown(person)
            upload = uploaded(by)
            found_good(upload)
            return claims.file(
                entry,
                typed(entry),
                organization=by.organization,
                upload=upload,
                key=new_key(),
                remark="",
                by=by,
            )

        if made := self.attempt("dispute", right, do):
            against = self.ledger.held()[number]
            self.ledger.cases.append(Case(made.dispute.pk, number, person, place, against))

    def some_case(self, chance: Random) -> tuple[Case, Dispute]:
        """Mostly one that is open."""
        case = pick(chance, self.ledger.cases, lambda one: one.state == OPEN)
        return case, self.found(case)

    def found(self, case: Case) -> Dispute:
        joined = ("judge", "occupant_organization", "filed_for", "filed_by", "decided_by", "organization")
        return Dispute.objects.select_related(*joined).get(pk=case.pk)

    def turn_down(self, chance: Random) -> None:
        act = pick(chance, ["answer", "answer", "dismiss", "withdraw_dispute"])
        getattr(self, act)(chance)

    def answer(self, chance: Random) -> None:
        case, found = self.some_case(chance)
        by = self.role(self.places[found.occupant_organization_id])
        third = found.occupant_organization_id != found.filed_for_id
        right = case.state == OPEN and not case.answered and third
        if self.attempt("answer", right, lambda: disputes.answer(found, "编号是本支部的", by=by)):
            case.answered = True

    def uphold(self, chance: Random) -> None:
        self.give_to(*self.some_case(chance))

    def give_to(self, case: Case, found: Dispute) -> None:
        holder = self.ledger.held().get(case.number)
        same = holder is None or (
            holder is case.against
            and Holding.objects.exclude(state="released").filter(pk=found.holding_id).exists()
        )
        right = case.state == OPEN and same and not self.ledger.knows(case.id_number)
        by = self.role(self.places[found.judge_id])
        if self.attempt("uphold", right, lambda: claims.uphold(found, reason=REASON, by=by)):
            self.ledger.uphold(case)

    def dismiss(self, chance: Random) -> None:
        case, found = self.some_case(chance)
        by = self.role(self.places[found.judge_id])
        if self.attempt("dismiss", case.state == OPEN, lambda: disputes.dismiss(found, reason=REASON, by=by)):
            case.state = "dismissed"

    def withdraw_dispute(self, chance: Random) -> None:
        case, found = self.some_case(chance)
        by = self.role(case.place)
        if self.attempt("withdraw_dispute", case.state == OPEN, lambda: disputes.withdraw(found, by=by)):
            case.state = WITHDRAWN

    def release(self, chance: Random) -> None:
        """By the province."""
        person = pick(chance, self.of(ACTIVE) or self.of(PENDING), self.ledger.may_release)
        member = Member.objects.select_related("organization", "holding").get(pk=person.pk)
        by, seen = self.role("province"), release.seen(member)
        if self.attempt(
            "release", self.ledger.may_release(person),
            lambda: release.release(member, reason=REASON, seen=seen, by=by),
        ):  # fmt: skip
            self.ledger.release(person)

    def identify(self, chance: Random) -> None:
        """The ID number put right by the province."""
        person = pick(chance, self.of(ACTIVE) or self.of(PENDING))
        new = pick(
            chance,
            [one for one in IDS if one != person.id_number],
            lambda one: self.ledger.may_identify(person, one),
        )
        member = Member.objects.select_related("organization", "holding").get(pk=person.pk)
        by, seen = self.role("province"), identity.seen(member)
        if self.attempt(
            "identify", self.ledger.may_identify(person, new),
            lambda: identity.correct(member, name=person.name, id_number=new, reason=REASON, seen=seen, by=by),
        ):  # fmt: skip
            self.ledger.identify(person, new)

    def register_new_number(self, chance: Random) -> None:
        person = pick(chance, [one for one in self.ledger.standing() if one.due])
        number = pick(chance, self.numbers(), lambda one: self.ledger.may_renumber(person, one))
        right = self.ledger.may_renumber(person, number)
        member = Member.objects.select_related("organization", "holding").get(pk=person.pk)
        by = self.role(person.place)
        if self.attempt("register_new_number", right, lambda: renumbering.register(member, number, by=by)):
            self.ledger.take(person, number)

    # 编号登记备案 --------------------------------------------------------------------------------------

    def file(self, chance: Random) -> None:
        place, veteran = pick(chance, BRANCHES), pick(chance, [True, False])
        pairs = product(IDS, [*(ARMY if veteran else []), *self.numbers()])
        new = pick(
            chance, [Filing(0, veteran, number, one, place) for one, number in pairs], self.ledger.may_file
        )
        self.file_for(new)

    def file_for(self, new: Filing) -> None:
        place = new.place
        made = self.attempt(
            "file", self.ledger.may_file(new),
            lambda: registrations.file(organization=self.at(place), by=self.role(place), **self.filed(new)),
        )  # fmt: skip
        if made:
            new.pk = made.pk
            self.ledger.filings.append(new)

    def filed(self, filing: Filing) -> dict[str, Any]:
        army = {"unit": "演示部队", "discharged_on": JOINED} if filing.veteran else {}
        return {
            "kind": "veteran" if filing.veteran else "unused", "name": NAMES[0], "id_number": filing.id_number,
            "number": filing.number, "developed_by": "演示发展组织", **army,
        }  # fmt: skip

    def some_filing(self, chance: Random, *states: str) -> tuple[Filing, Registration, str]:
        """One, mostly open, and the place where it waits; where none does, the one that filed it."""
        filing = pick(
            chance, self.ledger.filings, lambda one: one.state in (states or {"rising", "returned"})
        )
        found = Registration.objects.select_related("waits_at", "organization").get(pk=filing.pk)
        return filing, found, self.places[found.waits_at_id] if found.waits_at_id else filing.place

    def send_on(self, chance: Random) -> None:
        """Up one level, and registered where there is none."""
        self.send(*self.some_filing(chance))

    def send(self, filing: Filing, found: Registration, level: str) -> None:
        act, do = (
            ("handle", registrations.handle) if level == "province" else ("pass_up", registrations.pass_up)
        )
        right = filing.state == "rising" and (act == "pass_up" or self.ledger.may_handle(filing))
        if self.attempt(act, right, lambda: do(found, by=self.role(level))) and act == "handle":
            filing.state = "handled"

    def turn_back(self, chance: Random) -> None:
        returned = any(one.state == "returned" for one in self.ledger.filings)
        act = pick(
            chance,
            ["return_", "file_again", "withdraw_filing"],
            lambda one: returned is (one == "file_again"),
        )
        getattr(self, act)(chance)

    def return_(self, chance: Random) -> None:
        filing, found, level = self.some_filing(chance)
        by = self.role(level)
        if self.attempt(
            "return", filing.state == "rising", lambda: registrations.return_(found, reason=REASON, by=by)
        ):
            filing.state = "returned"

    def file_again(self, chance: Random) -> None:
        filing, found, _ = self.some_filing(chance, "returned")
        right = filing.state == "returned" and self.ledger.may_file(filing)
        again = filings.reading(**self.filed(filing))
        if self.attempt(
            "file_again", right, lambda: registrations.file_again(found, again, by=self.role(filing.place))
        ):
            filing.state = "rising"

    def withdraw_filing(self, chance: Random) -> None:
        filing, found, _ = self.some_filing(chance)
        by = self.role(filing.place)
        open_ = filing.state in {"rising", "returned"}
        if self.attempt("withdraw_filing", open_, lambda: registrations.withdraw(found, by=by)):
            filing.state = WITHDRAWN

    # Meanwhile -------------------------------------------------------------------------------------

    def meanwhile(self, chance: Random) -> None:
        if chance.random() < 0.3:
            self.attempt("fold", True, rollup.fold)
            return
        place, to = pick(chance, MOVABLE), pick(chance, sorted(KINDS))
        right = self.ledger.may_move(place, to)
        if self.attempt(
            "move",
            right,
            lambda: organizations.move(self.at(place), to=self.at(to), by=self.role("province")),
        ):
            self.ledger.parents[place] = to

    # After every step ------------------------------------------------------------------------------

    @invariant()
    def segments_are_as_handed_down(self) -> None:
        found = list(Segment.objects.all())
        assert {(one.pk, one.first, one.last, self.places[one.organization_id]) for one in found} == {
            (one.pk, one.first, one.last, one.owner) for one in self.ledger.pieces
        }
        assert rollup.counts(found) == rollup.recount(found)

    @invariant()
    def each_number_is_whose_the_model_says(self) -> None:
        standing = list(Holding.objects.exclude(state="released").values_list("number", "holder"))
        held = self.ledger.held()
        assert sorted(standing) == sorted((number, person.name) for number, person in held.items())
        issued = Issue.objects.standing().values_list("number", "id_blind", "state", "organization_id")
        assert sorted(
            (number, BLINDS[bytes(b)], state, self.places[at]) for number, b, state, at in issued
        ) == sorted(
            (number, one.id_number, "entered" if one.entered else "open", one.place)
            for number, one in self.ledger.promises.items()
        )

    @invariant()
    def each_record_has_its_number(self) -> None:
        found = Member.objects.exclude(state="withdrawn").select_related("holding").order_by("pk")
        assert [
            (one.pk, one.state, one.name, BLINDS[bytes(one.id_blind)], one.number or None, one.number_due)
            for one in found
        ] == [
            (one.pk, one.state, one.name, one.id_number, one.number, one.due)
            for one in self.ledger.standing()
        ]
        for one in found:
            assert one.number_due is (one.holding is None)
            if one.holding:
                assert one.holding.state == ("held" if one.state == ACTIVE else "reserved")
                assert one.holding.organization_id == one.organization_id

    @invariant()
    def to_dos_stand_for_what_is_to_be_done(self) -> None:
        told = Notice.objects.open_todos().values_list("subject", "title", "organization_id")
        waiting = Counter(one.place for one in self.ledger.promises.values() if not one.entered)
        assert sorted(
            (title, self.places[at]) for subject, title, at in told if subject.startswith("pending:")
        ) == (sorted((f"有 {count} 人待录入", place) for place, count in waiting.items()))
        assert {subject for subject, _, _ in told if subject.startswith("number_due:")} == {
            f"number_due:{one.pk}" for one in self.ledger.standing() if one.due
        }
        assert {subject for subject, _, _ in told if subject.startswith("dispute:")} == {
            f"dispute:{one.pk}" for one in self.ledger.cases if one.state == OPEN
        }
        assert {subject for subject, _, _ in told if subject.startswith("registration:")} == {
            f"registration:{one.pk}" for one in self.ledger.filings if one.state in {"rising", "returned"}
        }

    @invariant()
    def no_number_is_promised_to_two(self) -> None:
        """Neither by an issue and a registration nor by two registrations; and what nobody was promised is what is free."""
        filed = Registration.objects.order_by("pk").values_list("pk", "number", "id_blind", "state")
        assert [(pk, number, BLINDS[bytes(b)], state) for pk, number, b, state in filed] == [
            (one.pk, one.number, one.id_number, one.state) for one in self.ledger.filings
        ]
        promised = {
            *((number, one.id_number) for number, one in self.ledger.promises.items()),
            *((one.number, one.id_number) for one in self.ledger.filings if one.state == "handled"),
        }
        assert len({number for number, _ in promised}) == len(promised)
        found = vacant.free_runs_of(Segment.objects.all())
        for piece in self.ledger.pieces:
            free = [number for low, high in found[piece.pk] for number in range(low, high + 1)]
            assert free == self.ledger.free(piece)

    @invariant()
    def the_proof_finds_nothing(self) -> None:
        assert list(proof.faults()) == []


ACTS = {
    "register", "hand_down", "take_back", "issue", "withdraw_issue", "enter", "approve", "refuse", "resubmit", "correct",
    "withdraw_entry", "dispute", "answer", "uphold", "dismiss", "withdraw_dispute", "release", "identify", "register_new_number",
    "file", "pass_up", "handle", "return", "file_again", "withdraw_filing", "fold", "move",
}  # fmt: skip
ALSO_REFUSED = {"issue", "enter", "dispute"}
EXAMPLES = settings(
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(300)  # only a failure needs more than a minute, to be made small
def test_whatever_happens_no_number_stands_twice_and_everything_agrees(db):
    tally.clear()
    LifeOfANumber.plant()
    life = LifeOfANumber()
    try:
        life.tour()
    finally:
        life.teardown()
    run_state_machine_as_test(LifeOfANumber, settings=EXAMPLES)
    missing = {(act, True) for act in ACTS} | {(act, False) for act in ALSO_REFUSED}
    assert not missing - tally.keys(), sorted(tally.items())
