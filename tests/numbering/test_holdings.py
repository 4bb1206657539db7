"""A number stands once among those who hold one; what ended stays as history."""

from __future__ import annotations

import pytest
from django.db import transaction

from numbering.models import Holding
from numbering.services import holdings
from orgs.models import Notice, settled
from tests.archives.claiming import enter_as, wanting
from tests.numbering.cases import chain, issued
from zhtj.lib.states import StaleState

NUMBER = "202211000001"


def take(organization):
    with transaction.atomic():
        return holdings.take(NUMBER, holder="演示团员", id_blind=b"", organization=settled(organization.pk))


def test_a_held_number_is_refused_with_who_holds_it(world):
    first = take(world.branch)
    with pytest.raises(holdings.NumberTaken) as taken:
        take(world.other_branch)
    assert taken.value.holding == first


def test_a_released_number_is_free_again_and_its_history_stays(world):
    first = take(world.branch)
    holdings.confirm(first)
    holdings.release(first)
    second = take(world.other_branch)
    assert list(Holding.objects.filter(number=NUMBER).order_by("pk").values_list("pk", "state")) == [
        (first.pk, "released"),
        (second.pk, "reserved"),
    ]
    assert first.ended_at is not None


def test_what_has_ended_neither_ends_again_nor_comes_back(world):
    holding = take(world.branch)
    holdings.release(holding)
    for act in (holdings.release, holdings.confirm):
        with pytest.raises(StaleState):
            act(Holding.objects.get(pk=holding.pk))


def test_the_to_do_of_a_branch_ends_through_whoever_entered_the_last_one(world):
    chain(world)
    role = world.role(world.branch)
    given = issued(world.branch, world.role(world.school))
    enter_as(wanting(given.number, name=given.name, id_number=given.opened_id()), role)
    assert Notice.objects.get(subject=f"pending:{world.branch.pk}").done_by == role.user
