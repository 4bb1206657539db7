"""草稿: kept sealed while people type, found again with its file, gone with the entry it becomes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from archives import housekeeping
from archives.models import Draft, Upload
from archives.services import drafts
from archives.services import entry as entries
from archives.services.drafts import MOST, DraftRefused
from members.models import Member
from members.rules import ENTRY_FIELDS
from tests.archives import cases
from tests.archives.test_entry import posted
from tests.factories import EntryFactory, entry_with_file, new_key, plant_world
from tests.races import at_once, only

ID = "110101200501010001"


def keep(role, *, key=None, upload=None, place=None, **typed):
    organization = place or role.organization
    return drafts.save(typed, key=key or new_key(), organization=organization, upload=upload, by=role)


def address(place, name="draft-save"):
    return f"{reverse(name)}?org={place.pk}"


def test_a_draft_lies_sealed_in_the_database(branch_role):
    keep(branch_role, name="演示未完", id_number=ID, phone="13800000000", address="演示路1号")
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(data, 'escape'), archives_draft::text FROM archives_draft")
        row = " ".join(cursor.fetchone())
    for word in ("演示未完", ID, "13800000000", "演示路", "name"):
        assert word not in row
    assert Draft.objects.get().values() == {
        "name": "演示未完", "id_number": ID, "phone": "13800000000", "address": "演示路1号",
    }  # fmt: skip


def test_only_typed_values_are_kept_and_none_without_end(branch_role):
    kept = keep(
        branch_role, name="演" * 10_000, csrfmiddlewaretoken="x", page_role="1", step="submit"
    ).values()
    assert kept == {"name": "演" * drafts.LONGEST}
    assert set(kept) <= set(ENTRY_FIELDS)


def test_the_same_form_saved_again_stays_one_draft_and_two_tabs_make_two(branch_role):
    key = new_key()
    first = keep(branch_role, key=key, name="演示一")
    second = keep(branch_role, key=key, name="演示一二", qq="12345")
    assert (first.pk, second.values()) == (second.pk, {"name": "演示一二", "qq": "12345"})
    keep(branch_role, name="演示另一页")
    assert Draft.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_form_at_the_same_moment_are_one_draft():
    world = plant_world()
    role, key = world.role(world.branch), new_key()
    results = at_once(*[lambda n=n: keep(role, key=key, name=f"演示{n}") for n in range(4)])
    assert len(only(Draft, results)) == 4, results
    assert Draft.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_save_at_the_moment_of_submission_leaves_no_draft_behind():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(8):
        key, entry, upload = new_key(), entry_with_file(), cases.uploaded(role)
        keep(role, key=key, upload=upload, name=entry.name)

        def submit(entry=entry, upload=upload, key=key):
            return entries.enter(entry, organization=role.organization, upload=upload, key=key, by=role)

        results = at_once(
            submit, lambda key=key, upload=upload: keep(role, key=key, upload=upload, name="演示")
        )
        assert len(only(Member, results)) == 1, results
        assert isinstance(results[1], Draft | DraftRefused), results
        assert not Draft.objects.exists()


def test_a_draft_is_of_the_form_by_which_the_role_enters_there(world):
    branch, school, general = (world.role(one) for one in (world.branch, world.school, world.general))
    assert keep(branch).variant == "A"
    assert keep(school, place=world.branch).variant == "B"
    assert [keep(one).variant for one in (school, general)] == ["C", "C"]


@pytest.mark.parametrize("place", ["sibling", "general", "school", "other_branch"])
def test_a_branch_keeps_drafts_for_itself_only(world, branch_role, place):
    with pytest.raises(PermissionDenied):
        keep(branch_role, place=getattr(world, place), name="演示")
    assert not Draft.objects.exists()


def test_the_entry_made_of_a_draft_takes_it_away_also_by_a_double_click(client, log_in, branch_role):
    entry, key = EntryFactory(), new_key()
    keep(branch_role, key=key, name=entry.name)
    other = keep(branch_role, name="演示别人")
    log_in(branch_role)
    for _ in range(2):
        answer = client.post(reverse("enter"), {**posted(entry), "key": str(key), "step": "submit"})
        assert answer.status_code == 302
    assert list(Draft.objects.all()) == [other]
    with pytest.raises(DraftRefused, match="已提交"):
        keep(branch_role, key=key, name=entry.name)


def test_an_entry_that_is_refused_keeps_its_draft(client, log_in, branch_role):
    key = new_key()
    taken = EntryFactory()
    entries.enter(taken, organization=branch_role.organization, upload=None, key=new_key(), by=branch_role)
    keep(branch_role, key=key, name="演示")
    log_in(branch_role)
    entry = EntryFactory(number=taken.number)
    assert (
        client.post(reverse("enter"), {**posted(entry), "key": str(key), "step": "submit"}).status_code == 422
    )
    assert Draft.objects.filter(key=key).exists()


def test_one_person_cannot_pile_up_drafts_without_end(branch_role, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 2)
    key = new_key()
    keep(branch_role, key=key)
    keep(branch_role)
    with pytest.raises(DraftRefused, match="已有 2 份草稿"):
        keep(branch_role)
    keep(branch_role, key=key, name="演示")  # an old one goes on
    assert MOST > 2


def test_a_month_after_the_last_save_drafts_go_and_their_files_with_them(branch_role):
    keep(branch_role, name="演示旧", upload=cases.uploaded(branch_role))
    path = Upload.objects.get().path
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        fresh = keep(branch_role, name="演示新")
        housekeeping.purge()
        assert Draft.objects.count() == 2 and path.exists()  # the draft holds its file
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        housekeeping.purge()
    assert list(Draft.objects.all()) == [fresh]
    assert not Upload.objects.exists() and not path.exists()
