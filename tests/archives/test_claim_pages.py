"""编号占用核实 on screen: the dialog, 提交核实, the judge's desk, the parties' pages, 继续录入 (指引 3.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from archives.models import Archive, Claim, Draft
from archives.services import claims, withdrawal
from archives.services import entry as entries
from members.models import Member
from members.services import changes
from numbering.models import Dispute, Issue
from numbering.services import disputes, issues
from numbering.services.entitlement import OF_ANOTHER
from orgs.models import AuditEvent, Notice
from tests.archives.cases import found_good, uploaded
from tests.archives.claiming import (
    NUMBER,
    disputed,
    enter_as,
    filed,
    promised,
    school_segment,
    typed,
    wanting,
)
from tests.factories import EntryFactory, new_key
from tests.numbering.cases import issued

REASON = "发放登记表上是申请人"
TITLE = '<h2 id="taken-title">发展团员编号已被占用</h2>'


def shown(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def taken(world):
    """The number is held by another branch of the school; (who enters, the right form with their file)."""
    school_segment(world)
    judge, holder, filer = world.role(world.school), world.role(world.sibling), world.role(world.branch)
    occupant, entry = wanting(name="演示占用人"), wanting(name="演示申请人")
    promised(occupant, holder, judge)
    enter_as(occupant, holder)
    upload = uploaded(filer)
    found_good(upload)
    return filer, {**typed(entry), "upload": str(upload.uuid), "key": str(new_key())}


def test_a_taken_number_opens_the_dialog_and_loses_nothing(log_in, taken):
    filer, form = taken
    answer = log_in(filer).post(reverse("enter"), form)
    page = shown(answer)
    assert answer.status_code == 422
    assert TITLE in page and "丙中学教工团支部" in page and "演示占用人" in page
    assert "录入时间" not in page  # 指引 3.7 names the organisation and the name
    assert 'value="演示申请人"' in page and form["upload"] in page
    assert page.index("返回修改编号") < page.index('value="claim"')
    assert not Dispute.objects.exists()


def test_nothing_is_told_while_people_type(log_in, taken):
    filer, form = taken
    page = shown(log_in(filer).post(reverse("enter-fields"), form, headers={"HX-Request": "true"}))
    assert "占用" not in page
    assert not AuditEvent.objects.filter(verb__startswith="show").exists()


def test_the_dialog_opens_only_on_an_otherwise_right_form(log_in, taken):
    filer, form = taken
    page = shown(log_in(filer).post(reverse("enter"), {**form, "phone": "1"}))
    assert TITLE not in page and "演示占用人" not in page


def test_beyond_the_limit_no_names_are_told_and_the_case_can_be_filed(log_in, taken, settings):
    settings.DISCLOSURES_A_DAY = 0
    filer, form = taken
    client = log_in(filer)
    page = shown(client.post(reverse("enter"), form))
    assert TITLE in page and "演示占用人" not in page and "教工团支部" not in page
    client.post(reverse("enter"), {**form, "step": "claim"})
    page = shown(client.get(reverse("dispute", args=[Dispute.objects.get().uuid])))
    assert "演示占用人" not in page and "教工团支部" not in page


def test_filing_goes_to_the_case_and_takes_the_remark_along(log_in, taken):
    filer, form = taken
    answer = log_in(filer).post(reverse("enter"), {**form, "step": "claim", "claim-remark": "发放单可查"})
    dispute = Dispute.objects.get()
    assert answer.url == reverse("dispute", args=[dispute.uuid])
    assert (dispute.remark, dispute.name) == ("发放单可查", "演示申请人")
    assert str(dispute.claim.upload.uuid) == form["upload"]


def test_a_second_click_leads_to_the_same_case(log_in, taken):
    filer, form = taken
    client = log_in(filer)
    addresses = {client.post(reverse("enter"), {**form, "step": "claim"}).url for _ in range(2)}
    assert addresses == {reverse("dispute", args=[Dispute.objects.get().uuid])}


@pytest.mark.parametrize("remark", ["长" * 201, "a\0b"])
def test_a_remark_that_cannot_be_kept_is_said_at_its_field(log_in, taken, remark):
    filer, form = taken
    answer = log_in(filer).post(reverse("enter"), {**form, "step": "claim", "claim-remark": remark})
    assert answer.status_code == 422
    assert answer.context["form"].taken.remark.errors["remark"]
    assert not Dispute.objects.exists()


def test_who_joined_when_no_file_was_asked_for_has_to_bring_one(log_in, world):
    filer, holder = world.role(world.branch), world.role(world.sibling)
    number = "201911000001"
    joined = {"joined_on": "2019-05-04", "number": number}
    client = log_in(holder)
    client.post(reverse("enter"), {**typed(EntryFactory()), **joined, "step": "submit"})
    client, form = log_in(filer), {**typed(EntryFactory()), **joined, "step": "claim", "key": str(new_key())}
    answer = client.post(reverse("enter"), form)
    assert answer.status_code == 422
    assert "请选择拟录入团员的入团志愿书" in shown(answer)
    upload = uploaded(filer)
    answer = client.post(reverse("enter"), {**form, "upload": str(upload.uuid)})
    assert answer.url == reverse("dispute", args=[Dispute.objects.get().uuid])


@pytest.fixture
def correcting(taken, world):
    """The applicant was entered with another number, and waits; (who corrects, the form, the record)."""
    filer = taken[0]
    judge = world.role(world.school)
    entry = wanting(name="演示申请人")
    entry = replace(entry, number=promised(entry, filer, judge))
    member = enter_as(entry, filer)
    known = {**typed(replace(entry, number=NUMBER)), "version": str(changes.version(member))}
    return filer, known, member


def test_a_correction_to_a_taken_number_opens_the_same_dialog_under_the_same_limits(
    log_in, correcting, settings
):
    filer, form, member = correcting
    client, url = log_in(filer), reverse("amend", args=[member.uuid])
    answer = client.post(url, {**form, "step": "check"})
    page = shown(answer)
    assert answer.status_code == 422 and TITLE in page
    assert "丙中学教工团支部" in page and "演示占用人" in page and 'value="演示申请人"' in page
    assert page.index("返回修改编号") < page.index('value="draft"') and 'value="claim"' not in page
    assert AuditEvent.objects.filter(verb="show_number_holder", user=filer.user).count() == 1
    settings.DISCLOSURES_A_DAY = 0
    page = shown(client.post(url, {**form, "step": "save"}))
    assert TITLE in page and "演示占用人" not in page and "教工团支部" not in page
    assert TITLE not in shown(client.post(url, {**form, "phone": "1", "step": "check"}))


def test_from_a_correction_the_way_to_a_case_leads_over_the_withdrawal_and_loses_nothing_typed(
    log_in, correcting
):
    filer, form, member = correcting
    client, url = log_in(filer), reverse("amend", args=[member.uuid])
    form |= {"phone": "13912345678", "key": str(new_key())}
    for _ in range(2):  # also clicked twice
        answer = client.post(url, {**form, "step": "draft"}, follow=True)
    assert answer.redirect_chain == [(reverse("withdraw", args=[member.uuid]), 302)]
    assert "所填内容已存为草稿" in shown(answer)
    client.post(reverse("withdraw", args=[member.uuid]), {"reason": "编号填错，重新录入"})
    answer = client.get(reverse("enter"), {"draft": str(Draft.objects.get().uuid)})
    opened = answer.context["form"].entry
    assert (opened.number, opened.phone, opened.id_number) == (NUMBER, "13912345678", form["id_number"])
    again = typed(opened) | {"key": form["key"], "upload": str(uploaded(filer).uuid), "step": "claim"}
    assert client.post(reverse("enter"), again).url == reverse("dispute", args=[Dispute.objects.get().uuid])
    assert not Draft.objects.exists()


def test_a_correction_to_a_number_that_is_looked_into_waits_for_the_decision(log_in, correcting, world):
    filer, form, member = correcting
    filed(world, wanting(name="演示第三人"), world.role(world.street_branch))
    page = shown(log_in(filer).post(reverse("amend", args=[member.uuid]), {**form, "step": "check"}))
    assert "正在由丙中学团委核实" in page and "或等核实完毕再改" in page
    assert 'value="draft"' not in page and 'value="claim"' not in page


def test_a_number_of_the_own_organisation_is_looked_at_first(log_in, taken, world):
    _, form = taken
    colleague = world.role(world.sibling)
    upload = uploaded(colleague)
    page = shown(log_in(colleague).post(reverse("enter"), {**form, "upload": str(upload.uuid)}))
    assert "该编号由本组织的团员占用" in page
    assert reverse("member", args=[Member.objects.get(name="演示占用人").uuid]) in page
    assert 'value="claim"' not in page  # not in force yet: put right by itself


def test_a_number_that_is_looked_into_shows_the_case_instead_of_a_second_one(log_in, world):
    case = disputed(world)
    form = {**typed(wanting(name="演示第三人")), "upload": str(uploaded(case.filer).uuid)}
    page = shown(log_in(case.filer).post(reverse("enter"), form))
    assert reverse("dispute", args=[case.dispute.uuid]) in page and 'value="claim"' not in page
    other = world.role(world.general)  # of another organisation: told that, and not which
    answer = log_in(other).post(
        reverse("enter-below") + f"?org={world.branch.pk}", {**form, "upload": str(uploaded(other).uuid)}
    )
    assert "正在由丙中学团委核实" in shown(answer)
    assert reverse("dispute", args=[case.dispute.uuid]) not in shown(answer)


def test_the_judge_sees_both_sides_in_full_and_both_looks_are_on_record(log_in, world):
    case = disputed(world)
    page = shown(log_in(case.judge).get(reverse("dispute", args=[case.dispute.uuid])))
    assert "占用方" in page and "申请方" in page and "不同" in page
    for number in (case.entry.id_number, case.member.opened("id_number")):
        assert number[6:14] in page
    for side in ("claim", "occupant"):
        assert reverse(f"dispute-{side}-page", args=[case.dispute.uuid, 1]) in page
    looks = AuditEvent.objects.filter(verb="look", user=case.judge.user).values_list("subject", flat=True)
    assert set(looks) == {f"dispute:{case.dispute.pk}", f"member:{case.member.pk}"}


def test_each_party_sees_its_own_side_and_what_happened(log_in, world):
    case = disputed(world)
    disputes.answer(case.dispute, "编号是我们发展时发的", by=case.holder)
    address = reverse("dispute", args=[case.dispute.uuid])
    filer, holder = (shown(log_in(role).get(address)) for role in (case.filer, case.holder))
    assert "演示申请人" in filer and "发放单可查" in filer
    assert "演示占用人" not in filer and "教工团支部" not in filer and "编号是我们发展时发的" not in filer
    assert "演示占用人" in holder and "编号是我们发展时发的" in holder
    assert "演示申请人" not in holder and "高一1班" not in holder and "发放单可查" not in holder


@pytest.mark.parametrize("place", ["general", "county", "street", "other_branch", "county_branch"])
def test_nobody_else_is_told_that_there_is_a_case(log_in, world, place):
    case = disputed(world)
    client = log_in(world.role(getattr(world, place)))
    names = ("dispute", "dispute-continue", "dispute-claim-original", "dispute-occupant-original")
    for name in names:
        assert client.get(reverse(name, args=[case.dispute.uuid])).status_code == 404
    for name in ("dispute-uphold", "dispute-dismiss", "dispute-answer", "dispute-withdraw"):
        assert client.post(reverse(name, args=[case.dispute.uuid])).status_code == 404


def test_files_of_both_sides_are_given_to_the_judge_alone_and_only_until_the_decision(log_in, world):
    case = disputed(world)
    addresses = [
        reverse(f"dispute-{side}-original", args=[case.dispute.uuid]) for side in ("claim", "occupant")
    ]
    files = [case.claim.upload, Archive.objects.get(member=case.member).upload]
    for address, upload in zip(addresses, files, strict=True):
        assert log_in(case.judge).get(address).getvalue() == upload.path.read_bytes()
        for role in (case.filer, case.holder):
            assert log_in(role).get(address).status_code == 404
    assert AuditEvent.objects.filter(verb="download", user=case.judge.user).count() == 2
    disputes.dismiss(case.dispute, reason=REASON, by=case.judge)
    assert [log_in(case.judge).get(one).status_code for one in addresses] == [404, 404]


def test_a_judge_who_filed_it_in_another_role_gets_neither_files_nor_numbers(log_in, world):
    case = disputed(world)
    case.judge.user = case.filer.user
    case.judge.save()
    world.role(world.school)
    client = log_in(case.judge)
    page = shown(client.get(reverse("dispute", args=[case.dispute.uuid])))
    assert "您本人提交" in page and case.entry.id_number[6:14] not in page
    assert client.get(reverse("dispute-occupant-original", args=[case.dispute.uuid])).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": "短", "tail": NUMBER[-4:]}, "reason"),
        ({"reason": REASON, "tail": "9999"}, "tail"),
        ({}, "tail"),
    ],
)
def test_a_release_asks_for_a_reason_and_the_last_four_figures(log_in, world, sent, field):
    case = disputed(world)
    answer = log_in(case.judge).post(reverse("dispute-uphold", args=[case.dispute.uuid]), sent)
    assert answer.status_code == 422
    assert answer.context["release"].errors[field]
    assert Dispute.objects.get().state == Dispute.State.OPEN


@pytest.mark.parametrize(
    ("number", "before", "gone", "after"),
    [
        (
            NUMBER, "将释放并发放给演示申请人（丙中学高一1班团支部）", "确认释放的，编号即发放给申请人。",
            "已释放，并已发放给演示申请人",
        ),
        (
            "202211990001",
            "将释放；它不在任何号段内，不再发放，此后只有演示申请人（丙中学高一1班团支部）可以使用",
            "确认释放的，此后只有申请人可以使用。", "已释放，此后只有演示申请人可以使用",
        ),
    ],
)  # fmt: skip
def test_the_judge_is_told_what_a_release_really_does(log_in, world, number, before, gone, after):
    case = disputed(world, in_force=False, number=number)
    client, address = log_in(case.judge), [case.dispute.uuid]
    page = shown(client.get(reverse("dispute", args=address)))
    assert page.count(before) == 2 and gone not in page  # in the dialog, and where there are no scripts
    withdrawal.withdraw(case.member, reason="录错", by=case.holder)
    assert gone in shown(client.get(reverse("dispute", args=address)))
    sent = {"reason": REASON, "tail": number[-4:]}
    assert after in shown(client.post(reverse("dispute-uphold", args=address), sent, follow=True))
    assert Issue.objects.open().filter(number=number).exists() is (number == NUMBER)


def test_from_the_release_to_the_entry_by_a_colleague(log_in, world):
    case = disputed(world)
    sent = {"reason": REASON, "tail": NUMBER[-4:]}
    answer = log_in(case.judge).post(reverse("dispute-uphold", args=[case.dispute.uuid]), sent, follow=True)
    assert "已释放" in shown(answer)
    colleague = world.role(world.branch)
    client = log_in(colleague)
    notice = Notice.objects.get(organization=world.branch, sort=Notice.Sort.RESULT)
    answer = client.get(notice.url, follow=True)
    form = answer.context["form"]
    assert (form.entry.name, form.entry.number, form.key) == ("演示申请人", NUMBER, case.claim.key)
    assert form.drop.upload == case.claim.upload and "编号已释放，可重新录入" in shown(answer)
    token = {"upload": str(case.claim.upload.uuid), "key": str(case.claim.key)}
    done = client.post(reverse("enter"), {**typed(case.entry), **token, "step": "submit"})
    member = Member.objects.get(name="演示申请人")
    assert done.url == reverse("entered", args=[member.uuid])
    assert (member.number, member.archives.get().upload) == (NUMBER, case.claim.upload)


def test_a_dismissed_form_comes_back_too_and_an_open_one_does_not(log_in, world):
    case = disputed(world)
    client = log_in(case.filer)
    assert client.get(reverse("enter"), {"claim": str(case.claim.uuid)}).status_code == 404
    disputes.dismiss(case.dispute, reason=REASON, by=case.judge)
    answer = client.get(reverse("dispute-continue", args=[case.dispute.uuid]), follow=True)
    assert answer.context["form"].entry == case.entry
    assert REASON in shown(client.get(reverse("dispute", args=[case.dispute.uuid])))
    stranger = log_in(world.role(world.county_branch))
    assert stranger.get(reverse("enter"), {"claim": str(case.claim.uuid)}).status_code == 404


@pytest.mark.parametrize("how", ["withdrawn", "upheld", "dismissed", "taken back"])
def test_what_came_from_待录入_never_shows_the_whole_id_number_on_the_way(log_in, world, how):
    school_segment(world)
    filer, judge, holder = world.role(world.branch), world.role(world.school), world.role(world.sibling)
    entry = wanting(name="演示申请人")
    issue = issued(world.branch, judge, name=entry.name, id_number=entry.id_number)
    entries.enter(
        wanting(name="演示占用人"), organization=world.sibling, upload=uploaded(holder), key=new_key(), by=holder,
        confirmed={OF_ANOTHER},
    )  # fmt: skip
    upload = uploaded(filer)
    form = typed(entry) | {"id_number": issue.masked_id, "issue": str(issue.uuid), "upload": str(upload.uuid)}
    form |= {"key": str(new_key()), "phone": "13912345678", "step": "claim"}
    client = log_in(filer)
    client.post(reverse("enter"), form)
    case = Dispute.objects.select_related("claim").get()
    assert entry.id_number[6:14] in shown(log_in(judge).get(reverse("dispute", args=[case.uuid])))
    if how in {"withdrawn", "taken back"}:
        disputes.withdraw(case, by=filer)
        if how == "taken back":
            issues.withdraw(issue, by=judge)
    else:
        decide = claims.uphold if how == "upheld" else disputes.dismiss
        decide(case, reason=REASON, by=judge)
    answer = log_in(filer).get(reverse("dispute-continue", args=[case.uuid]), follow=True)
    page, opened = shown(answer), answer.context["form"]
    assert entry.id_number not in page and entry.id_number[6:14] not in page
    assert (opened.entry.name, opened.entry.number, opened.entry.phone) == (entry.name, NUMBER, "13912345678")
    if how in {"withdrawn", "upheld"}:
        assert (opened.given, opened["id_number"].value()) == (issue, issue.masked_id)
    else:
        assert (opened.given, opened["id_number"].value()) == (None, "")
        assert "身份证号码请重新填写" in page and "readonly" not in opened.fields["number"].widget.attrs
    look = AuditEvent.objects.filter(verb="edit_open", subject=f"dispute:{case.pk}").latest("pk")
    assert "id_number" not in look.fields


def test_the_list_has_three_tabs(log_in, world):
    case = disputed(world)
    for role, tab in ((case.judge, "judge"), (case.filer, "filed"), (case.holder, "ours")):
        client = log_in(role)
        for asked in ("judge", "filed", "ours"):
            page = shown(client.get(reverse("disputes"), {"tab": asked}))
            assert (reverse("dispute", args=[case.dispute.uuid]) in page) == (asked == tab), (tab, asked)


def test_answer_and_withdrawal_by_their_buttons(log_in, world):
    case = disputed(world)
    address = [case.dispute.uuid]
    client = log_in(case.holder)
    assert client.post(reverse("dispute-answer", args=address), {"answer": ""}).status_code == 422
    client.post(reverse("dispute-answer", args=address), {"answer": "编号是我们发展时发的"})
    assert client.post(reverse("dispute-withdraw", args=address)).status_code == 403
    client = log_in(case.filer)
    assert client.post(reverse("dispute-answer", args=address), {"answer": "编号是我们的"}).status_code == 403
    client.post(reverse("dispute-withdraw", args=address))
    dispute = Dispute.objects.get()
    assert (dispute.answer, dispute.state) == ("编号是我们发展时发的", Dispute.State.WITHDRAWN)


def test_a_number_released_to_somebody_is_shown_as_due_and_registered_anew(log_in, world):
    case = disputed(world)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    client, page = log_in(case.holder), [case.member.uuid]
    assert "编号待更正" in shown(client.get(reverse("members"), {"state": "active"}))
    assert "编号待更正" in shown(client.get(reverse("member", args=page)))
    number = promised(
        wanting(id_number=case.member.opened("id_number"), name="演示占用人"), case.holder, case.judge
    )
    assert number in shown(client.get(reverse("member-number", args=page)))
    answer = client.post(reverse("member-number", args=page), {"number": NUMBER})
    assert answer.status_code == 422
    client.post(reverse("member-number", args=page), {"number": number})
    member = Member.objects.get(pk=case.member.pk)
    assert (member.number, member.number_due, member.holding.state) == (number, False, "held")
    assert not Notice.objects.open_todos().filter(subject=f"number_due:{member.pk}").exists()
    assert client.get(reverse("member-number", args=page)).status_code == 403
    assert Draft.objects.count() == 0 and Claim.objects.count() == 1


@pytest.mark.parametrize(
    "number", ["", "2026", "202511000001", "202611900001", "202699000001", NUMBER, str(int(NUMBER) + 1)]
)
def test_a_number_that_does_not_fit_is_said_at_its_field(log_in, world, number):
    case = disputed(world)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    answer = log_in(case.holder).post(reverse("member-number", args=[case.member.uuid]), {"number": number})
    assert answer.status_code == 422
    assert answer.context["form"].errors["number"]
    assert Member.objects.get(pk=case.member.pk).number_due


@pytest.mark.parametrize(("place", "status"), [("school", 403), ("branch", 404), ("county", 403)])
def test_only_the_own_organisation_registers_the_new_number(log_in, world, place, status):
    case = disputed(world)
    claims.uphold(case.dispute, reason=REASON, by=case.judge)
    client = log_in(world.role(getattr(world, place)))
    assert client.get(reverse("member-number", args=[case.member.uuid])).status_code == status
    assert (
        client.post(reverse("member-number", args=[case.member.uuid]), {"number": "1"}).status_code == status
    )
