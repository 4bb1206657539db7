"""A person's page."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from archives.services import entry as entries
from archives.services.resubmission import resubmit
from tests.archives.cases import REASON, approved, checking, found_bad, found_good, refused, uploaded, waiting
from tests.factories import EntryFactory, new_key


def page_of(client, member):
    return client.get(reverse("member", args=[member.uuid]))


def entered(role, **values):
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


def titles(answer):
    return [event.title for event in answer.context["events"]]


def test_id_phone_and_address_are_masked_and_never_in_the_page(branch_role, log_in):
    member = entered(branch_role, phone="13912345678", address="演示省演示市演示区秘密路1号")
    page = page_of(log_in(branch_role), member).content.decode()
    number = member.opened("id_number")
    assert f"{number[:6]}********{number[-4:]}" in page.replace("</i><i>", "")
    assert number not in page.replace("</i><i>", "") and "13912345678" not in page and "秘密" not in page


def test_a_masked_id_never_stands_beside_the_birth_date_that_would_complete_it(branch_role, log_in):
    member = entered(branch_role)
    page = page_of(log_in(branch_role), member).content.decode()
    assert "出生" not in page


def test_labels_stand_in_the_guides_order_with_words_for_codes(branch_role, log_in):
    member = entered(
        branch_role, occupation="worker", study_status="", occupation_detail="farmer", education="bachelor"
    )
    page = page_of(log_in(branch_role), member).content.decode()
    words = [
        "姓名",
        "身份证号码",
        "民族",
        "职业",
        "具体职业",
        "学历",
        "政治面貌",
        "入团时间",
        "发展团员编号",
        "是否团干部",
        "手机号码",
    ]
    places = [page.index(f"<dt>{word}</dt>") for word in words]
    assert places == sorted(places)
    assert "农民" in page and "大学本科" in page and "汉族" in page
    assert "在读状况" not in page


def test_a_cadres_post_is_shown_in_words(branch_role, log_in):
    member = entered(
        branch_role, is_cadre=True, title="secretary", post_since=date(2024, 9, 1), appointed_by="elected",
        cadre_nature="part_time", on_party_committee=False,
    )  # fmt: skip
    page = page_of(log_in(branch_role), member).content.decode()
    for words in ("书记", "2024 年 9 月", "选举", "兼职"):
        assert words in page


def test_the_course_of_things_is_told_newest_first_with_who_and_where(branch_role, committee_role, log_in):
    archive = refused(branch_role, committee_role)
    upload = uploaded(branch_role)
    resubmit(archive.member, upload, by=branch_role)
    found_good(upload)
    answer = page_of(log_in(branch_role), archive.member)
    assert titles(answer) == [
        "文件检查完毕，等待审核",
        "重新提交",
        "审核未通过",
        "文件检查完毕，等待审核",
        "首次提交",
        "录入",
    ]
    page = answer.content.decode()
    assert f"{committee_role.user.name}，{committee_role.organization.short_name}" in page
    assert REASON in page and "第 2 版入团志愿书，12 页" in page


def test_looks_and_downloads_are_for_auditors_not_for_the_timeline(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    client = log_in(committee_role)
    before = titles(page_of(client, archive.member))
    client.get(reverse("review", args=[archive.uuid]))
    client.get(reverse("archive-original", args=[archive.uuid])).getvalue()
    assert titles(page_of(client, archive.member)) == before


def test_every_version_is_listed_with_state_and_reason(branch_role, committee_role, log_in):
    archive = refused(branch_role, committee_role)
    resubmit(archive.member, uploaded(branch_role), by=branch_role)
    answer = page_of(log_in(branch_role), archive.member)
    shown = [(one.number, one.archive.state) for one, _ in answer.context["versions"]]
    assert shown == [(2, "checking"), (1, "refused")]
    assert REASON in answer.content.decode()


def test_what_the_inspection_found_is_told_with_what_to_do(branch_role, log_in):
    archive = checking(branch_role)
    found_bad(archive.upload)
    page = page_of(log_in(branch_role), archive.member).content.decode()
    assert "文件已加密" in page and "替换档案" in page


def test_a_refused_one_offers_replacement_to_its_branch_and_to_nobody_else(
    world, branch_role, committee_role, log_in
):
    archive = refused(branch_role, committee_role)
    url = reverse("resubmit", args=[archive.member.uuid])
    assert url in page_of(log_in(branch_role), archive.member).content.decode()
    assert url not in page_of(log_in(committee_role), archive.member).content.decode()


def test_the_reviewer_is_led_to_the_desk_and_others_are_not(world, branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    url = reverse("review", args=[archive.uuid])
    assert url in page_of(log_in(committee_role), archive.member).content.decode()
    for role in (branch_role, world.role(world.city)):
        assert url not in page_of(log_in(role), archive.member).content.decode()


def test_an_approved_one_offers_nothing_to_its_branch(branch_role, committee_role, log_in):
    archive = approved(branch_role, committee_role)
    assert "替换档案" not in page_of(log_in(branch_role), archive.member).content.decode()


@pytest.mark.parametrize("place", ["sibling", "street", "other_school", "other_branch", "other_city"])
def test_a_neighbour_cannot_tell_that_the_person_exists(world, branch_role, log_in, place):
    member = entered(branch_role, name="演示隐藏")
    answer = page_of(log_in(world.role(getattr(world, place))), member)
    assert answer.status_code == 404 and "演示隐藏" not in answer.content.decode()
