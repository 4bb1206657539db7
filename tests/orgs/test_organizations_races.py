"""Two administrators at the same organisation in the same moment: one is done, the other is told; the tree stays right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from orgs.kinds import Kind
from orgs.models import AuditEvent, Organization
from orgs.services import organizations
from orgs.services.organizations_many import create_many
from orgs.services.placement import Refused
from orgs.services.relocation import moving
from tests.orgs.trees import at_once, grow, grow_line, in_background, plant, tree_is_sound

pytestmark = pytest.mark.django_db(transaction=True)


def codes(*works: Callable[[], object]) -> list[str]:
    """What became of each: "done", or the code of the refusal."""
    results = at_once(*works)
    assert all(one is None or isinstance(one, Refused) for one in results), results
    return sorted(one.code if isinstance(one, Refused) else "done" for one in results)


def test_of_two_renames_from_the_same_page_one_is_told_that_it_is_old() -> None:
    province, admin = plant()
    for round in range(3):
        branch = grow(province, Kind.BRANCH, admin)
        seen = organizations.seen(branch)

        def rename(which: str, branch: Organization = branch, seen: str = seen, round: int = round) -> None:
            one = Organization.objects.get(pk=branch.pk)
            organizations.rename(one, name=f"演示{which}{round}", short_name=which, seen=seen, by=admin)

        assert codes(lambda r=rename: r("甲"), lambda r=rename: r("乙")) == ["done", "stale"]
    assert AuditEvent.objects.filter(verb="organization.rename").count() == 3


def test_two_organisations_moved_into_each_other_do_not_both_go() -> None:
    province, admin = plant()
    for _ in range(3):
        first, second = (grow(province, Kind.COMMITTEE, admin) for _ in "ab")
        pairs = ((first, second), (second, first))
        found = codes(*[lambda a=a, b=b: organizations.move(a, to=b, by=admin) for a, b in pairs])
        assert found == ["below_itself", "done"]
    assert tree_is_sound()


def test_of_two_moves_of_one_organisation_to_two_places_one_is_told_that_its_preview_is_old() -> None:
    province, admin = plant()
    branch, *places = (grow(province, kind, admin) for kind in (Kind.BRANCH, Kind.COMMITTEE, Kind.COMMITTEE))
    tokens = [(to, moving(branch, to, admin).seen) for to in places]

    def move(to: Organization, seen: str) -> None:
        organizations.move(Organization.objects.get(pk=branch.pk), to=to, by=admin, seen=seen)

    assert codes(*[lambda to=to, seen=seen: move(to, seen) for to, seen in tokens]) == ["done", "stale"]
    assert tree_is_sound()


def test_a_child_is_not_opened_again_under_a_parent_that_is_being_closed() -> None:
    province, admin = plant()
    for _ in range(4):
        committee, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
        organizations.deactivate(branch, by=admin)
        found = codes(
            lambda one=branch: organizations.reactivate(one, by=admin),
            lambda one=committee: organizations.deactivate(one, by=admin),
        )
        assert found in (["children", "done"], ["done", "inactive"])
    inactive = Organization.objects.exclude(deactivated_at=None)
    assert not Organization.objects.active().filter(parent__in=inactive).exists()


def test_a_list_waits_for_a_move_and_its_organisations_stand_at_the_new_place() -> None:
    province, admin = plant()
    _, general = grow_line(province, admin, Kind.COMMITTEE, Kind.GENERAL_BRANCH)
    rows = [[f"演示第{n}团支部"] for n in range(5)]
    with in_background(lambda: create_many(general, rows, admin)) as start_and_block, transaction.atomic():
        organizations.move(general, to=province, by=admin)
        start_and_block()
    assert {one.path_ids[:-1] == [province.pk, general.pk] for one in general.children.all()} == {True}
    assert general.children.count() == 5
    assert tree_is_sound()


def test_a_list_is_not_born_under_an_organisation_just_deactivated() -> None:
    province, admin = plant()
    committee = grow(province, Kind.COMMITTEE, admin)
    refused: list[str] = []

    def insert() -> None:
        try:
            create_many(committee, [["演示第一团支部"]], admin)
        except Refused as refusal:
            refused.append(refusal.messages[0])

    with in_background(insert) as start_and_block, transaction.atomic():
        organizations.deactivate(committee, by=admin)
        start_and_block()
    assert len(refused) == 1 and "已停用" in refused[0]
