"""A pasted list of organisations: each line judged in words, then all of them or none."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs import audit_chain, pasted
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import AuditEvent, AuditSeal, Organization, Role
from orgs.pasted import Above, Line
from orgs.services import dictionaries, organizations
from orgs.services.organizations_many import LinesRefused, create_many, plan_many
from orgs.services.placement import Refused
from orgs.services.writing import CREATED
from tests.factories import World
from tests.orgs.trees import at_once, grow, grow_line, plant, tree_is_sound

INDUSTRIES = {"普通高中": "senior_school", "初中": "junior_school"}


def above(**values: object) -> Above:
    known = {
        "name": "丙中学团委", "kind": Kind.COMMITTEE, "depth": 3, "industry": "senior_school", "is_active": True,
        "taken": {"丙中学教工团支部", "丙中学老团支部"}, "industries": INDUSTRIES,
    }  # fmt: skip
    return Above(**{**known, **values})


def one(*cells: str, **values: object) -> Line:
    return pasted.read([cells], above(**values))[0]


def test_what_is_left_out_has_sensible_values() -> None:
    line = one("丙中学高一2班团支部")
    assert (line.name, line.short_name, line.kind, line.industry, line.problems) == (
        "丙中学高一2班团支部", "丙中学高一2班团支部", "branch", "senior_school", (),
    )  # fmt: skip
    line = one(" 丙中学\u2009　高二团总支\xa0", "高二团总支", "团总支", "初中")
    assert (line.name, line.kind, line.industry) == ("丙中学 高二团总支", "general_branch", "junior_school")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("parent", list(Kind))
def test_only_allowed_kinds_stand_below(parent: Kind, kind: Kind) -> None:
    line = one("演示组织", "演示", kind.label, kind=parent)
    if kind in ALLOWED_BELOW[parent]:
        assert line.problems == ()
    else:
        (words,) = line.problems
        assert words.startswith(f"{parent.label}下不能设立{kind.label}")
        assert all(may.label in words for may in ALLOWED_BELOW[parent])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("",), "请填写全称"),
        (("丙社区团支部,丙社区",), "全称中有“,”：各行须用同一种符号隔开各列，全称中不能有逗号或分号"),
        (("字" * 121, "简称"), "全称最多 120 个字，现有 121 个"),
        (("字" * 61,), "全称超过 60 个字，请在第二列填写简称（最多 60 个字）"),
        (("演示支部", "字" * 61), "简称最多 60 个字，现有 61 个"),
        (("演示\u200b支部",), "全称有换行或看不见的字符，请删去后重新填写"),
        (("演示支部\u202e", "演示"), "全称有换行或看不见的字符，请删去后重新填写"),
        (("丙中学\uf934团支部",), "“丙中学团委”下已有“丙中学老团支部”"),  # the same sign under another number
        (("演示\u2028支部",), "全称有换行或看不见的字符，请删去后重新填写"),
        (("丙中学教工团支部",), "“丙中学团委”下已有“丙中学教工团支部”"),
        (("演示支部", "", "学习小组"), "没有“学习小组”这一类型，此处可填：团委、团总支、团支部"),
        (("演示支部", "", "", "航天"), "没有“航天”这一单位行业，可填：普通高中、初中"),
        (("演示支部", "", "", "", "多余"), "有 5 列，应为 4 列以内：全称、简称、类型、单位行业"),
    ],
)
def test_each_fault_is_said_in_words(cells: tuple[str, ...], words: str) -> None:
    assert words in one(*cells).problems


def test_a_name_that_stands_twice_is_marked_on_both_lines() -> None:
    lines = pasted.read([["甲支部"], ["乙支部"], ["甲支部"]], above())
    assert [bool(line.problems) for line in lines] == [True, False, True]
    assert lines[2].problems == ("名单中有 2 行都叫“甲支部”（第 1 行起）",)


def test_a_header_says_in_which_order_the_columns_stand() -> None:
    rows = [["类型", "全称*"], ["团总支", "演示总支"]]
    assert pasted.without_header(rows) == [["演示总支", "", "团总支", ""]]
    assert pasted.without_header([["演示总支", "总支"]]) == [["演示总支", "总支"]]


@pytest.mark.parametrize(
    ("count", "values", "words"),
    [
        (0, {}, "没有内容"),
        (pasted.MOST, {}, ""),
        (pasted.MOST + 1, {}, "一次最多 500 行，现有 501 行"),
        (1, {"depth": 8}, ""),
        (1, {"depth": 9}, "组织树最多 10 级"),
        (1, {"is_active": False}, "已停用"),
    ],
)
def test_what_stands_against_the_whole_list(count: int, values: dict[str, object], words: str) -> None:
    said = pasted.why_none(count, above(**values))
    assert (words in said) if words else said == ""


def names(count: int, start: int = 1) -> list[list[str]]:
    return [[f"演示第{n}团支部", f"{n}支部"] for n in range(start, start + count)]


def test_several_hundred_are_made_where_there_is_no_room(
    planted: tuple[Organization, Role],
) -> None:
    province, admin = planted
    committee, general = grow_line(province, admin, Kind.COMMITTEE, Kind.GENERAL_BRANCH)
    beside = grow(committee, Kind.BRANCH, admin)
    made = create_many(general, names(pasted.MOST), admin)
    assert [one.name for one in made] == [row[0] for row in names(pasted.MOST)]
    assert {one.path_ids[:-1] == [province.pk, committee.pk, general.pk] for one in made} == {True}
    mixed = [[f"演示{n}", "", "团委" if n % 2 else "团总支"] for n in range(300)]
    for child in create_many(committee, mixed, admin)[::50]:
        grow(child, Kind.BRANCH, admin)
    grow(general, Kind.BRANCH, admin)
    beside.refresh_from_db()
    assert tree_is_sound()


def test_of_each_of_several_hundred_is_on_record_who_made_it_in_two_statements(
    planted: tuple[Organization, Role],
) -> None:
    province, admin = planted
    many = grow(province, Kind.GENERAL_BRANCH, admin)
    with CaptureQueriesContext(connection) as seen:
        made = create_many(many, names(200), admin)
    assert sum("orgs_auditevent" in query["sql"] for query in seen) == 2
    event = AuditEvent.objects.get(verb="organization.create_many", organization=many)
    assert (event.subject, event.note) == (f"organization:{many.pk}", "200 个")
    events = AuditEvent.objects.filter(verb="organization.create", organization__in=made).order_by("pk")
    assert [one.subject for one in events] == [f"organization:{one.pk}" for one in made]
    assert {(one.user_id, one.role_id, one.to_state, tuple(one.fields)) for one in events} == {
        (admin.user_id, admin.pk, "active", CREATED)
    }


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_together_is_sealed_and_proven_like_the_rest() -> None:
    province, admin = plant()
    create_many(grow(province, Kind.GENERAL_BRANCH, admin), names(3), admin)
    for _ in range(3):
        audit_chain.seal()
    last = AuditEvent.objects.order_by("pk").last()
    assert last is not None and AuditSeal.objects.exclude(hash=None).get().last == last.pk
    assert list(audit_chain.verify()) == []


def test_a_line_that_became_wrong_since_the_preview_stops_them_all(world: World) -> None:
    dictionaries.plant()
    by, rows = world.role(world.school), [["甲支部", "", "", "初中"], ["乙支部"]]
    assert [line.problems for line in plan_many(world.school, rows, by)] == [(), ()]
    grow(world.school, Kind.BRANCH, by, "乙支部")
    with pytest.raises(LinesRefused) as refused:
        create_many(world.school, rows, by)
    assert [line.problems for line in refused.value.lines] == [(), ("“丙中学团委”下已有“乙支部”",)]
    assert not Organization.objects.filter(name="甲支部").exists()
    create_many(world.school, rows[:1], by)
    assert Organization.objects.get(name="甲支部").industry == "junior_school"


def test_only_who_manages_the_parent_may(world: World) -> None:
    for act in (plan_many, create_many):
        with pytest.raises(PermissionDenied):
            act(world.other_school, [["甲支部"]], world.role(world.school))
        with pytest.raises(PermissionDenied):
            act(world.general, [["甲支部"]], world.role(world.general))
    organizations.deactivate(world.sibling, by=world.role(world.school))
    with pytest.raises(Refused, match="已停用"):
        create_many(world.sibling, [["甲支部"]], world.role(world.school))


@pytest.mark.django_db(transaction=True)
def test_of_two_lists_with_the_same_name_at_once_one_is_made_whole_and_the_other_not_at_all() -> None:
    province, admin = plant()
    general = grow(province, Kind.GENERAL_BRANCH, admin)
    lists = [names(90), names(90, start=90)]
    results = at_once(*[lambda rows=rows: create_many(general, rows, admin) for rows in lists])
    (refused,) = [one for one in results if isinstance(one, LinesRefused)]
    assert sum(bool(line.problems) for line in refused.lines) == 1
    assert general.children.count() == 90
    assert tree_is_sound()
