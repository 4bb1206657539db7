"""释放编号 and 更正姓名或身份证号码 at the province's desk: the preview is what then happens, once, on record."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.models import Archive
from archives.services import claims, identity, release, replacement, review
from archives.services import entry as entries
from members.made_up import id_number
from members.models import Change, Member
from members.services.entry import PersonKnown
from numbering import proof
from numbering.models import Holding, Issue, Registration
from numbering.services import registrations
from numbering.services.entitlement import OF_ANOTHER
from orgs.models import AuditEvent, Duty, Notice
from tests.archives.cases import approved, found_good, uploaded, waiting
from tests.archives.claiming import disputed, promised, school_segment, wanting
from tests.archives.claiming import typed as _typed
from tests.factories import RoleFactory, new_key
from tests.members.old_titles import in_person, old_post
from tests.numbering.cases import issued
from tests.numbering.filings import filed
from tests.orgs.test_province import of, preview
from tests.races import at_once, only
from zhtj.lib.states import StaleState

WHY = "经核对发放单，编号属于他人"


@pytest.fixture
def by(world):
    return world.role(world.province)


@pytest.fixture
def desk(log_in, by):
    return log_in(by)


@pytest.fixture
def member(world):
    """In force, with the number issued to them."""
    school_segment(world)
    entry = wanting(name="演示占用人")
    role, judge = world.role(world.branch), world.role(world.school)
    number = promised(entry, role, judge)
    values = {name: getattr(entry, name) for name in _typed(entry)} | {"number": number}
    return Member.objects.get(pk=approved(role, judge, **values).member_id)


def events(*verbs):
    return list(
        AuditEvent.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", "subject", "fields")
    )


def now(member):
    return Member.objects.select_related("holding", "organization").get(pk=member.pk)


def test_a_released_number_is_free_its_record_stays_and_its_organisation_is_told(world, desk, member, by):
    number, holding, url = member.number, member.holding, of(member, "release")
    lines, sent = preview(desk, url, number=number, reason=WHY)
    assert number in lines[0] and "“丙中学高一1班团支部”" in lines[2] and lines[3].endswith(WHY)
    assert now(member).number == number and not events("number.release")
    assert desk.post(url, sent).url == reverse("admin:members_member_change", args=[member.pk])
    after = now(member)
    assert (after.state, after.number, after.number_due) == ("active", "", True)
    assert Holding.objects.get(pk=holding.pk).state == Holding.State.RELEASED
    assert not Issue.objects.standing().filter(number=number).exists()
    told = Notice.objects.open_todos().get(subject=f"number_due:{member.pk}")
    assert told.organization == world.branch and WHY in told.body
    assert events("number.release") == [("number.release", f"member:{member.pk}", ["number"])]
    kept = {one.field: one.opened() for one in Change.objects.filter(member=member)}
    assert kept["released_number"] == (number, "") and kept["release_reason"] == ("", WHY)
    assert not list(proof.faults())
    assert "没有发展团员编号" in desk.post(url, sent).content.decode()
    assert len(events("number.release")) == 1


def test_what_is_typed_wrong_comes_back_with_words_and_keeps_the_reason(desk, member):
    url = of(member, "release")
    for given, words in (
        ({"number": "202611000099", "reason": WHY}, "现为“202611000099”，与该团员的编号不一致"),
        ({"number": member.number, "reason": "短"}, "原因不少于 5 个字"),
        ({"number": "\0", "reason": WHY}, "没有办理"),
        ({"number": "9" * 50, "reason": WHY}, "发展团员编号过长"),
    ):
        page = desk.post(url, given).content.decode()
        assert words in page and given["reason"] in page, given
    assert now(member).number == member.number


def test_a_number_in_dispute_or_of_an_entry_under_review_is_left_to_its_own_way(world, by):
    case = disputed(world)
    held = now(case.member)
    with pytest.raises(StaleState, match="正在核实，由核实的组织处理"):
        release.release(held, reason=WHY, seen=release.seen(held), by=by)
    pending = waiting(world.role(world.branch)).member
    with pytest.raises(StaleState, match="审核中、未通过的由所在组织修改或撤回"):
        release.release(pending, reason=WHY, seen=release.seen(pending), by=by)
    assert now(pending).number and now(held).number


@pytest.mark.parametrize("duty", [Duty.SYSTEM, Duty.AUDITOR, Duty.CADRE])
def test_the_services_ask_for_the_right_themselves(world, member, duty):
    for role in (RoleFactory(organization=world.province, duty=duty), world.role(world.city)):
        with pytest.raises(PermissionDenied):
            release.release(member, reason=WHY, seen=release.seen(member), by=role)
        with pytest.raises(PermissionDenied):
            identity.correct(
                member, name="演示新名", id_number="", reason=WHY, seen=identity.seen(member), by=role
            )


def test_name_and_id_number_are_put_right_with_the_holding_and_kept_in_the_history(desk, member, by):
    old, new = member.opened("id_number"), id_number(date(2010, 1, 2))
    url = of(member, "identity")
    given = {"name": "演示新名", "id_number": new, "id_number_again": new, "reason": WHY}
    lines, sent = preview(desk, url, **given)
    assert lines[0] == "姓名：演示占用人 改为 演示新名"
    assert f"{new[:6]} {new[6:14]} {new[14:]}" in lines[1] and old not in "".join(lines)
    assert now(member).name == "演示占用人"
    assert new not in desk.post(url, sent).url
    after = now(member)
    assert (after.name, after.opened("id_number"), after.holding.holder) == ("演示新名", new, "演示新名")
    assert Member.objects.with_id(new).get() == member
    kept = {one.field: one.opened() for one in Change.objects.filter(member=member)}
    assert kept["name"] == ("演示占用人", "演示新名") and kept["id_number"] == (old, new)
    assert kept["identity_reason"] == ("", WHY)
    assert events("identity.correct") == [("identity.correct", f"member:{member.pk}", ["name", "id_number"])]
    assert "在预览之后有变化" in desk.post(url, {**sent, "name": "演示又名"}).content.decode()
    assert now(member).name == "演示新名" and len(events("identity.correct")) == 1
    page = desk.get(reverse("admin:members_member_change", args=[member.pk])).content.decode()
    assert new not in page and after.masked_id in page


def put_right(member, by, *, name="", id_number=""):
    held = now(member)
    identity.correct(
        held, name=name or held.name, id_number=id_number, reason=WHY, seen=identity.seen(held), by=by
    )


def test_the_number_issued_to_a_person_stays_theirs_under_the_id_number_put_right(world, member, by):
    new = id_number(date(2010, 1, 2))
    put_right(member, by, name="演示新名", id_number=new)
    issue = Issue.objects.get()
    assert (issue.state, issue.name, issue.opened_id()) == ("entered", "演示新名", new)
    assert Issue.objects.with_id(new).get().holding == now(member).holding
    assert not Notice.objects.open_todos().filter(subject__startswith="pending:").exists()
    assert events("issue.correct") == [("issue.correct", f"issue:{issue.pk}", ["name", "id_number"])]
    assert not list(proof.faults())
    held = now(member)
    release.release(held, reason=WHY, seen=release.seen(held), by=by)
    assert not Issue.objects.standing().exists() and not list(proof.faults())


def test_another_number_issued_to_the_id_number_put_right_is_named_and_taken_back(world, desk, member):
    new = id_number(date(2010, 1, 2))
    other = issued(world.sibling, world.role(world.school), id_number=new)
    given = {"name": member.name, "id_number": new, "id_number_again": new, "reason": WHY}
    lines, sent = preview(desk, of(member, "identity"), **given)
    assert f"编号 {other.number}（{world.sibling.name}）一并收回" in "".join(lines)
    desk.post(of(member, "identity"), sent)
    assert Issue.objects.standing().get().number == now(member).number == member.number
    assert [subject for _, subject, _ in events("issue.withdraw")] == [f"issue:{other.pk}"]
    assert not Notice.objects.open_todos().filter(subject__startswith="pending:").exists()
    assert not list(proof.faults())


def test_an_entry_with_a_wrong_id_number_uses_the_issue_of_the_right_one(world, by):
    """Entered with a tick, as somebody else's number: the person issued it and the person entered were one."""
    school_segment(world)
    role, judge = world.role(world.branch), world.role(world.school)
    right, wrong = wanting(name="演示同一人"), wanting(name="演示同一人")
    number = promised(right, role, judge)
    upload = uploaded(role)
    found_good(upload)
    member = entries.enter(
        wrong, organization=role.organization, upload=upload, key=new_key(), by=role, confirmed={OF_ANOTHER}
    )
    archive = member.archives.get()
    review.approve(archive, sha256=upload.sha256, round=archive.round, by=judge)
    assert Issue.objects.get().state == "open"
    put_right(member, by, id_number=right.id_number)
    assert (Issue.objects.get().state, now(member).number) == ("entered", number)
    done = Notice.objects.get(subject=f"pending:{world.branch.pk}")
    assert done.done_by == by.user and not list(proof.faults())


def test_what_the_province_registered_follows_the_id_number_put_right(world, by):
    role, judge = world.role(world.branch), world.role(world.school)
    entry = wanting("202266999990", joined_on=date(2022, 5, 4))
    one = filed(world.branch, role, kind="veteran", number=entry.number, id_number=entry.id_number)
    Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
    registrations.handle(one, by=by)
    values = {name: getattr(entry, name) for name in _typed(entry)}
    member = Member.objects.get(pk=approved(role, judge, **values).member_id)
    put_right(member, by, name="演示新名", id_number=id_number(date(2006, 1, 2)))
    assert not Registration.objects.to_enter().exists()
    assert Registration.objects.get().name == "演示新名"
    held = now(member)
    release.release(held, reason=WHY, seen=release.seen(held), by=by)
    one.refresh_from_db()
    assert (one.state, one.steps.latest("pk").verb) == ("withdrawn", "withdrawn")


def test_the_organisation_is_told_that_the_identity_was_put_right_and_its_timeline_says_so(
    world, member, by, log_in
):
    old, new = member.opened("id_number"), id_number(date(2010, 1, 2))
    put_right(member, by, name="演示新名", id_number=new)
    told = Notice.objects.get(kind=identity.KIND)
    assert (told.organization, told.sort) == (world.branch, Notice.Sort.NEWS)
    said = told.title + told.body + "".join(told.link_args)
    assert "演示新名" in said and old not in said and new not in said and "演示占用人" not in said
    page = log_in(world.role(world.branch)).get(reverse("member", args=[member.uuid])).content.decode()
    assert "省级更正姓名或身份证号码" in page and new not in page


def test_what_the_province_released_is_not_said_to_be_somebody_elses(world, member, by, log_in):
    number = member.number
    release.release(member, reason=WHY, seen=release.seen(member), by=by)
    client = log_in(world.role(world.branch))
    person = client.get(reverse("member", args=[member.uuid])).content.decode()
    assert "编号由省级释放，待更正" in person and "经核实" not in person
    url = reverse("member-number", args=[member.uuid])
    page = client.get(url).content.decode()
    assert "原编号已由省级释放" in page and "属于他人" not in page
    again = client.post(url, {"number": number}).content.decode()
    assert "该编号已经释放，不能再由本人使用" in again and "属于他人" not in again


def test_what_a_verdict_released_is_said_to_be_somebody_elses(world, log_in):
    case = disputed(world)
    number = now(case.member).number
    claims.uphold(case.dispute, reason="编号确属申请人", by=case.judge)
    client = log_in(case.holder)
    person = client.get(reverse("member", args=[case.member.uuid])).content.decode()
    assert "编号经核实释放给他人，待更正" in person
    url = reverse("member-number", args=[case.member.uuid])
    assert "原编号经核实属于他人" in client.get(url).content.decode()
    assert "该编号已经核实属于他人" in client.post(url, {"number": number}).content.decode()


def test_the_account_of_a_cadre_bears_the_name_that_was_put_right(world, by):
    branch = world.role(world.branch)
    post = old_post(branch, "组织委员", name="演示旧名")
    cadre = in_person(post, branch)
    identity.correct(
        post.member, name="演示新名", id_number="", reason=WHY, seen=identity.seen(now(post.member)), by=by
    )
    cadre.user.refresh_from_db()
    assert cadre.user.name == "演示新名"


def test_the_rules_of_an_id_number_hold_and_it_is_typed_twice(desk, member):
    url, new = of(member, "identity"), id_number(date(2010, 1, 2))
    base = {"name": member.name, "reason": WHY}
    young = id_number(date(2020, 1, 2))
    for given, words in (
        ({"id_number": new, "id_number_again": new[:-1]}, "两次填写的身份证号码不一致，从第 18 位起不同"),
        ({"id_number": new, "id_number_again": ""}, "从第 1 位起不同"),
        ({"id_number": new[:-2], "id_number_again": new[:-2]}, "身份证号码应为 18 位，现为 16 位"),
        ({"id_number": young, "id_number_again": young}, "入团时不满 14 周岁"),
        ({"name": "甲"}, "姓名应为 2 至 50 个字"),
        ({}, "姓名和身份证号码都没有改动"),
        ({"name": "演示新名", "reason": ""}, "请填写原因"),
    ):
        answer = desk.post(url, base | given)
        assert answer.status_code == 200 and words in answer.content.decode(), given
    assert not events("identity.correct")


def test_an_id_number_of_somebody_else_is_refused_with_where_they_are(world, desk, member, by):
    other = approved(world.role(world.sibling), world.role(world.school)).member
    taken = other.opened("id_number")
    with pytest.raises(PersonKnown):
        identity.correct(
            member, name=member.name, id_number=taken, reason=WHY, seen=identity.seen(member), by=by
        )
    Member.objects.filter(pk=member.pk).update(joined_on=other.joined_on)
    given = {"name": member.name, "id_number": taken, "id_number_again": taken, "reason": WHY}
    url = of(member, "identity")
    page = desk.post(url, preview(desk, url, **given)[1]).content.decode()
    assert "已在系统中，所在组织：丙中学教工团支部" in page and other.name not in page


def test_a_replacement_in_review_starts_anew_when_the_record_is_put_right(world, member, by):
    upload = uploaded(world.role(world.branch))
    found_good(upload)
    archive = replacement.replace(
        member,
        upload,
        instead_of=replacement.in_force(member),
        reason="扫描不清，重新扫描",
        by=world.role(world.school),
    )
    before = archive.round
    identity.correct(member, name="演示新名", id_number="", reason=WHY, seen=identity.seen(member), by=by)
    assert Archive.objects.get(pk=archive.pk).round == before + 1
    held = now(member)
    release.release(held, reason=WHY, seen=release.seen(held), by=by)
    assert Archive.objects.get(pk=archive.pk).round == before + 2


def test_a_person_is_found_by_the_id_number_without_its_standing_in_an_address(desk, member):
    url, number = reverse("admin:members_member_find"), member.opened("id_number")
    answer = desk.post(url, {"id_number": f" {number.lower()} "})
    assert answer.url == reverse("admin:members_member_change", args=[member.pk])
    unknown = id_number(date(1990, 5, 6))
    assert "系统中没有该身份证号码的人员" in desk.post(url, {"id_number": unknown}).content.decode()
    assert "身份证号码应为 18 位" in desk.post(url, {"id_number": "1"}).content.decode()
    found = desk.get(reverse("admin:members_member_changelist"), {"q": "演示占"}).content.decode()
    assert reverse("admin:members_member_change", args=[member.pk]) in found


@pytest.mark.django_db(transaction=True)
def test_of_two_releases_at_once_one_does(world):
    school_segment(world)
    entry = wanting(name="演示占用人")
    role, judge, by = world.role(world.branch), world.role(world.school), world.role(world.province)
    values = {name: getattr(entry, name) for name in _typed(entry)} | {"number": promised(entry, role, judge)}
    member = Member.objects.get(pk=approved(role, judge, **values).member_id)
    seen = release.seen(member)
    twice = at_once(*[lambda: release.release(member, reason=WHY, seen=seen, by=by)] * 2)
    assert len(only(StaleState, twice)) == 1 and twice.count(None) == 1
    assert len(events("number.release")) == 1
