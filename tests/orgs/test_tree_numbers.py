"""The numbers behind the tree: gaps, renumbering, and no way round the locks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from orgs.intervals import LAST, Node, NoSlice, spread
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.services import organizations
from orgs.tree_lock import TreeMisuse
from tests.orgs.trees import grow, grow_line, rows, tree_is_sound, versions

Planted = tuple[Organization, Role]


def test_a_new_organisation_touches_no_other_row(planted: Planted) -> None:
    province, admin = planted
    city, county, committee = grow_line(province, admin, Kind.CITY, Kind.COUNTY, Kind.COMMITTEE)
    grow_line(committee, admin, Kind.GENERAL_BRANCH, Kind.BRANCH)
    before = versions()
    for parent in (committee, county, city, province):
        grow(parent, Kind.BRANCH, admin)
    after = versions()
    assert {pk: after[pk] for pk in before} == before
    assert len(after) == len(before) + 4


def test_an_insert_costs_three_round_trips(planted: Planted) -> None:
    province, admin = planted
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        grow(province, Kind.BRANCH, admin)
    statements = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert statements == ["SELECT", "INSERT", "INSERT"]  # locks, parent and slice at once; the row; the audit


def test_hundreds_of_children_fit_where_the_interval_was_narrow(planted: Planted) -> None:
    province, admin = planted
    general = grow(province, Kind.GENERAL_BRANCH, admin)
    narrow = general.rght - general.lft
    for _ in range(300):
        grow(general, Kind.BRANCH, admin)
    general.refresh_from_db()
    assert general.rght - general.lft > narrow
    assert general.get_descendant_count() == 300
    assert tree_is_sound()


def test_a_renumbering_stays_inside_the_nearest_ancestor_with_room(planted: Planted) -> None:
    province, admin = planted
    *_, general = grow_line(province, admin, Kind.COMMITTEE, Kind.COMMITTEE, Kind.GENERAL_BRANCH)
    aside = grow(province, Kind.BRANCH, admin)
    before = versions()
    for _ in range(80):
        grow(general, Kind.BRANCH, admin)
    after = versions()
    assert {pk for pk in before if after[pk] != before[pk]} >= {general.pk}
    assert after[province.pk] == before[province.pk] and after[aside.pk] == before[aside.pk]


def test_a_moved_subtree_that_does_not_fit_is_given_room(planted: Planted) -> None:
    province, admin = planted
    first, second = grow(province, Kind.COMMITTEE, admin), grow(province, Kind.GENERAL_BRANCH, admin)
    branches = [grow(first, Kind.BRANCH, admin) for _ in range(100)]
    for branch in branches:
        organizations.move(branch, to=second, by=admin)
    assert second.get_descendant_count() == 100
    assert tree_is_sound()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([Kind.BRANCH, Kind.COMMITTEE])), max_size=60),
    st.integers(0, 10**6),
)
def test_spread_nests_every_child_and_keeps_siblings_apart(shape: list[tuple[int, Kind]], spare: int) -> None:
    nodes = [Node(1, 0, Kind.PROVINCE)]
    parents = [1]
    for pk, (choice, kind) in enumerate(shape, 2):
        nodes.append(Node(pk, parents[choice % len(parents)], kind))
        if kind != Kind.BRANCH:
            parents.append(pk)
    depth = {0: -1}
    for node in nodes:
        depth[node.pk] = depth[node.parent] + 1
    nodes.sort(key=lambda node: depth[node.pk])
    need = sum(2 if node.kind == Kind.BRANCH else 18 for node in nodes)
    place = {pk: (left, right) for pk, left, right in spread(nodes, 1, need + spare, grow={})}
    assert place[1] == (1, need + spare)
    for node in nodes[1:]:
        left, right = place[node.pk]
        assert place[node.parent][0] < left < right < place[node.parent][1]
        assert (right - left + 1) % 2 == 0
        for other in nodes[1:]:
            if other.parent == node.parent and other.pk != node.pk:
                assert right < place[other.pk][0] or place[other.pk][1] < left


def test_spread_says_when_there_is_no_room() -> None:
    with pytest.raises(NoSlice):
        list(spread([Node(1, 0, Kind.PROVINCE), Node(2, 1, Kind.COMMITTEE)], 1, 20, grow={}))


def test_mptts_own_reads_hold_with_gaps(planted: Planted) -> None:
    province, admin = planted
    committee = grow(province, Kind.COMMITTEE, admin)
    general, branch, empty = (
        grow(committee, kind, admin) for kind in (Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.GENERAL_BRANCH)
    )
    leaf = grow(general, Kind.BRANCH, admin)
    assert committee.get_descendant_count() == 4
    assert set(committee.get_descendants()) == {general, branch, empty, leaf}
    assert set(committee.get_children()) == {general, branch, empty}
    assert list(leaf.get_ancestors()) == [province, committee, general]
    assert set(committee.get_leafnodes()) == {branch, empty, leaf}
    assert empty.is_leaf_node() and branch.is_leaf_node() and not general.is_leaf_node()
    assert leaf.is_descendant_of(committee) and not leaf.is_descendant_of(branch)


def test_save_writes_everything_but_the_place(planted: Planted) -> None:
    province, admin = planted
    one, two = grow(province, Kind.COMMITTEE, admin), grow(province, Kind.COMMITTEE, admin)
    branch = grow(one, Kind.BRANCH, admin)
    stale = Organization.objects.get(pk=branch.pk)
    organizations.move(branch, to=two, by=admin)
    stale.industry = "其他"
    stale.save()
    branch.refresh_from_db()
    assert (
        branch.industry == "其他"
        and branch.parent_id == two.pk
        and branch.path_ids == [province.pk, two.pk, branch.pk]
    )
    assert tree_is_sound()


def test_nothing_goes_round_the_tree(planted: Planted) -> None:
    province, admin = planted
    committee, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
    branch.parent = province
    for attempt in (
        branch.save,
        branch.delete,
        Organization.objects.all().delete,
        Organization.objects.rebuild,
        lambda: branch.move_to(province),
        lambda: committee.save(update_fields=["path"]),
        lambda: Organization.objects.filter(pk=branch.pk).update(parent=province),
        lambda: Organization.objects.bulk_create([Organization(name="演示")]),
    ):
        with pytest.raises(TreeMisuse):
            attempt()
    assert tree_is_sound()


@pytest.mark.django_db(transaction=True)
def test_the_lock_needs_a_transaction() -> None:
    with pytest.raises(TreeMisuse):
        Organization.objects.lock()


def test_only_the_tree_module_knows_the_numbers() -> None:
    root = Path(settings.BASE_DIR)
    known = re.compile(r"\b(lft|rght|tree_id)\b")
    kept, rivals = (
        root / "orgs" / "tree.py",
        root / "archives" / "scale" / "bench",
    )  # measured against other trees
    folders = ["archives", "members", "numbering", "orgs", "zhtj", "templates"]
    files = [
        path for folder in folders for path in (root / folder).rglob("*") if path.suffix in {".py", ".html"}
    ]
    found = [
        path
        for path in files
        if path != kept
        and "migrations" not in path.parts
        and rivals not in path.parents
        and known.search(path.read_text())
    ]
    assert found == []


def test_the_path_index_serves_everything_below(planted: Planted) -> None:
    province, admin = planted
    committee = grow(province, Kind.COMMITTEE, admin)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    query = Organization.objects.under(committee).order_by()
    assert "organization_path" in query.explain()
    slices = rows("EXPLAIN SELECT max(rght) FROM orgs_organization WHERE parent_id = %s", committee.pk)
    assert "organization_slices" in " ".join(line for (line,) in slices)


def test_the_root_has_all_numbers(planted: Planted) -> None:
    province, _ = planted
    assert (province.lft, province.rght, province.depth) == (1, LAST, 0)
