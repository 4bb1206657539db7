"""团干部本人: opening the account, what the own page shows, and that nothing else opens."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.services import appointment
from members.models import CadreAccount, Post
from members.services import accounts
from orgs.models import AuditEvent, Duty, Role, User
from tests.archives.cases import approved
from tests.archives.test_appointment import POST, again
from tests.factories import PASSWORD, RoleFactory, plant_world
from tests.members.old_titles import entered, in_person, old_post
from tests.races import at_once, only
from zhtj.lib.states import StaleState

BRANCH_POST = {**POST, "on_duty": ""}


def told(answer):
    return answer.content.decode()


def cadre_of(role, **values):
    return entered(role, **BRANCH_POST, **values)


def of(member):
    return reverse("cadre-account", args=[member.uuid])


# Opening an account --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["branch", "general", "school", "county", "province"])
def test_administrators_of_the_organisation_and_above_open_an_account(world, branch_role, place):
    member = cadre_of(branch_role, name="演示本人")
    opened = accounts.open_account(member, by=world.role(getattr(world, place)))
    account = CadreAccount.objects.get(member=member)
    assert account.user.username == opened.username and account.user.check_password(opened.password)
    assert account.user.must_change_password and account.user.name == "演示本人"
    role = Role.objects.get(user=account.user)
    assert (role.duty, role.organization) == (Duty.CADRE, world.branch)
    assert AuditEvent.objects.get(verb="open_account").subject == f"member:{member.pk}"


@pytest.mark.parametrize("place", ["sibling", "street", "other_branch", "other_city"])
def test_nobody_else_does(world, branch_role, place):
    with pytest.raises(PermissionDenied):
        accounts.open_account(cadre_of(branch_role), by=world.role(getattr(world, place)))
    assert not CadreAccount.objects.exists()


def test_only_for_somebody_with_a_post(branch_role):
    with pytest.raises(PermissionDenied, match="没有现任职务"):
        accounts.open_account(entered(branch_role), by=branch_role)


def test_an_administrator_keeps_one_account(branch_role, log_in):
    branch_role.user.name = "演示同人"
    branch_role.user.save()
    member = cadre_of(branch_role, name="演示同人")
    client = log_in(branch_role)
    assert branch_role.user.username in told(client.get(of(member)))
    page = told(client.post(of(member), {"do": "open", "same": branch_role.user.pk}))
    assert "初始密码" not in page and "切换组织" in page
    assert CadreAccount.objects.get(member=member).user == branch_role.user
    assert set(branch_role.user.roles.values_list("duty", flat=True)) == {Duty.ADMINISTRATOR, Duty.CADRE}
    branch_role.user.refresh_from_db()
    assert branch_role.user.check_password(PASSWORD)


def test_an_account_of_another_name_or_place_cannot_be_taken_over(world, branch_role, committee_role, log_in):
    member = cadre_of(branch_role, name="演示同人")
    far = RoleFactory(organization=world.other_branch, user__name="演示同人")
    client = log_in(branch_role)
    client.post(of(member), {"do": "open", "same": far.user.pk})
    assert CadreAccount.objects.get(member=member).user != far.user


def test_a_second_post_gives_the_same_account_another_role(world, branch_role, committee_role):
    member = cadre_of(branch_role)
    appointment.appoint(member, again(member), organization=world.school, by=committee_role)
    first = accounts.open_account(member, by=branch_role)
    User.objects.filter(username=first.username).update(must_change_password=False)
    second = accounts.open_account(member, by=committee_role)
    assert (second.username, second.password) == (first.username, "")
    assert CadreAccount.objects.count() == 1
    places = Role.objects.filter(duty=Duty.CADRE).values_list("organization", flat=True)
    assert set(places) == {world.branch.pk, world.school.pk}


def test_the_password_is_shown_once_and_can_be_set_anew(branch_role, log_in):
    member, client = cadre_of(branch_role), log_in(branch_role)
    page = client.post(of(member), {"do": "open"})
    password = page.context["done"].password
    assert password in told(page) and page["Cache-Control"] == "private, no-store"
    shown = told(client.get(of(member)))
    assert password not in shown and "重置密码" in shown
    renewed = client.post(of(member), {"do": "renew"}).context["done"].password
    user = User.objects.get(cadre_account__member=member)
    assert user.check_password(renewed) and not user.check_password(password) and user.must_change_password
    assert "已经开通" in told(client.post(of(member), {"do": "open"}, follow=True))


def test_nobody_gets_an_administrators_password_that_way(world, branch_role, committee_role):
    branch_role.user.name = "演示同人"
    branch_role.user.save()
    member = cadre_of(branch_role, name="演示同人")
    accounts.open_account(member, by=branch_role, same=branch_role.user)
    for by, words in (
        (branch_role, "自己的密码请用“修改密码”"),
        (world.role(world.branch), f"账号由“{world.school.name}”的管理员重置"),
    ):
        with pytest.raises(PermissionDenied, match=words):
            accounts.renew_password(member, by=by)
    assert branch_role.user.check_password(PASSWORD)
    accounts.renew_password(member, by=committee_role)  # who could replace the administrator
    branch_role.user.refresh_from_db()
    assert not branch_role.user.check_password(PASSWORD) and branch_role.user.must_change_password


def test_the_secretary_of_a_branch_who_administers_the_general_branch_keeps_one_account(world, branch_role):
    above = RoleFactory(organization=world.general, user__name="演示书记")
    member = cadre_of(branch_role, name="演示书记")
    assert accounts.administrators_like(member, world.branch) == [above]
    opened = accounts.open_account(member, by=branch_role, same=above.user)
    assert (opened.username, opened.password) == (above.user.username, "")
    places = Role.objects.current().filter(user=above.user).values_list("organization", "duty")
    assert set(places) == {(world.general.pk, "administrator"), (world.branch.pk, "cadre")}
    with pytest.raises(PermissionDenied, match="的管理员重置"):  # no way up for whoever opened it
        accounts.renew_password(member, by=branch_role)


def test_who_opens_an_account_is_shown_no_password_of_a_superior_who_has_not_come_yet(world, branch_role):
    above = RoleFactory(organization=world.general, user__name="演示书记", user__must_change_password=True)
    member = cadre_of(branch_role, name="演示书记")
    with pytest.raises(PermissionDenied, match="还没有修改一次性密码"):
        accounts.open_account(member, by=branch_role, same=above.user)
    opened = accounts.open_account(member, by=world.role(world.school), same=above.user)
    above.user.refresh_from_db()
    assert above.user.check_password(opened.password) and above.user.must_change_password


def test_opening_and_closing_an_account_ends_the_sessions_begun_with_other_roles(
    branch_role, committee_role, client
):
    branch_role.user.name = "演示同人"
    branch_role.user.save()
    member = cadre_of(branch_role, name="演示同人")
    client.force_login(branch_role.user)
    accounts.open_account(member, by=committee_role, same=branch_role.user)
    assert client.get("/inbox/").url.startswith("/login/")
    client.force_login(User.objects.get(pk=branch_role.user_id))
    appointment.leave(Post.objects.get(), on=date(2026, 3, 1), by=branch_role)
    assert (
        client.get("/inbox/").status_code == 302 and client.get("/roles/").status_code == 200
    )  # one's own goes on


def test_leaving_the_last_post_ends_the_role(branch_role):
    member = cadre_of(branch_role)
    accounts.open_account(member, by=branch_role)
    appointment.leave(Post.objects.get(), on=date(2026, 3, 1), by=branch_role)
    assert Role.objects.get(duty=Duty.CADRE).ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_the_same_moment_open_one_account():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.school)
    for _ in range(4):
        member = entered(one, **{**BRANCH_POST, "title": "committee_member"})
        results = at_once(
            lambda member=member: accounts.open_account(member, by=one),
            lambda member=member: accounts.open_account(member, by=two),
        )
        assert [len(only(accounts.Opened, results)), len(only(StaleState, results))] == [1, 1], results


# The own page --------------------------------------------------------------------------------------


def test_the_own_page_shows_data_posts_and_file_masked(branch_role, committee_role, log_in):
    archive = approved(branch_role, committee_role, **BRANCH_POST, name="演示本人", phone="13812345678")
    member = archive.member
    client = log_in(in_person(Post.objects.get(), branch_role))
    assert client.get("/").url == "/me/"
    page = told(client.get("/me/"))
    assert "演示本人" in page and "副书记" in page and "第 1 版" in page and "138****5678" in page
    assert "13812345678" not in page and member.opened("id_number") not in page.replace("</i><i>", "")
    answer = client.get(reverse("own-original", args=[archive.uuid]))
    assert answer.status_code == 200
    b"".join(answer.streaming_content)
    assert AuditEvent.objects.filter(verb="download", subject=f"archive:{archive.pk}").count() == 1


def test_an_own_value_in_full_is_on_record(branch_role, log_in):
    cadre_of(branch_role, phone="13812345678")
    post = Post.objects.get()
    client = log_in(in_person(post, branch_role))
    answer = client.post("/me/reveal/", {"field": "phone"})
    assert "13812345678" in told(answer) and 'href="/me/"' in told(answer)
    event = AuditEvent.objects.get(verb="look")
    assert (event.subject, event.fields) == (f"member:{post.member_id}", ["phone"])
    assert client.post("/me/reveal/", {"field": "address"}).status_code == 404
    assert client.get("/me/reveal/").status_code == 405


def test_a_cadre_chooses_the_own_title_and_sees_no_other_row(branch_role, log_in):
    post = old_post(branch_role, "组织委员", name="演示本人")
    other = old_post(branch_role, "宣传委员", name="演示他人")
    client = log_in(in_person(post, branch_role))
    assert client.get("/me/").url == "/cadres/titles/?next=%2Fme%2F"
    page = told(client.get("/cadres/titles/"))
    assert "请重新选择本人的现任职务" in page and "演示他人" not in page and "登记离任" not in page
    assert client.post(f"/cadres/titles/{other.pk}/", {"title": "secretary"}).status_code == 404
    assert client.post(f"/cadres/titles/{post.pk}/", {"title": "committee_member"}).status_code == 302
    page = told(client.get("/me/"))
    assert "委员" in page and "原职务" in page and "组织委员" in page and "变更任职" not in page


def test_nothing_of_others_opens(branch_role, committee_role, log_in):
    mine = approved(branch_role, committee_role, **BRANCH_POST, name="演示本人")
    other = approved(branch_role, committee_role, name="演示他人")
    role = in_person(Post.objects.get(), branch_role)
    client = log_in(role)
    for page in ("own-original", "archive-original"):
        assert client.get(reverse(page, args=[other.uuid])).status_code == 404, page
    assert client.get(reverse("own-page", args=[other.uuid, 1])).status_code == 404
    for page in ("member", "cadre-account", "change-post", "leave", "appoint", "reveal"):
        for whose in (mine, other):
            answer = client.post(reverse(page, args=[whose.member.uuid]))
            assert answer.status_code in {403, 404, 405} and "演示他人" not in told(answer), page
    for page in ("/members/", "/cadres/", "/database/", "/orgs/", "/reviews/"):
        assert client.get(page).status_code in {403, 404}, page


def test_an_administrator_has_no_own_page_and_an_account_without_a_person_is_told_whom_to_ask(
    world, branch_role, log_in
):
    assert log_in(branch_role).get("/me/").status_code == 403
    client = log_in(RoleFactory(organization=world.branch, duty=Duty.CADRE))
    answer = client.get("/me/")
    assert answer.status_code == 403 and "请联系本组织管理员开通本人账号" in told(answer)


# 变更任职 ------------------------------------------------------------------------------------------

CHANGE = {
    "title": "committee_member", "post_since": "2025-03", "appointed_by": "appointed",
    "cadre_nature": "full_time", "on_party_committee": "no",
}  # fmt: skip


def change(client, member, **typed):
    return client.post(reverse("change-post", args=[member.uuid]), {**CHANGE, **typed})


def test_a_change_ends_the_old_post_where_the_new_one_begins(branch_role, log_in):
    member, client = cadre_of(branch_role), log_in(branch_role)
    assert client.get(reverse("change-post", args=[member.uuid])).status_code == 200
    assert change(client, member).url == "/cadres/"
    old, new = Post.objects.order_by("pk")
    assert (old.title, old.ended_on) == ("deputy_secretary", date(2025, 3, 1))
    assert (new.title, new.since, new.nature, new.ended_on) == (
        "committee_member", date(2025, 3, 1), "full_time", None,
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="change_post")
    assert set(event.fields) == {"title", "post_since", "appointed_by", "cadre_nature", "on_party_committee"}
    page = told(client.get(reverse("member", args=[member.uuid])))
    assert "已离任" in page and "变更任职" in page and "现任" in page


def test_在岗状态_alone_changes_in_place_with_its_history(world, branch_role, committee_role, log_in):
    member = entered(branch_role, name="演示离岗")
    appointment.appoint(member, again(member), organization=world.school, by=committee_role)
    client = log_in(committee_role)
    same = {
        "title": "deputy_secretary", "post_since": "2024-09", "appointed_by": "elected",
        "cadre_nature": "part_time", "on_party_committee": "yes",
    }  # fmt: skip
    assert change(client, member, **same, on_duty="off_duty").status_code == 302
    post = Post.objects.get()
    assert (post.on_duty, post.ended_on) == ("off_duty", None)
    page = told(client.get(reverse("member", args=[member.uuid])))
    assert "离岗" in page and "变更记录" in page
    assert "没有改动" in told(client.post(
        reverse("change-post", args=[member.uuid]), {**same, "on_duty": "off_duty"}, follow=True
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"post_since": "2024-08"}, "post_since"), ({"post_since": "2099-01"}, "post_since"),
        ({"title": ""}, "title"), ({"title": "standing_member"}, "title"), ({"cadre_nature": "x"}, "cadre_nature"),
    ],
)  # fmt: skip
def test_a_change_is_judged_by_the_rules(branch_role, log_in, typed, field):
    answer = change(log_in(branch_role), cadre_of(branch_role), **typed)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert Post.objects.count() == 1


def test_a_change_into_a_second_secretary_is_refused(branch_role, log_in):
    entered(branch_role, **{**BRANCH_POST, "title": "secretary"})
    answer = change(log_in(branch_role), cadre_of(branch_role), title="secretary")
    assert answer.status_code == 422 and "一个组织只有一名书记" in told(answer)
    assert Post.objects.current().count() == 2


def test_a_change_also_settles_a_title_that_waits(branch_role, log_in):
    post = old_post(branch_role, "组织委员")
    client = log_in(branch_role)
    client.post("/cadres/titles/later/")
    assert change(client, post.member).status_code == 302
    assert not Post.objects.to_choose().exists()
    assert "组织委员" in told(client.get(reverse("member", args=[post.member.uuid])))


def test_only_the_posts_own_organisation_changes_it(world, branch_role, committee_role, log_in):
    member = cadre_of(branch_role)
    for role in (committee_role, world.role(world.sibling)):
        assert change(log_in(role), member).status_code == 404
    with pytest.raises(PermissionDenied):
        appointment.change(Post.objects.get(), again(member), by=committee_role)


def test_usual_sizes_stand_beside_the_form(branch_role, log_in):
    member = cadre_of(branch_role)
    page = told(log_in(branch_role).get(reverse("change-post", args=[member.uuid])))
    assert "现任团干部 1 名，团支部委员会一般 3 至 5 名。" in page
