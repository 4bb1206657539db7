"""The same number, the same person, the same form: at the same moment, on two real connections."""

from __future__ import annotations

import pytest

from archives.services import entry as entries
from members.models import Member
from members.services.entry import PersonKnown
from numbering.models import Holding
from numbering.services.holdings import NumberTaken
from orgs.models import AuditEvent
from tests.factories import EntryFactory, new_key, plant_world
from tests.races import at_once, only

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


def entering(entry, role, key=None):
    return lambda: entries.enter(
        entry, organization=role.organization, upload=None, key=key or new_key(), by=role
    )


def test_of_two_entries_with_one_number_exactly_one_holds_it():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.other_branch)
    for serial in range(ROUNDS):
        number = f"2018110000{serial:02d}"
        results = at_once(
            entering(EntryFactory(number=number), one), entering(EntryFactory(number=number), two)
        )
        assert [len(only(Member, results)), len(only(NumberTaken, results))] == [1, 1], results
    assert Holding.objects.count() == Member.objects.count() == ROUNDS


def test_of_two_entries_of_one_person_exactly_one_is_made():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.other_branch)
    for _ in range(ROUNDS):
        entry = EntryFactory()
        again = EntryFactory(id_number=entry.id_number)
        results = at_once(entering(entry, one), entering(again, two))
        assert [len(only(Member, results)), len(only(PersonKnown, results))] == [1, 1], results
    assert Holding.objects.count() == Member.objects.count() == ROUNDS


def test_a_double_click_makes_one_member_and_answers_both():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(ROUNDS):
        key, entry = new_key(), EntryFactory()
        results = at_once(*[entering(entry, role, key)] * 3)
        assert (
            len({member.pk for member in only(Member, results)}) == 1 and len(only(Member, results)) == 3
        ), results
    assert Member.objects.count() == ROUNDS
    assert AuditEvent.objects.filter(verb="enter").count() == ROUNDS
