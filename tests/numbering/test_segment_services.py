"""Registering, handing down and taking back: what is refused and with which figures; counts exact after every step."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange

from numbering import proof, rollup, runs, vacant
from numbering.domains import Domain
from numbering.models import Issue, Segment, SegmentCount
from numbering.services import holdings, issues, segments
from numbering.services.segments import SegmentRefused
from orgs.models import AuditEvent, Notice, settled
from orgs.services import organizations
from tests.numbering.cases import chain, issued

TEN = [(1, 4), (7, 10), (20, 21)]
"""Free runs of 4, 4 and 2."""


# Planning: pure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "pieces"),
    [
        ([], []),
        ([4], [(1, 4)]),
        ([1, 1], [(1, 1), (2, 2)]),
        ([3, 3], [(1, 3), (7, 9)]),  # the rest of the first run is too short for the second
        ([3, 3, 1], [(1, 3), (7, 9), (4, 4)]),  # but not for the third
        ([2, 4, 2, 2], [(1, 2), (7, 10), (3, 4), (20, 21)]),
    ],
)
def test_each_piece_goes_to_the_beginning_of_the_first_run_with_room(counts, pieces):
    assert runs.plan(TEN, counts) == pieces


@pytest.mark.parametrize(
    ("counts", "place", "left"),
    [
        ([5], 0, TEN),
        ([0], 0, TEN),
        ([-1], 0, TEN),
        ([4, 4, 3], 2, [(20, 21)]),
        ([4, 4, 2, 1], 3, []),
    ],
)
def test_a_count_without_room_is_named_with_what_was_left_for_it(counts, place, left):
    with pytest.raises(runs.NoRoom) as full:
        runs.plan(TEN, counts)
    assert (full.value.place, full.value.left) == (place, left)


def test_figures_of_free_runs():
    assert [runs.total(TEN), runs.longest(TEN), runs.longest([])] == [10, (1, 4), None]
    assert runs.figures(TEN) == "本级剩余 10 个，最长的连续空号 4 个（1–4）"
    assert runs.figures([]) == "本级已没有可以分配的编号（剩余 0 个）"
    assert runs.fingerprint(TEN) == runs.fingerprint([*TEN]) != runs.fingerprint(TEN[1:])


# Registering ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "first", "last", "words"),
    [
        (2022, 202211000001, 202211000100, "年度应在 2023 至 2099 之间，现为 2022"),
        (2100, 210011000001, 210011000100, "年度应在 2023 至 2099 之间，现为 2100"),
        (2026, 202511000001, 202611000100, "起始编号 202511000001 的前四位应为年度 2026，现为 2025"),
        (2026, 202611000001, 202711000100, "终止编号 202711000100 的前四位应为年度 2026，现为 2027"),
        (2026, 202612000001, 202612000100, "起始编号 202612000001 的第 5、6 位应为省级代码 11，现为 12"),
        (2026, 202611000001, 202612000100, "终止编号 202612000100 的第 5、6 位应为省级代码 11，现为 12"),
        (2026, 20261100001, 202611000100, "起始编号应为 12 位数字，现为 20261100001"),
        (2026, 202611000001, 2026110001000, "终止编号应为 12 位数字，现为 2026110001000"),
        (2026, 202611000100, 202611000001, "起始编号 202611000100 大于终止编号 202611000001"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_figures(world, year, first, last, words):
    with pytest.raises(SegmentRefused) as refused:
        segments.register(
            domain=Domain.SENIOR, year=year, first=first, last=last,
            province=world.province, by=world.role(world.province),
        )  # fmt: skip
    assert str(refused.value) == words
    assert not Segment.objects.exists()


def test_an_overlapping_registration_is_refused_with_the_other_one_whatever_its_domain(world):
    made = chain(world, Domain.SENIOR)["province"]
    with pytest.raises(SegmentRefused) as refused:
        segments.register(
            domain=Domain.SOCIETY, year=2026, first=made.last, last=made.last + 9,
            province=world.province, by=world.role(world.province),
        )  # fmt: skip
    assert str(refused.value) == f"{made.last}–{made.last + 9} 与已登记的2026 年高中领域号段 {made} 重叠"


def test_in_xinjiang_both_codes_can_be_registered_elsewhere_only_the_own(world):
    by = world.role(world.province)
    for code, code_of_segment, good in (
        ("65", 65, True),
        ("65", 66, True),
        ("66", 65, True),
        ("11", 66, False),
    ):
        world.province.province_code = code
        first = int(f"2026{code_of_segment}000001")
        try:
            segments.require_registrable(year=2026, first=first, last=first + 9, province=world.province)
        except SegmentRefused:
            assert not good
        else:
            assert good
    assert by.organization == world.province


def test_only_the_province_registers_and_only_for_itself(world):
    values = {"domain": Domain.SENIOR, "year": 2026, "first": 202611000001, "last": 202611000100}
    with pytest.raises(PermissionDenied):
        segments.register(province=world.city, by=world.role(world.city), **values)
    with pytest.raises(SegmentRefused, match="不是省级组织"):
        segments.register(province=world.city, by=world.role(world.province), **values)


def test_a_registered_segment_counts_what_was_entered_before_once_folded_or_not(world):
    number = "202611100005"
    holding = holdings.take(
        number, holder="演示甲", id_blind=b"x" * 32, organization=settled(world.branch.pk)
    )
    rollup.fold()
    holdings.confirm(holding)  # one delta folded into nothing, one still to be folded
    made = segments.register(
        domain=Domain.SENIOR, year=2026, first=202611100000, last=202611100099,
        province=world.province, by=world.role(world.province),
    )  # fmt: skip
    for _ in range(2):
        assert rollup.counts([made]) == {made.pk: rollup.Counts(held=1)}
        rollup.fold()


# Handing down --------------------------------------------------------------------------------------


def refusal(world, parent, to, first, last):
    with pytest.raises(SegmentRefused) as refused:
        segments.hand_down(parent, to=to, first=first, last=last, by=world.role(parent.organization))
    return str(refused.value)


def test_what_cannot_be_handed_down_is_refused_with_what_would_fit(world):
    made = chain(world)
    school, general = made["school"], made["general"]  # the general branch has the first 40 of 100
    issued(world.sibling, world.role(world.school))  # the school itself issues 40
    low = school.first
    fits = f"本级剩余 59 个，最长的连续空号 59 个（{low + 41}–{low + 99}）"
    asked = {
        (
            low + 10,
            low + 45,
        ): f"{low + 10}–{low + 45} 与已分配给“{world.general.name}”的号段 {general} 重叠。{fits}",
        (low + 40, low + 45): f"{low + 40}–{low + 45} 中有已发放、已登记或已录入的编号。{fits}",
        (low + 90, low + 100): f"{low + 90}–{low + 100} 超出“{world.school.name}”的号段 {school}。{fits}",
        (low - 1, low): f"{low - 1}–{low} 超出“{world.school.name}”的号段 {school}。{fits}",
        (low + 60, low + 50): f"起始编号 {low + 60} 大于终止编号 {low + 50}。{fits}",
    }
    for (first, last), words in asked.items():
        assert refusal(world, school, world.sibling, first, last) == words
    assert (
        segments.hand_down(
            school, to=world.sibling, first=low + 41, last=low + 99, by=world.role(world.school)
        ).size
        == 59
    )
    assert "剩余 0 个" in refusal(world, school, world.sibling, low + 41, low + 41)


def test_only_active_children_get_a_piece(world):
    made = chain(world)
    free = made["school"].first + 50
    for place in (world.branch, world.street, world.school, world.county):
        assert "不是“丙中学团委”的直接下级" in refusal(world, made["school"], place, free, free)
    organizations.deactivate(world.sibling, by=world.role(world.province))
    assert (
        refusal(world, made["school"], world.sibling, free, free) == "“丙中学教工团支部”已停用，不能分配号段"
    )


def test_whoever_is_not_at_or_above_the_owner_hands_nothing_down(world):
    made = chain(world)
    free = made["school"].first + 50
    for place in (world.general, world.street, world.other_school, world.branch):
        with pytest.raises(PermissionDenied):
            segments.hand_down(made["school"], to=world.sibling, first=free, last=free, by=world.role(place))


def test_a_piece_is_told_to_its_organisation_and_recorded_without_values(world):
    made = chain(world)
    (notice,) = Notice.objects.filter(organization=world.school, kind="号段")
    assert notice.title == "收到 2026 年高中领域号段 100 个"
    assert notice.body == f"“{world.county.name}”分配了 {made['school'].first}–{made['school'].last}。"
    event = AuditEvent.objects.get(subject=f"segment:{made['school'].pk}")
    assert (event.verb, event.organization, event.note) == ("segment.hand_down", world.school, "")


def test_many_at_once_is_done_as_it_was_previewed(world):
    made = chain(world)
    county = made["county"]
    shares = [(world.street, 30), (world.county_branch, 5), (world.school, 65)]
    free = vacant.free_runs(county)
    preview = segments.propose(free, shares)
    done = segments.hand_down_many(county, shares, seen=runs.fingerprint(free), by=world.role(world.county))
    assert [(one.first, one.last) for one in done] == preview
    assert [one.organization for one in done] == [child for child, _ in shares]
    assert vacant.free_runs(county) == [] and list(proof.faults()) == []


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (
            ((60,), (41,)),
            "不够分配给“乙县直属团支部”41 个连续编号（共要分配 101 个，此前已安排 1 个组织）。本级剩余 40 个",
        ),
        (((101,), (1,)), "不够分配给“丁街道团工委”101 个连续编号。本级剩余 100 个，最长的连续空号 100 个"),
        (((1,), (0,)), "分配给“乙县直属团支部”的数量应为大于 0 的整数，现为 0"),
    ],
)
def test_of_many_all_or_nothing_is_done_and_the_one_that_does_not_fit_is_named(world, shares, words):
    county = chain(world)["county"]
    asked = [(world.street, *shares[0]), (world.county_branch, *shares[1])]
    seen = runs.fingerprint(vacant.free_runs(county))
    before = Segment.objects.count()
    with pytest.raises(SegmentRefused) as refused:
        segments.hand_down_many(county, asked, seen=seen, by=world.role(world.county))
    assert words in str(refused.value) and Segment.objects.count() == before


def test_many_at_once_is_refused_when_the_free_numbers_changed_since_the_preview(world):
    county = chain(world)["county"]
    by = world.role(world.county)
    seen = runs.fingerprint(vacant.free_runs(county))
    segments.hand_down(county, to=world.street, first=county.last, last=county.last, by=by)
    with pytest.raises(SegmentRefused, match=r"预览之后，本级的可用编号有了变化.*本级剩余 99 个"):
        segments.hand_down_many(county, [(world.county_branch, 5)], seen=seen, by=by)


# Taking back ---------------------------------------------------------------------------------------


def take_back(world, piece, first, last):
    return segments.take_back(piece, first=first, last=last, by=world.role(piece.parent.organization))


def test_the_unused_tail_comes_back_and_what_remains_is_told(world):
    made = chain(world)
    piece = made["general"]  # 40, of which the branch has the first 20
    assert take_back(world, piece, piece.first + 30, piece.last) == 30
    piece.refresh_from_db()
    assert piece.size == 30
    assert vacant.free_runs(made["school"]) == [(piece.first + 30, made["school"].last)]
    notice = Notice.objects.filter(organization=world.general).latest("pk")
    assert notice.title == "2026 年高中领域号段被收回 10 个"
    assert f"保留 {piece.first}–{piece.last} 共 30 个" in notice.body
    assert list(proof.faults()) == []


def test_only_the_unused_tail_comes_back(world):
    made = chain(world)
    piece = made["general"]
    tail = f"可以收回的是 {piece.first + 20}–{piece.last}（20 个）"
    for first, last in (
        (piece.first + 19, piece.last), (piece.first + 20, piece.last - 1), (piece.first + 20, piece.last + 1),
        (piece.last + 1, piece.last), (piece.first, piece.last),
    ):  # fmt: skip
        with pytest.raises(SegmentRefused) as refused:
            take_back(world, piece, first, last)
        assert tail in str(refused.value)
    piece.refresh_from_db()
    assert piece.size == 40


@pytest.mark.parametrize("use", ["issued", "reserved", "held", "handed down"])
def test_a_used_last_number_leaves_no_tail(world, use):
    made = chain(world)
    piece = made["branch"] if use != "handed down" else made["general"]
    if use == "handed down":
        segments.hand_down(
            piece, to=world.branch, first=piece.last, last=piece.last, by=world.role(world.general)
        )
    elif use == "issued":
        for _ in range(20):
            issued(world.branch, world.role(world.school))
    else:
        holding = holdings.take(
            str(piece.last), holder="演示甲", id_blind=b"x" * 32, organization=settled(world.branch.pk)
        )
        if use == "held":
            holdings.confirm(holding)
    with pytest.raises(
        SegmentRefused, match=f"没有未使用的尾段：最后的编号 {piece.last} 已下发、发放、登记或录入"
    ):
        take_back(world, piece, piece.last, piece.last)


def test_released_and_withdrawn_numbers_do_not_block_and_counts_stay_exact_folded_or_not(world):
    made = chain(world)
    school, piece = world.role(world.school), made["branch"]
    kept = issued(world.branch, school)
    withdrawn = issued(world.branch, school)
    holding = holdings.take(
        str(piece.last), holder="演示甲", id_blind=b"x" * 32, organization=settled(world.branch.pk)
    )
    rollup.fold()
    holdings.release(holding)
    issues.withdraw(withdrawn, by=school)  # the ends are still to be folded when the tail goes
    assert take_back(world, piece, piece.first + 1, piece.last) == 1
    for _ in range(2):
        assert rollup.counts([piece])[piece.pk] == rollup.Counts(issued=1)
        assert list(proof.faults()) == []
        rollup.fold()
    assert kept.value == piece.first


def test_a_piece_of_which_nothing_remains_is_gone(world):
    made = chain(world)
    piece = made["branch"]
    assert take_back(world, piece, piece.first, piece.last) == 0
    assert not Segment.objects.filter(pk=piece.pk).exists()
    assert not SegmentCount.objects.filter(segment_id=piece.pk).exists()
    notice = Notice.objects.filter(organization=world.branch).latest("pk")
    assert "该号段已全部收回" in notice.body
    with pytest.raises(SegmentRefused, match="已被收回，请刷新页面"):
        take_back(world, piece, piece.first, piece.last)


def test_what_the_province_registered_cannot_be_taken_back(world):
    top = chain(world)["province"]
    with pytest.raises(SegmentRefused, match="由省级登记"):
        segments.take_back(top, first=top.last, last=top.last, by=world.role(world.province))


def test_a_piece_is_taken_back_from_above_only(world):
    piece = chain(world)["general"]
    for place in (world.general, world.branch, world.other_city):
        with pytest.raises(PermissionDenied):
            segments.take_back(piece, first=piece.last, last=piece.last, by=world.role(place))


# What the database itself refuses ------------------------------------------------------------------


def raw(model, **changes):
    twin = Segment.objects.get(pk=model.pk)
    twin.pk = None
    for name, value in changes.items():
        setattr(twin, name, value)
    twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "segment_no_overlap"),
        ({"domain": "society"}, "segment_no_overlap"),
        ({"span": NumericRange(202611100019, 202611100021)}, "segment_no_overlap"),
        ({"span": NumericRange(202511100000, 202511100009)}, "segment_of_one_year"),
        ({"span": NumericRange(202699999999, 202700000001)}, "segment_of_one_year"),
        ({"span": NumericRange(202611100050, 202611100050)}, "segment_of_one_year"),
        ({"span": NumericRange(202611100500, None)}, "segment_bounded"),
        ({"span": NumericRange(None, 202611100500), "depth": 9}, "segment_bounded"),
        ({"span": NumericRange(202611100500, 202611100501), "year": 2025}, "segment_of_one_year"),
        ({"span": NumericRange(202611100500, 202611100501), "domain": "x"}, "segment_domain"),
        ({"span": NumericRange(202611100500, 202611100501), "parent_id": None}, "segment_chain"),
        ({"span": NumericRange(202611100500, 202611100501), "depth": 0}, "segment_chain"),
    ],
)
def test_the_database_refuses(world, changes, constraint):
    piece = chain(world)["branch"]
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        raw(piece, **changes)


def test_a_segment_with_pieces_cannot_be_deleted(world):
    made = chain(world)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM numbering_segmentcount WHERE segment_id = %s", [made["school"].pk])
        cursor.execute("DELETE FROM numbering_segment WHERE id = %s", [made["school"].pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_reading_free_runs_takes_one_statement_however_many_segments(world, django_assert_num_queries):
    made = chain(world)
    with django_assert_num_queries(1):
        found = vacant.free_runs_of(made.values())
    assert {place: runs.total(found[one.pk]) for place, one in made.items()} == {
        "province": 600, "city": 200, "county": 100, "school": 60, "general": 20, "branch": 20,
    }  # fmt: skip
    assert Issue.objects.count() == 0
