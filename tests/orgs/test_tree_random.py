"""After hundreds of random operations the tree answers as a recursive walk over the parents does."""

from __future__ import annotations

import random

import pytest

from orgs import intervals
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import Organization, Role
from orgs.services import organizations
from orgs.services.placement import Refused
from tests.orgs.trees import grow, tree_is_sound, walked_down, walked_up

STEPS = 300


def step(chance: random.Random, admin: Role) -> str:
    """One random act; refusals are part of the game. Returns what happened."""
    nodes = list(Organization.objects.active().order_by("pk"))
    node, other = chance.choice(nodes), chance.choice(nodes)
    act = chance.choices(["create", "move", "deactivate", "change_kind"], [6, 5, 1, 1])[0]
    try:
        if act == "create":
            kinds = sorted(ALLOWED_BELOW[Kind(node.kind)]) or [Kind.BRANCH]
            grow(node, Kind(chance.choice(kinds)), admin)
        elif act == "move":
            organizations.move(node, to=other, by=admin)
        elif act == "deactivate":
            organizations.deactivate(node, by=admin)
        else:
            organizations.change_kind(
                node, kind=chance.choice([Kind.GENERAL_BRANCH, Kind.COMMITTEE]), by=admin
            )
    except Refused as refusal:
        return refusal.code
    return act


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_the_tree_answers_as_a_recursive_walk_does(
    planted: tuple[Organization, Role], seed: int, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    province, admin = planted
    if width == "narrow":  # then hardly an insert goes without renumbering
        for kind in (Kind.CITY, Kind.COUNTY, Kind.COMMITTEE, Kind.WORKING_COMMITTEE, Kind.GENERAL_BRANCH):
            monkeypatch.setitem(intervals.WIDTH, kind, 24)
    chance = random.Random(seed)
    for kind in (Kind.CITY, Kind.COMMITTEE, Kind.WORKING_COMMITTEE):
        grow(province, kind, admin)
    happened = {step(chance, admin) for _ in range(STEPS)}
    assert {"create", "move", "deactivate", "below_itself", "kind"} <= happened
    for node in Organization.objects.all():
        down, up = walked_down(node.pk), walked_up(node.pk)
        children = set(Organization.objects.filter(parent=node).values_list("pk", flat=True))
        assert set(node.get_descendants(include_self=True).values_list("pk", flat=True)) == down
        by_numbers = Organization.objects.filter(pk=node.pk)
        assert set(by_numbers.get_descendants(include_self=True).values_list("pk", flat=True)) == down
        assert (
            list(by_numbers.get_ancestors(include_self=True).order_by("depth").values_list("pk", flat=True))
            == up
        )
        assert set(Organization.objects.under(node).values_list("pk", flat=True)) == down
        assert list(node.get_ancestors(include_self=True).values_list("pk", flat=True)) == up
        assert [above.pk for above in Organization.objects.ancestors_of(node)] == up
        assert {child.pk for child in node.get_children()} == children
        assert node.get_descendant_count() == len(down) - 1
        assert node.is_leaf_node() == (not children)
    assert tree_is_sound()
