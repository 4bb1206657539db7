"""录入干部 (指引 2): form C into the own committee or general branch."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from archives.models import Archive, Upload
from archives.services import entry as entries
from members.models import Member, Post
from members.services.posts import PostTaken
from orgs.models import Duty, Notice
from tests.archives.cases import found_bad, found_good
from tests.archives.test_entry import pdf_file, posted
from tests.factories import EntryFactory, RoleFactory, entry_with_file, new_key, plant_world
from tests.races import at_once, only

POST = {
    "is_cadre": True,
    "title": "deputy_secretary",
    "post_since": date(2024, 9, 1),
    "appointed_by": "elected",
    "cadre_nature": "part_time",
    "on_party_committee": False,
    "on_duty": "on_duty",
}
URL = "/cadres/enter/"


def cadre(make=EntryFactory, **values):
    return make(**{**POST, "address": "", **values})


def submit(client, entry, **more):
    return client.post(URL, posted(entry, step="submit", **more))


@pytest.mark.parametrize("place", ["general", "school", "street", "county", "city", "province"])
def test_every_kind_but_the_branch_enters_its_own_cadres(log_in, world, place):
    organization = getattr(world, place)
    client = log_in(world.role(organization))
    assert "<h1>录入团干部</h1>" in client.get(URL).content.decode()
    submit(client, cadre())
    member = Member.objects.get()
    assert (member.organization, member.is_branch_member, member.state) == (organization, False, "active")
    post = Post.objects.get()
    assert (post.member, post.organization, post.title, post.on_duty) == (
        member,
        organization,
        "deputy_secretary",
        "on_duty",
    )


def test_a_branch_has_no_form_c(log_in, world, branch_role):
    client = log_in(branch_role)
    assert client.get(URL).status_code == 403
    assert submit(client, cadre()).status_code == 403
    assert client.post(reverse("enter-cadre-fields")).status_code == 403
    assert log_in(RoleFactory(organization=world.school, duty=Duty.CADRE)).get(URL).status_code == 403
    assert not Member.objects.exists()


def test_the_form_asks_for_在岗状态_and_not_for_户籍地址_or_是否团干部(log_in, committee_role):
    form = log_in(committee_role).get(URL).context["form"]
    assert "on_duty" in form.fields and not {"address", "is_cadre"} & set(form.fields)
    assert form.states["on_duty"].required and form.states["appointed_by"].required


def test_what_the_form_does_not_ask_is_not_kept(log_in, committee_role):
    entry = cadre(is_cadre=False, address="演示路甲1号")
    submit(log_in(committee_role), entry, org="1", is_branch_member="on")
    member = Member.objects.get()
    assert (member.opened("address"), member.is_branch_member, member.posts.count()) == ("", False, 1)


def test_a_missing_在岗状态_is_said_at_its_field(log_in, committee_role):
    answer = log_in(committee_role).post(URL, posted(cadre(on_duty="")))
    assert answer.status_code == 422
    assert answer.context["form"].errors["on_duty"] == ["请选择在岗状态"]


def test_titles_follow_the_kind_of_organisation(log_in, world):
    def titles(place):
        form = log_in(world.role(place)).get(URL).context["form"]
        return [label for _, label in form.states["title"].options or form.fields["title"].widget.choices]

    assert not {"常委", "候补委员"} & set(titles(world.school))
    assert {"常委", "候补委员"} <= set(titles(world.county))


def test_form_c_alone_never_puts_anyone_into_团员列表(log_in, world, committee_role):
    client = log_in(committee_role)
    client.get(submit(client, cadre(name="演示干部")).url)
    assert not Member.objects.listed().exists()
    for role in (committee_role, world.role(world.county)):
        assert "演示干部" not in log_in(role).get(reverse("members") + "?state=active").content.decode()


def test_what_a_general_branch_submits_waits_for_the_committee_above(log_in, world, committee_role):
    role = world.role(world.general)
    client = log_in(role)
    answer = submit(client, cadre(entry_with_file), file=pdf_file())
    found_good(Upload.objects.get())
    archive = Archive.objects.get()
    assert (archive.state, archive.reviewer, archive.submitted_as) == ("waiting", world.school, role)
    assert archive.member.state == "pending"
    assert "由 丙中学团委 审核" in client.get(answer.url).content.decode()


def test_a_committees_own_cadre_is_in_force_once_the_file_is_inspected_and_history_says_so(
    log_in, committee_role
):
    client = log_in(committee_role)
    submit(client, cadre(entry_with_file), file=pdf_file())
    member = Member.objects.get()
    assert (member.state, member.holding.state) == ("pending", "reserved")
    found_good(Upload.objects.get())
    member.refresh_from_db()
    archive = member.archives.get()
    assert (member.state, archive.state, archive.decided_by) == ("active", "approved", None)
    assert not Notice.objects.filter(subject=f"archive:{archive.pk}", sort="todo").exists()
    assert "文件检查完毕，无需审核" in client.get(reverse("member", args=[member.uuid])).content.decode()


def test_a_file_inspected_before_the_form_is_sent_puts_the_cadre_in_force_at_once(log_in, committee_role):
    client = log_in(committee_role)
    client.post(reverse("upload"), {"file": pdf_file()})
    upload = Upload.objects.get()
    found_good(upload)
    submit(client, cadre(entry_with_file), upload=str(upload.uuid))
    assert Member.objects.get().state == "active"


def test_a_committees_unusable_file_is_refused_and_told(log_in, world, committee_role):
    submit(log_in(committee_role), cadre(entry_with_file), file=pdf_file())
    found_bad(Upload.objects.get())
    assert Member.objects.get().state == "refused"
    assert "加密" in Notice.objects.get(organization=world.school).body


def test_where_the_setting_asks_for_it_a_committees_cadre_is_reviewed_above_it(
    log_in, world, committee_role, settings
):
    settings.COMMITTEE_ENTRIES_REVIEWED = True
    world.role(world.county)
    submit(log_in(committee_role), cadre(entry_with_file), file=pdf_file())
    found_good(Upload.objects.get())
    archive = Archive.objects.get()
    assert (archive.state, archive.reviewer) == ("waiting", world.county)


def test_above_the_province_nobody_is_left_to_review(log_in, world, settings):
    settings.COMMITTEE_ENTRIES_REVIEWED = True
    submit(log_in(world.role(world.province)), cadre(entry_with_file), file=pdf_file())
    found_good(Upload.objects.get())
    assert Archive.objects.get().state == "approved"


def test_a_second_secretary_is_refused_at_团内现任职务_with_the_name_of_the_first(log_in, committee_role):
    client = log_in(committee_role)
    submit(client, cadre(title="secretary", name="演示书记"))
    for step in ("check", "submit"):
        answer = client.post(URL, posted(cadre(title="secretary"), step=step))
        assert answer.status_code == 422 and list(answer.context["form"].errors) == ["title"]
        assert "演示书记" in answer.content.decode()
    assert Member.objects.count() == 1


def test_each_organisation_has_its_own_secretary(log_in, world):
    for place in (world.general, world.school, world.county):
        submit(log_in(world.role(place)), cadre(title="secretary"))
    assert Post.objects.filter(title="secretary").count() == 3


def test_live_answers_know_form_c(log_in, committee_role):
    client = log_in(committee_role)
    form = client.get(URL)
    sent = {"occupation": "student", "shown": form.context["shown"]}
    answer = client.post(reverse("enter-cadre-fields"), sent).content.decode()
    assert 'id="div_id_study_status" data-hx-swap-oob="true"' in answer
    assert 'id="div_id_address"' not in answer


def test_a_form_opened_in_another_role_is_not_submitted_but_not_lost(log_in, world, committee_role):
    there = RoleFactory(user=committee_role.user, organization=world.county)
    entry = cadre()
    sent = posted(entry, step="submit", page_role=str(committee_role.pk))
    answer = log_in(there).post(URL, sent)
    assert answer.status_code == 409 and entry.id_number in answer.content.decode()
    assert not Member.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_at_the_same_moment_exactly_one_is_entered():
    world = plant_world()
    one, two = world.role(world.school), world.role(world.school)
    for place in (world.school, world.county, world.street):
        one, two = world.role(place), world.role(place)
        results = at_once(*(entering(cadre(title="secretary"), role) for role in (one, two)))
        assert [len(only(Member, results)), len(only(PostTaken, results))] == [1, 1], results
    assert Member.objects.count() == Post.objects.filter(title="secretary").count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_a_secretary_makes_one_and_answers_both():
    world = plant_world()
    role, entry, key = world.role(world.school), cadre(title="secretary"), new_key()
    results = at_once(*[entering(entry, role, key)] * 3)
    assert len(only(Member, results)) == 3 and Post.objects.count() == 1, results


def entering(entry, role, key=None):
    return lambda: entries.enter(
        entry, organization=role.organization, upload=None, key=key or new_key(), by=role
    )


def test_the_page_of_a_committees_own_cadre_stands_under_the_list_of_cadres_in_the_menu(
    log_in, committee_role
):
    client = log_in(committee_role)
    submit(client, cadre())
    page = client.get(reverse("member", args=[Member.objects.get().uuid])).content.decode()
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page) == [reverse("cadres")]
