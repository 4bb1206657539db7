"""发放: which number, to whom, and what a whole list becomes."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.made_up import id_number
from numbering import rollup, vacant
from numbering.admission import reading
from numbering.domains import Domain
from numbering.models import Issue, Segment
from numbering.services import holdings, issues, segments
from numbering.services.issues import IssueRefused, Line
from orgs.models import AuditEvent, Notice
from orgs.services import organizations
from tests.numbering.cases import FIRST, YEAR, chain, issued
from zhtj.lib.states import StaleState

BORN = date(2009, 1, 1)


def person(day: int, **typed: str):
    given = {
        "name": "演示团员", "id_number": id_number(BORN + timedelta(days=day)), "joined_on": "2026-05-04", "domain": "高中",
    }  # fmt: skip
    return reading(**(given | typed))


def refusal(**values) -> IssueRefused:
    with pytest.raises(IssueRefused) as refused:
        issued(**values)
    return refused.value


def todos(branch):
    return [
        (one.title, one.done_at is None)
        for one in Notice.objects.filter(organization=branch, kind="编号发放").order_by("pk")
    ]


def test_the_branchs_own_segment_comes_first_then_the_committees(world):
    made = chain(world)
    school = world.role(world.school)
    own = made["branch"]
    numbers = [issued(world.branch, school).value for _ in range(own.size + 2)]
    assert numbers[: own.size] == list(range(own.first, own.last + 1))
    # The committee's begins behind what it handed down.
    assert numbers[own.size :] == [made["general"].last + 1, made["general"].last + 2]
    assert issued(world.sibling, school).value == made["general"].last + 3


def test_numbers_of_another_year_or_domain_are_not_used(world):
    chain(world)
    school = world.role(world.school)
    other = refusal(branch=world.branch, by=school, domain=Domain.COLLEGE)
    assert other.field == "domain"
    assert str(other) == "“丙中学高一1班团支部”和“丙中学团委”都没有 2026 年高校领域的可用编号，请先分配号段"
    year = refusal(branch=world.branch, by=school, joined_on=date(2025, 5, 4))
    assert "没有 2025 年高中领域的可用编号" in str(year)


def test_a_number_comes_back_when_it_is_taken_back_and_the_person_may_be_issued_to_again(world):
    chain(world)
    school = world.role(world.school)
    first = issued(world.branch, school)
    again = {"branch": world.branch, "by": school, "id_number": first.opened_id()}
    known = refusal(**again)
    assert known.field == "id_number"
    assert str(known) == (
        f"演示待录入已发放过发展团员编号（丙中学高一1班团支部，编号 {first.number}），不能重复发放"
    )
    issues.withdraw(first, by=school)
    assert issued(**again).number == first.number


def test_where_somebody_elses_committee_issued_is_not_told(world):
    chain(world)
    first = issued(world.branch, world.role(world.school))
    segments.register(
        domain=Domain.SENIOR, year=YEAR, first=FIRST + 900_000, last=FIRST + 900_009,
        province=world.province, by=world.role(world.province),
    )  # fmt: skip
    top = Segment.objects.get(span__contains=FIRST + 900_000)
    segments.hand_down(
        top,
        to=world.other_city,
        first=FIRST + 900_000,
        last=FIRST + 900_009,
        by=world.role(world.province),
    )
    known = refusal(branch=world.other_branch, by=world.role(world.other_city), id_number=first.opened_id())
    assert str(known) == "演示待录入已发放过发展团员编号，不能重复发放"


@pytest.mark.parametrize("place", ["branch", "general"])
def test_who_is_no_committee_issues_nothing(world, place):
    chain(world)
    with pytest.raises(PermissionDenied):
        issued(world.branch, world.role(getattr(world, place)))


def test_nobody_issues_beyond_their_own_branches(world):
    chain(world)
    school = world.role(world.school)
    for act in (issues.preview, issues.issue_many):
        with pytest.raises(PermissionDenied):
            act([Line(world.branch, person(1)), Line(world.other_branch, person(2))], by=school)
    with pytest.raises(PermissionDenied):
        issues.withdraw(issued(world.branch, school), by=world.role(world.street))
    assert Issue.objects.open().count() == 1


def test_a_closed_branch_gets_no_number(world):
    chain(world)
    organizations.deactivate(world.sibling, by=world.role(world.county))
    closed = refusal(branch=world.sibling, by=world.role(world.school))
    assert closed.field == "branch" and "已停用" in str(closed)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "张" * 51}, "name"),
        ({"id_number": "110101201003010001"}, "id_number"),
        ({"joined_on": date(2022, 5, 4)}, "joined_on"),
        ({"joined_on": date(2099, 5, 4)}, "joined_on"),
    ],
)
def test_the_service_itself_refuses_what_no_form_would_send(world, values, field):
    chain(world)
    assert refusal(branch=world.branch, by=world.role(world.school), **values).field == field
    assert not Issue.objects.exists()


# Lists --------------------------------------------------------------------------------------------


def a_list(world):
    return [
        Line(world.branch, person(1)),
        Line(world.sibling, person(2)),
        Line(world.branch, person(3, domain="社会")),
        Line(None, person(4), why="本组织范围内没有全称为“甲”的团支部，请核对"),
        Line(world.branch, person(5)),
        Line(world.branch, person(6)),
        Line(world.branch, person(6, name="演示另名")),
        Line(world.branch, person(7, name="", joined_on="昨天")),
    ]


def in_short(outcomes):
    return [(one.number, [problem.message for problem in one.problems]) for one in outcomes]


def test_the_preview_of_a_list_is_what_becomes_of_it_row_by_row(world):
    made = chain(world)
    school = world.role(world.school)
    shown = issues.preview(a_list(world), by=school)
    assert not Issue.objects.exists() and not todos(world.branch)
    done = issues.issue_many(a_list(world), by=school)
    assert in_short(done) == in_short(shown)
    own, rest = made["branch"].first, made["general"].last + 1
    assert [one.number for one in done] == [own, rest, None, None, own + 1, None, None, None]
    assert [[problem.code for problem in one.problems] for one in done] == [
        [], [], ["no_number"], ["branch_missing"], [], ["id_number_twice"], ["id_number_twice"],
        ["name_missing", "date_unreadable"],
    ]  # fmt: skip
    twice = "第 6、7 行的身份证号码相同，请只保留一行"
    assert done[5].problems[0].message == done[6].problems[0].message == twice
    assert [one.issue.number if one.issue else "" for one in done] == [str(one.number or "") for one in done]
    assert {one.number: one.organization.name for one in Issue.objects.all()} == {
        str(own): world.branch.name, str(own + 1): world.branch.name, str(rest): world.sibling.name,
    }  # fmt: skip
    everything = Segment.objects.all()
    assert rollup.counts(everything) == rollup.recount(everything)


def test_a_list_sent_twice_issues_once(world):
    chain(world)
    school = world.role(world.school)
    first = issues.issue_many([Line(world.branch, person(1))], by=school)
    again = issues.issue_many([Line(world.branch, person(1))], by=school)
    assert first[0].issue and [one.code for one in again[0].problems] == ["issued_already"]


def test_a_list_longer_than_the_segment_issues_what_there_is(world):
    made = chain(world, size=1000)
    county = world.role(world.county)
    free = sum(
        last - first + 1 for place in ("county", "branch") for first, last in vacant.free_runs(made[place])
    )
    done = issues.issue_many([Line(world.branch, person(at)) for at in range(free + 3)], by=county)
    assert [bool(one.number) for one in done] == [True] * free + [False] * 3


def test_five_hundred_people_cost_a_few_statements_and_one_of_the_audit_each(world):
    chain(world, size=5000)
    by = world.role(world.province)
    lines = [Line(world.branch, person(at)) for at in range(issues.MOST)]
    with CaptureQueriesContext(connection) as shown:
        issues.preview(lines, by=by)
    assert len(shown) < 10
    with CaptureQueriesContext(connection) as done:
        assert all(one.issue for one in issues.issue_many(lines, by=by))
    assert len(done) < issues.MOST + 40


# What others are told, and what is not kept ---------------------------------------------------------


def test_the_branch_is_told_once_how_many_wait_until_nobody_does(world):
    chain(world)
    school = world.role(world.school)
    first = issued(world.branch, school)
    assert todos(world.branch) == [("有 1 人待录入", True)]
    issues.issue_many([Line(world.branch, person(at)) for at in (1, 2)], by=school)
    assert todos(world.branch) == [("有 3 人待录入", True)]
    assert Notice.objects.get(organization=world.branch, kind="编号发放").url == "/numbers/pending/"
    for one in Issue.objects.exclude(pk=first.pk):
        issues.withdraw(one, by=school)
    held = holdings.take(
        first.number, holder=first.name, id_blind=bytes(first.id_blind), organization=world.branch
    )
    assert todos(world.branch) == [("有 1 人待录入", False)]
    holdings.release(held)
    assert todos(world.branch) == [("有 1 人待录入", False), ("有 1 人待录入", True)]


def test_what_was_entered_cannot_be_taken_back(world):
    chain(world)
    school = world.role(world.school)
    first = issued(world.branch, school)
    holdings.take(first.number, holder=first.name, id_blind=bytes(first.id_blind), organization=world.branch)
    with pytest.raises(StaleState):
        issues.withdraw(first, by=school)
    assert Issue.objects.get().state == Issue.State.ENTERED


def test_the_audit_knows_who_issued_and_holds_no_person(world, caplog):
    chain(world)
    school = world.role(world.school)
    first = issued(world.branch, school, name="演示留痕")
    issues.withdraw(first, by=school)
    events = AuditEvent.objects.filter(subject=f"issue:{first.pk}").order_by("pk")
    assert [(one.verb, one.from_state, one.to_state, one.user) for one in events] == [
        ("issue", "", "open", school.user), ("issue.withdraw", "open", "withdrawn", school.user),
    ]  # fmt: skip
    kept = json.dumps([*events.values(), *Notice.objects.values()], default=str, ensure_ascii=False)
    kept += caplog.text
    assert first.opened_id() not in kept and first.name not in kept
