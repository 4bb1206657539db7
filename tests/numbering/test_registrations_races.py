"""Two things happening to one registration at the same moment, on two real connections: one counts, the other is told."""

from __future__ import annotations

from datetime import date

import pytest

from members.models import Member
from numbering import rollup, vacant
from numbering.models import Issue, Registration, Segment
from numbering.services import registrations
from numbering.services.entitlement import NotIssued
from numbering.services.registrations import FilingRefused
from orgs.models import Notice
from tests.archives.claiming import enter_as, wanting
from tests.factories import plant_world
from tests.numbering.cases import chain, issued
from tests.numbering.filings import filed, staffed, veteran
from tests.races import at_once, only
from zhtj.lib.states import StaleState

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5
REASON = "请核对发展组织全称"


def check_one(one, results, kinds=StaleState):
    assert [results.count(None), len(only(kinds, results))] == [1, 1], results
    one.refresh_from_db()
    assert one.steps.count() == 2
    assert "演示退伍" in str(only(kinds, results)[0])


def test_of_passing_up_and_returning_exactly_one_counts():
    world = plant_world()
    levels, role = staffed(world, "school", "county"), world.role(world.branch)
    colleague = world.role(world.school)
    for _ in range(ROUNDS):
        one = filed(world.branch, role, kind="veteran")
        results = at_once(
            lambda one=one: registrations.pass_up(one, by=levels["school"]),
            lambda one=one: registrations.return_(one, reason=REASON, by=colleague),
        )
        check_one(one, results)
        expected = ("rising", world.county) if one.steps.last().verb == "confirmed" else ("returned", None)
        assert (one.state, one.waits_at) == expected
        todo = Notice.objects.open_todos().get(subject=f"registration:{one.pk}")
        assert todo.organization == (one.waits_at or world.branch)


def test_two_colleagues_pass_it_up_by_one_level_only():
    world = plant_world()
    levels, role = staffed(world, "school", "county", "city"), world.role(world.branch)
    colleague = world.role(world.school)
    for _ in range(ROUNDS):
        one = filed(world.branch, role, kind="veteran")
        results = at_once(
            lambda one=one: registrations.pass_up(one, by=levels["school"]),
            lambda one=one: registrations.pass_up(one, by=colleague),
        )
        check_one(one, results)
        assert one.waits_at == world.county


def test_of_handling_and_withdrawing_exactly_one_counts():
    world = plant_world()
    role, province = world.role(world.branch), world.role(world.province)
    for _ in range(ROUNDS):
        one = filed(world.branch, role, kind="veteran")
        results = at_once(
            lambda one=one: registrations.handle(one, by=province),
            lambda one=one: registrations.withdraw(one, by=role),
        )
        check_one(one, results)
        assert one.state == {"handled": "handled", "withdrawn": "withdrawn"}[one.steps.last().verb]
        told = Notice.objects.filter(subject=f"registration:{one.pk}", sort=Notice.Sort.RESULT)
        assert told.exists() == (one.state == "handled")


def test_the_same_person_filed_by_two_colleagues_is_filed_once():
    world = plant_world()
    role, colleague = world.role(world.branch), world.role(world.branch)
    for _ in range(ROUNDS):
        values = veteran()
        results = at_once(
            *(
                lambda by=by, values=values: registrations.file(organization=world.branch, by=by, **values)
                for by in (role, colleague)
            )
        )
        assert [len(only(Registration, results)), len(only(FilingRefused, results))] == [1, 1], results
        assert Registration.objects.with_id(values["id_number"]).count() == 1


def test_two_colleagues_with_the_same_list_register_each_one_once_and_neither_is_locked_out():
    world = plant_world()
    role = world.role(world.branch)
    one, two = world.role(world.province), world.role(world.province)
    for _ in range(3):
        many = [filed(world.branch, role, kind="veteran") for _ in range(8)]
        results = at_once(
            *(
                lambda by=by, rows=rows: registrations.each(
                    [(row, None) for row in rows],
                    lambda row, seen: registrations.handle(row, by=by, seen=seen),
                )
                for by, rows in ((one, many), (two, many[::-1]))
            )
        )
        assert not only(Exception, results), results
        assert sum(done for done, _ in results) == sum(len(late) for _, late in results) == len(many)
        handled = [list(row.steps.values_list("verb", flat=True).order_by("pk")) for row in many]
        assert handled == [["filed", "handled"]] * len(many)


def test_an_entry_at_the_moment_of_the_registration_is_refused_as_unused_or_goes_through():
    world = plant_world()
    own = chain(world)["branch"]
    role, province = world.role(world.branch), world.role(world.province)
    for at in range(ROUNDS):
        number = str(own.first + at)
        entry = wanting(number)
        one = filed(world.branch, role, id_number=entry.id_number, number=number)
        Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
        results = at_once(
            lambda one=one: registrations.handle(one, by=province),
            lambda entry=entry: enter_as(entry, role),
        )
        assert results[0] is None, results
        assert len(only(Member, results)) + len(only(NotIssued, results)) == 1, results
        if only(NotIssued, results):
            assert enter_as(entry, role).number == number
    found = list(Segment.objects.all())
    assert rollup.counts(found) == rollup.recount(found)


def test_of_filing_the_next_number_as_unused_and_issuing_it_exactly_one_has_it():
    world = plant_world()
    own = chain(world)["branch"]
    role, school = world.role(world.branch), world.role(world.school)
    for _ in range(ROUNDS):
        number = str(vacant.free_runs(own)[0][0])
        results = at_once(
            lambda number=number: filed(world.branch, role, number=number),
            lambda: issued(world.branch, school),
        )
        [given] = only(Issue, results)
        refused = only(FilingRefused, results)
        assert len(refused) + len(only(Registration, results)) == 1, results
        assert bool(refused) == (given.number == number), results
        assert not refused or [problem.code for problem in refused[0].problems] == ["issued"]


def test_of_registering_a_veterans_number_and_issuing_it_exactly_one_has_it():
    world = plant_world()
    own = chain(world)["branch"]
    role, school, province = world.role(world.branch), world.role(world.school), world.role(world.province)
    for _ in range(ROUNDS):
        number = str(vacant.free_runs(own)[0][0])
        one = filed(world.branch, role, kind="veteran", number=number, discharged_on=date(2026, 5, 4))
        Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
        results = at_once(
            lambda one=one: registrations.handle(one, by=province),
            lambda: issued(world.branch, school),
        )
        [given] = only(Issue, results)
        assert bool(only(StaleState, results)) == (given.number == number), results
        one.refresh_from_db()
        assert (one.state == "handled") == (given.number != number)


def test_of_two_people_filed_with_the_same_number_one_is():
    world = plant_world()
    own = chain(world)["branch"]
    role, colleague = world.role(world.branch), world.role(world.branch)
    for at in range(ROUNDS):
        number = str(own.first + at)
        results = at_once(
            *(lambda by=by, number=number: filed(world.branch, by, number=number) for by in (role, colleague))
        )
        assert [len(only(Registration, results)), len(only(FilingRefused, results))] == [1, 1], results
        assert Registration.objects.keeping(number).count() == 1
