"""待审核: who decides, on what, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archives import inspection
from archives.models import Archive
from archives.services import review
from orgs.models import AuditEvent, Notice
from tests.archives.cases import REASON, approved, checking, refused, waiting
from tests.factories import RoleFactory
from zhtj.lib.states import StaleState


def decide_url(archive, verdict="approve"):
    return reverse(f"review-{verdict}", args=[archive.uuid])


def desk_of(client, archive):
    return client.get(reverse("review", args=[archive.uuid]))


# The decision ------------------------------------------------------------------------------------


def test_approval_puts_file_member_and_number_in_force_together(branch_role, committee_role):
    archive = approved(branch_role, committee_role)
    archive.member.refresh_from_db()
    assert (archive.state, archive.member.state, archive.member.holding.state) == (
        "approved",
        "active",
        "held",
    )


def test_a_decision_names_who_when_and_the_hash_of_the_file(branch_role, committee_role):
    archive = approved(branch_role, committee_role)
    assert archive.decided_by == committee_role.user
    assert archive.decided_at is not None
    assert archive.decided_sha256 == archive.upload.sha256


def test_a_refused_entry_keeps_its_number_and_its_id(branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    archive.member.refresh_from_db()
    assert (archive.state, archive.member.state, archive.member.holding.state) == (
        "refused",
        "refused",
        "reserved",
    )
    assert archive.reason == REASON


@pytest.mark.parametrize(("decided", "words"), [(approved, "审核通过"), (refused, "审核未通过")])
def test_the_result_reaches_the_submitters_inbox_and_the_to_do_is_closed(
    branch_role, committee_role, decided, words
):
    archive = decided(branch_role, committee_role)
    told = Notice.objects.get(organization=branch_role.organization, kind="审核结果")
    todo = Notice.objects.get(organization=committee_role.organization, kind="待审核")
    assert words in told.title
    assert told.url == reverse("member", args=[archive.member.uuid])
    assert told.body == archive.reason
    assert todo.done_by == committee_role.user


def test_each_decision_is_one_audit_event_with_role_and_states(branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    event = AuditEvent.objects.get(verb="refuse")
    assert (event.role, event.from_state, event.to_state) == (committee_role, "waiting", "refused")
    assert event.subject == f"archive:{archive.pk}"
    assert REASON not in event.note


def test_a_file_that_changed_meanwhile_is_not_approved(branch_role, committee_role):
    archive = waiting(branch_role)
    with pytest.raises(StaleState, match="有变化"):
        review.approve(archive, sha256="0" * 64, round=archive.round, by=committee_role)
    archive.refresh_from_db()
    assert archive.state == "waiting"


def test_the_second_reviewer_is_told_by_whom_and_how_it_was_decided(world, branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    with pytest.raises(StaleState, match=f"已由 {committee_role.user.name} 处理，结果为“未通过”"):
        review.approve(
            archive, sha256=archive.upload.sha256, round=archive.round, by=world.role(world.school)
        )
    archive.refresh_from_db()
    assert archive.state == "refused"


def test_a_file_still_being_checked_cannot_be_decided(branch_role, committee_role):
    archive = checking(branch_role)
    with pytest.raises(StaleState):
        review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=committee_role)


def test_nobody_decides_on_what_they_submitted_themselves(world, branch_role, committee_role):
    archive = waiting(branch_role)
    both = RoleFactory(user=branch_role.user, organization=world.school)
    for decide in (review.approve, lambda *a, **k: review.refuse(*a, reason=REASON, **k)):
        with pytest.raises(PermissionDenied, match="本人提交"):
            decide(archive, sha256=archive.upload.sha256, round=archive.round, by=both)
    archive.refresh_from_db()
    assert archive.state == "waiting"


PLACES = [
    *("province", "city", "county", "school", "general", "branch", "sibling", "street"),
    *("other_city", "other_county", "other_school", "other_branch"),
]


@pytest.mark.parametrize("place", PLACES)
def test_only_the_responsible_committee_decides(world, branch_role, committee_role, log_in, place):
    archive = waiting(branch_role)
    client = log_in(world.role(getattr(world, place)))
    answer = client.post(decide_url(archive), {"sha256": archive.upload.sha256, "round": archive.round})
    archive.refresh_from_db()
    assert (archive.state == "approved") == (place == "school")
    if place.startswith("other_") or place in {"sibling", "street"}:
        assert answer.status_code == 404
    elif place != "school":
        assert answer.status_code == 403


@pytest.mark.parametrize("place", ["other_school", "other_branch", "street"])
def test_a_neighbour_cannot_tell_that_it_exists(world, branch_role, committee_role, log_in, place):
    archive = waiting(branch_role)
    client = log_in(world.role(getattr(world, place)))
    assert desk_of(client, archive).status_code == 404
    assert client.post(decide_url(archive, "refuse"), {"reason": REASON}).status_code == 404


# The desk ----------------------------------------------------------------------------------------


def test_the_desk_shows_the_full_id_to_who_decides_and_records_the_look(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    number = archive.member.opened("id_number")
    page = desk_of(log_in(committee_role), archive).content.decode()
    assert f"<i>{number[:6]}</i><i>{number[6:14]}</i><i>{number[14:]}</i>" in page
    assert "完整显示已记入日志" in page
    look = AuditEvent.objects.get(verb="look")
    assert (look.user, look.subject, look.fields) == (
        committee_role.user,
        f"member:{archive.member.pk}",
        ["id_number"],
    )


def test_a_superior_who_does_not_review_sees_who_does_and_a_masked_id(
    world, branch_role, committee_role, log_in
):
    archive = waiting(branch_role)
    page = desk_of(log_in(world.role(world.city)), archive).content.decode()
    assert f"由“{world.school.name}”审核" in page
    assert archive.member.opened("id_number") not in page.replace("</i><i>", "")
    assert decide_url(archive) not in page
    assert not AuditEvent.objects.filter(verb="look").exists()


def test_to_who_does_not_review_it_the_file_stands_in_no_queue(world, branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    waiting(world.role(world.county_branch))
    page = desk_of(log_in(world.role(world.county)), archive).content.decode()
    assert 'rel="next"' not in page and " 条</span>" not in page


def test_a_file_still_being_checked_says_so_on_the_desk(branch_role, committee_role, log_in):
    archive = checking(branch_role)
    page = desk_of(log_in(committee_role), archive).content.decode()
    assert "正在检查，检查完毕后才能审核" in page
    assert decide_url(archive) not in page


def test_an_own_submission_says_so_in_words_and_offers_no_button(world, branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    page = desk_of(
        log_in(RoleFactory(user=branch_role.user, organization=world.school)), archive
    ).content.decode()
    assert "本人提交" in page
    assert decide_url(archive) not in page and decide_url(archive, "refuse") not in page


@pytest.mark.parametrize("place", ["branch", "general"])
def test_branches_have_no_desk(world, branch_role, committee_role, log_in, place):
    archive = waiting(branch_role)
    client = log_in(world.role(getattr(world, place)))
    assert desk_of(client, archive).status_code == 403
    assert client.get(reverse("reviews")).status_code == 403


def test_the_desk_says_the_place_in_the_queue_and_leads_on(branch_role, committee_role, log_in):
    first, second, third = (waiting(branch_role) for _ in range(3))
    answer = desk_of(log_in(committee_role), second)
    assert answer.context["place"] == (2, 3)
    assert answer.context["prev_url"] == reverse("review", args=[first.uuid])
    assert answer.context["next_url"] == reverse("review", args=[third.uuid])


def test_a_file_nobody_could_inspect_offers_only_the_original(branch_role, committee_role, log_in):
    archive = checking(branch_role)
    inspection.give_up(archive.upload)
    page = desk_of(log_in(committee_role), archive).content.decode()
    assert "系统未能自动检查" in page
    assert reverse("archive-original", args=[archive.uuid]) in page
    assert reverse("archive-page", args=[archive.uuid, 1]) not in page


def test_phone_and_address_are_masked_on_the_desk(branch_role, committee_role, log_in):
    archive = waiting(branch_role, phone="13912345678", address="演示省演示市演示区秘密路1号")
    page = desk_of(log_in(committee_role), archive).content.decode()
    assert "139****5678" in page and "13912345678" not in page
    assert "演示省演示市演示区****" in page and "秘密" not in page


# Going on ----------------------------------------------------------------------------------------


def test_after_a_decision_comes_the_next_one_then_the_oldest_left_then_the_list(
    branch_role, committee_role, log_in
):
    first, second, third = (waiting(branch_role) for _ in range(3))
    client = log_in(committee_role)
    steps = [
        client.post(decide_url(one), {"sha256": one.upload.sha256, "round": one.round}).url
        for one in (second, third, first)
    ]
    assert steps == [
        reverse("review", args=[third.uuid]),
        reverse("review", args=[first.uuid]),
        reverse("reviews"),
    ]
    assert "全部审核完毕" in client.get(reverse("reviews")).content.decode()


def test_a_late_click_is_told_the_outcome_and_led_on(world, branch_role, committee_role, log_in):
    archive, following = refused(branch_role, committee_role), waiting(branch_role)
    client = log_in(world.role(world.school))
    answer = client.post(
        decide_url(archive), {"sha256": archive.upload.sha256, "round": archive.round}, follow=True
    )
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("review", args=[following.uuid])
    assert f"已由 {committee_role.user.name} 处理" in page and "未通过" in page


@pytest.mark.parametrize("reason", ["", " ", "缺", "　 "])
def test_a_refusal_needs_a_reason_of_two_characters(branch_role, committee_role, log_in, reason):
    archive = waiting(branch_role)
    answer = log_in(committee_role).post(
        decide_url(archive, "refuse"),
        {"sha256": archive.upload.sha256, "round": archive.round, "reason": reason},
    )
    archive.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, archive.state) == (422, "waiting")
    assert "请填写不通过的原因" in page and "<title>错误：" in page
    assert 'id="refuse" aria-labelledby="refuse-title" data-open' in page


def test_without_scripts_the_refusal_stands_on_the_page(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    page = desk_of(log_in(committee_role), archive).content.decode()
    plain = page[page.index("<noscript>") : page.index("</noscript>")]
    assert decide_url(archive, "refuse") in plain and 'name="reason"' in plain


def test_stock_phrases_are_offered_to_be_edited(branch_role, committee_role, log_in):
    page = desk_of(log_in(committee_role), waiting(branch_role)).content.decode()
    for words in ("缺页", "模糊", "无公章", "与录入信息不符", "非入团志愿书"):
        assert f">{words}</button>" in page


def test_decisions_are_made_by_post_only(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    client = log_in(committee_role)
    assert client.get(decide_url(archive)).status_code == 405
    assert client.get(decide_url(archive, "refuse")).status_code == 405


# The queue ---------------------------------------------------------------------------------------


def test_the_queue_is_oldest_first_and_only_what_waits_for_this_committee(
    world, branch_role, committee_role, log_in
):
    elsewhere = waiting(world.role(world.street_branch), name="演示街道")
    second, first = waiting(branch_role, name="演示后"), waiting(branch_role, name="演示先")
    Archive.objects.filter(pk=first.pk).update(submitted_at=second.submitted_at - timedelta(days=4))
    refused(branch_role, committee_role, name="演示已审")
    answer = log_in(committee_role).get(reverse("reviews"))
    assert [row["archive"].pk for row in answer.context["rows"]] == [first.pk, second.pk]
    assert [row["late"] for row in answer.context["rows"]] == [True, False]
    assert elsewhere.member.name not in answer.content.decode()
    assert answer.context["start_url"] == reverse("review", args=[first.uuid])


def test_the_queue_is_searched_by_the_beginning_of_a_name_and_keeps_it_on_the_way(
    branch_role, committee_role, log_in
):
    waiting(branch_role, name="演示甲")
    found = [waiting(branch_role, name="演示乙一"), waiting(branch_role, name="演示乙二")]
    client = log_in(committee_role)
    answer = client.get(reverse("reviews"), {"q": "演示乙"})
    assert [row["archive"].pk for row in answer.context["rows"]] == [one.pk for one in found]
    answer = client.post(
        decide_url(found[0]),
        {"sha256": found[0].upload.sha256, "round": found[0].round, "q": "演示乙"},
        follow=True,
    )
    assert answer.context["archive"] == found[1]
    assert answer.context["place"] == (1, 1)


def test_the_queue_has_pages_and_every_row_once(branch_role, committee_role, log_in, monkeypatch):
    monkeypatch.setattr("archives.views.review_queue.SIZE", 2)
    expected = [waiting(branch_role).pk for _ in range(5)]
    client, url, seen = log_in(committee_role), reverse("reviews"), []
    while url:
        answer = client.get(url)
        seen += [row["archive"].pk for row in answer.context["rows"]]
        url = answer.context["next_url"]
    assert seen == expected


def test_own_submissions_stand_in_the_queue_but_are_never_the_next_one(
    world, branch_role, committee_role, log_in
):
    waiting(branch_role)
    theirs = waiting(world.role(world.branch))
    client = log_in(RoleFactory(user=branch_role.user, organization=world.school))
    answer = client.get(reverse("reviews"))
    assert [row["own"] for row in answer.context["rows"]] == ["本人提交", ""]
    assert answer.context["start_url"] == reverse("review", args=[theirs.uuid])


def test_a_file_sent_again_is_marked_as_such(branch_role, committee_role, log_in):
    from archives.services.resubmission import resubmit
    from tests.archives.cases import found_good, uploaded

    archive = refused(branch_role, committee_role)
    upload = uploaded(branch_role)
    resubmit(archive.member, upload, by=branch_role)
    found_good(upload)
    answer = log_in(committee_role).get(reverse("reviews"))
    assert [row["sort"] for row in answer.context["rows"]] == ["重新提交"]


def test_the_queue_costs_the_same_however_long_it_is(branch_role, committee_role, log_in):
    client = log_in(committee_role)
    counts = []
    for more in (2, 6):
        for _ in range(more):
            waiting(branch_role)
        client.get(reverse("reviews"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("reviews"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
