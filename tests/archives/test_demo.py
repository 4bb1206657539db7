"""The made-up province: planted once, right by the rules, with something to do for everyone who can log in."""

from __future__ import annotations

import io
import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import RequestFactory, override_settings
from django.utils import timezone

from archives.demo.accounts import SCHOOL_BRANCH, STREET_BRANCH
from archives.models import Archive, Upload
from members.choices import Occupation, StudyStatus, Variant
from members.models import Member, Post
from members.rules import Context, Entry, problems
from members.services.entry import require_unknown
from numbering.services.holdings import require_free
from orgs.dictionaries import DICTIONARIES, Group
from orgs.kinds import Kind
from orgs.models import AuditEvent, Notice, Organization, Role, User
from orgs.policy import reviewer_of
from tests.factories import EntryFactory

PEOPLE = 40


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
        with override_settings(ARCHIVE_DIR=folder / "archives", PASSWORD_HASHERS=hashers):
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
    assert list(planted.content) == ["url", "accounts", "ready"]
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
    counts = Counter(Role.objects.current().values_list("organization", flat=True))
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
    assert set(states) == {"active", "pending", "refused"}
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
        assert member.holding or member.joined_on < date(2017, 1, 1)


def test_people_are_named_as_made_up_and_nobody_is_there_twice(planted: Demo) -> None:
    names = list(Member.objects.values_list("name", flat=True))
    assert all(name.startswith("演示") for name in names)
    assert len(set(names)) == len(names)
    numbers = [member.opened("id_number") for member in Member.objects.all()]
    assert all(number[14:17] == "000" for number in numbers)


def test_those_ready_pass_the_rules_and_are_free(planted: Demo) -> None:
    ready = planted.content["ready"]
    assert Counter(one["branch"] for one in ready) == {SCHOOL_BRANCH: 4, STREET_BRANCH: 4}
    for one in ready:
        entry = typed(one)
        context = Context(
            variant=Variant.A, today=timezone.localdate(), province_code=settings.PROVINCE_CODE, has_file=True
        )
        assert problems(entry, context) == []
        require_unknown(entry.id_number)
        require_free(entry.number)
    for field in ("name", "id_number", "number"):
        assert len({one[field] for one in ready}) == len(ready)
        assert not set(Member.objects.values_list("name", flat=True)) & {one["name"] for one in ready}


def test_numbers_of_one_branch_and_year_are_counted_up(planted: Demo) -> None:
    numbers = sorted(
        number
        for number in Member.objects.of(Organization.objects.get(name=SCHOOL_BRANCH)).values_list(
            "holding__number", flat=True
        )
    )
    assert all(int(b) - int(a) == 1 for a, b in pairwise(numbers) if a[:4] == b[:4])


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
