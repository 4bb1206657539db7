"""A province planted in bulk, small here: it keeps every promise that one entered by hand keeps."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client, RequestFactory, override_settings

from archives.models import Archive, Upload
from archives.scale import shape
from archives.scale.people import Birthdays
from archives.verification import wrong_with
from members.choices import Variant
from members.models import Member, Post
from members.rules import Context, problems
from members.services.changes import entry_of
from numbering import rollup
from numbering.models import Delta, Holding, Issue, Segment
from orgs.kinds import Kind
from orgs.models import Duty, Organization, Role, located_models
from orgs.policy import reviewer_of
from orgs.sorting import sort_key

ORGANIZATIONS, MEMBERS = 300, 400
UNTOUCHED = {"Heartbeat", "AuditSeal", "ProvinceSettings", "Authenticator", "Delta"}
"""Written by the beat, after the end of the transaction, or not until somebody chooses, or folded: no page needs a row of them."""


def plant(folder: Path, *, scratch: str = "", **options: object) -> str:
    out = io.StringIO()
    name = scratch or connection.settings_dict["NAME"]
    options = {"organisations": ORGANIZATIONS, "members": MEMBERS, **options}
    call_command("plant_province", scratch=name, file=folder / "scale.json", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Planted once for all tests here, in a transaction that is rolled back behind them; each test's own is nested in it."""
    folder = tmp_path_factory.mktemp("scale")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    kept = {"ARCHIVE_DIR": folder / "archives", "JOB_DIR": folder / "jobs"}
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(**kept, PASSWORD_HASHERS=hashers):
            plant(folder)
            yield folder
        transaction.set_rollback(True)


@pytest.fixture
def planted(folder: Path, db: None) -> Path:
    return folder


def accounts(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "scale.json").read_text("utf-8"))["accounts"]


def test_there_are_as_many_as_were_asked_for(planted: Path) -> None:
    assert Organization.objects.count() == ORGANIZATIONS
    assert Member.objects.count() == MEMBERS


@pytest.mark.parametrize("check", ["check_tree", "check_numbers"])
def test_every_check_of_the_night_finds_nothing(planted: Path, check: str) -> None:
    call_command(check, stdout=io.StringIO())  # SystemExit or CommandError otherwise


def test_the_rollup_says_what_a_live_count_says(planted: Path) -> None:
    segments = list(Segment.objects.order_by("pk"))
    assert rollup.counts(segments) == rollup.recount(segments)
    assert not Delta.objects.exists(), "folded, as after a minute of the beat"
    roots = [one.pk for one in segments if one.depth == 0]
    used = Holding.objects.filter(state=Holding.State.HELD, value__gte=2023 * 10**8).count()
    assert sum(counts.held for pk, counts in rollup.counts(segments).items() if pk in roots) == used


def test_everything_that_belongs_to_an_organisation_stands_where_the_organisation_stands(
    planted: Path,
) -> None:
    for model in located_models():
        for row in model._default_manager.select_related("organization").order_by("pk")[:200]:
            path = row.organization.path_ids
            assert [getattr(row, f"at_{depth}") for depth in range(10)] == path + [None] * (10 - len(path))


def test_every_table_a_page_reads_has_rows(planted: Path) -> None:
    models = [
        model
        for app in ("orgs", "numbering", "members", "archives")
        for model in apps.get_app_config(app).get_models()
    ]
    assert {model.__name__ for model in models if not model._default_manager.exists()} <= UNTOUCHED


def test_members_are_what_the_rules_would_have_let_in(planted: Path) -> None:
    """In all but what is asked once, at the entry: file and number."""
    members = Member.objects.filter(state=Member.State.ACTIVE).select_related("organization", "holding")
    for member in members.order_by("pk")[:200]:
        entry = entry_of(member)
        context = Context(variant=Variant.A, today=date.today(), province_code="11", has_file=True)
        assert [one.code for one in problems(entry, context)] == [], entry


def test_what_waits_waits_where_the_policy_sends_it(planted: Path) -> None:
    waiting = Archive.objects.filter(state=Archive.State.WAITING, replaces=None)
    assert waiting.exists()
    for archive in waiting.select_related("submitted_as__organization", "submitted_by")[:100]:
        assert (
            reviewer_of(archive.submitted_as.organization, author=archive.submitted_by).pk
            == archive.reviewer_id
        )


def test_what_waits_can_be_opened(planted: Path) -> None:
    files = Upload.objects.filter(Q(archive__state__in=["waiting", "checking"]) | Q(claims__isnull=False))
    assert files.exists()
    with override_settings(ARCHIVE_DIR=planted / "archives"):
        assert [wrong for upload in files if (wrong := wrong_with(upload))] == []
    assert len(set(Upload.objects.values_list("sha256", flat=True))) == Upload.objects.count()


def test_every_committee_has_an_administrator_and_an_account_of_each_level_logs_in(planted: Path) -> None:
    committees = Organization.objects.active().exclude(kind=Kind.BRANCH)
    staffed = Role.objects.current().filter(duty=Duty.ADMINISTRATOR).values("organization")
    assert not committees.exclude(pk__in=staffed).exists()
    lines = accounts(planted)
    assert [one["role"] for one in lines] == [
        "省级", "市级", "县级", "团委", "团工委", "团总支", "团支部", "系统管理员", "审计员", "团干部本人",
    ]  # fmt: skip
    request = RequestFactory().post("/login/")
    for one in lines:
        user = authenticate(request, username=one["username"], password=one["password"])
        assert user is not None, one["role"]
        assert Role.objects.current().filter(user=user, organization=one["organisation_pk"]).exists()


def test_an_account_gets_to_its_list(planted: Path, client: Client) -> None:
    line = next(one for one in accounts(planted) if one["role"] == "团委")
    client.post("/login/", {"username": line["username"], "password": line["password"]})
    assert client.get("/members/").status_code == 200


def test_only_the_owner_can_read_the_passwords(planted: Path) -> None:
    assert stat.S_IMODE((planted / "scale.json").stat().st_mode) == 0o600


def test_a_second_planting_is_refused(planted: Path) -> None:
    with pytest.raises(CommandError, match="只能在空的数据库中建立"):
        plant(planted)
    assert Member.objects.count() == MEMBERS


@pytest.mark.django_db
def test_a_database_that_is_not_named_again_is_refused(tmp_path: Path) -> None:
    before = Organization.objects.count()
    with pytest.raises(CommandError, match="没有作任何改变"):
        plant(tmp_path, scratch="postgres")
    with pytest.raises(CommandError, match="scratch"):
        call_command("plant_province", "--members", "1")
    assert Organization.objects.count() == before
    assert not (tmp_path / "scale.json").exists()


def test_the_same_seed_gives_the_same_names(planted: Path) -> None:
    """Of organisations; people are drawn by the same dice."""
    names = list(Organization.objects.order_by("pk").values_list("name", flat=True))
    assert names == [row.name for row in shape.draw(ORGANIZATIONS, seed=20230504).rows]
    assert names != [row.name for row in shape.draw(ORGANIZATIONS, seed=1).rows]
    assert Organization.objects.last().sort_key == sort_key(names[-1])


@pytest.mark.parametrize("count", [20, 1_000, 30_000])
def test_a_tree_of_any_size_has_every_level_and_no_name_twice_under_one_parent(count: int) -> None:
    rows = shape.draw(count, seed=1).rows
    assert len(rows) == count
    assert len({(row.parent, row.name) for row in rows}) == count
    assert {row.kind for row in rows} == set(Kind) or count == 20


def test_secretaries_lead_and_some_wait_to_be_entered(planted: Path) -> None:
    assert set(Post.objects.values_list("title", flat=True)) >= {"secretary", "deputy_secretary"}
    assert Issue.objects.open().exists()


def test_nobody_gets_the_id_number_of_another_however_many_share_a_birthday() -> None:
    birthdays, born = Birthdays(), date(2009, 5, 4)
    numbers = [birthdays.next(born) for _ in range(4_000)]
    assert len(set(numbers)) == len(numbers)
    assert numbers[0][6:14] == "20090504"
    assert numbers[-1][6:14] == "20090503"
