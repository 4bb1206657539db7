"""待录入: a form opened with an issued number shows what the committee typed, and nobody can change it here."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from archives.models import Draft
from archives.services import entry as entries
from members.models import Member
from numbering.domains import Domain
from numbering.models import Holding, Issue
from numbering.services import issues
from tests.archives.cases import uploaded
from tests.archives.test_entry import pdf_file, posted
from tests.archives.test_entry_numbers import SENIOR, entry_of
from tests.factories import EntryFactory, RoleFactory, entry_with_file, new_key
from tests.numbering.cases import chain, issued

FIXED = ("name", "id_number", "number", "joined_on")


@pytest.fixture
def issue(world, committee_role):
    chain(world)
    return issued(world.branch, committee_role, name="演示带入")


@pytest.fixture
def browser(log_in, branch_role):
    return log_in(branch_role)


def address(issue, page="enter", **query):
    query |= {"issue": issue.uuid}
    return reverse(page) + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def sent(issue, **values):
    """What the browser sends of a form opened with an issue: the masked ID number, once."""
    rest = posted(entry_of(issue), id_number=issue.masked_id, issue=str(issue.uuid), **values)
    del rest["id_number_again"]
    return rest


def choices(form, name):
    return [label for value, label in form.fields[name].widget.choices if value]


# Opening -------------------------------------------------------------------------------------------


def test_what_was_issued_stands_there_read_only_and_the_id_number_is_masked_and_asked_once(browser, issue):
    answer = browser.get(address(issue))
    form, page = answer.context["form"], answer.content.decode()
    shown = {name: form[name].value() for name in FIXED}
    assert shown == {
        "name": "演示带入", "id_number": issue.masked_id, "number": issue.number, "joined_on": "2026-05-04",
    }  # fmt: skip
    assert all(form.fields[name].widget.attrs["readonly"] for name in FIXED)
    assert "id_number_again" not in form.fields
    assert issue.opened_id() not in page
    assert (
        form.fields["id_number"].zt.ok == "" and "2010" not in page.split('id="entry"')[1]
    )  # nor the birthday


def test_职业_and_在读状况_are_narrowed_to_the_domain_and_chosen_where_one_is_left(browser, issue):
    form = browser.get(address(issue)).context["form"]
    assert (choices(form, "occupation"), choices(form, "study_status")) == (["青年学生"], ["普通高中在读"])
    assert (form["occupation"].value(), form["study_status"].value()) == ("student", "senior")
    assert form.states["occupation_detail"].shown is False


@pytest.mark.parametrize(
    ("domain", "born", "occupation", "statuses", "chosen"),
    [
        (Domain.COLLEGE, date(2006, 1, 1), ["青年学生"], ["普通专科在读", "普通本科在读", "硕士研究生在读", "博士研究生在读"], ""),
        (Domain.SOCIETY, date(2004, 1, 1), ["职业青年"], [], ""),
    ],
)  # fmt: skip
def test_other_domains(browser, world, committee_role, domain, born, occupation, statuses, chosen):
    from members.made_up import id_number

    chain(world, domain)
    given = issued(world.branch, committee_role, domain=domain, id_number=id_number(born))
    form = browser.get(address(given)).context["form"]
    assert (choices(form, "occupation"), choices(form, "study_status")) == (occupation, statuses)
    assert form["study_status"].value() == chosen
    assert form.states["study_status"].shown is bool(statuses)


def test_form_b_opens_with_it_too(log_in, world, issue, committee_role):
    client = log_in(committee_role)
    form = client.get(address(issue, "enter-below", org=world.branch.pk)).context["form"]
    assert form["number"].value() == issue.number
    url = reverse("enter-below") + f"?org={world.branch.pk}"
    done = client.post(url, {**sent(issue, step="submit"), "file": pdf_file()})
    assert done.status_code == 302 and Member.objects.get().number == issue.number
    assert client.get(address(issue, "enter-below", org=world.sibling.pk)).status_code == 404


@pytest.mark.parametrize("token", ["", "1", "x" * 500, "00000000-0000-0000-0000-000000000001"])
def test_an_address_made_up_is_not_found(browser, token):
    assert browser.get(reverse("enter"), {"issue": token}).status_code == 404


def test_an_issue_of_another_branch_is_not_found(log_in, world, issue):
    assert log_in(world.role(world.sibling)).get(address(issue)).status_code == 404
    assert log_in(world.role(world.other_branch)).get(address(issue)).status_code == 404


@pytest.mark.parametrize("how", ["withdrawn", "entered"])
def test_one_that_is_gone_meanwhile_opens_the_plain_form_and_says_so(
    browser, issue, branch_role, committee_role, how
):
    if how == "withdrawn":
        issues.withdraw(issue, by=committee_role)
    else:
        entries.enter(
            entry_of(issue), organization=branch_role.organization, upload=uploaded(branch_role), key=new_key(), by=branch_role
        )  # fmt: skip
    answer = browser.get(address(issue))
    form = answer.context["form"]
    assert "已录入、已收回" in answer.content.decode()
    assert form.given is None and not form["name"].value() and "id_number_again" in form.fields


def test_the_plain_form_says_how_many_wait_and_where(browser, world, issue):
    page = browser.get(reverse("enter")).content.decode()
    assert "有 1 人已发放编号、待录入" in page and reverse("numbers-pending") in page
    assert "待录入" not in browser.get(address(issue)).content.decode().split('id="entry"')[0].split("<h1")[
        1
    ].replace("不按待录入", "")


def test_nobody_waiting_nothing_is_said(browser):
    assert "已发放编号、待录入" not in browser.get(reverse("enter")).content.decode()


# Filling in ----------------------------------------------------------------------------------------


def test_from_待录入_to_the_member_with_the_masked_id_on_the_way(browser, issue):
    page = browser.post(reverse("enter"), {**sent(issue), "file": pdf_file()}).content.decode()
    assert "确认信息" in page and issue.opened_id() not in page
    assert (
        "".join(
            f"<i>{part}</i>" for part in (issue.masked_id[:6], issue.masked_id[6:14], issue.masked_id[14:])
        )
        in page
    )
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    done = browser.post(reverse("enter"), {**hidden, "step": "submit"})
    member = Member.objects.get()
    assert done.url == reverse("entered", args=[member.uuid])
    assert member.opened("id_number") == issue.opened_id()
    issue.refresh_from_db()
    assert (issue.state, issue.holding) == (Issue.State.ENTERED, member.holding)


def test_the_same_form_sent_twice_makes_one_member(browser, issue):
    form = {**sent(issue), "step": "submit"}
    first = browser.post(reverse("enter"), {**form, "file": pdf_file()})
    again = browser.post(reverse("enter"), form)
    assert first.url == again.url and Member.objects.count() == 1


def test_nothing_of_it_is_changed_by_a_forged_post(browser, issue):
    other = EntryFactory(**SENIOR)
    forged = {
        "name": "演示冒名", "id_number": other.id_number, "id_number_again": other.id_number,
        "number": "202211000001", "joined_on": "2022-05-04",
    }  # fmt: skip
    for step in ("edit", "check"):
        form = browser.post(
            reverse("enter"), {**sent(issue), **forged, "step": step, "file": pdf_file()}
        ).context["form"]
        assert [str(form[name].value()) for name in FIXED] == [
            "演示带入",
            issue.masked_id,
            issue.number,
            "2026-05-04",
        ]
    browser.post(reverse("enter"), {**sent(issue), **forged, "step": "submit", "file": pdf_file()})
    member = Member.objects.get()
    assert (member.name, member.opened("id_number"), member.number, member.joined_on) == (
        "演示带入", issue.opened_id(), issue.number, issue.joined_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    "forged", [{"occupation": "worker", "occupation_detail": "farmer"}, {"study_status": "junior"}]
)
def test_what_does_not_fit_the_domain_is_refused_also_when_forged(browser, issue, forged):
    answer = browser.post(reverse("enter"), {**sent(issue), **forged, "file": pdf_file()})
    codes = {one.code for errors in answer.context["form"].errors.as_data().values() for one in errors}
    assert answer.status_code == 422 and {"choice_unknown", "number_domain"} <= codes


def test_live_answers_keep_what_was_issued_and_tell_no_more(browser, issue):
    answer = browser.post(reverse("enter-fields"), {**sent(issue), "shown": "", "name": "演示冒名"})
    page = answer.content.decode()
    assert issue.opened_id() not in page and "演示冒名" not in page and "readonly" in page
    assert "id_number_again" not in page and not answer.context["form"].errors


def test_everything_can_still_be_typed_by_hand(browser, issue):
    browser.post(reverse("enter"), {**posted(entry_of(issue), step="submit"), "file": pdf_file()})
    issue.refresh_from_db()
    assert Member.objects.get().number == issue.number and issue.state == Issue.State.ENTERED


def test_its_number_taken_by_another_is_told_like_any_other(browser, issue, branch_role):
    entries.enter(
        EntryFactory(**SENIOR, number=issue.number, joined_on=issue.joined_on, name="演示他人"),
        organization=branch_role.organization, upload=uploaded(branch_role), key=new_key(), by=branch_role,
        confirmed={"number_of_another"},
    )  # fmt: skip
    answer = browser.post(reverse("enter"), {**sent(issue), "file": pdf_file()})
    assert answer.status_code == 422 and "发展团员编号已被占用" in answer.content.decode()


def test_one_taken_back_while_the_form_is_filled_in_leaves_what_was_typed_but_the_id_number(
    browser, issue, committee_role
):
    issues.withdraw(issue, by=committee_role)
    answer = browser.post(reverse("enter"), {**sent(issue, address="演示路9号"), "file": pdf_file()})
    form, page = answer.context["form"], answer.content.decode()
    assert answer.status_code == 422 and "已录入、已收回" in page
    assert (form["address"].value(), form["name"].value(), form["id_number"].value()) == (
        "演示路9号",
        "演示带入",
        "",
    )
    assert "请填写身份证号码" in page and 'name="issue"' not in page
    assert not Holding.objects.exists()


def test_a_form_taken_along_to_another_branch_loses_its_issue(log_in, world, issue, committee_role):
    """保留已填内容并切换."""
    client = log_in(committee_role)
    url = reverse("enter-below") + f"?org={world.sibling.pk}"
    answer = client.post(url, {**sent(issue), "step": "edit"})
    form = answer.context["form"]
    assert answer.status_code == 200 and form.given is None and form["id_number"].value() == ""
    assert issue.opened_id() not in answer.content.decode()


# Drafts and the next person --------------------------------------------------------------------------


def kept(browser, issue, branch_role, **values):
    answer = browser.post(
        f"{reverse('draft-save')}?org={branch_role.organization_id}",
        sent(issue, page_role=branch_role.pk, address="演示路9号", **values),
    )
    return answer.json()["url"]


def test_a_draft_comes_back_with_its_issue_and_without_the_id_number_in_full(browser, issue, branch_role):
    url = kept(browser, issue, branch_role, name="演示冒名")
    answer = browser.get(url)
    form = answer.context["form"]
    assert (form.given, form["name"].value(), form["address"].value()) == (issue, "演示带入", "演示路9号")
    assert form["id_number"].value() == issue.masked_id
    page = answer.content.decode()
    assert f'name="issue" value="{issue.uuid}"' in page and issue.opened_id() not in page
    done = browser.post(
        reverse("enter"), {**sent(issue, key=str(form.key), step="submit"), "file": pdf_file()}
    )
    assert done.status_code == 302 and not Draft.objects.exists()


def test_a_draft_whose_issue_was_taken_back_goes_on_by_hand(browser, issue, branch_role, committee_role):
    url = kept(browser, issue, branch_role)
    issues.withdraw(issue, by=committee_role)
    answer = browser.get(url)
    form = answer.context["form"]
    assert "已录入、已收回" in answer.content.decode()
    assert (form.given, form["address"].value(), form["id_number"].value()) == (None, "演示路9号", "")


def test_without_scripts_a_button_keeps_the_draft(browser, issue):
    answer = browser.post(reverse("enter"), {**sent(issue), "step": "draft"})
    assert "草稿已保存" in answer.content.decode() and answer.context["form"].given == issue
    assert Draft.objects.get().values()["issue"] == str(issue.uuid)


def test_after_it_the_next_person_begins_with_an_ordinary_form(browser, issue):
    browser.post(reverse("enter"), {**sent(issue, step="submit"), "file": pdf_file()})
    answer = browser.get(reverse("enter"), {"like": Member.objects.get().uuid})
    form = answer.context["form"]
    assert form.given is None and form["study_status"].value() == "senior" and not form["number"].value()


def test_after_it_the_next_of_待录入_is_offered_first_and_the_ordinary_form_stays(
    browser, world, issue, committee_role
):
    older, other = issue, issued(world.sibling, committee_role, name="演示别班")
    middle, newest = (issued(world.branch, committee_role, name=f"演示{sign}位") for sign in "中新")
    offered = []
    for one in (middle, older, newest):
        done = browser.post(reverse("enter"), {**sent(one, step="submit"), "file": pdf_file()}, follow=True)
        page = done.content.decode()
        assert "继续录入" in page and other.name not in page
        found = re.search(r'href="([^"]+)">录入下一位：(\w+)<', page)
        offered.append(found and found[2])
        if found:
            form = browser.get(unescape(found[1])).context["form"]
            next_one = Issue.objects.get(name=found[2])
            assert (form.given, form["joined_on"].value()) == (next_one, next_one.joined_on.isoformat())
            assert form["political_status"].value() and not form["address"].value()
    assert offered == ["演示带入", "演示新位", None]


def test_a_page_of_another_role_submits_nothing_and_keeps_its_issue(log_in, world, issue, branch_role):
    other = RoleFactory(user=branch_role.user, organization=world.street_branch)
    answer = log_in(other).post(
        reverse("enter"), {**sent(issue, step="submit", page_role=branch_role.pk), "file": pdf_file()}
    )
    assert answer.status_code == 409 and answer.context["form"].given == issue
    assert not Member.objects.exists()


def test_older_people_need_no_issue(browser, issue):
    answer = browser.post(reverse("enter"), {**posted(entry_with_file()), "file": pdf_file()})
    assert "确认信息" in answer.content.decode()


@pytest.mark.parametrize("token", ["x" * 500, "\0", "²", "00000000-0000-0000-0000-000000000001"])
def test_a_made_up_token_in_a_sent_form_brings_nothing_in(browser, issue, token):
    answer = browser.post(reverse("enter"), {**sent(issue), "issue": token, "file": pdf_file()})
    form = answer.context["form"]
    assert answer.status_code == 422 and form.given is None and form["id_number"].value() == ""
    assert (
        browser.post(reverse("enter-fields"), {**sent(issue), "issue": token, "shown": ""}).status_code == 200
    )
