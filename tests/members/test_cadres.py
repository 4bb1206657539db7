"""干部列表: everybody with a current post in scope, once a post."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archives.services import appointment
from archives.services import entry as entries
from members.services import posts
from orgs.models import Duty
from orgs.services import organizations
from tests.archives.cases import refused, waiting
from tests.factories import EntryFactory, RoleFactory, new_key

POST = {
    "is_cadre": True,
    "title": "committee_member",
    "post_since": date(2024, 9, 1),
    "appointed_by": "elected",
    "cadre_nature": "part_time",
    "on_party_committee": False,
}
OWN = {**POST, "address": "", "on_duty": "on_duty"}


def entered(role, **values):
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


def names(answer):
    return [row["name"] for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("place", "sees"),
    [
        ("branch", True), ("general", True), ("school", True), ("county", True), ("city", True), ("province", True),
        ("sibling", False), ("street", False), ("other_city", False), ("other_branch", False),
    ],
)  # fmt: skip
def test_everybody_sees_the_cadres_of_their_organisation_and_below(world, branch_role, log_in, place, sees):
    entered(branch_role, name="演示干部", **POST)
    answer = log_in(world.role(getattr(world, place))).get("/cadres/")
    assert names(answer) == (["演示干部"] if sees else [])
    assert ("演示干部" in answer.content.decode()) == sees


def test_it_holds_cadres_of_every_form_and_nobody_else(world, branch_role, committee_role, log_in):
    entered(branch_role, name="演示甲", **POST)
    entered(branch_role, name="演示非干部")
    entered(committee_role, name="演示丙", **OWN)
    client = log_in(committee_role)
    assert names(client.get("/cadres/")) == ["演示丙", "演示甲"]
    assert "演示丙" not in names(client.get("/members/"))


def test_a_row_says_the_post_in_words_and_masks_the_id_number(world, log_in):
    role = world.role(world.county)
    member = entered(
        role, name="演示常委", **{**OWN, "title": "standing_member", "cadre_nature": "full_time"}
    )
    answer = log_in(role).get("/cadres/")
    row = answer.context["rows"][0]
    assert (row["organization"], row["title"], row["nature"], row["on_duty"]) == (
        "乙县团县委", "常委", "专职", "在岗",
    )  # fmt: skip
    page, number = answer.content.decode(), member.opened("id_number")
    assert number not in page and f"{number[:6]}********{number[-4:]}" in page
    assert "2024 年 9 月" in page


def test_each_tab_shows_one_state(branch_role, committee_role, log_in):
    entered(branch_role, name="演示在册", **POST)
    waiting(branch_role, name="演示审核", **POST)
    refused(branch_role, committee_role, name="演示未过", **POST)
    client = log_in(branch_role)
    assert names(client.get("/cadres/")) == ["演示在册"]
    assert names(client.get("/cadres/?state=pending")) == ["演示审核"]
    answer = client.get("/cadres/?state=refused")
    assert names(answer) == ["演示未过"]
    assert [(tab["label"], tab["count"]) for tab in answer.context["tabs"]] == [
        ("在册", 1), ("审核中", 1), ("未通过", 1),
    ]  # fmt: skip


def test_who_left_a_post_is_gone_from_the_list(branch_role, log_in):
    member = entered(branch_role, **POST)
    posts.end(member.posts.get(), on=date(2026, 1, 1))
    assert names(log_in(branch_role).get("/cadres/")) == []


def test_two_posts_of_one_person_are_two_rows_each_in_its_organisation(branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示两职", **POST)
    appointment.appoint(
        member, EntryFactory(**OWN), organization=committee_role.organization, by=committee_role
    )
    rows = log_in(committee_role).get("/cadres/").context["rows"]
    assert [row["organization"] for row in rows] == ["丙中学团委", "高一1班团支部"]
    assert len(log_in(branch_role).get("/cadres/").context["rows"]) == 1


def test_name_number_and_id_number_find_the_person(branch_role, log_in):
    member = entered(branch_role, name="演示甲一", number="201811900123", **POST)
    entered(branch_role, name="演示乙", **POST)
    client = log_in(branch_role)
    for typed in ("演示甲", "201811900123"):
        answer = client.post("/cadres/", {"q": typed}, follow=True)
        assert names(answer) == ["演示甲一"]
        assert answer.redirect_chain[0][0].startswith("/cadres/?")
    number = member.opened("id_number")
    answer = client.post("/cadres/", {"q": number})
    assert names(answer) == ["演示甲一"] and number not in answer.content.decode()
    assert names(client.get("/cadres/", {"q": number})) == []


def test_one_organisation_below_can_be_picked_and_a_foreign_one_not(
    world, branch_role, committee_role, log_in
):
    entered(branch_role, name="演示支部", **POST)
    entered(committee_role, name="演示本级", **OWN)
    client = log_in(committee_role)
    assert names(client.get("/cadres/", {"org": world.general.pk})) == ["演示支部"]
    assert client.get("/cadres/", {"org": world.other_branch.pk}).status_code == 404


def test_a_person_whose_branch_was_moved_out_of_sight_is_named_but_not_opened(world, branch_role, log_in):
    county, province = world.role(world.county), world.role(world.province)
    member = entered(world.role(world.street_branch), name="演示远去", **POST)
    appointment.appoint(member, EntryFactory(**OWN), organization=county.organization, by=county)
    organizations.move(world.street, to=world.other_county, by=province)
    answer = log_in(county).get("/cadres/")
    assert names(answer) == ["演示远去"]
    assert str(member.uuid) not in answer.content.decode()


def test_pages_go_on_by_the_post(branch_role, log_in, monkeypatch):
    made = [entered(branch_role, name=f"演示{n}", **POST).name for n in range(5)]
    monkeypatch.setattr("zhtj.lib.paging.newest_first.__kwdefaults__", {"size": 2})
    client, url, seen = log_in(branch_role), "/cadres/", []
    while url:
        answer = client.get(url)
        seen += names(answer)
        url = f"/cadres/{answer.context['page'].next_url}" if answer.context["page"].next_url else ""
    assert seen == made[::-1]


def test_the_list_costs_the_same_however_long_it_is(world, branch_role, log_in):
    client = log_in(world.role(world.school))
    counted = []
    for more in (3, 20):
        for _ in range(more):
            entered(branch_role, **POST)
        client.get("/cadres/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/cadres/")
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 14


@pytest.mark.parametrize(
    ("place", "offers"), [("branch", False), ("general", True), ("school", True), ("county", True)]
)
def test_entering_a_cadre_is_offered_to_those_who_may(world, log_in, place, offers):
    page = log_in(world.role(getattr(world, place))).get("/cadres/").content.decode()
    assert ('class="btn btn-primary" href="/cadres/enter/"' in page) == offers


def test_nothing_there_is_said(branch_role, log_in):
    assert "还没有在册团干部" in log_in(branch_role).get("/cadres/").content.decode()


def test_a_cadre_in_person_has_no_list(world, log_in):
    assert log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE)).get("/cadres/").status_code == 403
