"""团员列表: scope, tabs, search, pages."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archives.services import entry as entries
from members.models import Member
from orgs.models import Duty
from tests.archives.cases import refused, waiting
from tests.factories import EntryFactory, RoleFactory, new_key


def entered(role, **values):
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


def names(answer):
    return [row["name"] for row in answer.context["rows"]]


def counts(answer):
    return {tab["label"]: tab["count"] for tab in answer.context["tabs"]}


@pytest.mark.parametrize(
    ("place", "sees"),
    [
        ("branch", True), ("general", True), ("school", True), ("county", True), ("city", True), ("province", True),
        ("sibling", False), ("street", False), ("other_city", False), ("other_branch", False),
    ],
)  # fmt: skip
def test_everybody_sees_the_people_of_their_organisation_and_below(world, branch_role, log_in, place, sees):
    entered(branch_role, name="演示一")
    answer = log_in(world.role(getattr(world, place))).get("/members/")
    assert names(answer) == (["演示一"] if sees else [])
    assert ("演示一" in answer.content.decode()) == sees


def test_each_tab_shows_one_state_and_counts_all(branch_role, committee_role, log_in):
    entered(branch_role, name="演示在册")
    waiting(branch_role, name="演示审核")
    refused(branch_role, committee_role, name="演示未过")
    client = log_in(branch_role)
    assert names(client.get("/members/")) == ["演示在册"]
    assert names(client.get("/members/?state=pending")) == ["演示审核"]
    assert names(client.get("/members/?state=refused")) == ["演示未过"]
    assert counts(client.get("/members/")) == {"在册": 1, "审核中": 1, "未通过": 1}


def test_the_list_masks_every_id_number(branch_role, log_in):
    member = entered(branch_role)
    page = log_in(branch_role).get("/members/").content.decode()
    number = member.opened("id_number")
    assert f"{number[:6]}********{number[-4:]}" in page
    assert number not in page


def test_rows_say_occupation_organisation_date_number_and_state_in_words(branch_role, log_in):
    entered(
        branch_role,
        occupation="worker",
        study_status="",
        occupation_detail="farmer",
        joined_on=date(2018, 5, 4),
        number="201811000777",
    )
    row = log_in(branch_role).get("/members/").context["rows"][0]
    assert (row["occupation"], row["organization"], row["number"]) == (
        "农民",
        "高一1班团支部",
        "201811000777",
    )
    assert row["state"].label == "在册"


def test_the_newest_come_first_in_pages_of_fifty_and_back(branch_role, log_in, monkeypatch):
    made = [entered(branch_role, name=f"演示{n}").name for n in range(7)]
    monkeypatch.setattr("zhtj.lib.paging.newest_first.__kwdefaults__", {"size": 3})
    client, url, seen = log_in(branch_role), "/members/", []
    while url:
        answer = client.get(url)
        seen.append(names(answer))
        url = f"/members/{answer.context['page'].next_url}" if answer.context["page"].next_url else ""
    assert [name for page in seen for name in page] == made[::-1]
    back = client.get(f"/members/{answer.context['page'].prev_url}")
    assert names(back) == seen[-2]


# Search ------------------------------------------------------------------------------------------


def search(client, **asked):
    return client.post("/members/", asked, follow=True)


def test_a_name_is_found_by_its_beginning_only(branch_role, log_in):
    for name in ("演示甲一", "演示甲二", "演示乙甲"):
        entered(branch_role, name=name)
    answer = search(log_in(branch_role), q="演示甲")
    assert names(answer) == ["演示甲二", "演示甲一"]
    assert answer.redirect_chain[0][0].startswith("/members/?")


def test_a_number_is_found_exactly_however_it_was_typed(branch_role, log_in):
    entered(branch_role, name="演示甲", number="201811000123")
    entered(branch_role, name="演示乙", number="201811000124")
    for typed in ("201811000123", "2018 11 000123", "２０１８１１０００１２３"):
        assert names(search(log_in(branch_role), q=typed)) == ["演示甲"]
    assert names(search(log_in(branch_role), q="20181100012")) == []


def test_an_id_number_is_answered_at_once_and_stands_in_no_address(branch_role, log_in):
    member = entered(branch_role, name="演示甲")
    entered(branch_role, name="演示乙")
    number = member.opened("id_number")
    for typed in (number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}"):
        answer = log_in(branch_role).post("/members/", {"q": typed})
        page = answer.content.decode()
        assert (answer.status_code, names(answer)) == (200, ["演示甲"])
        assert number not in page


@pytest.mark.parametrize("slip", [slice(0, 17), slice(0, 15), slice(1, 18)])
def test_a_mistyped_id_number_stands_in_no_address_either(branch_role, log_in, slip):
    wrong = entered(branch_role).opened("id_number")[slip]
    for typed in (wrong, f"{wrong}0123", f"演示{wrong}", f"{wrong[:6]}　{wrong[6:]}"):
        answer = log_in(branch_role).post("/members/", {"q": typed})
        assert (answer.status_code, names(answer)) == (200, [])
        assert wrong not in answer.content.decode()


@pytest.mark.parametrize("number", ["2012〔丙中学团字〕第0012号", "2015160000000123", "2009A01"])
def test_numbers_of_every_shape_are_found(branch_role, log_in, number):
    entered(branch_role, name="演示甲", number=number, joined_on=date(int(number[:4]), 5, 4))
    assert names(search(log_in(branch_role), q=number)) == ["演示甲"]


def test_an_id_number_finds_the_person_in_whatever_state(branch_role, committee_role, log_in):
    archive = refused(branch_role, committee_role, name="演示未过")
    answer = log_in(branch_role).post("/members/", {"q": archive.member.opened("id_number")})
    assert names(answer) == ["演示未过"]
    assert [tab["label"] for tab in answer.context["tabs"] if tab["current"]] == ["未通过"]


def test_an_id_number_outside_my_scope_is_simply_not_found(world, branch_role, log_in):
    member = entered(branch_role, name="演示甲")
    answer = log_in(world.role(world.other_branch)).post("/members/", {"q": member.opened("id_number")})
    assert names(answer) == [] and "演示甲" not in answer.content.decode()


def test_an_id_number_put_into_an_address_is_neither_searched_nor_repeated(branch_role, log_in):
    member = entered(branch_role)
    number = member.opened("id_number")
    answer = log_in(branch_role).get("/members/", {"q": number})
    assert names(answer) == [] and number not in answer.content.decode()


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' OR 1=1", "<b>", "\0", "演" * 500, "𠮷"])
def test_odd_searches_find_nobody_and_break_nothing(branch_role, log_in, typed):
    entered(branch_role, name="演示甲")
    answer = search(log_in(branch_role), q=typed)
    assert answer.status_code == 200
    assert names(answer) == ([] if typed != "\0" else ["演示甲"])


def test_one_organisation_below_can_be_picked(world, branch_role, log_in):
    entered(branch_role, name="演示支部")
    entered(world.role(world.sibling), name="演示教工")
    client = log_in(world.role(world.school))
    answer = client.get("/members/", {"org": world.general.pk})
    assert names(answer) == ["演示支部"]
    chosen = [(words.strip(), picked) for _, words, picked in answer.context["organizations"]]
    assert chosen == [("丙中学团委", False), ("高一团总支", True), ("高一1班团支部", False)]


@pytest.mark.parametrize("org", ["other_branch", "county", "sibling"])
def test_a_foreign_organisation_is_not_found(world, branch_role, log_in, org):
    assert log_in(branch_role).get("/members/", {"org": getattr(world, org).pk}).status_code == 404


@pytest.mark.parametrize(
    "query", ["org=x", "org=-1", "org=1e9", "state=withdrawn", "state=x", "before=x", "after=1e30"]
)
def test_nonsense_in_the_address_is_ignored(branch_role, log_in, query):
    assert log_in(branch_role).get(f"/members/?{query}").status_code == 200


def test_nothing_there_and_nothing_found_are_said_differently(branch_role, log_in):
    client = log_in(branch_role)
    assert "还没有在册团员" in client.get("/members/").content.decode()
    page = client.get("/members/?q=演示无").content.decode()
    assert "没有符合条件的团员" in page and "清除条件" in page


def test_the_list_costs_the_same_however_long_it_is(world, branch_role, log_in):
    client = log_in(world.role(world.school))
    counted = []
    for more in (5, 35):
        for _ in range(more):
            entered(branch_role, occupation="worker", study_status="", occupation_detail="farmer")
        client.get("/members/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/members/")
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 14


def test_counts_stop_at_a_thousand(branch_role, log_in, monkeypatch):
    monkeypatch.setattr("members.views.people.COUNTED", 2)
    for _ in range(4):
        entered(branch_role)
    assert counts(log_in(branch_role).get("/members/"))["在册"] == "2+"


def test_a_withdrawn_person_is_in_no_tab(branch_role, log_in):
    member = entered(branch_role, name="演示撤")
    Member.objects.filter(pk=member.pk).update(state="withdrawn")
    client = log_in(branch_role)
    assert names(client.get("/members/?state=withdrawn")) == []
    assert names(client.post("/members/", {"q": member.opened("id_number")})) == []


def test_a_cadre_in_person_has_no_list(world, log_in):
    role = RoleFactory(organization=world.branch, duty=Duty.CADRE)
    assert log_in(role).get("/members/").status_code == 403
