"""编号占用核实 on real connections: two judges, two applicants, an entry, a withdrawal or a review at the moment of the decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archives.services import amendment, claims, review, withdrawal
from archives.services import entry as entries
from archives.services.claims import NumberFree
from members.models import Member
from members.services import changes
from numbering import rollup
from numbering.models import Dispute, Holding, Issue, Segment
from numbering.services import disputes
from numbering.services.disputes import DisputeOpen
from numbering.services.entitlement import OF_ANOTHER, NotIssued
from numbering.services.holdings import NumberTaken
from orgs.services import organizations
from tests.archives.cases import found_good, uploaded
from tests.archives.claiming import NUMBER, disputed, enter_as, filed, promised, school_segment, wanting
from tests.factories import new_key, plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "发放登记表上是申请人"


def numbers_are_whole() -> None:
    """Nobody twice, counts true, a record has its number or is marked as lacking it."""
    active = Holding.objects.exclude(state=Holding.State.RELEASED)
    numbers = list(active.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    found = list(Segment.objects.all())
    assert rollup.counts(found) == rollup.recount(found)
    settled = Member.objects.exclude(state=Member.State.WITHDRAWN)
    for member in settled.select_related("holding"):
        held = member.holding is not None and member.holding.state != Holding.State.RELEASED
        assert held != member.number_due


def upholding(case, role):
    return lambda: claims.uphold(case.dispute, reason=REASON, by=role)


@pytest.mark.parametrize("other", ["uphold", "dismiss"])
def test_of_two_decisions_exactly_one_is_made(other):
    world = plant_world()
    case = disputed(world)
    colleague = world.role(world.school)
    second = {
        "uphold": upholding(case, colleague),
        "dismiss": lambda: disputes.dismiss(case.dispute, reason=REASON, by=colleague),
    }[other]
    results = at_once(upholding(case, case.judge), second)
    assert [len(only(type(None), results)), len(only(StaleState, results))] == [1, 1], results
    dispute = Dispute.objects.get()
    upheld = dispute.state == Dispute.State.UPHELD
    member = Member.objects.get(pk=case.member.pk)
    assert member.number_due == upheld
    assert Issue.objects.open().filter(number=NUMBER).count() == upheld
    numbers_are_whole()


def test_of_two_cases_about_one_number_exactly_one_is_opened():
    world = plant_world()
    school_segment(world)
    judge, holder = world.role(world.school), world.role(world.sibling)
    occupant = wanting()
    promised(occupant, holder, judge)
    enter_as(occupant, holder)
    one, two = world.role(world.branch), world.role(world.sibling)
    results = at_once(*[lambda role=role: filed(world, wanting(), role) for role in (one, two)])
    assert len(only(DisputeOpen, results)) == 1, results
    assert Dispute.objects.count() == 1


def test_a_double_click_on_filing_makes_one_case_and_answers_both():
    world = plant_world()
    school_segment(world)
    judge, holder, filer = world.role(world.school), world.role(world.sibling), world.role(world.branch)
    occupant, entry, upload, key = wanting(), wanting(), uploaded(filer), new_key()
    promised(occupant, holder, judge)
    enter_as(occupant, holder)
    filing = lambda: claims.file(  # noqa: E731
        entry, {"name": entry.name}, organization=filer.organization, upload=upload, key=key, remark="", by=filer
    )  # fmt: skip
    results = at_once(filing, filing, filing)
    assert {one.pk for one in results} == {Dispute.objects.get().claim.pk}, results


def test_a_third_organisation_entering_the_number_at_the_release_leaves_it_with_one_person():
    world = plant_world()
    case = disputed(world)
    third = world.role(world.county_branch)
    entering = lambda: entries.enter(  # noqa: E731
        wanting(), organization=third.organization, upload=uploaded(third), key=new_key(), by=third
    )  # fmt: skip
    results = at_once(upholding(case, case.judge), entering)
    assert len(only(NumberTaken, results)) + len(only(NotIssued, results)) == 1, results
    assert Dispute.objects.get().state == Dispute.State.UPHELD
    assert enter_as(case.entry, case.filer, case.claim).number == NUMBER
    numbers_are_whole()


def test_a_third_organisation_that_has_ticked_the_warning_does_not_get_the_released_number_either():
    world = plant_world()
    case = disputed(world)
    third = world.role(world.county_branch)
    entering = lambda: entries.enter(  # noqa: E731
        wanting(), organization=third.organization, upload=uploaded(third), key=new_key(), by=third,
        confirmed={OF_ANOTHER},
    )  # fmt: skip
    results = at_once(upholding(case, case.judge), entering)
    assert len(only(NumberTaken, results)) + len(only(NotIssued, results)) == 1, results
    assert enter_as(case.entry, case.filer, case.claim).number == NUMBER
    numbers_are_whole()


def test_an_occupant_withdrawn_at_the_decision_loses_the_number_once():
    world = plant_world()
    case = disputed(world, in_force=False)
    results = at_once(
        upholding(case, case.judge),
        lambda: withdrawal.withdraw(case.member, reason="录错", by=case.holder),
    )
    assert results == [None, None]
    assert Member.objects.get(pk=case.member.pk).state == Member.State.WITHDRAWN
    assert Issue.objects.open().get(number=NUMBER).name == "演示申请人"
    numbers_are_whole()


def test_a_review_of_the_occupant_at_the_decision_is_of_what_the_reviewer_saw():
    world = plant_world()
    case = disputed(world, in_force=False)
    archive = case.member.archives.select_related("upload").get()
    reviewer = world.role(world.school)
    results = at_once(
        upholding(case, case.judge),
        lambda: review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=reviewer),
    )
    assert results[0] is None, results
    member = Member.objects.get(pk=case.member.pk)
    approved_first = not only(StaleState, results)
    assert member.state == (Member.State.ACTIVE if approved_first else Member.State.PENDING)
    assert member.number_due
    numbers_are_whole()


def test_filing_while_the_occupant_withdraws_opens_a_case_or_finds_the_number_free():
    world = plant_world()
    school_segment(world)
    judge, holder, filer = world.role(world.school), world.role(world.sibling), world.role(world.branch)
    occupant = wanting()
    promised(occupant, holder, judge)
    upload = uploaded(holder)
    found_good(upload)
    member = entries.enter(
        occupant, organization=holder.organization, upload=upload, key=new_key(), by=holder
    )
    results = at_once(
        lambda: filed(world, wanting(), filer),
        lambda: withdrawal.withdraw(member, reason="录错", by=holder),
    )
    assert results[1] is None
    assert Dispute.objects.count() + len(only(NumberFree, results)) == 1, results
    numbers_are_whole()


def test_an_occupant_whose_number_is_put_right_at_the_decision_keeps_the_right_one_or_has_to_ask(settings):
    settings.ISSUE_NEEDED = False
    world = plant_world()
    case = disputed(world, in_force=False)
    right = replace(changes.entry_of(case.member), number=str(int(NUMBER) + 50))
    seen = changes.version(case.member)
    results = at_once(
        upholding(case, case.judge),
        lambda: amendment.correct(case.member, right, seen=seen, by=case.holder),
    )
    late = only(StaleState, results)
    assert results[0] is None and len(late) <= 1, results
    member = Member.objects.select_related("holding").get(pk=case.member.pk)
    assert (member.number_due, member.number) == ((True, "") if late else (False, right.number))
    assert Issue.objects.open().get(number=NUMBER).name == "演示申请人"
    numbers_are_whole()


@pytest.mark.parametrize("which", ["sibling", "branch"])
def test_a_party_moved_at_the_decision_takes_what_it_decides_along(which):
    world = plant_world()
    case = disputed(world)
    moved = getattr(world, which)
    results = at_once(
        upholding(case, case.judge),
        lambda: organizations.move(moved, to=world.street, by=world.role(world.county)),
    )
    assert results == [None, None]
    moved.refresh_from_db()
    issue = Issue.objects.open().get(number=NUMBER)
    for row in (issue, Member.objects.get(pk=case.member.pk), Dispute.objects.get()):
        path = row.organization.path_ids
        assert [getattr(row, f"at_{depth}") for depth in range(len(path))] == path
    numbers_are_whole()
