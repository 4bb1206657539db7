"""check_numbers: silent when all is right, and one line for each thing that is not."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from numbering import proof, rollup
from numbering.models import Holding, Issue, Registration, Segment
from numbering.services import holdings, registrations
from numbering.tasks import check_numbers
from orgs.models import Notice, settled
from orgs.services import organizations
from tests.numbering.cases import chain, issued
from tests.numbering.filings import filed


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def without_constraint(table, name):
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked forbids changing the table
    sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.fixture
def right(world):
    """A chain with a number issued, one entered and in force, one entered and waiting, one released again."""
    made = chain(world)
    school = world.role(world.school)
    for _ in range(4):
        issued(world.branch, school)
    waiting, held, released, _ = Issue.objects.order_by("value")
    for one in (waiting, held, released):
        holding = holdings.take(
            one.number, holder=one.name, id_blind=one.id_blind, organization=settled(world.branch.pk)
        )
        if one == held:
            holdings.confirm(holding)
        if one == released:
            holdings.release(holding)
    return made


def wrong():
    return list(proof.faults())


def test_nothing_is_said_of_what_is_right_folded_or_not(right, capsys):
    assert wrong() == []
    assert rollup.fold() > 0
    call_command("check_numbers")
    assert capsys.readouterr().out == "号段核对无误。\n"
    assert check_numbers() == 0
    assert not Notice.objects.filter(subject__startswith="check_numbers").exists()


def test_a_piece_outside_its_parent_is_found(right):
    piece = right["branch"]
    sql(
        "UPDATE numbering_segment SET span = int8range(lower(span) + 500, upper(span) + 500) WHERE id = %s",
        piece.pk,
    )
    assert [line for line in wrong() if line.startswith(f"号段 #{piece.pk} ") and "不在上级号段" in line]


@pytest.mark.parametrize("column", ["domain = 'junior'", "depth = depth + 1"])
def test_a_piece_that_differs_from_its_parent_is_found(right, column):
    piece = right["branch"]
    sql(f"UPDATE numbering_segment SET {column} WHERE id = %s", piece.pk)
    assert [line for line in wrong() if line.startswith(f"号段 #{piece.pk} ") and "与上级不符" in line]


def test_a_piece_of_another_year_than_its_parent_is_found(right):
    piece = right["branch"]
    without_constraint("numbering_segment", "segment_of_one_year")
    sql("UPDATE numbering_segment SET year = 2025 WHERE id = %s", piece.pk)
    assert [line for line in wrong() if line.startswith(f"号段 #{piece.pk} ") and "与上级不符" in line]


def test_an_overlap_of_siblings_is_found(right, world):
    piece = right["branch"]
    without_constraint("numbering_segment", "segment_no_overlap")
    twin = Segment.objects.get(pk=piece.pk)
    twin.pk = None
    twin.save(force_insert=True)
    rollup.fold(opening=[twin])
    assert wrong() == [
        f"号段 #{twin.pk} [{piece.first},{piece.last + 1}) 与同级号段重叠（前面的号段到 {piece.last}）"
    ]


def test_a_standing_holding_of_2023_or_later_outside_every_segment_is_found(right, world):
    for number in ("202611900001", "202211900002"):
        holdings.take(number, holder="演示甲", id_blind=b"x" * 32, organization=settled(world.branch.pk))
    holding = Holding.objects.get(number="202611900001")
    assert wrong() == [f"编号占用 #{holding.pk} 的编号 202611900001 不在任何号段之内"]


def test_a_holding_outside_is_exempt_by_a_handled_veteran_registration_for_its_number_only(right, world):
    role = world.role(world.branch)
    for serial in (1, 2):
        holdings.take(
            f"20261190000{serial}", holder="演示甲", id_blind=b"x" * 32, organization=settled(world.branch.pk)
        )
    veteran = Registration(
        kind=Registration.Kind.VETERAN, state=Registration.State.HANDLED, name="演示甲", number="202611900001",
        value=202611900001,
        developed_by="演示部队", unit="演示部队", discharged_on=date(2026, 9, 1), handled_at="2026-10-01T08:00+08:00",
        filed_by=role.user, filed_for=world.branch,
    )  # fmt: skip
    veteran.seal_id("110105199003070000")
    veteran.place(world.branch)
    veteran.save()
    assert [line.split(" 的编号 ")[1][:12] for line in wrong()] == ["202611900002"]


def test_a_registration_whose_value_is_not_its_number_is_found(right, world):
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    sql("UPDATE numbering_registration SET value = value + 1 WHERE id = %s", one.pk)
    assert wrong() == [f"编号登记备案 #{one.pk} 的编号 {one.number} 与数值 {one.value + 1} 不符"]


def test_a_number_registered_for_one_and_issued_to_another_is_found(right, world):
    issue = Issue.objects.open().first()
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
    registrations.handle(one, by=world.role(world.province))
    assert wrong() == []
    sql(
        "UPDATE numbering_registration SET number = %s, value = %s WHERE id = %s",
        *(issue.number, issue.value, one.pk),
    )
    assert wrong() == [f"编号登记备案 #{one.pk} 的编号 {issue.number} 另已发放给他人，或为他人登记"]


def test_a_holding_whose_value_is_not_its_number_is_found(right):
    holding = Holding.objects.filter(state="held").get()
    sql("UPDATE numbering_holding SET value = value + 1 WHERE id = %s", holding.pk)
    assert f"编号占用 #{holding.pk} 的编号 {holding.number} 与数值 {holding.value + 1} 不符" in wrong()


@pytest.mark.parametrize("damage", ["value = 202611999999, number = '202611999999'", "domain = 'society'"])
def test_a_standing_issue_outside_the_segments_of_its_domain_is_found(right, damage):
    issue = Issue.objects.open().first()
    sql(f"UPDATE numbering_issue SET {damage} WHERE id = %s", issue.pk)
    issue.refresh_from_db()
    assert f"编号发放 #{issue.pk} 的编号 {issue.number} 不在本领域的号段之内" in wrong()


def test_an_entered_issue_whose_holding_was_released_is_found(right):
    issue = Issue.objects.filter(state="entered").first()
    sql("UPDATE numbering_holding SET state = 'released', ended_at = now() WHERE id = %s", issue.holding_id)
    said = (
        f"编号发放 #{issue.pk} 的编号 {issue.number} 与编号占用不符（占用编号 {issue.number}，状态 released）"
    )
    assert said in wrong()


def test_an_entered_issue_whose_holding_has_another_number_is_found(right, world):
    issue = Issue.objects.filter(state="entered").first()
    other = holdings.take(
        "202211900009", holder="演示乙", id_blind=b"x" * 32, organization=settled(world.branch.pk)
    )
    sql("UPDATE numbering_issue SET holding_id = %s WHERE id = %s", other.pk, issue.pk)
    assert [line for line in wrong() if "占用编号 202211900009，状态 reserved" in line]


@pytest.mark.parametrize("column", ["held", "reserved", "issued"])
def test_a_wrong_count_is_found(right, column):
    segment = right["county"]
    sql(f"UPDATE numbering_segmentcount SET {column} = {column} + 1 WHERE segment_id = %s", segment.pk)
    (line,) = wrong()
    assert line.startswith(f"号段 #{segment.pk} 的汇总有误")


def test_a_lost_delta_is_found_on_the_whole_chain(right):
    sql("DELETE FROM numbering_delta WHERE held = 1")
    assert len(wrong()) == len(right)


def test_a_segment_without_counts_is_found(right):
    segment = right["city"]
    sql("DELETE FROM numbering_segmentcount WHERE segment_id = %s", segment.pk)
    assert wrong() == [f"号段 #{segment.pk} 的汇总有误：记为 无，实为 1/1/2（已占用/审核中/待录入）"]


def test_the_command_lists_every_fault_and_fails(right, capsys):
    sql("UPDATE numbering_segmentcount SET held = held + 1")
    with pytest.raises(CommandError, match=f"发现 {len(right)} 处有误"):
        call_command("check_numbers")
    said = capsys.readouterr().out
    assert said.count("汇总有误") == len(right) and "演示" not in said


def test_a_piece_whose_owner_moved_away_is_mentioned_but_no_fault(right, world, capsys):
    organizations.move(world.general, to=world.county, by=world.role(world.province))
    call_command("check_numbers")
    said = capsys.readouterr().out
    assert "1 个号段的持有组织调整过" in said and "号段核对无误" in said


def test_the_nightly_proof_tells_the_province_once(right, world):
    sql("UPDATE numbering_segmentcount SET held = held + 1")
    assert [check_numbers(), check_numbers()] == [len(right)] * 2
    (notice,) = Notice.objects.filter(subject__startswith="check_numbers")
    assert (notice.organization, notice.kind, notice.sort) == (world.province, "号段", Notice.Sort.NEWS)
    assert f"{len(right)} 处有误" in notice.title and "汇总有误" in notice.body


def test_the_proof_takes_as_many_statements_for_many_segments_as_for_few(right, django_assert_num_queries):
    with django_assert_num_queries(len(proof.PROMISES)):
        wrong()
