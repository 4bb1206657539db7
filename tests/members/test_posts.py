"""Posts: titles by kind of organisation, one 书记 each, one current post per person and organisation, history."""

from __future__ import annotations

from datetime import date

import pytest

from archives.services import entry as entries
from archives.services.withdrawal import withdraw
from members.choices import Variant
from members.models import Member, Post
from members.rules import Context, post_problems
from members.services import posts
from members.services.posts import PostTaken
from orgs.dictionaries import DICTIONARIES, titles_for
from orgs.kinds import Kind
from tests.archives.cases import waiting
from tests.factories import EntryFactory, new_key, plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

POST = {
    "is_cadre": True,
    "title": "secretary",
    "post_since": date(2024, 9, 1),
    "appointed_by": "elected",
    "cadre_nature": "part_time",
    "on_party_committee": False,
}
BASIC = {"secretary", "deputy_secretary", "committee_member"}
LEADING = BASIC | {"standing_member", "alternate_member", "staff"}


def cadre(**values):
    return EntryFactory(**{**POST, **values})


def entered(role, entry):
    return entries.enter(entry, organization=role.organization, upload=None, key=new_key(), by=role)


@pytest.mark.parametrize("title", sorted(LEADING))
@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        (Kind.PROVINCE, LEADING), (Kind.CITY, LEADING), (Kind.COUNTY, LEADING), (Kind.COMMITTEE, BASIC),
        (Kind.WORKING_COMMITTEE, BASIC), (Kind.GENERAL_BRANCH, BASIC), (Kind.BRANCH, BASIC),
    ],
)  # fmt: skip
def test_each_kind_of_organisation_has_its_titles_and_takes_no_other(kind, titles, title):
    variant = Variant.A if kind == Kind.BRANCH else Variant.C
    ctx = Context(variant=variant, today=date(2026, 11, 22), kind=kind)
    said = post_problems(cadre(title=title, on_duty="on_duty"), ctx)
    assert {code for code, _ in DICTIONARIES[titles_for(kind)]} == titles
    assert [problem.code for problem in said] == ([] if title in titles else ["choice_unknown"])


def test_a_second_secretary_is_refused_in_words_that_name_the_first(branch_role):
    first = entered(branch_role, cadre(name="演示书记"))
    with pytest.raises(PostTaken) as taken:
        entered(branch_role, cadre())
    problem = taken.value.problem
    assert (problem.field, problem.code) == ("title", "secretary_taken")
    assert "一个组织只有一名书记" in problem.message
    assert "演示书记" in problem.detail and "2024 年 9 月" in problem.detail
    assert list(Member.objects.all()) == [first]


def test_deputies_and_members_may_be_several_and_each_organisation_has_its_own_secretary(world, branch_role):
    for title in ("deputy_secretary", "deputy_secretary", "committee_member", "secretary"):
        entered(branch_role, cadre(title=title))
    entered(world.role(world.sibling), cadre())
    assert Post.objects.current().count() == 5


def test_a_second_current_post_of_one_person_in_one_organisation_is_refused_in_words(branch_role):
    member = entered(branch_role, cadre(title="committee_member"))
    with pytest.raises(PostTaken) as taken:
        posts.appoint(member, cadre(), branch_role.organization)
    assert taken.value.problem.code == "post_held"
    assert "一人在一个组织只有一个现任职务" in taken.value.problem.message
    assert member.posts.count() == 1


def test_an_ended_post_stays_as_history_and_makes_room(branch_role):
    member = entered(branch_role, cadre())
    post = member.posts.get()
    posts.end(post, on=date(2026, 3, 1))
    entered(branch_role, cadre())
    posts.appoint(member, cadre(title="committee_member"), branch_role.organization)
    assert sorted((one.title, one.ended_on) for one in member.posts.all()) == [
        ("committee_member", None),
        ("secretary", date(2026, 3, 1)),
    ]
    with pytest.raises(StaleState):
        posts.end(post, on=date(2026, 4, 1))
    assert Post.objects.get(pk=post.pk).ended_on == date(2026, 3, 1)


def test_a_withdrawn_entry_takes_its_posts_along(branch_role):
    member = waiting(branch_role, **POST).member
    assert member.posts.current().exists()
    withdraw(member, reason="录入有误", by=branch_role)
    assert member.posts.count() == 1 and not member.posts.current().exists()
    entered(branch_role, cadre())


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_at_the_same_moment_one_gets_the_post_and_the_other_the_words():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.branch)
    for _ in range(6):
        results = at_once(lambda: entered(one, cadre()), lambda: entered(two, cadre()))
        assert [len(only(Member, results)), len(only(PostTaken, results))] == [1, 1], results
        assert only(PostTaken, results)[0].problem.code == "secretary_taken"
        posts.end(Post.objects.current().get(), on=date(2026, 1, 1))
    assert Member.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_of_two_posts_for_one_person_at_the_same_moment_one_is_made():
    from archives.services import appointment

    world = plant_world()
    role = world.role(world.school)
    member = entered(world.role(world.branch), EntryFactory())
    entry = cadre(title="committee_member", on_duty="on_duty")

    def act():
        return appointment.appoint(member, entry, organization=world.school, by=role)

    for _ in range(4):
        results = at_once(act, act)
        assert [len(only(Post, results)), len(only(PostTaken, results))] == [1, 1], results
        assert only(PostTaken, results)[0].problem.code == "post_held"
        posts.end(Post.objects.current().get(), on=date(2026, 1, 1))
