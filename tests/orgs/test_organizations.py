"""Creating, renaming, moving and deactivating organisations: what is refused, what is written, who may."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from numbering.models import Holding
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import AuditEvent, Organization, Role, located_models, settled
from orgs.services import organizations
from orgs.services.organizations import Planned
from orgs.services.placement import Refused
from tests.factories import RoleFactory, World
from tests.orgs.trees import grow, grow_line, tree_is_sound

Planted = tuple[Organization, Role]


def refusal(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.messages[0].endswith("。")
    return caught.value


def audited(verb: str) -> AuditEvent:
    return AuditEvent.objects.filter(verb=verb).latest("pk")


def test_a_created_organisation_stands_under_its_parent(planted: Planted) -> None:
    province, admin = planted
    city, county = grow_line(province, admin, Kind.CITY, Kind.COUNTY)
    made = organizations.create(
        parent=county,
        kind=Kind.BRANCH,
        name="演示县直属第二团支部",
        short_name="直属二支部",
        industry="其他",
        by=admin,
    )
    made.refresh_from_db()
    assert made.path_ids == [province.pk, city.pk, county.pk, made.pk]
    assert (made.depth, made.parent, made.province_code) == (3, county, "11")
    event = audited("organization.create")
    assert (event.subject, event.organization, event.user) == (f"organization:{made.pk}", made, admin.user)
    assert tree_is_sound()


@pytest.mark.parametrize("above", list(Kind))
def test_only_allowed_kinds_stand_below(planted: Planted, above: Kind) -> None:
    province, admin = planted
    lines = {Kind.PROVINCE: (), Kind.COUNTY: (Kind.CITY, Kind.COUNTY)}
    parent = [province, *grow_line(province, admin, *lines.get(above, (above,)))][-1]
    for kind in Kind:
        if kind in ALLOWED_BELOW[above]:
            assert grow(parent, kind, admin).parent_id == parent.pk
        else:
            assert refusal(lambda kind=kind: grow(parent, kind, admin)).code == "kind"


def test_there_is_one_province(planted: Planted) -> None:
    again = refusal(
        lambda: organizations.plant_root(name="共青团第二省委员会", short_name="二省", province_code="12")
    )
    assert again.code == "one_root" and "省" in again.messages[0]


def test_the_tree_has_ten_levels(planted: Planted) -> None:
    province, admin = planted
    line = grow_line(province, admin, *[Kind.COMMITTEE] * 9)
    assert line[-1].depth == 9
    assert refusal(lambda: grow(line[-1], Kind.BRANCH, admin)).code == "ten_levels"


def test_a_moved_subtree_may_not_reach_an_eleventh_level(planted: Planted) -> None:
    province, admin = planted
    deep = grow_line(province, admin, *[Kind.COMMITTEE] * 8)
    other = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
    assert refusal(lambda: organizations.move(other[0], to=deep[-1], by=admin)).code == "ten_levels"
    organizations.move(other[0], to=deep[-2], by=admin)
    assert tree_is_sound()


def test_a_name_stands_once_under_a_parent_among_the_active(planted: Planted) -> None:
    province, admin = planted
    first, second = grow(province, Kind.COMMITTEE, admin), grow(province, Kind.COMMITTEE, admin)
    taken = grow(first, Kind.BRANCH, admin, "演示第一团支部")
    assert refusal(lambda: grow(first, Kind.BRANCH, admin, "演示第一团支部")).code == "name"
    elsewhere = grow(second, Kind.BRANCH, admin, "演示第一团支部")
    assert refusal(lambda: organizations.move(elsewhere, to=first, by=admin)).code == "name"
    other = grow(first, Kind.BRANCH, admin)
    assert (
        refusal(
            lambda: organizations.rename(other, name="演示第一团支部", short_name="一支部", by=admin)
        ).code
        == "name"
    )
    organizations.deactivate(taken, by=admin)
    assert grow(first, Kind.BRANCH, admin, "演示第一团支部").is_active


def test_renaming_reorders_at_once(planted: Planted) -> None:
    province, admin = planted
    first, second = (grow(province, Kind.BRANCH, admin, f"演示第{numeral}团支部") for numeral in "一二")
    organizations.rename(first, name="演示第十团支部", short_name="十支部", by=admin)
    assert list(province.children.order_by("sort_key", "id")) == [second, first]
    assert audited("organization.rename").fields == ["name", "short_name"]
    assert tree_is_sound()


def test_a_move_takes_everything_along(planted: Planted) -> None:
    province, admin = planted
    city, county, committee, general = grow_line(
        province, admin, Kind.CITY, Kind.COUNTY, Kind.COMMITTEE, Kind.GENERAL_BRANCH
    )
    branch = grow(general, Kind.BRANCH, admin)
    aside = grow(county, Kind.BRANCH, admin)
    for number, organization in enumerate((branch, committee, aside), 1):
        holding = Holding(number=f"20231100000{number}", holder="演示甲")
        holding.place(settled(organization.pk))
        holding.save()
    organizations.move(committee, to=city, by=admin)
    branch.refresh_from_db()
    assert branch.path_ids == [province.pk, city.pk, committee.pk, general.pk, branch.pk]
    assert set(Holding.objects.under(committee).values_list("number", flat=True)) == {
        "202311000001",
        "202311000002",
    }
    assert set(Holding.objects.under(county).values_list("number", flat=True)) == {"202311000003"}
    organizations.move(committee, to=county, by=admin)
    assert set(Holding.objects.under(county).values_list("number", flat=True)) == {
        "202311000001",
        "202311000002",
        "202311000003",
    }
    assert audited("organization.move").subject == f"organization:{committee.pk}"
    assert tree_is_sound()


def test_a_move_that_makes_no_sense_is_refused_in_words(planted: Planted) -> None:
    province, admin = planted
    first, below, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.COMMITTEE, Kind.BRANCH)
    closed = grow(province, Kind.COMMITTEE, admin)
    organizations.deactivate(closed, by=admin)
    cases = {
        "below_itself": (first, below),
        "same_parent": (below, first),
        "inactive": (first, closed),
        "kind": (below, branch),
        "root": (province, first),
    }
    for code, (organization, to) in cases.items():
        expected = "below_itself" if code == "kind" else code
        assert (
            refusal(
                lambda organization=organization, to=to: organizations.move(organization, to=to, by=admin)
            ).code
            == expected
        )
    assert refusal(lambda: organizations.move(first, to=first, by=admin)).code == "below_itself"
    assert refusal(lambda: organizations.move(closed, to=first, by=admin)).code == "inactive"
    assert (
        refusal(lambda: organizations.move(first, to=grow(province, Kind.BRANCH, admin), by=admin)).code
        == "kind"
    )
    assert tree_is_sound()


def test_deactivating_names_what_is_in_the_way(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    province, admin = planted
    committee, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
    blocked = refusal(lambda: organizations.deactivate(committee, by=admin))
    assert blocked.code == "children" and branch.short_name in blocked.messages[0]
    assert refusal(lambda: organizations.deactivate(province, by=admin)).code == "root"
    with monkeypatch.context() as patch:
        patch.setattr(Holding, "blocks_deactivation", classmethod(lambda cls, organization: "2 个预占的编号"))
        blocked = refusal(lambda: organizations.deactivate(branch, by=admin))
        assert blocked.code == "open" and "2 个预占的编号" in blocked.messages[0]
    organizations.deactivate(branch, by=admin)
    assert not branch.is_active
    assert refusal(lambda: organizations.deactivate(branch, by=admin)).code == "inactive"
    organizations.deactivate(committee, by=admin)
    assert refusal(lambda: grow(committee, Kind.BRANCH, admin)).code == "inactive"


def test_models_are_told_after_a_move(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    province, admin = planted
    committee, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
    told: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(
        Holding, "after_move", classmethod(lambda cls, moved: told.append((moved.pk, moved.path_ids)))
    )
    organizations.move(branch, to=province, by=admin)
    organizations.change_kind(branch, kind=Kind.GENERAL_BRANCH, by=admin)
    organizations.deactivate(committee, by=admin)
    assert [pk for pk, _ in told] == [branch.pk, branch.pk, committee.pk]
    assert told[0][1] == [province.pk, branch.pk]
    assert Holding in located_models()


def test_a_branch_that_has_grown_becomes_a_general_branch(planted: Planted) -> None:
    province, admin = planted
    committee = grow(province, Kind.COMMITTEE, admin)
    branches = [grow(committee, Kind.BRANCH, admin) for _ in range(3)]
    organizations.change_kind(branches[0], kind=Kind.GENERAL_BRANCH, by=admin)
    grow(branches[0], Kind.BRANCH, admin)
    assert refusal(lambda: organizations.change_kind(branches[0], kind=Kind.BRANCH, by=admin)).code == "kind"
    assert refusal(lambda: organizations.change_kind(branches[1], kind=Kind.CITY, by=admin)).code == "kind"
    assert tree_is_sound()


def test_nobody_manages_beyond_their_own_scope(world: World) -> None:
    school = world.role(world.school)
    foreign = [
        lambda: grow(world.other_school, Kind.BRANCH, school),
        lambda: grow(world.county, Kind.BRANCH, school),
        lambda: organizations.rename(world.other_branch, name="演示新名", short_name="新名", by=school),
        lambda: organizations.move(world.branch, to=world.other_school, by=school),
        lambda: organizations.move(world.other_branch, to=world.school, by=school),
        lambda: organizations.move(world.school, to=world.general, by=school),
        lambda: organizations.deactivate(world.other_branch, by=school),
        lambda: organizations.deactivate(world.school, by=school),
        lambda: grow(world.general, Kind.BRANCH, RoleFactory(organization=world.general)),
    ]
    for attempt in foreign:
        with pytest.raises(PermissionDenied):
            attempt()
    organizations.move(world.branch, to=world.school, by=school)


def plan(cities: int, counties: int, committees: int, branches: int) -> list[Planned]:
    rows = [Planned("p", "", Kind.PROVINCE, "共青团演示省委员会", "团省委")]
    for a in range(cities):
        rows.append(Planned(f"{a}", "p", Kind.CITY, f"演示{a}市", f"{a}市"))
        for b in range(counties):
            rows.append(Planned(f"{a}.{b}", f"{a}", Kind.COUNTY, f"演示{a}市{b}县", f"{b}县"))
            for c in range(committees):
                rows.append(
                    Planned(
                        f"{a}.{b}.{c}", f"{a}.{b}", Kind.COMMITTEE, f"演示{b}县第{c}中学团委", f"第{c}中学"
                    )
                )
                for d in range(branches):
                    name = f"演示第{c}中学高一{d}班团支部"
                    rows.append(Planned(f"{a}.{b}.{c}.{d}", f"{a}.{b}.{c}", Kind.BRANCH, name, f"高一{d}班"))
    return rows


def test_a_bulk_load_is_sound_and_grows_on(db: None) -> None:
    loading = plan(5, 10, 10, 19)
    start = time.monotonic()
    ids = organizations.bulk_load(loading, province_code="11")
    assert time.monotonic() - start < 10  # measured 1 s for ten thousand; the machine may be busy
    assert len(ids) == len(loading) == Organization.objects.count()
    branch = Organization.objects.get(pk=ids["4.9.9.18"])
    assert branch.path_ids == [ids["p"], ids["4"], ids["4.9"], ids["4.9.9"], ids["4.9.9.18"]]
    admin = RoleFactory(organization=Organization.objects.get(pk=ids["p"]))
    county, committee = (Organization.objects.get(pk=ids[key]) for key in ("2.3", "2.3.4"))
    for _ in range(30):
        grow(committee, Kind.BRANCH, admin)
    grow_line(county, admin, Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
    organizations.move(committee, to=Organization.objects.get(pk=ids["1.1"]), by=admin)
    assert tree_is_sound()


def test_a_bulk_load_refuses_what_the_services_refuse(db: None) -> None:
    top = Planned("p", "", Kind.PROVINCE, "共青团演示省委员会", "团省委")
    bad = {
        "root": [Planned("c", "", Kind.COMMITTEE, "演示团委", "团委")],
        "parent": [top, Planned("b", "c", Kind.BRANCH, "演示支部", "支部")],
        "kind": [top, Planned("c", "p", Kind.COUNTY, "演示县", "县")],
        "key": [top, Planned("p", "p", Kind.CITY, "演示市", "市")],
        "name": [
            top,
            Planned("a", "p", Kind.CITY, "演示市", "市"),
            Planned("b", "p", Kind.CITY, "演示市", "市"),
        ],
        "ten_levels": [
            top,
            *[
                Planned(str(n), str(n - 1) if n else "p", Kind.COMMITTEE, f"演示{n}", f"{n}")
                for n in range(10)
            ],
        ],
    }
    for code, rows in bad.items():
        assert refusal(lambda rows=rows: organizations.bulk_load(rows, province_code="11")).code == code
    assert refusal(lambda: organizations.bulk_load([], province_code="11")).code == "root"
    organizations.bulk_load([top], province_code="11")
    assert refusal(lambda: organizations.bulk_load([top], province_code="11")).code == "not_empty"


def test_what_was_closed_by_mistake_is_opened_again(planted: Planted) -> None:
    province, admin = planted
    committee, branch = grow_line(province, admin, Kind.COMMITTEE, Kind.BRANCH)
    role = RoleFactory(organization=branch)
    assert role.user.name in organizations.deactivation_effects(branch)[-1]
    organizations.deactivate(branch, by=admin)
    assert not Role.objects.current().filter(pk=role.pk).exists()
    organizations.reactivate(branch, by=admin)
    assert branch.is_active and Role.objects.current().filter(pk=role.pk).exists()
    assert audited("organization.reactivate").to_state == "active"
    assert refusal(lambda: organizations.reactivate(branch, by=admin)).code == "active"
    organizations.deactivate(branch, by=admin)
    again = grow(committee, Kind.BRANCH, admin, branch.name)
    assert refusal(lambda: organizations.reactivate(branch, by=admin)).code == "name"
    organizations.deactivate(again, by=admin)
    organizations.deactivate(committee, by=admin)
    assert refusal(lambda: organizations.reactivate(branch, by=admin)).code == "inactive"
    organizations.reactivate(committee, by=admin)
    organizations.change_kind(committee, kind=Kind.BRANCH, by=admin)
    assert refusal(lambda: organizations.reactivate(branch, by=admin)).code == "kind"


def test_everything_that_stands_in_the_way_is_listed(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    province, admin = planted
    (general,) = grow_line(province, admin, Kind.GENERAL_BRANCH)
    branches = [grow(general, Kind.BRANCH, admin) for _ in range(5)]
    monkeypatch.setattr(Holding, "blocks_deactivation", classmethod(lambda cls, one: "2 个预占的编号"))
    named = "、".join(f"“{one.short_name}”" for one in branches[:3])
    children = f"下面还有启用的组织：{named}等 5 个，请先移走或停用"
    assert organizations.blockers(general) == [children, "2 个预占的编号"]
    kinds = "团支部下不能设立团支部，请先移走或停用"
    assert organizations.kind_blockers(general, Kind.BRANCH) == [kinds, "2 个预占的编号"]
    for act, lines in (
        (lambda: organizations.deactivate(general, by=admin), [children, "2 个预占的编号"]),
        (
            lambda: organizations.change_kind(general, kind=Kind.BRANCH, by=admin),
            [kinds, "2 个预占的编号"],
        ),
    ):
        assert all(line in refusal(act).messages[0] for line in lines)


@pytest.mark.parametrize(
    ("name", "short_name"),
    [("", "简称"), ("　 ", "简称"), ("名" * 121, "简称"), ("全称", "名" * 61), ("一\n二", "简称")],
)
def test_a_name_that_cannot_be_is_refused_in_words(planted: Planted, name: str, short_name: str) -> None:
    province, admin = planted
    branch = grow(province, Kind.BRANCH, admin)
    new = {"kind": Kind.BRANCH, "industry": "", "parent": province}
    for act in (
        lambda: organizations.create(name=name, short_name=short_name, by=admin, **new),
        lambda: organizations.rename(branch, name=name, short_name=short_name, by=admin),
    ):
        assert refusal(act).code == "name"
