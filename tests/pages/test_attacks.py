"""What a hostile client sends: refused in words, never a failure of ours, and nothing written."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from archives import housekeeping, inspection
from archives.models import Archive, Draft
from archives.services import entry as entries
from archives.services.disclosure import holder_is_told
from archives.services.withdrawal import withdraw
from members.models import Member
from numbering.models import Holding
from orgs.models import AuditEvent, Role
from orgs.services import organizations
from tests.archives.cases import found_good, refused, uploaded, waiting
from tests.archives.test_entry import posted
from tests.factories import EntryFactory, entry_with_file, new_key, plant_world
from tests.races import at_once, only
from zhtj.lib.logs import LineFormatter
from zhtj.lib.states import StaleState

PLAIN_PAGES = (
    "home",
    "members",
    "reviews",
    "organizations",
    "organization-search",
    "organization-move-search",
    "inbox",
    "roles",
    "login",
)
NUMBER_PAGES = (
    *(
        "segments",
        "segments-search",
        "segment-hand-down",
        "issues",
        "issue-new",
        "issue-list",
        "numbers-pending",
    ),
    *("registrations", "registration-unused", "registration-veteran", "disputes"),
    *("database", "database-numbers", "database-people"),
)


@pytest.fixture
def attacker(client: Client) -> Client:
    """A client that is shown failures as pages, as browsers are."""
    client.raise_request_exception = False
    return client


def multipart(**fields: bytes) -> bytes:
    parts = [
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + b"--XX--\r\n"


@pytest.mark.parametrize("charset", ["unicode_escape", "zlib", "idna", "undefined", "utf-16", "nonsense"])
@pytest.mark.parametrize("name", ["login", "login-resume", "enter", "enter-fields", "upload"])
def test_a_form_in_another_code_is_refused(attacker, log_in, branch_role, name, charset):
    if not name.startswith("login"):
        log_in(branch_role)
    body = multipart(name=b"\\ud800", username=b"\\ud800", password=b"x")
    sent = attacker.generic(
        "POST", reverse(name), body, content_type=f"multipart/form-data; boundary=XX; charset={charset}"
    )
    assert sent.status_code == 400


@pytest.mark.parametrize("name", [*PLAIN_PAGES, *NUMBER_PAGES])
def test_a_nul_in_an_address_is_refused(attacker, log_in, committee_role, name):
    log_in(committee_role)
    for parameter in ("q", "org", "after", "next"):
        assert attacker.get(reverse(name), {parameter: "甲\0"}).status_code == 400


@pytest.mark.parametrize("name", PLAIN_PAGES)
def test_nonsense_in_an_address_is_no_failure(attacker, log_in, committee_role, name):
    log_in(committee_role)
    for parameter in ("q", "org", "pages", "tab", "state", "before", "after", "next"):
        for value in ("9" * 18, "9" * 30, "-1", "%\\'", "٣", "1e5", "甲" * 3000):
            assert attacker.get(reverse(name), {parameter: value}).status_code in {200, 302, 400, 404}


def test_a_referer_that_is_no_address_is_no_failure(attacker, branch_role):
    answer = attacker.post(reverse("upload"), headers={"referer": "http://["})
    assert answer.url == f"{reverse('login')}?next=/"


def test_an_account_longer_than_any_is_refused_like_a_wrong_one(attacker, db):
    answer = attacker.post(reverse("login"), {"username": "a" * 5000, "password": "b"})
    assert answer.status_code == 200 and "账号或密码不正确" in answer.content.decode()


# The entry form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown", ["[" * 100_000, '{"name":' * 50_000, '{"name":["hidden",' + "[" * 50_000, "1" * 5000]
)
def test_a_page_that_remembers_a_bottomless_pit_is_redrawn(attacker, log_in, branch_role, shown):
    log_in(branch_role)
    answer = attacker.post(reverse("enter-fields"), {"shown": shown})
    assert 'id="div_id_name"' in answer.content.decode()


def test_a_second_click_with_a_file_shows_the_member_it_made(log_in, branch_role):
    client, upload = log_in(branch_role), uploaded(branch_role)
    sent = posted(entry_with_file(), step="submit", upload=str(upload.uuid))
    first, second = (client.post(reverse("enter"), sent) for _ in range(2))
    assert first.url == second.url
    assert Member.objects.count() == 1


def test_a_form_out_of_the_history_with_another_person_in_it_enters_that_person(log_in, branch_role):
    client, key = log_in(branch_role), str(new_key())
    for entry in (EntryFactory(), EntryFactory()):
        client.post(reverse("enter"), {**posted(entry, step="submit"), "key": key})
    assert Member.objects.count() == 2


def test_the_key_of_somebody_elses_form_means_nothing(log_in, world, branch_role):
    key = str(new_key())
    for role in (branch_role, world.role(world.other_branch)):
        log_in(role).post(reverse("enter"), {**posted(EntryFactory(), step="submit"), "key": key})
    assert {one.organization for one in Member.objects.all()} == {world.branch, world.other_branch}


def test_a_withdrawn_entry_can_be_sent_again_out_of_the_history(log_in, branch_role):
    client, sent = log_in(branch_role), posted(entry_with_file(), step="submit")
    for _ in range(2):
        client.post(reverse("enter"), {**sent, "upload": str(uploaded(branch_role).uuid)})
        withdraw(Member.objects.latest("pk"), reason="演示撤回", by=branch_role)
    assert Member.objects.count() == 2


def test_a_draft_under_the_key_of_another_form_is_refused(attacker, log_in, world, branch_role):
    key, answers = str(new_key()), []
    for role in (branch_role, world.role(world.branch)):
        log_in(role)
        url = f"{reverse('draft-save')}?org={world.branch.pk}"
        answers.append(attacker.post(url, {"key": key, "name": "演示甲"}).status_code)
    assert answers == [200, 409]


@pytest.mark.parametrize("whose", ["used", "foreign", "nobody's", "nonsense"])
def test_a_file_that_cannot_be_had_is_asked_for_again_and_never_left_out(log_in, world, branch_role, whose):
    """Also where a file is not required: without it the member would be in force unreviewed."""
    token = {
        "used": lambda: waiting(branch_role).upload.uuid,
        "foreign": lambda: uploaded(world.role(world.branch)).uuid,
        "nobody's": new_key,
        "nonsense": lambda: "\0<b>",
    }[whose]()
    entry = EntryFactory()
    answer = log_in(branch_role).post(reverse("enter"), posted(entry, step="submit", upload=str(token)))
    assert answer.status_code == 422
    assert "重新选择文件" in answer.context["form"].errors["file"][0]
    assert not Member.objects.with_id(entry.id_number).exists()


def test_a_file_goes_to_the_reviewer_of_where_the_branch_stands_now(world, branch_role):
    upload = uploaded(branch_role)
    found_good(upload)
    stale = Role.objects.select_related("organization", "user").get(pk=branch_role.pk)  # as the request began
    street = world.role(world.street)
    organizations.move(world.branch, to=world.street, by=world.role(world.province))
    entries.enter(entry_with_file(), organization=stale.organization, upload=upload, key=new_key(), by=stale)
    assert Archive.objects.get().reviewer == street.organization


@pytest.mark.django_db(transaction=True)
def test_of_two_entries_with_one_file_exactly_one_gets_it_and_nothing_of_the_other_stays():
    world = plant_world()
    role = world.role(world.branch)
    world.role(world.school)
    for done in range(1, 6):
        upload = uploaded(role)

        def enter(upload=upload):
            return entries.enter(
                entry_with_file(), organization=role.organization, upload=upload, key=new_key(), by=role
            )

        results = at_once(enter, enter)
        assert [len(only(Member, results)), len(only(StaleState, results))] == [1, 1], results
        assert Member.objects.count() == Archive.objects.count() == done


# What a page sends without being asked --------------------------------------------------------------

HIDDEN = (
    "key",
    "upload",
    "page_role",
    "step",
    "confirmed",
    "shown",
    "sha256",
    "round",
    "version",
    "field",
    "reason",
    "org",
    "draft",
)
NONSENSE = (
    *("", "0", "-1", "9" * 40, "1e9", "٣", "null", "[]", "{}", "submit", "edit", "draft", "check", "true"),
    *("\0", "\x1b[31m", "\u202e", "<b>", "../../x", "' OR 1=1 --", "%00", "{{ 7 }}", "甲" * 2000, "a" * 100_000),
    *("{" * 5000, '{"name": {"a": 1}}', '{"name": ["required", "' + "x" * 5000 + '"]}', "00000000-0000-0000-0000-000000000001"),
)  # fmt: skip
CHANCES = 150
WRITTEN = (Member, Holding, Archive, Draft)


def counts() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def test_hidden_values_of_every_form_may_be_anything(world, branch_role, committee_role):
    """Never a failure of ours; and unless the answer says that it was done, nothing was."""
    chance = random.Random(20260101)
    turned_down, waits = refused(branch_role, committee_role), waiting(branch_role)
    theirs = waiting(world.role(world.other_branch))
    mine = uploaded(branch_role)
    pool = (*NONSENSE, *map(str, (mine.uuid, waits.upload.uuid, theirs.upload.uuid, branch_role.pk)))
    pool += (waits.upload.sha256, theirs.upload.sha256, str(waits.member.entry_key))
    addresses = (
        *((branch_role, reverse(name)) for name in ("enter", "draft-save")),
        (branch_role, reverse("resubmit", args=[turned_down.member.uuid])),
        (branch_role, reverse("withdraw", args=[waits.member.uuid])),
        (branch_role, reverse("reveal", args=[waits.member.uuid])),
        (committee_role, reverse("review-approve", args=[waits.uuid])),
        (committee_role, reverse("review-refuse", args=[waits.uuid])),
    )
    clients = {role: Client(raise_request_exception=False) for role in (branch_role, committee_role)}
    for role, client in clients.items():
        client.force_login(role.user)
    for _ in range(CHANCES):
        role, address = chance.choice(addresses)
        sent: dict[str, object] = {**posted(entry_with_file()), "step": "submit", "upload": str(mine.uuid)}
        for name in chance.sample(HIDDEN, 3):
            sent[name] = [chance.choice(pool) for _ in range(chance.choice((1, 1, 2)))]
        with transaction.atomic():
            before = counts()
            answer = clients[role].post(f"{address}?{urlencode({'org': chance.choice(pool)[:200]})}", sent)
            assert answer.status_code in {200, 302, 400, 403, 404, 409, 422}, (address, sent)
            done = answer.status_code == 302 or address == reverse("draft-save") or "draft" in sent["step"]
            assert done or counts() == before, (address, sent)
            assert not answer.get("Location", "").startswith(reverse("login"))
            transaction.set_rollback(True)


# On record ---------------------------------------------------------------------------------------


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_who_goes_on_asking_who_holds_a_number_is_on_record_too(log_in, world, branch_role, settings):
    settings.DISCLOSURES_AN_HOUR = 1
    log_in(world.role(world.other_branch)).post(
        reverse("enter"), posted(EntryFactory(number="201811000001"), step="submit")
    )
    client = log_in(branch_role)
    for _ in range(3):
        client.post(reverse("enter"), posted(EntryFactory(number="201811000001")))
    assert [verb for verb in verbs() if verb.startswith("show")] == [
        "show_number_holder",
        *["show_number_holder_withheld"] * 2,
    ]


@pytest.mark.django_db(transaction=True)
def test_questions_at_one_moment_are_counted_one_by_one(settings):
    settings.DISCLOSURES_AN_HOUR = 2
    world = plant_world()
    holder, role = world.role(world.other_branch), world.role(world.branch)
    held = [
        entries.enter(
            EntryFactory(), organization=holder.organization, upload=None, key=new_key(), by=holder
        ).holding
        for _ in range(6)
    ]
    told = at_once(*[partial(holder_is_told, one, by=role) for one in held])
    assert sum(told) == 2


@pytest.mark.django_db(transaction=True)
def test_questions_of_one_organisation_at_one_moment_are_counted_one_by_one(settings):
    settings.DISCLOSURES_A_DAY = 2
    world = plant_world()
    holder = world.role(world.other_branch)
    held = [
        entries.enter(
            EntryFactory(), organization=holder.organization, upload=None, key=new_key(), by=holder
        ).holding
        for _ in range(6)
    ]
    told = at_once(*[partial(holder_is_told, one, by=world.role(world.branch)) for one in held])
    assert sum(told) == 2


def test_giving_a_file_up_and_purging_it_are_on_record(branch_role):
    upload = uploaded(branch_role)
    inspection.give_up(upload)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        housekeeping.purge()
    assert verbs()[-2:] == ["inspect", "purge"]
    assert not upload.path.exists()


# Logs --------------------------------------------------------------------------------------------


def line_of(level: int, message: str, error: Exception) -> str:
    record = logging.LogRecord("test", level, "", 0, message, (), (type(error), error, None))
    return LineFormatter("%(levelname)s %(message)s").format(record)


def test_no_line_of_a_traceback_passes_for_an_event():
    line = line_of(logging.ERROR, "broken\r\nINFO forged", ValueError("x\nINFO forged\n110101200503140003"))
    assert [one for one in line.splitlines() if not one.startswith("    ")] == [
        "ERROR broken\\r\\nINFO forged"
    ]
    assert "ValueError" in line and "110101200503140003" not in line


def test_a_refusal_is_one_line_and_names_nobody():
    assert line_of(logging.WARNING, "Forbidden: /", PermissionError("演示甲")) == "WARNING Forbidden: /"
