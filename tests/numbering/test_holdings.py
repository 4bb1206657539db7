"""A number stands once among those who hold one; what ended stays as history."""

from __future__ import annotations

import pytest
from django.db import transaction

from numbering.models import Holding
from numbering.services import holdings
from orgs.models import settled
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
