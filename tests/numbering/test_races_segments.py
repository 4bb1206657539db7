"""The same numbers at the same moment, on two real connections: handed down, issued, entered, taken back."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from numbering import proof, rollup, runs, vacant
from numbering.domains import Domain
from numbering.models import Holding, Issue, Segment
from numbering.services import holdings, segments
from numbering.services.segments import SegmentRefused
from orgs.models import settled
from tests.factories import plant_world
from tests.numbering.cases import chain, issued
from tests.races import at_once, only

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def world(transactional_db):
    return plant_world()


def right():
    """Nothing overlaps or lies outside, and the counts are the truth, before and after folding."""
    assert list(proof.faults()) == []
    rollup.fold()
    assert list(proof.faults()) == []


def taking(number, branch):
    """An entry as it takes its number: all in one transaction, the organisation first."""

    def take():
        with transaction.atomic():
            return holdings.take(number, holder="演示甲", id_blind=b"x" * 32, organization=settled(branch.pk))

    return take


def test_of_two_hand_downs_of_one_run_exactly_one_is_made(world):
    county = chain(world)["county"]
    one, two = world.role(world.county), world.role(world.county)
    for n in range(ROUNDS):
        first = county.first + 100 + 10 * n
        results = at_once(
            partial(segments.hand_down, county, to=world.street, first=first, last=first + 9, by=one),
            partial(segments.hand_down, county, to=world.county_branch, first=first + 5, last=first + 14, by=two),
        )  # fmt: skip
        assert [len(only(Segment, results)), len(only(SegmentRefused, results))] == [1, 1], results
        (winner,) = only(Segment, results)
        segments.take_back(winner, first=winner.first, last=winner.last, by=one)
    right()


def test_of_two_batches_from_one_preview_exactly_one_is_made(world):
    county = chain(world)["county"]
    one, two = world.role(world.county), world.role(world.county)
    shares = [(world.street, 3), (world.county_branch, 4)]
    for _ in range(ROUNDS):
        seen = runs.fingerprint(vacant.free_runs(county))
        results = at_once(
            *(partial(segments.hand_down_many, county, shares, seen=seen, by=by) for by in (one, two))
        )
        assert [len(only(list, results)), len(only(SegmentRefused, results))] == [1, 1], results
    assert Segment.objects.filter(parent=county).exclude(organization=world.school).count() == 2 * ROUNDS
    right()


def test_two_registrations_that_overlap_make_one_segment(world):
    one, two = world.role(world.province), world.role(world.province)

    def registering(first, by):
        return lambda: segments.register(
            domain=Domain.SENIOR, year=2026, first=first, last=first + 9, province=world.province, by=by
        )

    for n in range(ROUNDS):
        first = 202611000000 + 100 * n
        results = at_once(registering(first, one), registering(first + 5, two))
        assert [len(only(Segment, results)), len(only(SegmentRefused, results))] == [1, 1], results
    right()


def test_a_hand_down_and_an_issue_from_the_gap_never_share_a_number(world):
    """The school hands down what begins with its next free number, and issues it to the branch beside."""
    school = chain(world)["school"]
    one, two = world.role(world.school), world.role(world.school)
    for _ in range(ROUNDS):
        first = vacant.free_runs(school)[0][0]
        results = at_once(
            partial(segments.hand_down, school, to=world.general, first=first, last=first + 4, by=one),
            lambda: issued(world.sibling, two),
        )
        (issue,) = only(Issue, results)
        pieces = only(Segment, results)
        assert len(pieces) + len(only(SegmentRefused, results)) == 1, results
        assert all(not piece.first <= issue.value <= piece.last for piece in pieces), results
    right()


def test_a_hand_down_and_an_entry_never_share_a_number_unseen(world):
    """Either the number is held and the hand-down is refused, or the entry comes second and counts for the new piece as well."""
    school = chain(world)["school"]
    role = world.role(world.school)
    for _ in range(ROUNDS):
        first = vacant.free_runs(school)[-1][0]
        results = at_once(
            partial(segments.hand_down, school, to=world.sibling, first=first, last=first + 2, by=role),
            taking(str(first + 1), world.sibling),
        )
        assert len(only(Holding, results)) == 1, results
        assert len(only(Segment, results)) + len(only(SegmentRefused, results)) == 1, results
        for piece in only(Segment, results):
            assert rollup.counts([piece])[piece.pk] == rollup.Counts(reserved=1)
        right()


def test_a_tail_is_taken_back_or_issued_from_never_both(world):
    branch = chain(world)["branch"]
    one, two = world.role(world.general), world.role(world.school)
    issued(world.branch, two)  # so that something always remains
    for _ in range(ROUNDS):
        free = vacant.free_runs(branch)[0][0]
        results = at_once(
            partial(segments.take_back, branch, first=free, last=branch.last, by=one),
            partial(issued, world.branch, two),
        )
        (issue,) = only(Issue, results)
        branch.refresh_from_db()
        taken = only(int, results)
        assert len(taken) + len(only(SegmentRefused, results)) == 1, results
        assert bool(taken) is not (branch.first <= issue.value <= branch.last), results
        right()
        if taken:  # give it back for the next round
            segments.hand_down(
                branch.parent, to=world.branch, first=branch.last + 1, last=branch.last + 3, by=one
            )
            branch = Segment.objects.filter(organization=world.branch).order_by("-span").first()
            issued(world.branch, two)


def test_a_tail_is_taken_back_or_entered_and_the_counts_know_which(world):
    made = chain(world)
    general = made["general"]
    role = world.role(world.school)
    for _ in range(ROUNDS):
        general.refresh_from_db()
        number = general.last
        results = at_once(
            partial(segments.take_back, general, first=number, last=number, by=role),
            taking(str(number), world.branch),
        )
        assert len(only(Holding, results)) == 1, results
        assert len(only(int, results)) + len(only(SegmentRefused, results)) == 1, results
        expected = rollup.Counts(reserved=len(only(SegmentRefused, results)))
        assert rollup.counts([general])[general.pk] == expected, results
        right()
        holdings_end(results)


def holdings_end(results):
    (holding,) = only(Holding, results)
    with transaction.atomic():
        settled(holding.organization_id)
        holdings.release(holding)


def test_of_two_who_take_back_one_tail_exactly_one_does(world):
    """Both saw the same tail; the numbers come back once, and nobody takes what the other left."""
    general = chain(world)["general"]
    one, two = world.role(world.school), world.role(world.school)
    for _ in range(ROUNDS):
        general.refresh_from_db()
        last = general.last
        results = at_once(
            partial(segments.take_back, general, first=last - 1, last=last, by=one),
            partial(segments.take_back, general, first=last - 2, last=last, by=two),
        )
        assert [len(only(int, results)), len(only(SegmentRefused, results))] == [1, 1], results
        general.refresh_from_db()
        assert last - general.last == (2 if isinstance(results[0], int) else 3)
        right()


def test_a_piece_is_taken_back_or_handed_on_never_both(world):
    made = chain(world)
    general = made["general"]
    one, two = world.role(world.school), world.role(world.general)
    first = general.first + 20
    results = at_once(
        partial(segments.take_back, general, first=first, last=general.last, by=one),
        partial(segments.hand_down, general, to=world.branch, first=first, last=first, by=two),
    )
    assert len(only(SegmentRefused, results)) == 1, results
    right()


def test_deltas_folded_while_pieces_are_made_and_taken_back_are_counted_once(world):
    """Entries, folds, a hand-down and a take-back in one breath: whichever comes first, nothing is lost or counted twice."""
    made = chain(world)
    school, general = world.role(world.school), world.role(world.general)
    branch = made["branch"]
    for n in range(ROUNDS):
        results = at_once(
            taking(str(branch.first + n), world.branch),
            rollup.fold,
            partial(
                segments.hand_down, made["school"], to=world.sibling, first=made["school"].last - n, last=made["school"].last - n, by=school
            ),
            partial(segments.take_back, branch, first=branch.last - n, last=branch.last - n, by=general),
            rollup.fold,
        )  # fmt: skip
        assert not only(Exception, results), results
        right()
