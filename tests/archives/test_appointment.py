"""为已有人员添加任职: an ID number already in the system leads to a post, never to a second person."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.models import Draft
from archives.services import appointment
from archives.services import entry as entries
from archives.services.withdrawal import withdraw
from members.choices import Variant
from members.models import Member, Post
from orgs.models import AuditEvent, Duty, Notice
from tests.archives.cases import waiting
from tests.archives.test_entry import posted
from tests.factories import EntryFactory, RoleFactory, new_key
from zhtj.lib.states import StaleState

POST = {
    "is_cadre": True,
    "title": "deputy_secretary",
    "post_since": date(2024, 9, 1),
    "appointed_by": "elected",
    "cadre_nature": "part_time",
    "on_party_committee": True,
    "on_duty": "on_duty",
}
TYPED = {
    "title": "deputy_secretary",
    "post_since": "2024-09",
    "appointed_by": "elected",
    "cadre_nature": "part_time",
    "on_party_committee": "yes",
    "on_duty": "on_duty",
}
FORMS = {Variant.A: "/members/enter/", Variant.B: "/members/enter-below/", Variant.C: "/cadres/enter/"}
OFFER = "为已有人员添加任职"


def entered(role, **values):
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


def again(member, **values):
    """A form filled in anew for a person who is in the system."""
    number = member.opened("id_number")
    return EntryFactory(**{"name": member.name, "id_number": number, "address": "", **POST, **values})


def send(client, entry, variant=Variant.C, query="", **more):
    return client.post(FORMS[variant] + query, posted(entry, **more))


def of(member, role):
    return reverse("appoint", args=[member.uuid]), {"org": role.organization_id}


def confirm(client, member, role, **typed):
    url, org = of(member, role)
    return client.post(url, {**org, **TYPED, "step": "confirm", **typed})


# The offer ---------------------------------------------------------------------------------------


def test_form_c_offers_a_post_for_a_person_in_sight(branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示已有")
    answer = send(log_in(committee_role), again(member))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "该身份证号码已在系统中" in page and "所在组织：丙中学高一1班团支部" in page
    assert OFFER in page and f'action="{reverse("appoint", args=[member.uuid])}"' in page
    offer = answer.context["form"].offer
    assert dict(offer.typed) | {"key": ""} == {**TYPED, "post_since": "2024-09-01", "key": ""}
    assert Member.objects.count() == 1


def test_at_the_last_step_the_offer_comes_too(branch_role, committee_role, log_in):
    member = entered(branch_role)
    assert OFFER in send(log_in(committee_role), again(member), step="submit").content.decode()


def test_a_form_that_is_not_otherwise_valid_tells_nothing(branch_role, committee_role, log_in):
    member = entered(branch_role)
    page = send(log_in(committee_role), again(member, phone="")).content.decode()
    assert "已在系统中" not in page and OFFER not in page


def test_while_the_name_differs_only_the_organisation_is_named(branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示真名")
    page = send(log_in(committee_role), again(member, name="演示别名")).content.decode()
    assert "所在组织：丙中学高一1班团支部" in page and "姓名与该人员登记的姓名不一致" in page
    assert OFFER not in page and "演示真名" not in page and str(member.uuid) not in page


def test_out_of_sight_only_the_organisation_is_named_counted_and_on_record(world, log_in, settings):
    settings.DISCLOSURES_AN_HOUR = 1
    first, second = (entered(world.role(world.other_branch), name=f"演示远{n}") for n in "甲乙")
    role = world.role(world.school)
    page = send(log_in(role), again(first)).content.decode()
    assert "所在组织：庚中学高二9班团支部" in page
    assert OFFER not in page and str(first.uuid) not in page
    assert AuditEvent.objects.get(verb="show_known_person").subject == f"member:{first.pk}"
    page = send(log_in(role), again(second)).content.decode()
    assert "庚中学" not in page and "已达上限" in page


@pytest.mark.parametrize(("is_cadre", "offers"), [(True, True), (False, False)])
def test_form_a_offers_it_with_是_only(branch_role, log_in, is_cadre, offers):
    member = entered(branch_role, name="演示已有")
    entry = again(member, is_cadre=is_cadre, address="演示路1号")
    page = send(log_in(branch_role), entry, Variant.A).content.decode()
    assert "该身份证号码已在系统中" in page and (OFFER in page) == offers


def test_form_b_offers_the_post_in_the_branch_it_was_opened_on(world, committee_role, log_in):
    member = entered(world.role(world.sibling), name="演示教师")
    client = log_in(committee_role)
    entry = again(member, address="演示路1号", on_duty="")
    answer = send(client, entry, Variant.B, query=f"?org={world.branch.pk}")
    assert answer.context["form"].offer.organization == world.branch
    url, typed = reverse("appoint", args=[member.uuid]), {**TYPED, "org": world.branch.pk}
    shown = client.post(url, typed)
    assert "任职组织：丙中学高一1班团支部" in shown.content.decode()
    assert "on_duty" not in shown.context["form"].fields
    assert client.post(url, {**typed, "step": "confirm"}).status_code == 302
    post = Post.objects.get()
    assert (post.organization, post.member, post.on_duty) == (world.branch, member, "")
    assert set(Notice.objects.values_list("organization", flat=True)) == {world.branch.pk, world.sibling.pk}


def test_somebody_with_a_post_there_is_not_offered_another(committee_role, log_in):
    member = entered(committee_role, **POST, address="")
    page = send(log_in(committee_role), again(member)).content.decode()
    assert "一人在一个组织只有一个现任职务" in page and OFFER not in page


# The page ----------------------------------------------------------------------------------------


def test_the_page_shows_the_person_masked_their_posts_and_what_was_typed(branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示已有", **{**POST, "title": "secretary", "on_duty": ""})
    url, org = of(member, committee_role)
    answer = log_in(committee_role).post(url, {**org, **TYPED})
    page, number = answer.content.decode().replace("</i><i>", ""), member.opened("id_number")
    assert answer.status_code == 200
    assert number not in page and f"{number[:6]}********{number[-4:]}" in page
    assert "演示已有" in page and "丙中学高一1班团支部" in page and "已有任职" in page
    assert {name: answer.context["form"][name].value() for name in TYPED} == TYPED
    assert not Post.objects.filter(organization=committee_role.organization).exists()


def test_confirming_adds_the_post_tells_the_branch_and_leaves_one_person(branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示已有")
    client = log_in(committee_role)
    answer = confirm(client, member, committee_role)
    assert (answer.status_code, answer.url) == (302, "/cadres/")
    post = Post.objects.get()
    assert (post.member, post.organization, post.title, post.since) == (
        member, committee_role.organization, "deputy_secretary", date(2024, 9, 1),
    )  # fmt: skip
    page = client.get("/cadres/").content.decode()
    assert "已为演示已有添加任职" in page and "副书记" in page
    event = AuditEvent.objects.get(verb="appoint")
    assert (event.subject, event.organization, event.user) == (
        f"member:{member.pk}", committee_role.organization, committee_role.user,
    )  # fmt: skip
    notice = Notice.objects.get(kind="任职")
    assert notice.organization == branch_role.organization and "丙中学团委" in notice.title
    assert Member.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "standing_member"}, "title"),
        ({"post_since": "2099-01"}, "post_since"),
        ({"post_since": "2010-01"}, "post_since"),
        ({"post_since": "x"}, "post_since"),
        ({"appointed_by": "nobody"}, "appointed_by"),
        ({"cadre_nature": ""}, "cadre_nature"),
        ({"on_party_committee": ""}, "on_party_committee"),
        ({"on_duty": ""}, "on_duty"),
    ],
)
def test_the_post_is_judged_by_the_rules_of_the_forms(branch_role, committee_role, log_in, typed, field):
    member = entered(branch_role)
    answer = confirm(log_in(committee_role), member, committee_role, **typed)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert not Post.objects.exists()


def test_a_second_secretary_is_refused_at_the_title(branch_role, committee_role, log_in):
    entered(committee_role, **{**POST, "title": "secretary", "address": ""}, name="演示书记")
    answer = confirm(log_in(committee_role), entered(branch_role), committee_role, title="secretary")
    assert answer.status_code == 422 and "一个组织只有一名书记" in answer.content.decode()


def test_sending_it_twice_makes_one_post_and_says_so(branch_role, committee_role, log_in):
    member, client = entered(branch_role), log_in(committee_role)
    confirm(client, member, committee_role)
    assert "一个现任职务" in confirm(client, member, committee_role).content.decode()
    assert Post.objects.count() == 1


def test_the_draft_of_the_form_goes_with_it(branch_role, committee_role, log_in):
    member, client, key = entered(branch_role), log_in(committee_role), str(new_key())
    client.post(f"/drafts/?org={committee_role.organization_id}", posted(again(member), key=key))
    assert Draft.objects.count() == 1
    confirm(client, member, committee_role, key=key)
    assert not Draft.objects.exists()


def test_a_person_out_of_sight_or_withdrawn_does_not_exist_here(world, branch_role, committee_role, log_in):
    far, gone = entered(world.role(world.other_branch)), waiting(branch_role).member
    withdraw(gone, reason="录入有误", by=branch_role)
    for member in (far, gone):
        assert confirm(log_in(committee_role), member, committee_role).status_code == 404
    assert not Post.objects.exists()


@pytest.mark.parametrize("org", ["county", "other_branch", "general", "x", "1e9"])
def test_nobody_appoints_into_an_organisation_that_is_not_theirs(
    world, branch_role, committee_role, log_in, org
):
    member = entered(branch_role)
    place = getattr(world, org).pk if hasattr(world, org) else org
    answer = confirm(log_in(committee_role), member, committee_role, org=place)
    assert answer.status_code in {403, 404} and not Post.objects.exists()


def test_a_cadre_in_person_appoints_nobody(world, branch_role, log_in):
    role = RoleFactory(organization=world.school, duty=Duty.CADRE)
    assert confirm(log_in(role), entered(branch_role), role).status_code == 403


def test_somebody_withdrawn_at_that_moment_gets_no_post(branch_role, committee_role):
    member = waiting(branch_role).member
    seen = Member.objects.get(pk=member.pk)
    withdraw(member, reason="录入有误", by=branch_role)
    with pytest.raises(StaleState):
        appointment.appoint(seen, again(seen), organization=committee_role.organization, by=committee_role)


def test_the_service_asks_the_policy_itself(world, branch_role, committee_role):
    member = entered(branch_role)
    with pytest.raises(PermissionDenied):
        appointment.appoint(member, again(member), organization=world.county, by=committee_role)
    post = appointment.appoint(member, again(member), organization=world.school, by=committee_role)
    with pytest.raises(PermissionDenied):
        appointment.leave(post, on=date(2026, 1, 1), by=branch_role)


# The person's page, and leaving a post -------------------------------------------------------------


def page_of(client, member):
    return client.get(reverse("member", args=[member.uuid]))


def test_the_persons_page_has_current_posts_and_history(branch_role, committee_role, log_in):
    member = entered(branch_role, **{**POST, "title": "secretary", "on_duty": ""})
    appointment.appoint(member, again(member), organization=committee_role.organization, by=committee_role)
    appointment.leave(member.posts.get(title="secretary"), on=date(2026, 3, 1), by=branch_role)
    answer = page_of(log_in(branch_role), member)
    said = [(one.title, one.post.organization.short_name, one.current) for one in answer.context["posts"]]
    assert said == [("副书记", "丙中学团委", True), ("书记", "高一1班团支部", False)]
    page = answer.content.decode()
    assert "2026 年 3 月" in page and "已离任" in page
    assert [event.title for event in answer.context["events"]] == ["登记离任", "添加任职", "录入，无需审核"]


def test_a_cadre_of_form_c_belongs_to_干部列表(committee_role, log_in):
    member = entered(committee_role, **POST, address="")
    client = log_in(committee_role)
    page = page_of(client, member).content.decode()
    crumb = page.partition('class="zt-crumb"')[2].partition("</ol>")[0]
    assert "干部列表" in crumb and "团员列表" not in crumb
    assert reverse("member", args=[member.uuid]) in client.get("/cadres/").content.decode()


def test_a_member_can_be_given_a_post_from_their_page(branch_role, log_in):
    member, client = entered(branch_role), log_in(branch_role)
    assert reverse("appoint", args=[member.uuid]) in page_of(client, member).content.decode()
    assert client.get(reverse("appoint", args=[member.uuid])).status_code == 200
    confirm(client, member, branch_role)
    page = page_of(client, member).content.decode()
    assert reverse("appoint", args=[member.uuid]) not in page
    assert reverse("leave", args=[member.uuid]) in page


def test_leaving_a_post_makes_it_history(branch_role, committee_role, log_in):
    member = entered(branch_role)
    appointment.appoint(member, again(member), organization=committee_role.organization, by=committee_role)
    client, url = log_in(committee_role), reverse("leave", args=[member.uuid])
    assert client.get(url).status_code == 200
    for wrong in ("", "2024-08", "2099-01", "x"):
        assert client.post(url, {"ended_on": wrong}).status_code == 422
    assert client.post(url, {"ended_on": "2026-03"}).url == "/cadres/"
    assert Post.objects.get().ended_on == date(2026, 3, 1)
    assert client.post(url, {"ended_on": "2026-03"}).status_code == 404
    assert Notice.objects.filter(organization=branch_role.organization, title__contains="离任").count() == 1


def test_only_the_posts_own_organisation_ends_it(world, branch_role, committee_role, log_in):
    member = entered(branch_role)
    appointment.appoint(member, again(member), organization=committee_role.organization, by=committee_role)
    url = reverse("leave", args=[member.uuid])
    for role in (branch_role, world.role(world.county), world.role(world.sibling)):
        assert log_in(role).post(url, {"ended_on": "2026-03"}).status_code == 404
    assert Post.objects.current().count() == 1


def test_a_branch_is_not_asked_for_在岗状态(branch_role, log_in):
    member = entered(branch_role)
    confirm(log_in(branch_role), member, branch_role, on_duty="on_duty")
    assert Post.objects.get().on_duty == ""
