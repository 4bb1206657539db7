"""Real connections at the same time: no overlap, no deadlock, nothing left behind by a move."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import transaction

from numbering.models import Holding
from orgs.kinds import Kind
from orgs.models import Organization, Role, settled
from orgs.services import organizations
from orgs.services.placement import Refused
from tests.orgs.trees import at_once, grow, grow_line, in_background, plant, tree_is_sound

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, INSERTS = 4, 250


def test_inserts_under_one_parent_at_once_do_not_overlap() -> None:
    province, admin = plant()
    _, general = grow_line(
        province, admin, Kind.COMMITTEE, Kind.GENERAL_BRANCH
    )  # narrow: it is renumbered on the way

    def work() -> int:
        return len([grow(general, Kind.BRANCH, admin) for _ in range(INSERTS)])

    assert at_once(*[work] * THREADS) == [INSERTS] * THREADS
    assert Organization.objects.filter(parent=general).count() == THREADS * INSERTS
    assert tree_is_sound()


def test_inserts_inside_outer_transactions_do_not_deadlock_when_they_renumber() -> None:
    province, admin = plant()
    general = grow(province, Kind.GENERAL_BRANCH, admin)

    def work() -> int:
        for _ in range(60):
            with transaction.atomic():
                grow(general, Kind.BRANCH, admin)
        return 60

    assert at_once(*[work] * THREADS) == [60] * THREADS
    assert tree_is_sound()


def test_inserts_and_moves_all_over_the_tree_at_once() -> None:
    province, admin = plant()
    committees = [
        grow(parent, Kind.COMMITTEE, admin)
        for parent in grow_line(province, admin, Kind.CITY, Kind.COUNTY)
        for _ in "ab"
    ]
    generals = [grow(committee, Kind.GENERAL_BRANCH, admin) for committee in committees for _ in "ab"]

    def work(seed: int) -> tuple[int, int]:
        chance, moved = random.Random(seed), 0
        for index in range(INSERTS):
            made = grow(chance.choice([*committees, *generals]), Kind.BRANCH, admin)
            if index % 5 == 0:
                node, to = chance.choice(
                    [(made, chance.choice(generals)), (chance.choice(generals), chance.choice(committees))]
                )
                try:
                    organizations.move(node, to=to, by=admin)
                    moved += 1
                except Refused as refusal:
                    assert refusal.code == "same_parent"
        return INSERTS, moved

    results = at_once(*[lambda seed=seed: work(seed) for seed in range(THREADS)])
    assert [inserted for inserted, _ in results] == [INSERTS] * THREADS
    assert sum(moved for _, moved in results) > THREADS
    assert Organization.objects.filter(kind=Kind.BRANCH).count() == THREADS * INSERTS
    assert tree_is_sound()


def test_two_transactions_that_both_inserted_and_both_must_renumber_do_not_wait_for_each_other() -> None:
    province, admin = plant()
    full = [grow(province, Kind.GENERAL_BRANCH, admin) for _ in "ab"]
    for general in full:
        for _ in range((general.rght - general.lft - 1) // 2 - 1):
            grow(general, Kind.BRANCH, admin)
    both_inserted = threading.Barrier(2)

    def work(general: Organization) -> str:
        try:
            with transaction.atomic():
                grow(general, Kind.BRANCH, admin)
                both_inserted.wait(timeout=30)
                grow(general, Kind.BRANCH, admin)
        except Refused as refusal:
            return refusal.code
        return "inserted"

    assert "busy" in at_once(*[lambda general=general: work(general) for general in full])
    assert tree_is_sound()


def test_who_takes_the_lock_first_inserts_as_many_as_it_likes() -> None:
    province, admin = plant()
    generals = [grow(province, Kind.GENERAL_BRANCH, admin) for _ in "ab"]

    def work(general: Organization) -> int:
        with transaction.atomic():
            Organization.objects.lock()
            return len([grow(general, Kind.BRANCH, admin) for _ in range(80)])

    assert at_once(*[lambda general=general: work(general) for general in generals]) == [80, 80]
    assert tree_is_sound()


def test_a_child_is_not_born_under_an_organisation_just_deactivated() -> None:
    province, admin = plant()
    committee = grow(province, Kind.COMMITTEE, admin)
    failures: list[str] = []

    def insert() -> None:
        try:
            grow(committee, Kind.BRANCH, admin)
        except Refused as refusal:
            failures.append(refusal.code)

    with in_background(insert) as start_and_block, transaction.atomic():
        organizations.deactivate(committee, by=admin)
        start_and_block()
    assert failures == ["inactive"]


def far_and_near() -> tuple[Role, Organization, Organization, Organization]:
    province, admin = plant()
    *_, committee = grow_line(province, admin, Kind.CITY, Kind.COUNTY, Kind.COMMITTEE)
    return admin, province, committee, grow(committee, Kind.BRANCH, admin)


def test_a_move_waits_for_an_insert_below_and_takes_it_along() -> None:
    admin, province, committee, _ = far_and_near()
    general = grow(committee, Kind.GENERAL_BRANCH, admin)
    with (
        in_background(lambda: organizations.move(committee, to=province, by=admin)) as start_and_block,
        transaction.atomic(),
    ):
        made = grow(general, Kind.BRANCH, admin)
        start_and_block()
    made.refresh_from_db()
    assert made.path_ids == [province.pk, committee.pk, general.pk, made.pk]
    assert tree_is_sound()


def hold_number(branch_pk: int, number: str) -> Holding:
    """What every service that places a row does."""
    with transaction.atomic():
        holding = Holding(number=number, holder="演示甲")
        holding.place(settled(branch_pk))
        holding.save()
    return holding


def test_a_move_waits_for_a_row_being_placed_and_takes_it_along() -> None:
    admin, province, committee, branch = far_and_near()
    with (
        in_background(lambda: organizations.move(committee, to=province, by=admin)) as start_and_block,
        transaction.atomic(),
    ):
        holding = hold_number(branch.pk, "202311000001")
        start_and_block()
    holding.refresh_from_db()
    assert [holding.at_0, holding.at_1, holding.at_2, holding.at_3] == [
        province.pk,
        committee.pk,
        branch.pk,
        None,
    ]
    assert tree_is_sound()


def test_a_row_placed_during_a_move_waits_and_stands_at_the_new_place() -> None:
    admin, province, committee, branch = far_and_near()
    with (
        in_background(lambda: hold_number(branch.pk, "202311000002")) as start_and_block,
        transaction.atomic(),
    ):
        organizations.move(committee, to=province, by=admin)
        start_and_block()
    holding = Holding.objects.get()
    assert [holding.at_0, holding.at_1, holding.at_2, holding.at_3] == [
        province.pk,
        committee.pk,
        branch.pk,
        None,
    ]
    assert tree_is_sound()


def test_a_move_does_not_lock_out_who_only_refers_to_an_organisation() -> None:
    """For instance the audit of a decision: a foreign key must not wait for a move, else both could wait for each other."""
    admin, province, committee, branch = far_and_near()
    with transaction.atomic():
        organizations.move(committee, to=province, by=admin)
        [role] = at_once(lambda: Role.objects.create(user=admin.user, organization=branch))
        assert role.organization_id == branch.pk
