"""The made-up province: planted once, right by the rules, with something to do for everyone who can log in."""

from __future__ import annotations

import io
import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import RequestFactory, override_settings
from django.utils import timezone

from archives.demo import numbers
from archives.demo.accounts import LISTED, SCHOOL_BRANCH, STREET_BRANCH, TWO_ROLES
from archives.models import Archive, Upload
from archives.services import entry as entries
from members.choices import Occupation, StudyStatus, Variant
from members.models import Member, Post
from members.rules import Context, Entry, cleared, problems
from members.services import titles
from members.services.entry import require_unknown
from numbering import runs, vacant
from numbering.domains import Domain
from numbering.facts import facts_of
from numbering.models import Dispute, Holding, Issue, Registration, Segment
from numbering.services.entitlement import require_issued
from numbering.services.holdings import require_free
from orgs.dictionaries import DICTIONARIES, Group
from orgs.kinds import Kind
from orgs.models import AuditEvent, Duty, Job, Notice, Organization, Role, User
from orgs.policy import reviewer_of
from tests.archives.cases import found_good, uploaded
from tests.factories import EntryFactory, new_key
from zhtj.lib.problems import Problem

PEOPLE = 48
FAULTS = {
    "upload": {"checking"},
    "archive": {"checking"},
    "job": {"queued", "running", "failed"},
}
"""States that pass within seconds, or that only machinery out of order leads to; none of them is left standing."""


@dataclass(frozen=True)
class Demo:
    file: Path
    words: str

    @property
    def content(self) -> dict[str, Any]:
        return json.loads(self.file.read_text("utf-8"))

    def account(self, username: str) -> dict[str, str]:
        return next(one for one in self.content["accounts"] if one["username"] == username)


def plant(file: Path, **options: object) -> str:
    out = io.StringIO()
    call_command("plant_demo", file=file, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """Planted once for all tests here, in a transaction that is rolled back behind them; each test's own is nested in it."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "archives").mkdir()
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        kept = {"ARCHIVE_DIR": folder / "archives", "JOB_DIR": folder / "jobs"}
        with override_settings(**kept, PASSWORD_HASHERS=hashers):
            words = plant(folder / "demo.json", people=PEOPLE, url="http://127.0.0.1:8123/")
        yield Demo(folder / "demo.json", words)
        transaction.set_rollback(True)


@pytest.fixture
def planted(demo: Demo, db: None) -> Demo:
    return demo


def test_says_what_it_made(planted: Demo) -> None:
    assert "演示省建立完成" in planted.words
    assert f"组织 {Organization.objects.count()} 个" in planted.words
    assert f"在册 {Member.objects.filter(state='active').count()} 人" in planted.words
    assert str(planted.file) in planted.words


def test_a_second_planting_changes_nothing(planted: Demo) -> None:
    before = planted.file.read_bytes(), AuditEvent.objects.count(), Organization.objects.count()
    assert "没有改变" in plant(planted.file)
    assert (planted.file.read_bytes(), AuditEvent.objects.count(), Organization.objects.count()) == before


def test_a_lost_file_is_written_anew_with_new_passwords(planted: Demo, tmp_path: Path) -> None:
    plant(tmp_path / "again.json")
    again = Demo(tmp_path / "again.json", "")
    old, new = (list(map(sign_in, demo.content["accounts"])) for demo in (planted, again))
    assert not any(old)
    assert all(new)
    assert Member.objects.count() == PEOPLE


def test_a_province_with_an_administrator_of_its_own_is_left_alone(planted: Demo, tmp_path: Path) -> None:
    User.objects.filter(username="demo-province").update(username="province")
    before = AuditEvent.objects.count(), Organization.objects.count()
    with pytest.raises(CommandError, match="空的数据库"):
        plant(tmp_path / "demo.json")
    assert (AuditEvent.objects.count(), Organization.objects.count()) == before
    assert not (tmp_path / "demo.json").exists()


def test_only_the_owner_can_read_the_passwords(planted: Demo) -> None:
    assert stat.S_IMODE(planted.file.stat().st_mode) == 0o600
    assert [one.name for one in planted.file.parent.iterdir() if one.is_file()] == ["demo.json"]


def test_the_file_says_where_who_and_whom(planted: Demo) -> None:
    assert list(planted.content) == ["url", "accounts", "ready", "registered"]
    assert planted.content["url"] == "http://127.0.0.1:8123/"
    for one in planted.content["accounts"]:
        assert list(one) == ["role", "username", "password", "organisation"]
        assert len(one["password"]) >= 12
    roles = [one["role"] for one in planted.content["accounts"]]
    assert roles[:8] == [
        "省级",
        "市级",
        "县级",
        "团委（学校）",
        "团工委（街道）",
        "团总支",
        "团支部（学校）",
        "团支部（街道）",
    ]


def test_everyone_in_the_file_can_log_in_to_the_organisation_named_there(planted: Demo) -> None:
    for one in planted.content["accounts"]:
        user = sign_in(one)
        assert user is not None, one["username"]
        assert Role.objects.current().filter(user=user, organization__name=one["organisation"]).exists()


def test_one_person_has_two_roles_and_all_others_in_the_file_one(planted: Demo) -> None:
    counts = {
        one["username"]: Role.objects.current().filter(user__username=one["username"]).count()
        for one in planted.content["accounts"]
    }
    assert counts.pop("demo-two") == 2
    assert set(counts.values()) == {1}


def test_nobody_else_can_log_in(planted: Demo) -> None:
    listed = [one["username"] for one in planted.content["accounts"]]
    others = Role.objects.exclude(user__username__in=listed).select_related("user")
    assert others.exists()
    assert not any(role.user.has_usable_password() for role in others)


def test_every_organisation_has_at_most_two_administrators_and_at_least_one(planted: Demo) -> None:
    administrators = Role.objects.current().filter(duty=Duty.ADMINISTRATOR)
    counts = Counter(administrators.values_list("organization", flat=True))
    assert set(counts) == set(Organization.objects.values_list("pk", flat=True))
    assert max(counts.values()) <= 2


def test_the_tree_has_the_shape_of_a_province(planted: Demo) -> None:
    counts = Counter(Organization.objects.values_list("kind", flat=True))
    assert (counts[Kind.PROVINCE], counts[Kind.CITY], counts[Kind.COUNTY]) == (1, 2, 4)
    assert counts[Kind.BRANCH] >= 24
    assert min(counts[kind] for kind in (Kind.COMMITTEE, Kind.WORKING_COMMITTEE, Kind.GENERAL_BRANCH)) >= 3
    above = Counter(Organization.objects.filter(kind=Kind.BRANCH).values_list("parent__kind", flat=True))
    assert above[Kind.COUNTY] >= 2
    industries = dict(DICTIONARIES[Group.INDUSTRY])
    assert (
        {"senior_school", "vocational_school", "junior_school", "university"}
        <= set(Organization.objects.values_list("industry", flat=True))
        <= set(industries)
    )


def test_siblings_stand_in_the_order_people_expect(planted: Demo) -> None:
    names = (
        Organization.objects.filter(parent__name="演示第一中学高一年级团总支")
        .order_by("sort_key")
        .values_list("short_name", flat=True)
    )
    assert list(names) == [f"高一{n}班团支部" for n in (1, 2, 3, 10)]


def test_people_stand_in_every_state_and_no_file_is_left_unchecked(planted: Demo) -> None:
    states = Counter(Member.objects.values_list("state", flat=True))
    assert states.total() == PEOPLE
    assert min(states[state] for state in ("active", "pending", "refused")) >= 3
    assert not Upload.objects.filter(state=Upload.State.CHECKING).exists()
    assert not Archive.objects.filter(state=Archive.State.CHECKING).exists()


def test_every_committee_that_reviews_has_something_to_review(planted: Demo) -> None:
    responsible = {
        reviewer_of(role.organization, author=role.user)
        for role in Role.objects.filter(organization__kind=Kind.BRANCH).select_related("user", "organization")
    }
    assert len(responsible) >= 10
    for committee in responsible:
        assert Archive.objects.waiting_for(committee).exists(), committee


@pytest.mark.parametrize(("username", "least"), [("demo-school", 5), ("demo-street", 3)])
def test_the_listed_committees_find_work_in_their_queue_and_inbox(
    planted: Demo, username: str, least: int
) -> None:
    committee = Organization.objects.get(name=planted.account(username)["organisation"])
    assert Archive.objects.waiting_for(committee).count() >= least
    assert Notice.objects.filter(organization=committee, done_at=None, kind="待审核").count() >= least


@pytest.mark.parametrize("name", [SCHOOL_BRANCH, STREET_BRANCH])
def test_the_listed_branches_have_people_in_every_state_and_different_reasons(
    planted: Demo, name: str
) -> None:
    branch = Organization.objects.get(name=name)
    states = Counter(Member.objects.of(branch).values_list("state", flat=True))
    assert set(states) == {"active", "pending", "refused", "withdrawn"}
    reasons = Archive.objects.of(branch).filter(state=Archive.State.REFUSED).values_list("reason", flat=True)
    assert len(set(reasons)) >= 2
    assert Post.objects.of(branch).filter(title="secretary").count() == 1


def test_one_file_was_refused_by_the_inspection_itself(planted: Demo) -> None:
    refused = Archive.objects.filter(state=Archive.State.REFUSED, decided_by=None).select_related("upload")
    assert refused
    assert all(one.upload.state == Upload.State.UNUSABLE and one.upload.reason for one in refused)


def test_every_file_is_its_own_and_lies_on_the_disk(planted: Demo) -> None:
    with override_settings(ARCHIVE_DIR=planted.file.parent / "archives"):
        uploads = list(Upload.objects.all())
        assert len({one.sha256 for one in uploads}) == len(uploads) > 20
        assert all(one.path.stat().st_size == one.size for one in uploads)
    assert {one.pages for one in uploads if one.state == Upload.State.USABLE} == {12}


def test_who_joined_since_2020_has_a_file_and_who_joined_since_2017_a_number(planted: Demo) -> None:
    for member in Member.objects.prefetch_related("archives").select_related("holding"):
        assert bool(member.archives.all()) == (member.joined_on >= date(2020, 1, 1))
        assert member.holding or member.number_due or member.joined_on < date(2017, 1, 1)


def test_people_are_named_as_made_up_and_nobody_is_there_twice(planted: Demo) -> None:
    names = list(Member.objects.values_list("name", flat=True))
    assert all(name.startswith("演示") for name in names)
    assert len(set(names)) == len(names)
    numbers = [member.opened("id_number") for member in Member.objects.all()]
    assert all(number[14:17] == "000" for number in numbers)


def test_those_ready_are_free_and_one_of_a_kind(planted: Demo) -> None:
    ready = planted.content["ready"]
    assert Counter(one["branch"] for one in ready) == {SCHOOL_BRANCH: 4, STREET_BRANCH: 4}
    for field in ("name", "id_number", "number"):
        assert len({one[field] for one in ready}) == len(ready)
    assert not set(Member.objects.values_list("name", flat=True)) & {one["name"] for one in ready}
    for one in ready:
        require_unknown(one["id_number"])
        require_free(one["number"])


def test_everyone_ready_was_issued_a_number_of_their_own_line_and_domain(planted: Demo) -> None:
    for one in planted.content["ready"]:
        issue = Issue.objects.select_related("organization").get(number=one["number"])
        assert (issue.state, issue.name, issue.opened_id()) == (
            Issue.State.OPEN,
            one["name"],
            one["id_number"],
        )
        assert issue.organization.name == one["branch"]
        entry, problems = judged(one)
        assert problems == [], one
        require_issued(entry.number, id_number=entry.id_number)


@pytest.mark.parametrize("at", range(8))
def test_everyone_ready_enters_as_anybody_would(planted: Demo, at: int, tmp_path: Path) -> None:
    one = planted.content["ready"][at]
    role = administrator(one["branch"])
    entry, _ = judged(one)
    with override_settings(ARCHIVE_DIR=tmp_path):
        upload = uploaded(role)
        found_good(upload)
        member = entries.enter(
            entry, organization=role.organization, upload=upload, key=new_key(), by=role
        )  # fmt: skip
    assert member.state == Member.State.PENDING
    assert Issue.objects.get(number=one["number"]).state == Issue.State.ENTERED
    assert Archive.objects.get(member=member).state == Archive.State.WAITING


def test_whom_the_province_registered_can_be_entered_without_an_issued_number(planted: Demo) -> None:
    registered = planted.content["registered"]
    assert {one["matter"] for one in registered} == set(Registration.Kind.labels)
    assert {one["branch"] for one in registered} == {SCHOOL_BRANCH, STREET_BRANCH}
    for one in registered:
        require_unknown(one["id_number"])
        require_free(one["number"])
        assert not Issue.objects.standing().filter(number=one["number"]).exists()
        require_issued(one["number"], id_number=one["id_number"])
    [veteran] = (one for one in registered if one["matter"] == "退伍团员备案")
    facts = facts_of(veteran["number"], id_number=veteran["id_number"], organization=place(veteran["branch"]))
    assert facts is None


@pytest.mark.parametrize("state", [Archive, Holding, Issue, Dispute, Registration, Member, Upload, Job])
def test_every_state_occurs(planted: Demo, state: Any) -> None:
    expected = set(state.State.values) - FAULTS.get(state._meta.model_name, set())
    assert set(state.objects.values_list("state", flat=True)) == expected


def test_the_numbers_are_proved_right(planted: Demo) -> None:
    call_command("check_numbers", stdout=io.StringIO())  # SystemExit or CommandError otherwise


def test_the_province_has_segments_of_every_domain_in_every_year_that_has_segments(planted: Demo) -> None:
    own = Segment.objects.filter(depth=0).values_list("year", "domain")
    years = range(settings.SEGMENTS_FROM, timezone.localdate().year + 1)
    assert set(own) == {(year, domain) for year in years for domain in Domain.values}


def test_segments_go_down_to_branches_and_every_level_keeps_some(planted: Demo) -> None:
    this_year = Segment.objects.of_year(timezone.localdate().year).select_related("organization")
    assert {one.organization.kind for one in this_year} == set(Kind)
    for one in this_year.exclude(organization__kind=Kind.BRANCH):
        assert vacant.free_runs(one), one


def test_one_branch_has_no_segment_and_one_hardly_a_number_left(planted: Demo) -> None:
    assert not Segment.objects.of(place(numbers.WITHOUT)).exists()
    scarce = Segment.objects.of(place(numbers.SCARCE)).get()
    assert 0 < runs.total(vacant.free_runs(scarce)) <= numbers.LEFT


def test_who_joined_in_a_year_with_segments_has_a_number_that_was_issued_to_them(planted: Demo) -> None:
    entered = Member.objects.filter(joined_on__year__gte=settings.SEGMENTS_FROM).exclude(holding=None)
    assert entered.count() > 10
    issued = dict(Issue.objects.filter(state="entered").values_list("number", "id_blind"))
    disputed = set(Dispute.objects.values_list("number", flat=True))
    for member in entered.select_related("holding"):
        if member.number not in disputed and member.state != Member.State.WITHDRAWN:
            assert bytes(issued[member.number]) == bytes(member.id_blind)


def test_a_withdrawn_entry_leaves_its_number_waiting_to_be_entered(planted: Demo) -> None:
    withdrawn = Member.objects.filter(state=Member.State.WITHDRAWN)
    assert withdrawn.count() >= 2
    for member in withdrawn:
        assert Issue.objects.open().filter(id_blind=bytes(member.id_blind)).exists()


def test_the_released_number_waits_for_the_applicant_and_the_occupant_for_another(planted: Demo) -> None:
    upheld = Dispute.objects.get(state=Dispute.State.UPHELD)
    assert upheld.organization == place(STREET_BRANCH)
    assert Issue.objects.open().get(number=upheld.number).organization == upheld.organization
    due = Member.objects.get(number_due=True)
    assert due.organization == upheld.occupant_organization
    subjects = {"去登记": f"number_due:{due.pk}", "继续录入": f"dispute:{upheld.pk}"}
    for action, subject in subjects.items():
        assert Notice.objects.filter(subject=subject, action=action).exists()


def test_an_open_dispute_waits_for_a_committee_that_can_log_in(planted: Demo) -> None:
    open_one = Dispute.objects.open().get()
    assert open_one.judge.name == planted.account("demo-school")["organisation"]


def test_registrations_wait_at_every_level_that_can_log_in(planted: Demo) -> None:
    waiting = Registration.objects.filter(state=Registration.State.RISING)
    assert {one.waits_at.name for one in waiting.select_related("waits_at") if one.waits_at} == {
        planted.account(f"demo-{level}")["organisation"]
        for level in ("school", "street", "county", "city", "province")
    }
    at_province = waiting.filter(waits_at__parent=None).values_list("kind", flat=True)
    assert set(at_province) == set(Registration.Kind.values)


@pytest.mark.parametrize(
    "username",
    [*(username for _, username, _ in LISTED.values()), TWO_ROLES[1]],
)
def test_everyone_listed_finds_something_in_their_inbox(planted: Demo, username: str) -> None:
    for role in Role.objects.current().filter(user__username=username).select_related("organization", "user"):
        seen = Notice.objects.visible_to(role)
        assert seen.unread_by(role.user).exists(), role
        if role.organization.kind != Kind.GENERAL_BRANCH:  # it decides nothing and has nobody of its own
            assert seen.open_todos().exists(), role


def test_an_export_lies_ready(planted: Demo) -> None:
    done = Job.objects.filter(state=Job.State.DONE)
    assert {one.organization.name for one in done.select_related("organization")} == {
        planted.account(f"demo-{who}")["organisation"] for who in ("province", "school")
    }
    with override_settings(JOB_DIR=planted.file.parent / "jobs"):
        assert all(one.path.stat().st_size > 1000 for one in done)


def place(name: str) -> Organization:
    return Organization.objects.get(name=name)


def administrator(name: str) -> Role:
    roles = Role.objects.current().filter(organization__name=name).select_related("organization", "user")
    return roles.order_by("pk")[0]


def judged(one: dict[str, str]) -> tuple[Entry, list[Problem]]:
    """The form of one line of the file, and what the rules have to say to it where it would be entered."""
    entry = typed(one)
    organization = place(one["branch"])
    facts = facts_of(entry.number, id_number=entry.id_number, organization=organization)
    assert facts is not None
    context = Context(
        variant=Variant.A, today=timezone.localdate(), province_code=settings.PROVINCE_CODE, has_file=True,
        facts=facts, study_domains=settings.STUDY_DOMAINS,
    )  # fmt: skip
    return cleared(entry, context), problems(entry, context)


def sign_in(account: dict[str, str]) -> object:
    request = RequestFactory().post("/")
    return authenticate(request, username=account["username"], password=account["password"])


def typed(one: dict[str, str]) -> Entry:
    """The form filled in from one line of the file, the rest as any ordinary person."""
    details = {label: code for code, label in DICTIONARIES[Group.OCCUPATION]}
    studies = {label: code for code, label in StudyStatus.choices}
    student = one["occupation"] == Occupation.STUDENT.label
    return EntryFactory(
        name=one["name"],
        id_number=one["id_number"],
        number=one["number"],
        occupation="student" if student else "worker",
        study_status=studies[one["status"]] if student else "",
        occupation_detail="" if student else details[one["status"]],
        education="junior" if student else "college",
        joined_on=date.fromisoformat(one["joined_on"]),
    )


def test_a_cadre_in_person_and_the_administrator_find_titles_to_choose_again(planted: Demo) -> None:
    for username, count in (("demo-general", 3), ("demo-cadre", 1)):
        role = Role.objects.current().select_related("user", "organization").get(user__username=username)
        assert titles.left(role) == count
    assert not role.is_administrator and not role.user.must_change_password
