"""草稿: kept sealed while people type, found again with its file, gone with the entry it becomes."""

from __future__ import annotations

import re
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
from orgs.models import Duty
from tests.archives import cases
from tests.archives.test_entry import pdf_file, posted
from tests.factories import EntryFactory, RoleFactory, entry_with_file, new_key, plant_world
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


# The pages ------------------------------------------------------------------------------------------


def form_of(html):
    return html[html.index('id="entry"') : html.index("zt-bar-foot")]


@pytest.fixture
def saved(client, log_in, branch_role):
    """A draft with a file, kept over the address that draft.js sends to."""
    log_in(branch_role)
    client.post(reverse("upload"), {"file": pdf_file()})
    typed = posted(
        entry_with_file(name="演示未完", phone=""),
        upload=str(Upload.objects.get().uuid),
        page_role=branch_role.pk,
    )
    answer = client.post(address(branch_role.organization), typed)
    assert re.fullmatch(r"草稿已保存 \d\d:\d\d", answer.json()["said"])
    return answer.json()["url"], typed


def test_a_draft_comes_back_with_every_value_its_file_and_its_key(client, saved):
    url, typed = saved
    answer = client.get(url)
    form = answer.context["form"]
    html = form_of(answer.content.decode())
    for name in ENTRY_FIELDS:
        if name in form.fields:
            assert (form[name].value() or "") == typed[name], name
    assert str(form.key) == typed["key"]
    assert "志愿书.pdf" in html and typed["upload"] in html
    assert "请输入" not in "".join(
        str(form.errors[name]) for name in form.errors
    )  # nothing is scolded for being empty
    assert (
        client.post(reverse("enter"), {**typed, "phone": "13800000000", "step": "submit"}).status_code == 302
    )
    assert client.get(url).status_code == 404


def test_opening_a_draft_changes_nothing_and_again_opens_it(client, saved):
    before = list(Draft.objects.values())
    for _ in range(2):
        assert client.get(saved[0]).status_code == 200
    assert list(Draft.objects.values()) == before


def test_the_home_page_lists_drafts_with_the_way_back_and_deleting_asks(client, saved):
    draft = Draft.objects.get()
    html = client.get(reverse("home")).content.decode()
    assert "演示未完" in html and saved[0] in html
    delete = reverse("draft-delete", args=[draft.uuid])
    assert delete in html
    assert "已上传的文件" in client.get(delete).content.decode()
    assert Draft.objects.exists()
    assert client.post(delete).url == reverse("home")
    assert not Draft.objects.exists()
    assert client.post(delete).status_code == 404


def test_a_draft_without_a_name_is_listed_as_such(client, log_in, branch_role):
    keep(branch_role, phone="13800000000")
    log_in(branch_role)
    assert "未填姓名" in client.get(reverse("home")).content.decode()


def test_a_draft_is_nobody_elses(client, log_in, world, branch_role):
    draft = keep(branch_role, name="演示未完")
    elsewhere = RoleFactory(user=branch_role.user, organization=world.sibling)
    for other in (world.role(world.branch), world.role(world.school), elsewhere):
        log_in(other)
        assert "演示未完" not in client.get(reverse("home")).content.decode()
        assert client.post(reverse("draft-delete", args=[draft.uuid])).status_code == 404
    for other in (world.role(world.branch), elsewhere):
        log_in(other)
        assert client.get(reverse("enter"), {"draft": draft.uuid}).status_code == 404
    log_in(world.role(world.school))
    query = {"draft": draft.uuid, "org": world.branch.pk}
    assert client.get(reverse("enter-below"), query).status_code == 404


@pytest.mark.parametrize("uuid", ["", "1", "x" * 5000, "00000000-0000-0000-0000-000000000001"])
@pytest.mark.parametrize("what", ["draft", "like"])
def test_an_address_made_up_is_not_found(client, log_in, branch_role, what, uuid):
    log_in(branch_role)
    assert client.get(reverse("enter"), {what: uuid}).status_code == 404


def test_drafts_of_forms_b_and_c_come_back_on_their_own_pages(client, log_in, world):
    role = world.role(world.school)
    log_in(role)
    for place, start in (
        (world.branch, f"{reverse('enter-below')}?org="),
        (world.school, reverse("enter-cadre")),
    ):
        answer = client.post(
            address(place), {"key": str(new_key()), "name": "演示未完", "page_role": role.pk}
        )
        url = answer.json()["url"]
        assert url.startswith(start)
        assert client.get(url).context["form"]["name"].value() == "演示未完"
    html = client.get(reverse("home")).content.decode()
    assert "录入下级团员" in html and "录入团干部" in html and world.branch.name in html


@pytest.mark.parametrize("place", ["sibling", "other_branch"])
def test_nothing_is_kept_for_an_organisation_one_may_not_enter_into(
    client, log_in, world, branch_role, place
):
    log_in(branch_role)
    answer = client.post(address(getattr(world, place)), {"key": str(new_key()), "name": "演示"})
    assert answer.status_code == 404 and not Draft.objects.exists()


@pytest.mark.parametrize("query", ["", "?org=", "?org=x", "?org=²", "?org=99999999999999999999"])
def test_an_address_without_an_organisation_is_not_found(client, log_in, branch_role, query):
    log_in(branch_role)
    answer = client.post(reverse("draft-save") + query, {"key": str(new_key())})
    assert answer.status_code == 404


def test_a_page_of_another_role_keeps_nothing_and_says_why(client, log_in, world, branch_role):
    other = RoleFactory(user=branch_role.user, organization=world.sibling)
    log_in(other)
    answer = client.post(address(world.sibling), {"key": str(new_key()), "page_role": branch_role.pk})
    assert answer.status_code == 409 and "切换" in answer.json()["said"]
    assert not Draft.objects.exists()


def test_somebody_elses_upload_is_not_kept_with_a_draft(client, log_in, world, branch_role):
    foreign = cases.uploaded(world.role(world.branch))
    log_in(branch_role)
    client.post(address(world.branch), {"key": str(new_key()), "name": "演示", "upload": str(foreign.uuid)})
    assert Draft.objects.get().upload is None


def test_without_javascript_a_button_keeps_the_draft_and_the_file_and_stays_on_the_form(
    client, log_in, branch_role
):
    log_in(branch_role)
    typed = posted(EntryFactory(name="演示未完", phone=""), step="draft")
    answer = client.post(reverse("enter"), {**typed, "file": pdf_file()})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "草稿已保存" in html and "演示未完" in form_of(html)
    draft = Draft.objects.get()
    assert str(draft.key) == typed["key"]
    assert draft.upload == Upload.objects.get()
    assert "file" not in draft.values()


def test_a_cadre_in_person_has_no_drafts(client, log_in, world):
    log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE))
    assert client.post(address(world.branch), {"key": str(new_key()), "name": "演示"}).status_code == 403
    assert not Draft.objects.exists()


# 继续录入 -------------------------------------------------------------------------------------------


def test_the_next_person_of_a_class_begins_with_what_they_have_in_common(client, log_in, branch_role):
    entry = EntryFactory(name="演示上一人", qq="12345")
    log_in(branch_role)
    done = client.post(reverse("enter"), posted(entry, step="submit"), follow=True)
    (url,) = re.findall(r'href="([^"]+)">继续录入', done.content.decode())
    answer = client.get(url)
    form = answer.context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value()}
    assert given == {
        "ethnicity": entry.ethnicity,
        "occupation": entry.occupation,
        "study_status": entry.study_status,
        "education": entry.education,
        "political_status": entry.political_status,
        "joined_on": entry.joined_on.isoformat(),
    }
    html = answer.content.decode()
    assert "已带入上一人的公共项：民族、职业、在读状况、学历、政治面貌、入团时间" in html
    for own in (entry.name, entry.id_number, entry.number, entry.phone, entry.address, "12345"):
        assert own not in form_of(html)
    assert Member.objects.get().entry_key != form.key


def test_only_from_ones_own_entry_into_the_same_organisation(client, log_in, world, branch_role):
    other = world.role(world.branch)
    theirs = entries.enter(
        EntryFactory(), organization=world.branch, upload=None, key=new_key(), by=other
    )  # fmt: skip
    log_in(branch_role)
    assert client.get(reverse("enter"), {"like": theirs.uuid}).status_code == 404
    assert "like=" not in client.get(reverse("entered", args=[theirs.uuid])).content.decode()
    school = world.role(world.school)
    below = entries.enter(EntryFactory(), organization=world.branch, upload=None, key=new_key(), by=school)
    log_in(school)
    query = {"org": world.branch.pk, "like": below.uuid}
    assert client.get(reverse("enter-below"), query).status_code == 200
    assert client.get(reverse("enter-below"), {**query, "org": world.sibling.pk}).status_code == 404
    assert client.get(reverse("enter-cadre"), {"like": below.uuid}).status_code == 404
