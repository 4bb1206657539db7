"""Numbers of years with segments at entry and correction: which check speaks, in which order, and what happens meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from archives.models import Archive
from archives.services import amendment
from archives.services import entry as entries
from archives.services.withdrawal import withdraw
from members.made_up import id_number
from members.models import Member
from members.services import changes, study
from members.services.study import Study
from numbering.domains import Domain
from numbering.models import Holding, Issue, Registration
from numbering.services import issues, registrations
from numbering.services.entitlement import NotIssued
from tests.archives.cases import found_good, uploaded
from tests.archives.test_entry import pdf_file, posted
from tests.factories import EntryFactory, new_key, plant_world
from tests.numbering.cases import chain, issued
from tests.races import at_once
from zhtj.lib.states import StaleState

BORN = date(2010, 6, 1)
OTHER = date(2010, 6, 2)
SENIOR = {"study_status": "senior", "education": "junior", "applied": None}
WRONG = {"study_status": "junior", "education": "primary"}


def entry_of(issue: Issue, **changes):
    """A right entry of the person a number was issued to."""
    person = {
        "name": issue.name,
        "id_number": issue.opened_id(),
        "number": issue.number,
        "joined_on": issue.joined_on,
    }
    return EntryFactory(**{**SENIOR, **person, **changes})


def stranger(number, born=BORN, **changes):
    """A right entry of somebody to whom nothing was issued."""
    person = {"id_number": id_number(born), "number": str(number), "joined_on": date(2026, 5, 4)}
    return EntryFactory(**{**SENIOR, **person, **changes})


def enter(entry, role, **more):
    return entries.enter(
        entry, organization=role.organization, upload=uploaded(role), key=new_key(), by=role, **more
    )


@pytest.fixture
def segments(world):
    return chain(world)


@pytest.fixture
def issue(world, segments, committee_role):
    return issued(world.branch, committee_role)


@pytest.fixture
def check(log_in, branch_role):
    """`check(entry)`: what the form says to it, submitted with a file, as (field, code) pairs and the page."""
    client = log_in(branch_role)

    def ask(entry, **more):
        answer = client.post(reverse("enter"), {**posted(entry, **more), "file": pdf_file()})
        form = answer.context["form"]
        found = {name: [one.code for one in errors.as_data()] for name, errors in form.errors.items()}
        return found, answer.content.decode()

    return ask


def free_number(segments, place="branch", at=-1):
    span = segments[place]
    return span.last if at == -1 else span.first + at


# What passes -----------------------------------------------------------------------------------------


def test_who_a_number_was_issued_to_is_entered_with_it(check, issue, branch_role):
    assert check(entry_of(issue))[0] == {}
    enter(entry_of(issue), branch_role)
    issue.refresh_from_db()
    assert issue.state == Issue.State.ENTERED


@pytest.mark.parametrize("place", ["branch", "general", "school", "county", "city", "province"])
def test_numbers_of_the_own_segment_and_of_all_above_are_open(check, settings, segments, place):
    settings.ISSUE_NEEDED = False
    assert check(stranger(free_number(segments, place)))[0] == {}


def test_numbers_before_the_first_year_of_segments_are_asked_nothing(check, settings):
    joined = {
        "joined_on": date(2022, 12, 31),
        "number": "202211000001",
        "id_number": id_number(date(2007, 6, 1)),
    }
    assert check(EntryFactory(**{**SENIOR, **joined, "applied": False}))[0] == {}
    settings.SEGMENTS_FROM = 2022
    assert check(EntryFactory(**{**SENIOR, **joined, "applied": False}))[0] == {"number": ["number_segment"]}


@pytest.mark.parametrize(("year", "asked"), [(2022, False), (2023, True), (2024, True)])
def test_the_year_of_the_number_decides_whether_a_segment_is_asked(check, settings, year, asked):
    born = date(year - 15, 6, 1)
    person = stranger(f"{year}11000001", born, joined_on=date(year, 1, 1), applied=False)
    assert (check(person)[0] == {"number": ["number_segment"]}) is asked


def test_a_committee_enters_its_own_cadres_with_numbers_of_what_it_handed_down_too(
    log_in, settings, world, segments
):
    settings.ISSUE_NEEDED = False
    post = {"title": "committee_member", "post_since": date(2026, 6, 1), "appointed_by": "elected"}
    post |= {"cadre_nature": "part_time", "on_party_committee": False, "on_duty": "on_duty", "is_cadre": True}
    client = log_in(world.role(world.school))
    for number, codes in (
        (free_number(segments), {}),
        (free_number(segments, "province") + 1, {"number": ["number_segment"]}),
    ):
        answer = client.post(reverse("enter-cadre"), {**posted(stranger(number, **post)), "file": pdf_file()})
        errors = answer.context["form"].errors.as_data()
        assert {name: [one.code for one in found] for name, found in errors.items()} == codes


def test_the_reviewer_is_told_when_a_number_was_issued_to_another(
    log_in, world, issue, branch_role, committee_role
):
    own, foreign = entry_of(issue), stranger(issued(world.branch, committee_role).number)
    client = log_in(committee_role)
    for entry, told in ((own, False), (foreign, True)):
        member = enter(entry, branch_role, confirmed={"number_of_another"})
        archive = Archive.objects.select_related("upload").get(member=member)
        found_good(archive.upload)
        page = client.get(reverse("review", args=[archive.uuid])).content.decode()
        assert ("发展团员编号发放给了另一人" in page) is told


# What does not, and in which order --------------------------------------------------------------------


@pytest.mark.parametrize("occupied", [False, True])
def test_a_number_of_a_segment_elsewhere_is_refused_without_saying_whose_it_is(
    check, world, segments, committee_role, occupied
):
    """The sibling has a piece of the school's own; the branch beside it may not use it."""
    from numbering.services import segments as service

    first = segments["general"].last + 1
    piece = service.hand_down(
        segments["school"], to=world.sibling, first=first, last=first + 9, by=committee_role
    )
    number = piece.first
    if occupied:
        number = int(issued(world.sibling, committee_role).number)
        enter(entry_of(Issue.objects.get(number=number)), world.role(world.sibling))
    found, page = check(stranger(number))
    assert found == {"number": ["number_segment"]}
    assert world.sibling.name not in page


def test_a_number_in_no_segment_is_refused_in_the_same_words(check, segments):
    found, page = check(stranger(free_number(segments, "province") + 1))
    assert found == {"number": ["number_segment"]} and "号段" in page


def test_the_domain_comes_before_taken(check, issue, branch_role):
    enter(entry_of(issue), branch_role)
    assert check(stranger(issue.number, **WRONG))[0] == {"number": ["number_domain"]}
    assert check(stranger(issue.number))[0] == {"number": ["number_taken"]}


def test_the_domain_comes_before_unused(check, segments):
    number = free_number(segments)
    assert check(stranger(number, **WRONG))[0] == {"number": ["number_domain"]}
    assert check(stranger(number))[0] == {"number": ["number_unused"]}


def test_taken_comes_before_unused(check, settings, world, segments, branch_role):
    number = free_number(segments)
    settings.ISSUE_NEEDED = False
    enter(stranger(number, OTHER), branch_role)
    settings.ISSUE_NEEDED = True
    assert check(stranger(number))[0] == {"number": ["number_taken"]}


def test_taken_comes_before_issued_to_another(check, issue, branch_role):
    enter(stranger(issue.number, OTHER), branch_role, confirmed={"number_of_another"})
    assert check(stranger(issue.number))[0] == {"number": ["number_taken"]}


def test_whether_a_number_is_taken_or_issued_is_told_only_to_an_otherwise_valid_form(
    check, issue, branch_role
):
    assert check(stranger(issue.number, phone=""))[0] == {"phone": ["phone_missing"]}
    enter(entry_of(issue), branch_role)
    assert check(stranger(issue.number, phone=""))[0] == {"phone": ["phone_missing"]}


def test_unused_is_the_guides_word_and_says_what_to_do(check, segments):
    found, page = check(stranger(free_number(segments)))
    assert found == {"number": ["number_unused"]}
    assert "发展团员编号未使用" in page and "逐级上报" in page
    assert 'value="register">办理未使用登记' in page


def test_no_issue_is_needed_where_the_province_does_not_ask_for_one(check, settings, segments):
    settings.ISSUE_NEEDED = False
    assert check(stranger(free_number(segments)))[0] == {}


def test_a_number_issued_to_another_is_a_warning_that_names_nobody_and_can_be_ticked(
    check, issue, branch_role
):
    found, page = check(stranger(issue.number))
    assert found == {"__all__": ["number_of_another"]}
    assert 'id="confirm_number_of_another"' in page and issue.name not in page
    assert check(stranger(issue.number), confirmed="number_of_another")[0] == {}
    assert enter(stranger(issue.number), branch_role, confirmed={"number_of_another"}).number == issue.number
    issue.refresh_from_db()
    assert issue.state == Issue.State.OPEN  # the other one still has their promise: 3.7 decides


def test_where_issues_bind_it_is_a_refusal(check, settings, issue, branch_role):
    settings.ISSUE_BINDS_PERSON = True
    assert check(stranger(issue.number), confirmed="number_of_another")[0] == {
        "number": ["number_of_another"]
    }
    with pytest.raises(NotIssued):
        enter(stranger(issue.number), branch_role, confirmed={"number_of_another"})


# Live ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, None), (WRONG, "number_domain"), ({"number": "202611999999"}, "number_segment")],
)
def test_live_and_on_submit_the_same_is_said(check, client, issue, changes, code):
    person = entry_of(issue, **changes)
    found, _ = check(person)
    live = client.post(reverse("enter-fields"), posted(person, shown=""))
    errors = live.context["form"].errors
    words = errors.get("number", [])
    assert (
        [one.code for one in errors.as_data().get("number", [])]
        == found.get("number", [])
        == ([code] if code else [])
    )
    assert all(word in live.content.decode() for word in words)


def test_live_neither_taken_nor_unused_nor_whose_it_is_is_told(client, log_in, segments, issue, branch_role):
    log_in(branch_role)
    enter(entry_of(issue), branch_role)
    for number in (issue.number, free_number(segments)):
        answer = client.post(reverse("enter-fields"), posted(stranger(number), shown=""))
        assert not answer.context["form"].errors


@pytest.mark.parametrize("name", ["id_number", "number", "occupation", "study_status"])
def test_the_fields_the_check_depends_on_ask_again_when_they_change(client, log_in, branch_role, name):
    form = log_in(branch_role).get(reverse("enter")).context["form"]
    assert form.fields[name].widget.attrs["data-live"] is True


# Registered by the province ---------------------------------------------------------------------------


def registered(world, kind, *, born, number):
    by = world.role(world.province)
    unit = {"unit": "演示部队", "discharged_on": date(2026, 9, 1)} if kind == "veteran" else {}
    made = registrations.file(
        kind=kind, organization=world.branch, name="演示登记", id_number=id_number(born), number=str(number),
        developed_by="演示发展组织", by=by, **unit,
    )  # fmt: skip
    registrations.handle(made, by=by)
    return Registration.objects.get(pk=made.pk)


def test_who_is_registered_for_an_unused_number_is_entered_and_nobody_else(
    check, world, segments, branch_role
):
    number = free_number(segments)
    registered(world, "unused", born=BORN, number=number)
    assert check(stranger(number))[0] == {}
    assert check(stranger(number, OTHER))[0] == {"number": ["number_unused"]}
    assert check(stranger(number, **WRONG))[0] == {"number": ["number_domain"]}
    assert enter(stranger(number), branch_role).number == str(number)


def test_a_registered_veteran_is_free_of_segment_domain_and_issue(check, world, segments, branch_role):
    number, born = "202611999999", date(2005, 6, 1)
    person = {"occupation": "worker", "occupation_detail": "farmer", "study_status": "", "applied": False}
    registered(world, "veteran", born=born, number=number)
    assert check(stranger(number, born, **person))[0] == {}
    assert check(stranger(number, date(2005, 6, 2), **person))[0] == {"number": ["number_segment"]}
    assert check(stranger("202611999998", born, **person))[0] == {"number": ["number_segment"]}
    assert enter(stranger(number, born, **person), branch_role).number == number


def test_what_is_still_on_its_way_up_frees_nobody(check, world, segments, branch_role):
    number = free_number(segments)
    registrations.file(
        kind="unused", organization=world.branch, name="演示登记", id_number=id_number(BORN), number=str(number),
        developed_by="演示发展组织", by=branch_role,
    )  # fmt: skip
    assert check(stranger(number))[0] == {"number": ["number_unused"]}


# Meanwhile -------------------------------------------------------------------------------------------


def test_an_issue_taken_back_after_the_check_is_seen_by_the_submission(
    client, log_in, issue, branch_role, committee_role
):
    log_in(branch_role)
    sent = posted(entry_of(issue))
    assert "确认信息" in client.post(reverse("enter"), {**sent, "file": pdf_file()}).content.decode()
    issues.withdraw(issue, by=committee_role)
    answer = client.post(reverse("enter"), {**sent, "step": "submit", "file": pdf_file()})
    assert answer.status_code == 422 and "发展团员编号未使用" in answer.content.decode()
    assert not Member.objects.exists()
    with pytest.raises(NotIssued):
        enter(entry_of(issue), branch_role)
    assert not Member.objects.exists() and not Holding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_issue_is_either_entered_or_taken_back():
    world = plant_world()
    chain(world)
    role, committee = world.role(world.branch), world.role(world.school)
    for _ in range(6):
        issue = issued(world.branch, committee)
        entry, upload = entry_of(issue), uploaded(role)
        results = at_once(
            lambda entry=entry, upload=upload: entries.enter(
                entry, organization=role.organization, upload=upload, key=new_key(), by=role
            ),
            lambda issue=issue: issues.withdraw(issue, by=committee),
        )
        issue.refresh_from_db()
        entered = Holding.objects.filter(number=issue.number).exists()
        assert isinstance(results[0], Member if entered else NotIssued), results
        assert isinstance(results[1], StaleState if entered else type(None)), results
        assert issue.state == (Issue.State.ENTERED if entered else Issue.State.WITHDRAWN)


# Corrections, and what comes after entry --------------------------------------------------------------


@pytest.fixture
def member(issue, branch_role):
    return enter(entry_of(issue), branch_role)


def amended(client, member, **values):
    from archives.forms.amendment import typed

    fresh = Member.objects.select_related("holding", "organization").get(pk=member.pk)
    sent = {**typed(changes.entry_of(fresh)), "version": changes.version(fresh), "step": "check", **values}
    answer = client.post(reverse("amend", args=[member.uuid]), sent)
    form = answer.context.get("form")
    return [] if form is None else [one.code for errors in form.errors.as_data().values() for one in errors]


def test_a_correction_is_checked_for_what_it_changes(client, log_in, segments, member, branch_role):
    log_in(branch_role)
    assert amended(client, member, phone="13912345678") == []
    assert amended(client, member, **WRONG) == ["number_domain"]
    assert amended(client, member, number="202611999999") == ["number_segment"]
    assert amended(client, member, number=str(free_number(segments))) == ["number_unused"]
    other = {"id_number": id_number(OTHER), "id_number_again": id_number(OTHER)}
    assert amended(client, member, **other) == ["number_of_another"]


def test_a_corrected_id_number_is_no_longer_the_one_the_number_was_issued_to(member, issue, branch_role):
    fresh = Member.objects.select_related("holding", "organization").get(pk=member.pk)
    entry = replace(changes.entry_of(fresh), id_number=id_number(OTHER), id_number_again=id_number(OTHER))
    with pytest.raises(NotIssued) as refused:
        amendment.correct(fresh, entry, seen=changes.version(fresh), by=branch_role)
    assert refused.value.problem.warning
    amendment.correct(
        fresh, entry, seen=changes.version(fresh), by=branch_role, confirmed={"number_of_another"}
    )
    issue.refresh_from_db()
    assert issue.state == Issue.State.OPEN
    assert Holding.objects.get().number == issue.number


def test_a_branch_that_was_moved_can_still_correct_what_has_nothing_to_do_with_the_number(
    client, log_in, world, member, branch_role
):
    from orgs.services import organizations

    organizations.move(world.branch, to=world.street, by=world.role(world.province))
    branch_role.refresh_from_db()
    log_in(world.role(type(world.branch).objects.get(pk=world.branch.pk)))
    assert amended(client, member, phone="13912345678") == []
    assert amended(client, member, **WRONG) == ["number_domain"]


def test_a_withdrawn_entry_leaves_the_number_to_the_person_it_was_issued_to(
    check, member, issue, branch_role
):
    entry = changes.entry_of(Member.objects.select_related("holding", "organization").get(pk=member.pk))
    withdraw(member, reason="录入有误", by=branch_role)
    assert check(entry)[0] == {}


def test_a_new_study_status_is_never_held_against_the_number(world, settings, segments, committee_role):
    """指引 3.5: 初中 → 高中 with a number of 初中领域; after it is in force nobody asks."""
    settings.ISSUE_NEEDED = True
    chain(world, Domain.JUNIOR)
    branch, school = world.role(world.branch), committee_role
    given = issued(world.branch, school, domain=Domain.JUNIOR)
    member = enter(entry_of(given, study_status="junior", education="primary"), branch)
    archive = Archive.objects.select_related("upload").get(member=member)
    found_good(archive.upload)
    archive.refresh_from_db()
    from archives.services import review

    review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=school)
    member.refresh_from_db()
    assert study.update(member, Study("student", "senior", "", "junior"), seen=Study.of(member), by=branch)
    member.refresh_from_db()
    assert (member.study_status, member.number) == ("senior", given.number)
