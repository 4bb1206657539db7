"""The same person, the last number, the same issue: at the same moment, on two real connections."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from members.made_up import id_number
from numbering import rollup
from numbering.admission import reading
from numbering.domains import Domain
from numbering.models import Holding, Issue, Segment
from numbering.services import holdings, issues, segments
from numbering.services.issues import IssueRefused, Line
from orgs.models import Notice, settled
from tests.factories import plant_world
from tests.numbering.cases import FIRST, YEAR, chain, issued
from tests.races import at_once, only
from zhtj.lib.states import StaleState

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def somebody(at):
    return id_number(date(2009, 6, 1) + timedelta(days=at))


def issuing(branch, role, at):
    return lambda: issued(branch, role, id_number=somebody(at))


def check_counts():
    everything = Segment.objects.all()
    assert rollup.counts(everything) == rollup.recount(everything)


def test_of_two_committees_that_issue_to_one_person_exactly_one_does():
    world = plant_world()
    chain(world)
    school, county = world.role(world.school), world.role(world.county)
    for at in range(ROUNDS):
        results = at_once(issuing(world.branch, school, at), issuing(world.county_branch, county, at))
        refused = only(IssueRefused, results)
        assert [len(only(Issue, results)), len(refused)] == [1, 1], results
        assert refused[0].field == "id_number" and "已发放过" in str(refused[0])
    assert Issue.objects.count() == ROUNDS
    check_counts()


def test_the_last_number_of_a_segment_goes_to_one_of_two():
    world = plant_world()
    by, school = world.role(world.province), world.role(world.school)
    for at in range(ROUNDS):
        first = FIRST + at * 10
        above = segments.register(
            domain=Domain.SENIOR, year=YEAR, first=first, last=first, province=world.province, by=by
        )
        for place in (world.city, world.county, world.school):
            above = segments.hand_down(above, to=place, first=first, last=first, by=world.role(place.parent))
        results = at_once(issuing(world.branch, school, at * 2), issuing(world.sibling, school, at * 2 + 1))
        refused = only(IssueRefused, results)
        assert [len(only(Issue, results)), len(refused)] == [1, 1], results
        assert refused[0].field == "domain" and "没有 2026 年高中领域的可用编号" in str(refused[0])
    assert Issue.objects.count() == ROUNDS
    check_counts()


def test_two_lists_with_the_same_people_in_opposite_order_issue_to_each_once():
    world = plant_world()
    chain(world)
    school, county = world.role(world.school), world.role(world.county)
    for at in range(ROUNDS):
        people = [
            reading(name="演示团员", id_number=somebody(at * 10 + n), joined_on="2026-05-04", domain="高中")
            for n in range(10)
        ]
        one = [Line(world.branch, person) for person in people]
        two = [Line(world.sibling, person) for person in reversed(people)]
        results = at_once(
            lambda: issues.issue_many(one, by=school),  # noqa: B023 -- run within this round
            lambda: issues.issue_many(two, by=county),  # noqa: B023
        )
        done = [outcome for result in results for outcome in result]
        assert sum(bool(outcome.issue) for outcome in done) == 10, results
    numbers = list(Issue.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == ROUNDS * 10
    check_counts()


def test_taking_back_and_entering_at_once_end_in_one_of_the_two():
    world = plant_world()
    chain(world)
    school = world.role(world.school)
    for at in range(ROUNDS):
        issue = issued(world.branch, school, id_number=somebody(at))

        def enter(issue=issue):
            with transaction.atomic():
                place = settled(world.branch.pk)
                return holdings.take(
                    issue.number, holder=issue.name, id_blind=bytes(issue.id_blind), organization=place
                )

        results = at_once(enter, lambda issue=issue: issues.withdraw(issue, by=school))
        issue.refresh_from_db()
        holding = Holding.objects.get(number=issue.number, state="reserved")
        if issue.state == Issue.State.ENTERED:
            assert issue.holding == holding and only(StaleState, results)
        else:
            assert issue.state == Issue.State.WITHDRAWN and results[1] is None
        check_counts()
        with transaction.atomic():
            holdings.release(holding)
        if issue.state == Issue.State.ENTERED:
            issues.withdraw(Issue.objects.get(pk=issue.pk), by=school)
    assert not Notice.objects.open_todos().filter(organization=world.branch, kind="编号发放").exists()


def test_of_two_committees_that_issue_to_one_branch_the_second_tells_of_both():
    world = plant_world()
    chain(world)  # in which the branch has no piece: each committee issues from a segment of its own
    school, county = world.role(world.school), world.role(world.county)
    for at in range(ROUNDS):
        made = at_once(issuing(world.sibling, school, at * 2), issuing(world.sibling, county, at * 2 + 1))
        assert len(only(Issue, made)) == 2, made
        told = Notice.objects.open_todos().get(organization=world.sibling, kind="编号发放")
        assert told.title == "有 2 人待录入"
        for issue in made:
            issues.withdraw(issue, by=school)
        assert not Notice.objects.open_todos().filter(organization=world.sibling, kind="编号发放").exists()
