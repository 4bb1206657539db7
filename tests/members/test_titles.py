"""重新选择现任职务: who chooses what, order after login, putting off, the deadline."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archives.services import appointment
from members.history import history
from members.models import Post
from members.services import posts, titles
from members.services.posts import PostTaken
from members.services.titles_load import load
from orgs.models import AuditEvent, Duty, Notice, ProvinceSettings
from tests.factories import PASSWORD, RoleFactory, plant_world
from tests.members.old_titles import entered, in_person, line, old_post
from tests.races import at_once, only
from zhtj.lib.states import StaleState

URL = "/cadres/titles/"
HTMX = {"HTTP_HX_REQUEST": "true"}


def due_on(day):
    ProvinceSettings.objects.update_or_create(id=1, defaults={"titles_due_on": day})


def told(page):
    return page.content.decode()


# The service -------------------------------------------------------------------------------------


def test_the_new_title_is_kept_with_the_old_one_in_the_history(branch_role):
    post = old_post(branch_role, "组织委员")
    titles.choose(post, "committee_member", by=branch_role)
    post.refresh_from_db()
    assert (post.title, post.old_title, post.ended_on) == ("committee_member", "组织委员", None)
    [change] = history(post.member)
    assert (change.label, change.old, change.new) == ("团内现任职务", "组织委员", "委员")
    event = AuditEvent.objects.get(verb="choose_title")
    assert (event.subject, event.fields, event.user) == (
        f"member:{post.member_id}", ["title"], branch_role.user,
    )  # fmt: skip


def test_whoever_comes_too_late_is_told_who_chose_for_this_post_and_not_for_another(world, branch_role):
    post, school = old_post(branch_role, "组织委员"), world.role(world.school)
    [outcome] = load([line(post.member, world.school, "组织委员")], write=True)
    assert outcome.ok
    other = Post.objects.select_related("member", "organization").get(
        member=post.member, organization=world.school
    )
    titles.choose(post, "committee_member", by=branch_role)
    titles.choose(other, "committee_member", by=school)
    with pytest.raises(StaleState, match=f"已由{branch_role.user.name}选择为“委员”"):
        titles.choose(post, "committee_member", by=world.role(world.branch))
    with pytest.raises(StaleState, match=f"已由{school.user.name}选择为“委员”"):
        titles.choose(other, "committee_member", by=world.role(world.school))


def test_only_the_own_organisations_administrator_and_the_cadre_choose(world, branch_role, committee_role):
    post, other = old_post(branch_role, "组织委员"), old_post(branch_role, "宣传委员")
    strangers = [
        committee_role,
        world.role(world.sibling),
        RoleFactory(organization=world.branch, duty=Duty.CADRE),
        in_person(other, branch_role),
    ]
    for by in strangers:
        with pytest.raises(PermissionDenied):
            titles.choose(post, "committee_member", by=by)
    titles.choose(post, "committee_member", by=in_person(post, branch_role))
    assert titles.left(branch_role) == 1


def test_the_organisation_is_told_what_a_cadre_chose(branch_role):
    post = old_post(branch_role, "组织委员", name="演示本人")
    titles.choose(post, "committee_member", by=in_person(post, branch_role))
    notice = Notice.objects.get(kind="职务调整")
    assert (notice.organization, notice.title) == (post.organization, "演示本人已重新选择现任职务")


@pytest.mark.parametrize("title", ["", "standing_member", "nonsense", "组织委员"])
def test_only_what_the_organisation_offers_can_be_chosen(branch_role, title):
    post = old_post(branch_role, "组织委员")
    with pytest.raises(PostTaken):
        titles.choose(post, title, by=branch_role)
    assert Post.objects.to_choose().count() == 1


def test_one_secretary_stays_one(branch_role):
    one, two = old_post(branch_role, "书记", name="演示先"), old_post(branch_role, "书记")
    titles.choose(one, "secretary", by=branch_role)
    with pytest.raises(PostTaken) as refused:
        titles.choose(two, "secretary", by=branch_role)
    assert "演示先" in refused.value.problem.detail


def test_who_comes_second_is_told_what_was_chosen_and_by_whom(branch_role):
    post = old_post(branch_role, "组织委员", name="演示干部")
    titles.choose(post, "committee_member", by=branch_role)
    with pytest.raises(StaleState) as late:
        titles.choose(post, "deputy_secretary", by=branch_role)
    assert f"已由{branch_role.user.name}选择为“委员”" in str(late.value)
    posts.end(post, on=date(2026, 1, 1))
    with pytest.raises(StaleState, match="已登记离任"):
        titles.choose(post, "deputy_secretary", by=branch_role)


def test_all_suggestions_at_once_leave_what_is_by_hand_and_what_cannot_be(branch_role):
    for title in ("书记", "书记", "副书记", "文体委员", "学习委员"):
        old_post(branch_role, title)
    done, others = titles.choose_suggested(branch_role)
    assert done == 3 and [one.post.old_title for one in others] == ["书记"]
    assert "一个组织只有一名书记" in others[0].problem
    assert sorted(Post.objects.to_choose().values_list("old_title", flat=True)) == ["书记", "学习委员"]


@pytest.mark.django_db(transaction=True)
def test_administrator_and_cadre_at_the_same_moment_choose_once_and_the_other_is_told():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(5):
        post = old_post(role, "组织委员")
        cadre = in_person(post, role)
        results = at_once(
            lambda post=post: titles.choose(post, "committee_member", by=role),
            lambda post=post, cadre=cadre: titles.choose(post, "deputy_secretary", by=cadre),
        )
        assert [len(only(StaleState, results)), results.count(None)] == [1, 1], results
        assert "选择为" in str(only(StaleState, results)[0])
        assert AuditEvent.objects.filter(verb="choose_title", subject=f"member:{post.member_id}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_secretaries_chosen_at_the_same_moment_are_one():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(5):
        one, two = old_post(role, "书记"), old_post(role, "书记")
        results = at_once(
            lambda one=one: titles.choose(one, "secretary", by=role),
            lambda two=two: titles.choose(two, "secretary", by=role),
        )
        assert [len(only(PostTaken, results)), results.count(None)] == [1, 1], results
        Post.objects.current().update(ended_on=date(2026, 1, 1))


# After login -------------------------------------------------------------------------------------


def enter_by_password(client, role, wanted="/members/"):
    return client.post(
        f"/login/?next={wanted}", {"username": role.user.username, "password": PASSWORD}, follow=True
    )


def where(answer):
    return answer.redirect_chain[-1][0] if answer.redirect_chain else ""


def test_after_login_the_choice_comes_before_the_requested_page(branch_role, client):
    old_post(branch_role, "组织委员")
    assert where(enter_by_password(client, branch_role)) == f"{URL}?next=%2Fmembers%2F"


def test_the_first_password_comes_before_the_choice(branch_role, client):
    old_post(branch_role, "组织委员")
    user = branch_role.user
    user.must_change_password = True
    user.save()
    assert where(enter_by_password(client, branch_role)).startswith(reverse("password-change"))
    new = {"old_password": PASSWORD, "new_password1": "新口令-2027-演示", "new_password2": "新口令-2027-演示"}
    answer = client.post(reverse("password-change"), {**new, "next": "/members/"}, follow=True)
    assert where(answer) == f"{URL}?next=%2Fmembers%2F"


def test_who_has_nothing_to_choose_notices_nothing(world, branch_role, client):
    old_post(branch_role, "组织委员")
    for place in (world.general, world.school, world.sibling):
        answer = enter_by_password(client, world.role(place))
        assert where(answer) == "/members/" and "重新选择现任职务" not in told(answer)
        client.logout()


def test_it_costs_nothing_per_request_once_it_is_known(branch_role, log_in):
    client = log_in(branch_role)
    client.get("/members/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/members/")
    assert not [one for one in queries if "old_title" in one["sql"] or "titles_due_on" in one["sql"]]
    assert not [one for one in queries if '"members_post"."title" = ' in one["sql"]]


def test_put_off_holds_for_the_session_and_the_badge_stays(branch_role, log_in, client):
    old_post(branch_role, "组织委员")
    old_post(branch_role, "学习委员")
    log_in(branch_role)
    assert client.get("/members/").url == f"{URL}?next=%2Fmembers%2F"
    assert client.post(f"{URL}later/", {"next": "/members/"}).url == "/members/"
    page = told(client.get("/members/"))
    assert "重新选择现任职务" in page and '2<span class="visually-hidden"> 项待办' in page
    assert "稍后处理" not in told(client.get(URL))
    client.logout()
    log_in(branch_role)
    assert client.get("/members/").status_code == 302


def test_after_the_deadline_every_page_leads_there_until_it_is_done(branch_role, log_in, client):
    post = old_post(branch_role, "组织委员")
    today = timezone.localdate()
    due_on(today)
    log_in(branch_role)
    assert client.post(f"{URL}later/").url == "/"
    assert client.get("/members/").status_code == 200
    tomorrow = timezone.make_aware(datetime(today.year, today.month, today.day)) + timedelta(days=1, hours=1)
    with time_machine.travel(tomorrow, tick=False):
        session = client.session
        session["began"] = session["seen"] = tomorrow.timestamp()
        session.save()
        for page in ("/", "/members/", "/cadres/", "/database/", "/orgs/tree/"):
            assert client.get(page).url.startswith(URL), page
        own = [post.member.uuid]
        for page in ("/inbox/", "/roles/", reverse("leave", args=own), reverse("change-post", args=own)):
            assert client.get(page).status_code == 200, page
        page = told(client.get(URL))
        assert "现已过期" in page and "稍后处理" not in page
        assert client.post(f"{URL}later/").url == URL
        assert client.get("/members/").status_code == 302
        assert client.post(f"{URL}{post.pk}/", {"title": "committee_member"}).status_code == 302
        assert client.get("/members/").status_code == 200


def test_what_is_being_sent_or_asked_by_a_script_is_not_led_away(branch_role, log_in):
    old_post(branch_role, "组织委员")
    client = log_in(branch_role)
    assert client.get("/members/", **HTMX).status_code == 200
    assert client.get("/members/", HTTP_SEC_FETCH_DEST="image").status_code == 200
    assert client.post("/members/", {"q": "演示"}).url.startswith("/members/")
    assert client.get("/nowhere/").status_code == 404


def test_another_role_of_the_same_person_is_asked_about_its_own_organisation(
    world, branch_role, log_in, client
):
    old_post(branch_role, "组织委员")
    other = RoleFactory(user=branch_role.user, organization=world.sibling)
    log_in(other)
    assert client.get("/members/").status_code == 200
    client.post(reverse("act-as", args=[branch_role.pk]))
    assert client.get("/members/").status_code == 302


# The page ----------------------------------------------------------------------------------------


def test_the_page_has_the_guides_words_each_row_and_how_far_it_is(branch_role, log_in):
    for title in ("组织委员", "学习委员", "副书记"):
        post = old_post(branch_role, title)
    titles.choose(post, "deputy_secretary", by=branch_role)
    page = told(log_in(branch_role).get(URL))
    assert "“团内现任职务”选项已作规范调整，请重新选择本组织团干部的现任职务。" in page
    assert "已选择 1 / 3" in page and "组织委员" in page and "学习委员" in page


def test_a_row_saved_without_scripts_leads_back_and_with_them_is_the_row_alone(branch_role, log_in):
    one, two = old_post(branch_role, "组织委员"), old_post(branch_role, "学习委员")
    client = log_in(branch_role)
    answer = client.post(f"{URL}{one.pk}/", {"title": "committee_member", "next": "/members/"})
    assert answer.url == f"{URL}?next=%2Fmembers%2F"
    row = told(client.post(f"{URL}{two.pk}/", {"title": "deputy_secretary", "next": "/members/"}, **HTMX))
    assert "<html" not in row and "副书记" in row and "已选择 2 / 2" in row and 'href="/members/"' in row
    assert titles.left(branch_role) == 0


def test_what_is_wrong_stands_at_the_row(branch_role, log_in):
    post, first = old_post(branch_role, "书记", name="演示后"), old_post(branch_role, "书记", name="演示先")
    titles.choose(first, "secretary", by=branch_role)
    client = log_in(branch_role)
    for more in ({}, HTMX):
        answer = client.post(f"{URL}{post.pk}/", {"title": "secretary"}, **more)
        assert "现任书记：演示先" in told(answer)
        answer = client.post(f"{URL}{post.pk}/", {"title": ""}, **more)
        assert "请选择新的现任职务" in told(answer)
    answer = client.post(f"{URL}suggested/")
    assert answer.status_code == 422 and "现任书记：演示先" in told(answer)


def test_a_colleague_was_first(branch_role, log_in):
    post = old_post(branch_role, "组织委员")
    titles.choose(post, "committee_member", by=branch_role)
    client = log_in(branch_role)
    row = told(client.post(f"{URL}{post.pk}/", {"title": "secretary"}, **HTMX))
    assert "选择为“委员”" in row and "<select" not in row
    page = told(client.post(f"{URL}{post.pk}/", {"title": "secretary"}, follow=True))
    assert "选择为“委员”" in page


@pytest.mark.parametrize("title", ["\0", "x" * 5000, "\ud800", "<script>"])
def test_nonsense_is_refused_in_words(branch_role, log_in, title):
    post = old_post(branch_role, "组织委员")
    answer = log_in(branch_role).post(
        f"{URL}{post.pk}/", f"title={title}".encode("utf-8", "surrogatepass"),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 422 and "<script>" not in told(answer)


def test_superiors_and_neighbours_have_no_such_row(world, branch_role, committee_role, log_in):
    post = old_post(branch_role, "组织委员", name="演示下级")
    for role in (committee_role, world.role(world.sibling), world.role(world.province)):
        client = log_in(role)
        assert "演示下级" not in told(client.get(URL))
        assert client.post(f"{URL}{post.pk}/", {"title": "committee_member"}).status_code == 404
    assert titles.left(branch_role) == 1


# A post without a new title everywhere else --------------------------------------------------------


def test_lists_and_pages_show_the_old_title_and_that_it_waits(world, branch_role, committee_role, log_in):
    post = old_post(branch_role, "组织委员", name="演示旧职")
    for role in (branch_role, committee_role):
        client = log_in(role)
        client.post(f"{URL}later/")
        for page in ("/cadres/", reverse("member", args=[post.member.uuid])):
            said = told(client.get(page))
            assert "组织委员" in said and "待重新选择" in said, page


def test_the_list_narrows_to_在岗状态_and_to_those_that_wait(world, committee_role, log_in):
    old = old_post(committee_role_branch(world), "组织委员", name="演示旧职")
    member = entered(committee_role_branch(world), name="演示离岗")
    from tests.archives.test_appointment import again

    entry = again(member, on_duty="off_duty")
    appointment.appoint(member, entry, organization=world.school, by=committee_role)
    client = log_in(committee_role)

    def names(post):
        return [row["name"] for row in client.get("/cadres/", {"post": post}).context["rows"]]

    assert names("to_choose") == [old.member.name]
    assert names("off_duty") == ["演示离岗"]
    assert names("on_duty") == []
    assert names("") == names("%'") == ["演示离岗", "演示旧职"]
    answer = client.post("/cadres/", {"q": "演示", "post": "off_duty"})
    assert "post=off_duty" in answer.url


def committee_role_branch(world):
    return world.role(world.branch)


def test_a_second_load_and_a_second_post_cope_with_a_title_that_waits(world, branch_role):
    post = old_post(branch_role, "书记")
    from tests.archives.test_appointment import again

    with pytest.raises(PostTaken):
        appointment.appoint(post.member, again(post.member), organization=world.branch, by=branch_role)
    assert str(post) == "书记"
    assert line(post.member, world.branch, "书记")["原职务"] == "书记"
