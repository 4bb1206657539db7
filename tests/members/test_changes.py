"""变更记录: who changed what from what to what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.urls import reverse

from archives.services.amendment import correct
from members.history import history
from members.models import Change, Member
from members.services import changes
from tests.archives.cases import waiting
from tests.factories import World


@pytest.fixture
def member(branch_role):
    return waiting(branch_role, name="演示旧名", phone="13800000000").member


def put_right(member, role, **values):
    member = Member.objects.select_related("organization", "holding").get(pk=member.pk)
    entry = replace(changes.entry_of(member), **values)
    return correct(member, entry, seen=changes.version(member), by=role)


def told(member):
    return [(line.label, line.old, line.new) for line in history(member)]


def test_a_record_read_back_is_the_entry_it_was_made_from(member):
    entry = changes.entry_of(Member.objects.select_related("organization", "holding").get(pk=member.pk))
    assert (entry.name, entry.phone, entry.number) == ("演示旧名", "13800000000", member.number)
    assert entry.id_number == entry.id_number_again == member.opened("id_number")
    assert changes.differences(member, entry) == {}


def test_codes_dates_and_answers_are_told_in_words(member, branch_role):
    from datetime import date

    put_right(
        member, branch_role, study_status="master", education="bachelor", ethnicity="56", volunteer=True,
        volunteer_since=date(2024, 3, 5), political_status="party", joined_party_on=date(2024, 6, 1),
    )  # fmt: skip
    lines = {label: (old, new) for label, old, new in told(member)}
    assert lines["在读状况"] == ("普通本科在读", "硕士研究生在读")
    assert lines["学历"] == ("普通高中", "大学本科") and lines["民族"] == ("汉族", "基诺族")
    assert lines["是否成为注册志愿者"] == ("否", "是")
    assert lines["成为注册志愿者的时间"] == ("", "2024 年 3 月 5 日")
    assert lines["入党时间"] == ("", "2024 年 6 月") and lines["政治面貌"][1] == "中共党员"


def test_id_phone_and_address_stay_masked_and_sealed(member, branch_role, log_in):
    put_right(member, branch_role, phone="13912345678", address="演示省演示市演示区秘密路2号")
    lines = {label: (old, new) for label, old, new in told(member)}
    assert lines["手机号码"] == ("138****0000", "139****5678")
    assert lines["户籍地址"][1].endswith("****") and "秘密" not in str(lines)
    page = log_in(branch_role).get(reverse("member", args=[member.uuid])).content.decode()
    assert "13912345678" not in page and "秘密" not in page and "139****5678" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT old, new FROM members_change")
        stored = b"".join(bytes(value) for row in cursor.fetchall() for value in row)
    assert b"13912345678" not in stored and "秘密".encode() not in stored


def test_newest_first_with_who_and_where(world: World, member, branch_role):
    colleague = world.role(world.branch)
    put_right(member, branch_role, name="演示中名")
    put_right(member, colleague, name="演示新名")
    assert told(member) == [("姓名", "演示中名", "演示新名"), ("姓名", "演示旧名", "演示中名")]
    assert [line.who.split("，")[0] for line in history(member)] == [
        colleague.user.name,
        branch_role.user.name,
    ]


def test_a_change_copied_to_another_row_does_not_open(member, branch_role):
    from zhtj.lib.sealing import BrokenSeal

    put_right(member, branch_role, name="演示新名", phone="13912345678")
    one, two = Change.objects.filter(member=member).order_by("pk")
    Change.objects.filter(pk=one.pk).update(new=bytes(two.new))
    with pytest.raises(BrokenSeal):
        Change.objects.get(pk=one.pk).opened()


def test_who_was_never_changed_has_no_history_on_the_page(member, branch_role, log_in):
    assert "变更记录" not in log_in(branch_role).get(reverse("member", args=[member.uuid])).content.decode()


def test_reading_a_long_history_costs_no_query_a_line(member, branch_role, django_assert_max_num_queries):
    for number in range(5):
        put_right(member, branch_role, name=f"演示名{'甲乙丙丁戊'[number]}", phone=f"1391234567{number}")
    with django_assert_max_num_queries(3):  # the changes, the words, the organisation
        assert len(history(Member.objects.get(pk=member.pk))) == 10
