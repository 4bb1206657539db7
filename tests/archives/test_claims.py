"""Taken, brought forward, decided: what becomes of number, record, form and file (指引 3.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from archives import housekeeping
from archives.models import Claim, Draft, Upload
from archives.services import amendment, claims, drafts, review, withdrawal
from archives.services import entry as entries
from members.models import Change, Member
from members.services import changes
from numbering import rollup
from numbering.models import Dispute, Holding, Issue, Segment
from numbering.services import disputes
from numbering.services.disputes import DisputeOpen
from numbering.services.entitlement import OF_ANOTHER, NotIssued
from orgs.models import AuditEvent, Notice
from orgs.services import administrators
from tests.archives.cases import uploaded
from tests.archives.claiming import (
    NUMBER,
    disputed,
    enter_as,
    filed,
    promised,
    school_segment,
    typed,
    wanting,
)
from tests.factories import new_key
from tests.numbering.cases import issued
from zhtj.lib.states import StaleState

REASON = "发放登记表上是申请人"


def counts_are_true() -> None:
    found = list(Segment.objects.all())
    assert rollup.counts(found) == rollup.recount(found)


def told(organization, sort) -> list[str]:
    return list(Notice.objects.filter(organization=organization, sort=sort).values_list("title", flat=True))


def test_filing_keeps_the_form_and_its_file_and_takes_the_draft_along(world):
    case = disputed(world)
    assert case.claim.values() == {name: text for name, text in typed(case.entry).items() if text}
    assert not Draft.objects.exists()


def test_the_draft_of_the_form_goes_into_the_claim(world):
    case = disputed(world)
    disputes.withdraw(case.dispute, by=case.filer)
    key, entry, upload = new_key(), wanting(), uploaded(case.filer)
    drafts.save(typed(entry), key=key, organization=world.branch, upload=upload, by=case.filer)
    made = claims.file(
        entry, typed(entry), organization=world.branch, upload=upload, key=key, remark="", by=case.filer
    )
    assert (made.upload, made.key) == (upload, key)
    assert not Draft.objects.exists()


def test_the_same_form_sent_twice_makes_one_case_and_answers_both(world):
    case = disputed(world)
    again = claims.file(
        case.entry, typed(case.entry), organization=world.branch, upload=case.claim.upload, key=case.claim.key,
        remark="", by=case.filer,
    )  # fmt: skip
    assert again == case.claim
    assert Dispute.objects.count() == 1


def test_a_number_that_is_looked_into_already_gets_no_second_case(world):
    case = disputed(world)
    with pytest.raises(DisputeOpen) as known:
        filed(world, wanting(), world.role(world.street_branch))
    assert known.value.dispute == case.dispute
    assert Claim.objects.count() == 1


def test_a_number_that_is_free_by_now_is_entered_and_not_disputed(world):
    with pytest.raises(claims.NumberFree):
        filed(world, wanting(), world.role(world.branch))


def test_judge_and_occupant_are_told_when_it_is_filed(world):
    disputed(world)
    assert told(world.school, Notice.Sort.TODO)[-1] == f"发展团员编号 {NUMBER} 的占用待核实"
    assert told(world.sibling, Notice.Sort.NEWS) == [f"本组织占用的发展团员编号 {NUMBER} 正在核实"]


@pytest.mark.parametrize("in_force", [True, False])
def test_upheld_the_occupant_loses_the_number_and_the_applicant_is_issued_it(world, in_force):
    case = disputed(world, in_force=in_force)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    member = Member.objects.get(pk=case.member.pk)
    assert (member.holding, member.number_due, member.state) == (None, True, case.member.state)
    assert Holding.objects.get(pk=case.dispute.holding_id).state == Holding.State.RELEASED
    assert Change.objects.filter(member=member, field="released_number").get().opened() == (NUMBER, "")
    issue = Issue.objects.standing().get(number=NUMBER)
    assert (issue.organization, issue.opened_id(), issue.state) == (
        world.branch,
        case.entry.id_number,
        Issue.State.OPEN,
    )
    assert told(world.branch, Notice.Sort.RESULT) == ["编号已释放，可重新录入"]
    assert "演示占用人的发展团员编号待更正，请登记新的编号" in told(world.sibling, Notice.Sort.TODO)
    assert not Notice.objects.open_todos().filter(subject=f"dispute:{case.dispute.pk}").exists()
    counts_are_true()


def test_after_the_release_any_colleague_enters_the_person_with_the_file_brought_forward(world):
    case = disputed(world)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    member = enter_as(case.entry, world.role(world.branch), case.claim)
    assert (member.number, member.entry_key) == (NUMBER, case.claim.key)
    assert member.archives.get().upload == case.claim.upload
    assert Issue.objects.standing().get(number=NUMBER).state == Issue.State.ENTERED
    counts_are_true()


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
def test_the_to_do_of_a_number_lost_ends_with_the_entry_that_is(world, how):
    case = disputed(world, in_force=False)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    member = Member.objects.get(pk=case.member.pk)
    due = Notice.objects.open_todos().filter(subject=f"number_due:{member.pk}")
    assert due.count() == 1
    if how == "withdrawn":
        withdrawal.withdraw(member, reason="录错", by=case.holder)
    else:
        entry = changes.entry_of(member)
        entry = replace(entry, number=promised(entry, case.holder, case.judge))
        amendment.correct(member, entry, seen=changes.version(member), by=case.holder)
    assert not due.exists()


def test_a_review_of_the_occupant_under_way_starts_anew_when_the_number_goes(world):
    case = disputed(world, in_force=False)
    archive = case.member.archives.get()
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    with pytest.raises(StaleState):
        review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=case.judge)
    archive.refresh_from_db()
    review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=case.judge)
    member = Member.objects.get(pk=case.member.pk)
    assert (member.state, member.number_due) == (Member.State.ACTIVE, True)


def test_the_occupants_own_issue_and_another_of_the_applicant_are_taken_back(world):
    case = disputed(world)
    theirs = Issue.objects.get(number=NUMBER)
    other = issued(world.branch, case.judge, id_number=case.entry.id_number)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    states = dict(Issue.objects.values_list("pk", "state"))
    assert {states.pop(other.pk), states.pop(theirs.pk)} == {Issue.State.WITHDRAWN}
    assert list(states.values()) == [Issue.State.OPEN]
    counts_are_true()


def test_an_issue_that_was_the_applicants_all_along_is_used(world):
    school_segment(world)
    filer, holder, judge = world.role(world.branch), world.role(world.sibling), world.role(world.school)
    entry, occupant = wanting(name="演示申请人"), wanting(name="演示占用人")
    assert promised(entry, filer, judge) == NUMBER
    taken = entries.enter(
        occupant, organization=holder.organization, upload=uploaded(holder), key=new_key(), by=holder,
        confirmed={OF_ANOTHER},
    )  # fmt: skip
    mine = Issue.objects.get()
    claims.uphold(filed(world, entry, filer).dispute, reason=REASON, by=judge)
    assert Issue.objects.get() == mine
    assert Member.objects.get(pk=taken.pk).number_due
    counts_are_true()


def test_dismissed_the_number_stays_and_the_reason_is_told(world):
    case = disputed(world)
    disputes.dismiss(case.dispute, reason=REASON, by=case.judge)
    assert Member.objects.get(pk=case.member.pk).number == NUMBER
    notice = Notice.objects.get(organization=world.branch, sort=Notice.Sort.RESULT)
    assert (notice.title, notice.body) == (f"发展团员编号 {NUMBER} 不予释放", REASON)
    assert case.claim.values()["name"] == "演示申请人"


def test_a_number_the_occupant_gave_up_meanwhile_is_simply_issued(world):
    case = disputed(world, in_force=False)
    withdrawal.withdraw(case.member, reason="录错", by=case.holder)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    member = Member.objects.get(pk=case.member.pk)
    assert (member.state, member.number_due) == (Member.State.WITHDRAWN, False)
    assert Issue.objects.standing().get(number=NUMBER).name == "演示申请人"
    counts_are_true()


def test_a_number_that_somebody_else_took_meanwhile_is_not_released_by_this_case(world):
    case = disputed(world, in_force=False)
    withdrawal.withdraw(case.member, reason="录错", by=case.holder)
    third = enter_as(wanting(id_number=case.member.opened("id_number")), case.holder)
    with pytest.raises(StaleState, match="另一人占用"):
        claims.uphold(case.dispute, reason=REASON, by=case.judge)
    assert Dispute.objects.get().state == Dispute.State.OPEN
    assert Member.objects.get(pk=third.pk).number == NUMBER


def test_an_applicant_who_was_entered_with_another_number_is_released_none(world):
    case = disputed(world)
    other = promised(case.entry, case.filer, case.judge)
    enter_as(wanting(other, id_number=case.entry.id_number), case.filer, case.claim)
    with pytest.raises(StaleState, match="已录入系统"):
        claims.uphold(case.dispute, reason=REASON, by=case.judge)
    assert Member.objects.get(pk=case.member.pk).number == NUMBER


def test_old_numbers_lie_in_no_segment_and_are_only_freed(world):
    case = disputed(world, number="202211990001")
    assert case.dispute.judge == world.school
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    assert not Issue.objects.exists()
    assert enter_as(case.entry, case.filer, case.claim).number == "202211990001"


@pytest.mark.parametrize("how", ["corrected", "entered"])
def test_an_old_number_released_waits_for_the_applicant_and_is_nobody_elses(world, how):
    case = disputed(world, in_force=False, number="202211990001")
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    member = Member.objects.select_related("organization").get(pk=case.member.pk)
    with pytest.raises(NotIssued, match="已经核实属于他人"):
        if how == "corrected":
            entry = replace(changes.entry_of(member), number="202211990001")
            amendment.correct(
                member, entry, seen=changes.version(member), by=case.holder, confirmed={OF_ANOTHER}
            )
        else:
            enter_as(wanting("202211990001", joined_on=date(2022, 5, 4)), case.holder)
    member.refresh_from_db()
    assert (member.number, member.number_due) == ("", True)
    assert enter_as(case.entry, case.filer, case.claim).number == "202211990001"


def test_only_the_judge_decides_and_never_the_person_who_filed(world):
    case = disputed(world)
    for place in ("branch", "sibling", "county", "general", "street"):
        with pytest.raises(PermissionDenied):
            claims.uphold(case.dispute, reason=REASON, by=world.role(getattr(world, place)))
    case.judge.user = case.filer.user
    case.judge.save()
    with pytest.raises(PermissionDenied, match="本人提交"):
        disputes.dismiss(case.dispute, reason=REASON, by=case.judge)


@pytest.mark.parametrize("decide", [claims.uphold, disputes.dismiss])
def test_who_lost_the_case_to_another_judge_since_the_page_was_opened_decides_no_more(world, decide):
    case, above = disputed(world), world.role(world.county)
    opened = Dispute.objects.select_related("judge").get()
    administrators.end(case.judge, seen=administrators.staff_seen(world.school), by=above)
    assert (opened.judge, Dispute.objects.get().judge) == (world.school, world.county)
    with pytest.raises(PermissionDenied, match="由“共青团乙县委员会”核实"):
        decide(opened, reason=REASON, by=case.judge)
    assert Dispute.objects.get().state == Dispute.State.OPEN
    assert Member.objects.get(pk=case.member.pk).number == NUMBER
    decide(Dispute.objects.get(), reason=REASON, by=above)
    assert Dispute.objects.get().decided_by == above.user


def test_a_second_decision_is_told_who_was_faster(world):
    case = disputed(world)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    with pytest.raises(StaleState, match="已释放"):
        disputes.dismiss(case.dispute, reason=REASON, by=world.role(world.school))
    with pytest.raises(StaleState, match="已释放"):
        claims.uphold(case.dispute, reason=REASON, by=world.role(world.school))


def test_the_occupant_answers_once_and_the_applicant_may_withdraw(world):
    case = disputed(world)
    disputes.answer(case.dispute, "编号是我们的", by=case.holder)
    with pytest.raises(StaleState):
        disputes.answer(case.dispute, "再说一次", by=case.holder)
    with pytest.raises(PermissionDenied):
        disputes.answer(case.dispute, "我也说", by=case.filer)
    with pytest.raises(PermissionDenied):
        disputes.withdraw(case.dispute, by=case.holder)
    disputes.withdraw(case.dispute, by=case.filer)
    assert Dispute.objects.get().state == Dispute.State.WITHDRAWN
    assert filed(world, wanting(), case.filer).dispute.state == Dispute.State.OPEN


def test_housekeeping_keeps_what_was_brought_forward(world):
    case = disputed(world)
    spare = uploaded(case.filer)
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        housekeeping.purge()
    assert Claim.objects.get().values()["name"] == "演示申请人"
    assert case.claim.upload.path.exists()
    assert not Upload.objects.filter(pk=spare.pk).exists()


def test_every_step_is_on_record(world):
    case = disputed(world)
    disputes.answer(case.dispute, "编号是我们的", by=case.holder)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    seen = AuditEvent.objects.filter(subject=f"dispute:{case.dispute.pk}").order_by("pk")
    assert list(seen.values_list("verb", flat=True)) == ["dispute.file", "dispute.answer", "dispute.uphold"]
    assert AuditEvent.objects.filter(verb="number.lose", subject=f"member:{case.member.pk}").exists()
