"""The reviewer's desk for a whole day: filter, skipping, looks, several at once, stock reasons, ticks, findings."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archives.models import Archive, Look, StockReason, Upload
from archives.policy import Check
from archives.services import amendment, review, stock_reasons
from archives.services.resubmission import resubmit
from members.models import Member
from members.services import changes
from orgs.models import AuditEvent
from tests.archives.cases import REASON, approved, found_good, refused, uploaded, waiting
from tests.factories import RoleFactory
from tests.races import at_once
from zhtj.lib.states import StaleState


def seen(archive):
    return {"sha256": archive.upload.sha256, "round": archive.round}


def token(archive):
    return f"{archive.uuid}:{archive.upload.sha256}:{archive.round}"


def desk(client, archive, **query):
    return client.get(reverse("review", args=[archive.uuid]), query)


def at(archive):
    return reverse("review", args=[archive.uuid])


def listed(client, **query):
    return [row["archive"].pk for row in client.get(reverse("reviews"), query).context["rows"]]


def opened(role, archive, pages=12):
    """Every page of the file was opened by this person."""
    for page in range(1, pages + 1):
        Look.objects.remember(role.user, archive, page)


def sent_again(branch_role, committee_role, **values):
    archive = refused(branch_role, committee_role, **values)
    upload = uploaded(branch_role)
    again = resubmit(archive.member, upload, by=branch_role)
    found_good(upload)
    return Archive.objects.get(pk=again.pk) if again else archive.member.archives.latest("pk")


def corrected(archive, role, **values):
    wanted = replace(changes.entry_of(archive.member), **values)
    amendment.correct(archive.member, wanted, seen=changes.version(archive.member), by=role)


def longest(archive, days=4):
    Archive.objects.filter(pk=archive.pk).update(submitted_at=archive.submitted_at - timedelta(days=days))


# The filter --------------------------------------------------------------------------------------


def test_the_queue_is_narrowed_by_organisation_kind_and_waiting_time(branch_role, committee_role, log_in):
    first, again = waiting(branch_role), sent_again(branch_role, committee_role)
    longest(first)
    client = log_in(committee_role)
    assert listed(client, sort="first") == listed(client, late="1") == [first.pk]
    assert listed(client, sort="again") == [again.pk]
    assert listed(client, sort="replacement") == listed(client, org="没有的组织") == []
    assert listed(client, org=branch_role.organization.name[-3:]) == [first.pk, again.pk]


@pytest.mark.parametrize("value", ["x" * 5000, "%", "'", "１"])
def test_a_filter_nobody_offers_is_no_error(branch_role, committee_role, log_in, value):
    waiting(branch_role)
    client = log_in(committee_role)
    for name in ("q", "org", "sort", "late", "after"):
        assert client.get(reverse("reviews"), {name: value}).status_code == 200


def test_the_filter_is_posted_and_an_id_number_stands_in_no_address(branch_role, committee_role, log_in):
    archive = waiting(branch_role, name="演示甲")
    client, url = log_in(committee_role), reverse("reviews")
    assert 'method="post" action="/reviews/" role="search"' in client.get(url).content.decode()
    answer = client.post(url, {"q": "演示", "org": "", "sort": "first"}, follow=True)
    assert answer.redirect_chain == [(f"{url}?{urlencode({'q': '演示', 'sort': 'first'})}", 302)]
    assert [row["archive"].pk for row in answer.context["rows"]] == [archive.pk]
    number = archive.member.opened("id_number")
    for box in ("q", "org"):
        answer = client.post(url, {box: f"{number[:6]} {number[6:]}", "late": "1"}, follow=True)
        assert answer.redirect_chain == [(f"{url}?late=1", 302)]
        assert "待审核不按身份证号码查询" in answer.content.decode()
        assert not client.get(url, {box: number}).context["queue"].asked


def test_the_next_one_stands_under_the_same_filter(branch_role, committee_role, log_in):
    first, _, third = (waiting(branch_role), sent_again(branch_role, committee_role), waiting(branch_role))
    client = log_in(committee_role)
    page = desk(client, first, sort="first")
    assert page.context["place"] == (1, 2)
    assert "筛选：首次提交" in page.content.decode()
    assert page.context["next_url"] == f"{reverse('review', args=[third.uuid])}?sort=first"
    for action in ("review-approve", "review-skip"):
        answer = client.post(reverse(action, args=[first.uuid]), seen(first) | {"sort": "first"})
        assert answer.url == page.context["next_url"]


@pytest.mark.parametrize(("days", "late"), [(3, True), (5, False)])
def test_what_waits_too_long_by_the_provinces_limit_is_marked(
    branch_role, committee_role, log_in, settings, days, late
):
    settings.REVIEW_LIMIT_DAYS = days
    archive = waiting(branch_role)
    longest(archive)
    client = log_in(committee_role)
    assert client.get(reverse("reviews")).context["rows"][0]["late"] is late
    assert desk(client, archive).context["late"] is late
    assert client.get(reverse("home")).context["tasks"][0].is_late is late


# Skipping ----------------------------------------------------------------------------------------


def test_what_was_skipped_does_not_come_again_in_this_pass(branch_role, committee_role, log_in):
    first, second, third = (waiting(branch_role) for _ in range(3))
    client = log_in(committee_role)
    assert client.post(reverse("review-skip", args=[first.uuid])).url == at(second)
    assert client.post(reverse("review-approve", args=[second.uuid]), seen(second)).url == at(third)
    end = client.post(reverse("review-skip", args=[third.uuid]), follow=True)
    assert end.redirect_chain[-1][0] == reverse("reviews")
    assert "跳过的 2 条仍待审核" in end.content.decode()
    assert client.post(reverse("review-skip", args=[third.uuid])).url == at(first), "a new pass"


def test_skipping_decides_nothing(branch_role, committee_role, log_in):
    archive, client = waiting(branch_role), log_in(committee_role)
    events = AuditEvent.objects.count()
    client.post(reverse("review-skip", args=[archive.uuid]))
    archive.refresh_from_db()
    assert (archive.state, AuditEvent.objects.count()) == ("waiting", events)


def test_neither_j_nor_k_leads_to_what_was_skipped(branch_role, committee_role, log_in):
    first, second, third = (waiting(branch_role) for _ in range(3))
    client = log_in(committee_role)
    client.post(reverse("review-skip", args=[second.uuid]))
    assert desk(client, first).context["next_url"] == at(third)
    assert desk(client, third).context["prev_url"] == at(first)


def test_the_pages_drawn_ahead_are_those_of_the_file_that_comes_next(branch_role, committee_role, log_in):
    first, second, third = (waiting(branch_role) for _ in range(3))
    client = log_in(committee_role)
    ahead = lambda archive: desk(client, archive).context["ahead"][:1]  # noqa: E731
    drawn = lambda archive: [reverse("archive-page", args=[archive.uuid, 1])]  # noqa: E731
    assert ahead(third) == drawn(first), "at the end of the queue one goes on with the oldest left"
    client.post(reverse("review-skip", args=[second.uuid]))
    assert ahead(first) == drawn(third)
    client.post(reverse("review-skip", args=[first.uuid]))
    assert ahead(third) == []


@pytest.mark.parametrize("how", ["entered", "changed"])
def test_nobody_is_led_to_what_they_entered_or_changed(world, branch_role, committee_role, log_in, how):
    """An administrator of the branch who is of the committee, too; the file was submitted by a colleague."""
    own, other = waiting(branch_role), waiting(branch_role)
    author = world.role(world.branch)
    if how == "changed":
        for role, name in ((author, "演示改名"), (branch_role, "演示又改")):
            corrected(own, role, name=name)
            own = Archive.objects.get(pk=own.pk)
    else:
        Member.objects.filter(pk=own.member_id).update(entered_by=author.user)
    own.refresh_from_db()
    both = RoleFactory(user=author.user, organization=world.school)
    opened(both, own)
    client = log_in(both)
    listing = client.get(reverse("reviews"))
    said = {row["archive"].pk: row["own"] for row in listing.context["rows"]}
    assert said == {own.pk: "本人录入或修改过", other.pk: ""}
    assert not listing.context["choosable"] and listing.context["start_url"] == at(other)
    assert desk(client, other).context["next_url"] == ""
    page = desk(client, own)
    assert page.context["why_not"].startswith("这是您本人录入或修改过的信息") and not page.context["decides"]
    skip = reverse("review-skip", args=[own.uuid])
    assert f'action="{skip}"' in page.content.decode() and 'form="skip"' in page.content.decode()
    assert client.post(skip).url == at(other)


# Looks and several at once -----------------------------------------------------------------------


def test_an_opened_page_of_the_desk_is_remembered_and_a_page_drawn_ahead_is_not(
    branch_role, committee_role, log_in
):
    archive, following = waiting(branch_role), waiting(branch_role)
    Upload.objects.filter(archive__in=[archive, following]).update(pages=1)
    client = log_in(committee_role)
    page = desk(client, archive)
    ahead = page.context["ahead"]
    assert ahead == [reverse("archive-page", args=[following.uuid, 1])]
    assert f'<link rel="prefetch" href="{ahead[0]}">' in page.content.decode()
    assert client.get(ahead[0]).status_code == 200
    assert not Look.objects.exists()
    url = reverse("review-page", args=[archive.uuid, 1])
    assert f'src="{url}?round=1"' in page.content.decode()
    answer = client.get(url, {"round": "1"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert client.get(reverse("review-page", args=[archive.uuid, 2])).status_code == 404
    assert [(one.user, one.archive, one.round, one.pages) for one in Look.objects.all()] == [
        (committee_role.user, archive, 1, [1])
    ]


def image(page):
    """The address of the first large page image of a desk."""
    return re.search(r'src="(/reviews/[^"]+/pages/1/[^"]*)"', page.content.decode())[1]


def test_what_was_opened_before_a_correction_is_to_be_looked_at_again(branch_role, committee_role, log_in):
    archive, other = waiting(branch_role), waiting(branch_role)
    Upload.objects.filter(pk=archive.upload_id).update(pages=1)
    opened(committee_role, other)
    client = log_in(committee_role)
    before = desk(client, archive)
    assert client.get(image(before)).status_code == 200
    assert token(archive) in client.get(reverse("reviews")).content.decode()
    corrected(archive, branch_role, name="演示改名")
    archive.refresh_from_db()
    # A page that comes late to the desk opened before counts for nothing.
    assert client.get(image(before)).status_code == 200
    page = client.get(reverse("reviews")).content.decode()
    assert token(other) in page and token(archive) not in page
    assert review.CHANGED in page and review.NOT_OPENED not in page
    answer = client.post(reverse("reviews-approve"), {"chosen": token(archive)})
    assert answer.context["results"][0][1] == "信息有变化，须重新查看"
    client.get(image(desk(client, archive)))
    assert client.post(reverse("reviews-approve"), {"chosen": token(archive)}).context["passed"] == 1


def test_only_reviewers_open_pages_of_the_desk(branch_role, log_in):
    archive = waiting(branch_role)
    assert log_in(branch_role).get(reverse("review-page", args=[archive.uuid, 1])).status_code == 403
    assert not Look.objects.exists()


def test_a_row_can_be_chosen_only_by_who_opened_every_page_of_it(world, branch_role, committee_role, log_in):
    some, whole, nothing = (waiting(branch_role) for _ in range(3))
    opened(committee_role, some, pages=11)
    opened(committee_role, whole)
    client = log_in(committee_role)
    answer = client.get(reverse("reviews"))
    unseen = "尚未查看全部页面"
    assert [row["obstacle"] for row in answer.context["rows"]] == [unseen, "", unseen]
    page = answer.content.decode()
    assert token(whole) in page and token(some) not in page and token(nothing) not in page
    assert page.count(unseen) == 2
    answer = log_in(world.role(world.school)).get(reverse("reviews"))
    assert not answer.context["choosable"]


def test_several_are_approved_each_by_itself_and_a_bad_one_stops_no_other(
    branch_role, committee_role, log_in
):
    good, unseen, decided, last = (waiting(branch_role) for _ in range(4))
    changed = waiting(branch_role)
    for one in (good, decided, last, changed):
        opened(committee_role, one)
    chosen = [token(one) for one in (good, unseen, decided, changed, last)] + ["x", "\0:1:1", f"{good.uuid}"]
    Archive.objects.filter(pk=changed.pk).update(round=2)
    review.refuse(decided, **seen(decided), reason=REASON, by=committee_role)
    answer = log_in(committee_role).post(reverse("reviews-approve"), {"chosen": chosen})
    words = [why for _, why in answer.context["results"]]
    assert [not why for why in words] == [True, False, False, False, True, False, False, False]
    assert words[1] == "尚未查看全部页面" and "已由" in words[2] and "有变化" in words[3]
    states = [Archive.objects.get(pk=one.pk).state for one in (good, unseen, decided, changed, last)]
    assert states == ["approved", "waiting", "refused", "waiting", "approved"]
    assert AuditEvent.objects.filter(verb="approve").count() == 2
    assert "所选 8 条，通过 2 条" in answer.content.decode()


def test_a_file_handed_in_for_two_people_is_reviewed_by_itself(branch_role, committee_role, log_in):
    one, other = waiting(branch_role), waiting(branch_role)
    same_file(one, other)
    opened(committee_role, one)
    client = log_in(committee_role)
    rows = client.get(reverse("reviews")).context["rows"]
    assert {row["obstacle"] for row in rows} == {review.USED_TWICE}
    answer = client.post(reverse("reviews-approve"), {"chosen": token(one)})
    assert answer.context["results"][0][1] == review.USED_TWICE


def test_own_submissions_are_not_approved_from_the_list(world, branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    both = RoleFactory(user=branch_role.user, organization=world.school)
    opened(both, archive)
    client = log_in(both)
    assert token(archive) not in client.get(reverse("reviews")).content.decode()
    answer = client.post(reverse("reviews-approve"), {"chosen": token(archive)})
    assert "本人提交" in answer.context["results"][0][1]
    archive.refresh_from_db()
    assert archive.state == "waiting"


def test_nothing_chosen_leads_back_to_the_list_with_its_filter(committee_role, log_in):
    answer = log_in(committee_role).post(reverse("reviews-approve"), {"q": "演示"})
    assert answer.url.startswith(reverse("reviews") + "?q=")


@pytest.mark.django_db(transaction=True)
def test_pages_opened_at_the_same_moment_are_all_remembered(world):
    branch, committee = world.role(world.branch), world.role(world.school)
    archive = waiting(branch)
    at_once(*(lambda page=page: Look.objects.remember(committee.user, archive, page) for page in range(1, 7)))
    assert sorted(Look.objects.get().pages) == [1, 2, 3, 4, 5, 6]


def test_list_and_desk_cost_the_same_with_looks_and_filter(branch_role, committee_role, log_in):
    client, counts = log_in(committee_role), []
    for more in (2, 5):
        for _ in range(more):
            opened(committee_role, waiting(branch_role))
        first = Archive.objects.order_by("pk")[0]
        for url in (reverse("reviews"), reverse("review", args=[first.uuid])):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                client.get(url, {"org": "演示", "late": ""})
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 12 and counts[1] <= 32


# Ticks -------------------------------------------------------------------------------------------


def test_ticks_go_on_record_and_are_not_asked_for(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    ticked = [Check.COMPLETE.value, Check.SEALED.value, "nonsense"]
    url = reverse("review-approve", args=[archive.uuid])
    log_in(committee_role).post(url, seen(archive) | {"check": ticked})
    assert AuditEvent.objects.get(verb="approve").fields == ["complete", "sealed"]


def test_where_the_province_insists_nothing_is_approved_without_every_tick(
    branch_role, committee_role, log_in, settings
):
    settings.REVIEW_CHECKS_REQUIRED = True
    archive = waiting(branch_role)
    opened(committee_role, archive)
    client, url = log_in(committee_role), reverse("review-approve", args=[archive.uuid])
    answer = client.post(url, seen(archive) | {"check": ["complete", "legible"]})
    page = answer.content.decode()
    assert answer.status_code == 422 and "请先核对并勾选：公章、信息一致" in page
    assert [ticked for _, _, ticked in answer.context["checks"]] == [True, True, False, False]
    assert not client.get(reverse("reviews")).context["choosable"]
    answer = client.post(reverse("reviews-approve"), {"chosen": token(archive)})
    assert "请先核对并勾选" in answer.context["results"][0][1]
    archive.refresh_from_db()
    assert archive.state == "waiting"
    client.post(url, seen(archive) | {"check": Check.values})
    archive.refresh_from_db()
    assert archive.state == "approved"


def test_the_check_list_stands_in_the_order_of_the_paper_form(branch_role, committee_role, log_in):
    rows = desk(log_in(committee_role), waiting(branch_role)).context["case"]
    labels = [row.label for row in rows if row.label != "性别"]
    assert labels == [
        "姓名", "身份证号码", "民族", "出生年月", "入团时间", "发展团员编号", "发展组织"
    ]  # fmt: skip


# Stock reasons -----------------------------------------------------------------------------------


def test_a_committees_own_reasons_take_the_place_of_the_usual_ones(
    world, branch_role, committee_role, log_in
):
    client = log_in(committee_role)
    text = "第 5 页没有介绍人意见，请补齐后重新扫描上传"
    client.post(reverse("stock-reasons"), {"text": text})
    page = desk(client, waiting(branch_role)).content.decode()
    assert f'data-phrase="{text}"' in page and ">无公章</button>" not in page
    assert stock_reasons.offered(world.other_school) == list(stock_reasons.DEFAULTS)
    (event,) = AuditEvent.objects.filter(verb="add_reason")
    assert event.organization == committee_role.organization and text not in event.note
    client.post(reverse("stock-reason-remove", args=[StockReason.objects.get().pk]))
    assert stock_reasons.offered(committee_role.organization) == list(stock_reasons.DEFAULTS)
    assert AuditEvent.objects.filter(verb="remove_reason").count() == 1


@pytest.mark.parametrize(
    ("text", "words"), [("", "请填写"), ("缺", "至少 2 个字"), ("长" * 201, "现为 201 字")]
)
def test_a_reason_that_cannot_be_kept_is_said_so_and_stays_typed(committee_role, log_in, text, words):
    answer = log_in(committee_role).post(reverse("stock-reasons"), {"text": text})
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and f'value="{text}"' in page
    assert not StockReason.objects.exists()


def test_the_same_reason_is_kept_once_and_there_are_not_too_many(committee_role, log_in):
    stock_reasons.add("缺页，请补齐", by=committee_role)
    answer = log_in(committee_role).post(reverse("stock-reasons"), {"text": "缺页，请补齐"})
    assert "已在常用原因中" in answer.content.decode()
    for n in range(stock_reasons.MOST - 1):
        stock_reasons.add(f"原因 {n}", by=committee_role)
    with pytest.raises(StaleState, match="至多 20 条"):
        stock_reasons.add("多一条", by=committee_role)


def test_branches_keep_no_reasons_and_nobody_removes_another_committees(
    world, branch_role, committee_role, log_in
):
    theirs = stock_reasons.add("别人的原因", by=world.role(world.county))
    assert log_in(branch_role).get(reverse("stock-reasons")).status_code == 403
    with pytest.raises(PermissionDenied):
        stock_reasons.add("缺页", by=branch_role)
    client = log_in(committee_role)
    assert client.post(reverse("stock-reason-remove", args=[theirs.pk])).status_code == 404
    assert StockReason.objects.filter(pk=theirs.pk).exists()
    assert "别人的原因" not in client.get(reverse("stock-reasons")).content.decode()


# Findings ----------------------------------------------------------------------------------------


def facts(client, archive, **findings):
    found = {"blank": [], "sideways": [], "coarse": [], "dpi": 0, "numbers": []} | findings
    Upload.objects.filter(pk=archive.upload_id).update(findings=found)
    return {fact.text: fact for fact in desk(client, archive).context["facts"]}


def test_findings_stand_beside_the_pages_and_lead_to_them(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    client = log_in(committee_role)
    found = facts(client, archive, blank=[9], sideways=[1, 2, 3, 4], coarse=[2], dpi=60)
    blank = found["第 9 页接近空白"]
    assert blank.warning and blank.page == 9
    assert {"第 1、2、3 等 4 页是横向的", "第 2 页清晰度低（约 60 dpi）"} <= found.keys()
    assert 'href="#page-9"' in desk(client, archive).content.decode()
    assert "没有空白页和横向页，清晰度正常" in facts(client, archive)


def test_a_number_in_the_text_that_is_not_the_entered_one_is_a_warning(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    client, own = log_in(committee_role), archive.member.number
    assert "文件文字中的编号与录入的一致" in facts(client, archive, numbers=[own])
    found = facts(client, archive, numbers=[own, "202111999999"])
    assert found["文件文字中有其他编号 202111999999"].warning


def test_a_file_without_findings_says_nothing_about_its_pages(branch_role, committee_role, log_in):
    page = desk(log_in(committee_role), waiting(branch_role)).content.decode()
    assert "空白页" not in page and "横向" not in page and "dpi" not in page


@pytest.mark.parametrize(("pages", "words"), [(3, "只有 3 页"), (30, "多达 30 页"), (12, None)])
def test_an_unusual_number_of_pages_is_a_warning(branch_role, committee_role, log_in, pages, words):
    archive = waiting(branch_role)
    Upload.objects.filter(pk=archive.upload_id).update(pages=pages)
    found = desk(log_in(committee_role), archive).context["facts"]
    assert [fact.text for fact in found if fact.warning] == ([words] if words else [])


def same_file(archive, other):
    Upload.objects.filter(pk=other.upload_id).update(sha256=archive.upload.sha256)


def test_a_file_used_for_someone_else_is_named_within_scope_only(world, branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    near = approved(branch_role, committee_role, name="演示邻座")
    client = log_in(committee_role)
    assert "同一文件已用于他人" not in facts(client, archive)
    far = waiting(world.role(world.other_branch), name="演示远方")
    same_file(archive, far)
    detail = facts(client, archive)["同一文件已用于他人"].detail
    assert "不在您的管理范围内" in detail and "远方" not in detail
    same_file(archive, near)
    detail = facts(client, archive)["同一文件已用于他人"].detail
    assert "演示邻座" in detail and "远方" not in detail


def test_findings_decide_nothing(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    client = log_in(committee_role)
    facts(client, archive, blank=list(range(1, 13)), coarse=[1], dpi=10, numbers=["202111999999"])
    client.post(reverse("review-approve", args=[archive.uuid]), seen(archive))
    archive.refresh_from_db()
    assert archive.state == "approved"
