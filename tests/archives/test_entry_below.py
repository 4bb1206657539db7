"""录入下级团员 (指引 1.2): form B on a branch chosen in the tree."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.models import Archive, Upload
from archives.services import entry as entries
from members.models import Member
from orgs.models import Duty, Organization
from orgs.services import organizations
from tests.archives.cases import found_bad, found_good, uploaded
from tests.archives.test_entry import pdf_file, posted
from tests.factories import EntryFactory, RoleFactory, entry_with_file, new_key, plant_world
from tests.races import at_once

ABOVE = ("general", "school", "county", "city", "province")


def url(organization=None, name="enter-below"):
    return reverse(name) + (f"?org={organization.pk}" if organization else "")


def submit(client, branch, entry, **more):
    return client.post(url(branch), posted(entry, step="submit", **more))


@pytest.mark.parametrize("place", [*ABOVE, "street"])
def test_everyone_above_branches_has_the_page(log_in, world, place):
    page = log_in(world.role(getattr(world, place))).get(url()).content.decode()
    assert "请在左侧组织树中选择录入人员所在支部" in page
    assert 'id="entry"' not in page


def test_a_branch_has_not(log_in, world, branch_role):
    client = log_in(branch_role)
    for address in (url(), url(world.branch), url(world.sibling)):
        assert client.get(address).status_code == 403
        assert client.post(address, posted(EntryFactory(), step="submit")).status_code == 403
    for name in ("enter-below-search", "enter-below-fields"):
        assert client.get(reverse(name)).status_code in {403, 405}
    assert client.get(reverse("enter-below-children", args=[world.general.pk])).status_code == 403
    assert not Member.objects.exists()


def test_nor_has_a_cadre_in_person(log_in, world):
    role = RoleFactory(organization=world.school, duty=Duty.CADRE)
    assert log_in(role).get(url(world.branch)).status_code == 403


@pytest.mark.parametrize("place", ABOVE)
def test_every_superior_of_a_branch_enters_into_it(log_in, world, place):
    role = world.role(getattr(world, place))
    answer = submit(log_in(role), world.branch, EntryFactory())
    member = Member.objects.get()
    assert answer.url == reverse("entered", args=[member.uuid])
    assert (member.organization, member.entered_by, member.state) == (world.branch, role.user, "active")
    assert member.is_branch_member


def test_the_heading_is_the_branchs_name_and_the_crumbs_say_where_it_stands(log_in, world, committee_role):
    page = log_in(committee_role).get(url(world.branch)).content.decode()
    assert "<h1>丙中学高一1班团支部</h1>" in page
    crumbs = re.findall(r"<li>([^<]*)</li>", page[page.index("zt-crumb") : page.index("<h1>")])
    assert crumbs == ["团员管理", "录入下级团员", "丙中学团委", "高一团总支"]
    assert 'aria-current="page"' in page[page.index('role="tree"') :]


@pytest.mark.parametrize("asked", ["other_branch", "street_branch", "999999999", "0", "x", "1 OR 1=1", "-1"])
def test_a_branch_out_of_sight_cannot_be_told_from_one_that_is_not_there(
    log_in, world, committee_role, asked
):
    client = log_in(committee_role)
    org = getattr(world, asked).pk if hasattr(world, asked) else asked
    for name in ("enter-below", "enter-below-fields"):
        answer = client.post(reverse(name), posted(EntryFactory(), step="submit"), query_params={"org": org})
        assert answer.status_code == 404
    assert client.get(reverse("enter-below"), {"org": org}).status_code == 404
    assert not Member.objects.exists()


@pytest.mark.parametrize("place", ["school", "general"])
def test_only_a_branch_takes_members(log_in, world, committee_role, place):
    client, organization = log_in(committee_role), getattr(world, place)
    assert 'id="entry"' not in client.get(url(organization)).content.decode()
    answer = client.post(url(organization), posted(EntryFactory(), step="submit"))
    assert answer.status_code == 403 and "团员须录入到团支部" in answer.content.decode()
    assert client.post(url(organization, "enter-below-fields")).status_code == 403
    assert not Member.objects.exists()


def test_without_an_address_a_submission_enters_nowhere(log_in, committee_role):
    assert log_in(committee_role).post(url(), posted(EntryFactory(), step="submit")).status_code == 403
    assert not Member.objects.exists()


def test_a_closed_branch_takes_nobody_and_says_so(log_in, world, committee_role):
    organizations.deactivate(world.branch, by=world.role(world.county))
    client = log_in(committee_role)
    page = client.get(url(world.branch)).content.decode()
    assert "已停用，不能再录入" in page and 'id="entry"' not in page
    answer = submit(client, world.branch, EntryFactory())
    assert answer.status_code == 403 and "已停用" in answer.content.decode()
    assert not Member.objects.exists()


def test_what_a_general_branch_enters_below_waits_for_the_nearest_committee(log_in, world):
    role = world.role(world.general)
    world.role(world.school)
    submit(log_in(role), world.branch, entry_with_file(), file=pdf_file())
    archive = Archive.objects.get()
    assert (archive.state, archive.submitted_as, archive.organization) == ("checking", role, world.branch)
    found_good(Upload.objects.get())
    archive.refresh_from_db()
    assert (archive.state, archive.reviewer, archive.member.state) == ("waiting", world.school, "pending")


def test_what_a_committee_enters_below_is_in_force_once_the_file_is_inspected(log_in, world, committee_role):
    client = log_in(committee_role)
    answer = submit(client, world.branch, entry_with_file(), file=pdf_file())
    assert "无需审核" in client.get(answer.url).content.decode()
    found_good(Upload.objects.get())
    member = Member.objects.get()
    assert (member.state, member.archives.get().state, member.holding.state) == ("active", "approved", "held")
    assert "文件检查完毕，无需审核" in client.get(reverse("member", args=[member.uuid])).content.decode()


def test_where_the_setting_asks_for_it_a_committees_entries_are_reviewed_above_it(
    log_in, world, committee_role, settings
):
    settings.COMMITTEE_ENTRIES_REVIEWED = True
    world.role(world.county)
    submit(log_in(committee_role), world.branch, entry_with_file(), file=pdf_file())
    found_good(Upload.objects.get())
    archive = Archive.objects.get()
    assert (archive.state, archive.reviewer) == ("waiting", world.county)


def test_an_unusable_file_is_told_to_whoever_entered(log_in, world, committee_role):
    client = log_in(committee_role)
    submit(client, world.branch, entry_with_file(), file=pdf_file())
    found_bad(Upload.objects.get())
    assert "加密" in client.get(reverse("inbox") + "?tab=result").content.decode()


def test_a_file_sent_ahead_belongs_to_the_form(log_in, world, committee_role):
    client = log_in(committee_role)
    client.post(reverse("upload"), {"file": pdf_file()})
    upload = Upload.objects.get()
    submit(client, world.branch, entry_with_file(), upload=str(upload.uuid))
    assert Archive.objects.get().upload == upload


def test_switching_the_branch_keeps_what_was_typed(log_in, world, committee_role):
    entry = entry_with_file()
    sent = {**posted(entry, step="edit"), "file": pdf_file()}
    page = log_in(committee_role).post(url(world.sibling), sent).content.decode()
    assert "<h1>丙中学教工团支部</h1>" in page and f'action="{url(world.sibling)}"' in page
    assert entry.id_number in page and entry.name in page and entry.number in page
    assert str(Upload.objects.get().uuid) in page and "data-typed" in page
    assert not Member.objects.exists()


def test_the_check_page_submits_to_the_same_branch(log_in, world, committee_role):
    page = log_in(committee_role).post(url(world.branch), posted(EntryFactory())).content.decode()
    assert "确认信息" in page and f'action="{url(world.branch)}"' in page
    assert "录入到 丙中学高一1班团支部" in page


def test_live_answers_come_for_the_branch(log_in, world, committee_role):
    client = log_in(committee_role)
    form = client.get(url(world.branch))
    assert f'data-hx-post="{url(world.branch, "enter-below-fields")}"' in form.content.decode()
    answer = client.post(
        url(world.branch, "enter-below-fields"), {"occupation": "student", "shown": form.context["shown"]}
    ).content.decode()
    assert 'id="div_id_study_status" data-hx-swap-oob="true"' in answer
    assert 'id="div_id_name"' not in answer


def test_a_form_opened_in_another_role_is_not_submitted_but_not_lost(log_in, world, committee_role):
    there = RoleFactory(user=committee_role.user, organization=world.street_branch)
    entry = EntryFactory()
    sent = posted(entry, step="submit", page_role=str(committee_role.pk))
    answer = log_in(there).post(url(world.branch), sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "切换" in page and entry.id_number in page
    assert f'action="{url(world.branch)}"' in page
    assert not Member.objects.exists()


def test_somebody_elses_role_in_the_form_opens_nothing(log_in, world):
    foreign = world.role(world.other_school)
    sent = posted(EntryFactory(), step="submit", page_role=str(foreign.pk))
    assert log_in(world.role(world.school)).post(url(world.other_branch), sent).status_code == 404
    assert log_in(world.role(world.sibling)).post(url(world.other_branch), sent).status_code == 403


def test_in_the_tree_only_branches_can_be_chosen(log_in, world, committee_role):
    page = log_in(committee_role).get(url(world.general)).content.decode()

    def node(organization):
        return re.search(rf'<a class="zt-node"[^>]*href="{re.escape(url(organization))}"[^>]*>', page).group()

    assert "data-only-opens" in node(world.school) and "data-only-opens" in node(world.general)
    assert "data-only-opens" not in node(world.branch)


def test_opening_a_node_and_searching_lead_to_this_page(log_in, world):
    client = log_in(world.role(world.general))
    children = client.get(reverse("enter-below-children", args=[world.general.pk])).content.decode()
    assert url(world.branch) in children
    found = client.get(reverse("enter-below-search"), {"q": "高一"}).content.decode()
    assert url(world.branch) in found and url(world.general) not in found
    assert url(world.sibling) not in client.get(url() + "?q=团支部").content.decode()


def test_the_last_five_branches_stand_ready(log_in, world):
    role = world.role(world.city)
    county = world.role(world.county)
    made = [
        organizations.create(
            parent=world.county,
            kind="branch",
            name=f"乙县第{n}团支部",
            short_name=f"第{n}支部",
            industry="",
            by=county,
        )
        for n in "一二三四五六"
    ]
    client = log_in(role)
    for branch in [*made, made[0]]:
        submit(client, branch, EntryFactory())
    someone = world.role(world.city)
    entries.enter(EntryFactory(), organization=world.branch, upload=None, key=new_key(), by=someone)
    assert recent(client) == [made[n].pk for n in (0, 5, 4, 3, 2)]
    organizations.deactivate(Organization.objects.get(pk=made[5].pk), by=county)
    assert recent(client) == [made[n].pk for n in (0, 4, 3, 2, 1)]
    there = RoleFactory(user=role.user, organization=world.school)
    assert recent(log_in(there)) == []


def recent(client):
    return [branch.pk for branch, _ in client.get(url()).context["recent"]]


def test_after_entering_the_way_leads_on_to_the_same_branch(log_in, world, committee_role):
    client = log_in(committee_role)
    page = client.get(submit(client, world.branch, EntryFactory()).url).content.decode()
    assert f'href="{url(world.branch)}' in page


def test_nobody_enters_members_into_a_committee(world):
    above = world.role(world.county)
    with pytest.raises(Exception, match="不能在“丙中学团委”录入干部"):
        entries.enter(EntryFactory(), organization=world.school, upload=None, key=new_key(), by=above)


@pytest.mark.django_db(transaction=True)
def test_entered_while_its_superior_is_moved_it_waits_where_somebody_above_can_see_it():
    world = plant_world()
    role, mover = world.role(world.general), world.role(world.county)
    for reviewer in (world.school, world.street):
        world.role(reviewer)
    for to in (world.street, world.school) * 3:
        upload = uploaded(role)
        found_good(upload)
        results = at_once(
            lambda upload=upload: entries.enter(
                entry_with_file(), organization=world.branch, upload=upload, key=new_key(), by=role
            ),
            lambda to=to: organizations.move(
                Organization.objects.get(pk=world.general.pk), to=Organization.objects.get(pk=to.pk), by=mover
            ),
        )
        assert results[1] is None and isinstance(results[0], Member | PermissionDenied), results
        for archive in Archive.objects.select_related("organization"):
            assert (archive.state, archive.reviewer_id) == ("waiting", to.pk)
            assert to.pk in archive.organization.path_ids
