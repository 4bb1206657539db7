"""编号登记备案: what is refused, and the whole way up, back and through."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from archives.services import withdrawal
from members.made_up import id_number
from numbering import vacant
from numbering.models import Holding, Registration
from numbering.services import holdings, registrations
from numbering.services.figures import figures
from numbering.services.registration_steps import NOTICE
from numbering.services.registrations import FilingRefused
from numbering.services.segments import SegmentRefused, hand_down, take_back
from orgs.models import AuditEvent, Notice, Role
from orgs.services import organizations
from tests.archives.claiming import enter_as, wanting
from tests.numbering.cases import chain, issued
from tests.numbering.filings import LEVELS, at_province, filed, person, segments, staffed, veteran
from zhtj.lib.states import StaleState

REASON = "发展组织全称与入团志愿书不符，请核对后重新提交"


def codes(make, world, role, **values) -> set[tuple[str, str]]:
    with pytest.raises(FilingRefused) as refused:
        registrations.file(organization=world.branch, by=role, **make(**values))
    assert all(problem.message for problem in refused.value.problems)
    return {(problem.field, problem.code) for problem in refused.value.problems}


def fresh(one: Registration) -> Registration:
    return Registration.objects.with_standing().get(pk=one.pk)


def verbs(one: Registration) -> list[str]:
    return list(one.steps.order_by("pk").values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("make", "values", "expected"),
    [
        (person, {"name": ""}, {("name", "name_missing")}),
        (person, {"name": "张3"}, {("name", "name_characters")}),
        (person, {"name": "张\x00三"}, {("name", "name_characters")}),
        (person, {"id_number": ""}, {("id_number", "id_number_missing")}),
        (person, {"id_number": "11010120100101000"}, {("id_number", "id_length")}),
        (person, {"id_number": "110101201001010000"}, {("id_number", "id_check_digit")}),
        (person, {"number": ""}, {("number", "number_missing")}),
        (person, {"number": "编号202611000001"}, {("number", "number_year")}),
        (person, {"number": "209911000001"}, {("number", "number_future")}),
        (person, {"number": "20261100001"}, {("number", "number_shape")}),
        (person, {"number": "202610000001"}, {("number", "number_province")}),
        (person, {"number": "202611999999"}, {("number", "number_segment")}),
        (person, {"number": "202211000001"}, {("number", "enter_now")}),
        (person, {"developed_by": " "}, {("developed_by", "developed_by_missing")}),
        (person, {"developed_by": "长" * 121}, {("developed_by", "too_long")}),
        (person, {"developed_by": "团委\x00"}, {("developed_by", "unprintable")}),
        (person, {"developed_by": "团委\ud800"}, {("developed_by", "unprintable")}),
        (person, {"kind": "other"}, {("kind", "kind_unknown")}),
        (veteran, {"unit": ""}, {("unit", "unit_missing")}),
        (veteran, {"discharged_on": None}, {("discharged_on", "discharged_on_missing")}),
        (veteran, {"discharged_on": date(2999, 1, 1)}, {("discharged_on", "discharged_on_future")}),
        (veteran, {"discharged_on": date(2021, 12, 31)}, {("discharged_on", "discharged_on_early")}),
        (veteran, {"name": "", "unit": ""}, {("name", "name_missing"), ("unit", "unit_missing")}),
    ],
)
def test_what_cannot_be_filed_is_refused_with_its_reason(world, make, values, expected):
    segments(world)
    assert codes(make, world, world.role(world.branch), **values) == expected
    assert not Registration.objects.exists() and not Notice.objects.filter(kind=NOTICE).exists()


def test_a_number_of_the_army_lies_in_no_segment_and_can_be_filed(world):
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    assert (one.state, one.unit, one.discharged_on) == ("rising", "演示部队", date(2025, 9, 1))


def test_a_number_of_a_segment_of_others_is_not_told_apart_from_one_of_none(world):
    segments(world)
    values = person()
    with pytest.raises(FilingRefused, match="不在本组织及上级组织的号段内"):
        registrations.file(organization=world.other_branch, by=world.role(world.other_branch), **values)


def test_a_number_somebody_holds_is_no_unused_one_and_nobody_is_named(world):
    segments(world)
    values = person()
    holdings.take(values["number"], holder="演示占用人", id_blind=b"x" * 32, organization=world.sibling)
    with pytest.raises(FilingRefused) as refused:
        registrations.file(organization=world.branch, by=world.role(world.branch), **values)
    assert {problem.code for problem in refused.value.problems} == {"taken"}
    said = str([(one.message, one.detail) for one in refused.value.problems])
    assert "演示占用人" not in said and world.sibling.name not in said


def test_a_number_issued_to_this_person_can_be_entered_at_once(world):
    segments(world)
    given = issued(world.branch, world.role(world.school))
    role = world.role(world.branch)
    same = {"number": given.number, "id_number": given.opened_id()}
    assert codes(person, world, role, **same) == {("number", "enter_now")}
    assert codes(person, world, role, number=given.number) == {("number", "issued")}


def test_a_second_filing_hears_where_the_first_one_stands(world):
    staffed(world)
    role = world.role(world.branch)
    values = veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    for kind in (values, values | {"name": "演示改名"}):
        with pytest.raises(FilingRefused) as refused:
            registrations.file(organization=world.branch, by=role, **kind)
        assert [problem.code for problem in refused.value.problems] == ["filed"]
        assert "丙中学团委" in refused.value.problems[0].detail
    with pytest.raises(FilingRefused) as refused:
        registrations.file(organization=world.other_branch, by=world.role(world.other_branch), **values)
    assert refused.value.problems[0].detail == ""
    registrations.withdraw(one, by=role)
    assert registrations.file(organization=world.branch, by=role, **values).pk != one.pk


def test_what_is_handled_is_not_filed_again_but_entered(world):
    role, values = world.role(world.branch), veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    registrations.handle(one, by=world.role(world.province))
    with pytest.raises(FilingRefused, match="可以直接录入"):
        registrations.file(organization=world.branch, by=role, **values)


def test_the_whole_way_up_through_every_level(world):
    segments(world)
    levels = staffed(world)
    role = world.role(world.branch)
    one = filed(world.branch, role)
    for place in LEVELS[:-1]:
        one = fresh(one)
        assert one.waits_at == getattr(world, place)
        todo = Notice.objects.open_todos().get(subject=f"registration:{one.pk}")
        assert (todo.organization, todo.kind) == (getattr(world, place), "编号登记备案")
        registrations.pass_up(one, by=levels[place])
    assert fresh(one).waits_at == world.province
    registrations.handle(one, by=levels["province"])
    one = fresh(one)
    assert (one.state, one.waits_at, one.handled_at is None) == ("handled", None, False)
    assert verbs(one) == ["filed", "confirmed", "confirmed", "confirmed", "handled"]
    assert not Notice.objects.open_todos().exists()
    result = Notice.objects.get(sort=Notice.Sort.RESULT)
    assert (result.organization, "可以录入" in result.title) == (world.branch, True)
    events = AuditEvent.objects.filter(subject=f"registration:{one.pk}").order_by("pk")
    assert [event.verb for event in events] == [f"registration.{verb}" for verb in verbs(one)]


def test_levels_without_an_administrator_are_passed_over(world):
    levels = staffed(world, "city")
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    assert one.waits_at == world.city
    registrations.pass_up(one, by=levels["city"])
    assert fresh(one).waits_at == world.province


def test_a_general_branch_confirms_nothing(world):
    role = world.role(world.general)
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    assert one.waits_at == world.province
    with pytest.raises(PermissionDenied):
        registrations.pass_up(one, by=role)


def test_the_province_has_nobody_above_and_handles_what_it_files_itself(world):
    role = world.role(world.province)
    one = filed(world.street_branch, role, kind="veteran")
    assert one.waits_at == world.province
    with pytest.raises(PermissionDenied, match="不再上报"):
        registrations.pass_up(one, by=role)
    registrations.handle(one, by=role)
    assert fresh(one).state == "handled"


@pytest.mark.parametrize("place", ["sibling", "school", "county", "other_city"])
def test_only_the_level_it_waits_at_decides(world, place):
    one = at_province(world, kind="veteran")
    role = world.role(getattr(world, place))
    for act in (registrations.pass_up, registrations.handle):
        with pytest.raises((PermissionDenied, StaleState)):
            act(one, by=role)
    with pytest.raises((PermissionDenied, StaleState)):
        registrations.return_(one, reason=REASON, by=role)
    assert (fresh(one).state, verbs(one)) == ("rising", ["filed"])


def test_filed_from_above_it_goes_up_from_there_and_both_are_told(world):
    levels = staffed(world)
    one = filed(world.branch, levels["school"], kind="veteran")
    assert (one.organization, one.filed_for, one.waits_at) == (world.branch, world.school, world.county)
    for place in ("county", "city"):
        registrations.pass_up(one, by=levels[place])
    registrations.handle(one, by=levels["province"])
    told = Notice.objects.exclude(sort=Notice.Sort.TODO).values_list("organization", flat=True)
    assert set(told) == {world.school.pk, world.branch.pk}


def test_nobody_files_for_an_organisation_beside_or_above(world):
    role = world.role(world.branch)
    for place in (world.sibling, world.school, world.other_branch):
        with pytest.raises(PermissionDenied):
            registrations.file(organization=place, by=role, **veteran())


def test_returned_it_is_put_right_and_goes_up_again_from_the_beginning(world):
    levels, role = staffed(world), world.role(world.branch)
    values = veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    registrations.pass_up(one, by=levels["school"])
    registrations.return_(one, reason=REASON, by=levels["county"])
    one = fresh(one)
    assert (one.state, one.waits_at) == ("returned", None)
    todo = Notice.objects.open_todos().get()
    assert (todo.organization, todo.body, todo.verb) == (world.branch, REASON, "去修改")
    right = registrations.filings.reading(**values | {"developed_by": "演示部队某旅团委"})
    registrations.file_again(one, right, by=role)
    one = fresh(one)
    assert (one.state, one.waits_at, one.developed_by) == ("rising", world.school, "演示部队某旅团委")
    assert verbs(one) == ["filed", "confirmed", "returned", "filed_again"]
    assert one.steps.get(verb="returned").reason == REASON
    todo.refresh_from_db()
    assert todo.done_by == role.user


def test_withdrawn_after_it_was_returned_nothing_is_left_to_do(world):
    role = world.role(world.branch)
    one = registrations.file(organization=world.branch, by=role, **veteran())
    registrations.return_(one, reason=REASON, by=world.role(world.province))
    registrations.withdraw(one, by=role)
    assert not Notice.objects.open_todos().exists()


def test_filed_again_wrongly_it_stays_returned(world):
    role, values = world.role(world.branch), veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    registrations.return_(one, reason=REASON, by=world.role(world.province))
    with pytest.raises(FilingRefused):
        registrations.file_again(one, registrations.filings.reading(**values | {"unit": ""}), by=role)
    assert (fresh(one).state, verbs(one)) == ("returned", ["filed", "returned"])


def test_only_the_organisation_that_filed_it_files_again_and_withdraws(world):
    one = filed(world.branch, world.role(world.school), kind="veteran")
    registrations.return_(one, reason=REASON, by=world.role(world.province))
    with pytest.raises(PermissionDenied, match="丙中学团委"):
        registrations.withdraw(one, by=world.role(world.branch))
    with pytest.raises(PermissionDenied):
        registrations.withdraw(one, by=world.role(world.other_branch))
    registrations.withdraw(one, by=world.role(world.school))
    assert fresh(one).state == "withdrawn"


def test_a_page_that_showed_an_older_step_decides_nothing(world):
    levels, role, values = staffed(world), world.role(world.branch), veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    seen = fresh(one).last_step
    registrations.return_(one, reason=REASON, by=levels["school"])
    registrations.file_again(one, registrations.filings.reading(**values | {"name": "演示改名"}), by=role)
    with pytest.raises(StaleState, match="修改后重新提交"):
        registrations.pass_up(one, by=levels["school"], seen=seen)
    registrations.pass_up(one, by=levels["school"], seen=fresh(one).last_step)
    assert fresh(one).waits_at == world.county


def test_many_are_done_each_for_itself_and_those_that_are_late_are_named(world):
    levels, role = staffed(world), world.role(world.branch)
    many = [filed(world.branch, role, kind="veteran", name=f"演示{sign}员") for sign in "甲乙丙"]
    registrations.pass_up(many[1], by=world.role(world.school))
    done, late = registrations.each(
        [(one, None) for one in many],
        lambda one, seen: registrations.pass_up(one, by=levels["school"], seen=seen),
    )
    assert done == 2
    assert len(late) == 1 and "演示乙员" in late[0] and "确认上报" in late[0] and world.county.name in late[0]
    assert {fresh(one).waits_at for one in many} == {world.county}


def test_colleagues_see_who_was_faster(world):
    staffed(world)
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    role = world.role(world.school)
    registrations.pass_up(one, by=role)
    assert Notice.objects.get(organization=world.school, sort=Notice.Sort.TODO).done_by == role.user


def test_once_the_person_is_entered_by_whatever_name_it_says_so(world):
    segments(world)
    role, values = world.role(world.branch), person()
    entry = wanting(values["number"], name="演示另名")
    one = at_province(world, **values | {"id_number": entry.id_number})
    registrations.handle(one, by=world.role(world.province))
    assert not fresh(one).entered and Registration.objects.to_enter().get() == one
    member = enter_as(entry, role)
    assert fresh(one).entered and not Registration.objects.to_enter().exists()
    withdrawal.withdraw(member, reason=REASON, by=role)
    assert not fresh(one).entered and Holding.objects.count() == 1


def test_somebody_of_the_same_name_who_holds_the_number_is_not_the_person_registered(world):
    one = at_province(world, **veteran())
    registrations.handle(one, by=world.role(world.province))
    holdings.take(one.number, holder=one.name, id_blind=b"x" * 32, organization=world.sibling)
    assert not fresh(one).entered


def test_a_number_filed_as_unused_is_promised_to_nobody_else_until_it_is_withdrawn(world):
    made = chain(world)
    role, school = world.role(world.branch), world.role(world.school)
    own = made["branch"]
    one = filed(world.branch, role, number=str(own.first))
    assert (one.value, vacant.free_runs(own)) == (own.first, [(own.first + 1, own.last)])
    assert issued(world.branch, school).value == own.first + 1
    registrations.return_(one, reason=REASON, by=school)
    assert issued(world.branch, school).value == own.first + 2
    registrations.withdraw(fresh(one), by=role)
    assert issued(world.branch, school).value == own.first


def test_a_number_filed_as_unused_is_neither_handed_down_nor_taken_back(world):
    made = chain(world)
    school, county = world.role(world.school), world.role(world.county)
    last = made["school"].last
    filed(world.branch, world.role(world.branch), number=str(last))
    with pytest.raises(SegmentRefused, match="中有已发放、已登记或已录入的编号"):
        hand_down(made["school"], to=world.sibling, first=last, last=last, by=school)
    with pytest.raises(SegmentRefused, match=f"最后的编号 {last} 已下发、发放、登记或录入"):
        take_back(made["school"], first=last, last=last, by=county)
    [shown] = figures([made["school"]])
    assert (shown.registered, shown.segment.size) == (1, shown.given + shown.left + shown.registered)


def test_a_number_of_a_veteran_is_kept_once_the_province_has_registered_it(world):
    own = chain(world)["branch"]
    one = at_province(world, **veteran(number=str(own.first), discharged_on=date(2026, 5, 4)))
    assert vacant.free_runs(own)[0][0] == own.first
    Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
    registrations.handle(one, by=world.role(world.province))
    assert vacant.free_runs(own)[0][0] == own.first + 1


def test_a_number_filed_for_one_person_is_not_filed_for_another(world):
    segments(world)
    one = at_province(world)
    assert codes(person, world, world.role(world.branch), number=one.number) == {("number", "registered")}


def test_the_province_does_not_register_what_somebody_else_was_given_meanwhile(world):
    own = chain(world)["branch"]
    province = world.role(world.province)
    one = at_province(world, **veteran(number=str(own.first), discharged_on=date(2026, 5, 4)))
    Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
    given = issued(world.branch, world.role(world.school))
    assert given.number == one.number
    with pytest.raises(StaleState, match=f"编号 {one.number} 已发放给其他人，请退回"):
        registrations.handle(one, by=province)
    registrations.return_(one, reason=REASON, by=province)
    assert (fresh(one).state, given.state) == ("returned", "open")


def test_the_province_does_not_register_as_unused_what_somebody_else_holds_meanwhile(world):
    segments(world)
    one = at_province(world)
    holdings.take(one.number, holder="演示占用人", id_blind=b"x" * 32, organization=world.sibling)
    with pytest.raises(StaleState, match="已由其他人占用，请退回"):
        registrations.handle(one, by=world.role(world.province))


def test_the_province_registers_a_number_for_one_person_only(world):
    role, province = world.role(world.branch), world.role(world.province)
    number = veteran()["number"]
    one, other = (filed(world.branch, role, kind="veteran", number=number) for _ in range(2))
    registrations.handle(one, by=province)
    with pytest.raises(StaleState, match="已为另一人登记，请退回"):
        registrations.handle(other, by=province)
    done, late = registrations.each([(other, None)], lambda row, seen: registrations.handle(row, by=province))
    assert done == 0 and "没有登记" in late[0]


def test_id_numbers_stand_in_no_step_audit_or_notice(world):
    levels, role = staffed(world), world.role(world.branch)
    values = veteran(id_number=id_number(date(2004, 2, 29)))
    one = registrations.file(organization=world.branch, by=role, **values)
    registrations.return_(one, reason=REASON, by=levels["school"])
    for model in (Notice, AuditEvent, type(one.steps.get(verb="filed"))):
        assert values["id_number"] not in str(list(model.objects.values_list()))
    assert values["id_number"].encode() not in bytes(fresh(one).id_number)
    assert fresh(one).opened_id() == values["id_number"]


def test_when_the_tree_changes_it_waits_at_a_level_above_the_filer(world):
    staffed(world, "school", "county", "city")
    role = world.role(world.branch)
    one = filed(world.branch, role, kind="veteran")
    assert one.waits_at == world.school
    organizations.move(world.branch, to=world.street, by=world.role(world.province))
    one = fresh(one)
    assert one.waits_at == world.county  # 丁街道 has no administrator
    todo = Notice.objects.open_todos().get(subject=f"registration:{one.pk}")
    assert todo.organization == world.county


def test_what_was_filed_from_above_passes_to_the_entering_organisation_when_it_moves_away(world):
    levels = staffed(world)
    one = filed(world.branch, levels["school"], kind="veteran")
    registrations.return_(one, reason=REASON, by=levels["county"])
    organizations.move(world.branch, to=world.street, by=levels["province"])
    assert fresh(one).filed_for == world.branch
    assert Notice.objects.open_todos().get().organization == world.branch


def test_an_organisation_that_has_to_decide_cannot_be_closed(world):
    world.role(world.street)
    one = filed(world.street_branch, world.role(world.street_branch), kind="veteran")
    assert Registration.blocks_deactivation(world.street) == "1 件编号登记备案未办结"
    registrations.withdraw(one, by=Role.objects.get(organization=world.street_branch))
    assert Registration.blocks_deactivation(world.street) == ""


def test_nobody_is_filed_for_a_closed_organisation(world):
    role = world.role(world.school)
    world.sibling.deactivated_at = timezone.now()
    world.sibling.save(update_fields=["deactivated_at"])
    with pytest.raises(FilingRefused, match="已停用"):
        registrations.file(organization=world.sibling, by=role, **veteran())
