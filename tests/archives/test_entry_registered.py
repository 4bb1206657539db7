"""去录入 of a number the province has registered (指引 3.6, 3.9): the form shows what was registered, and nobody can change it here."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from archives.models import Draft
from members.made_up import id_number
from members.models import Member
from numbering.models import Registration
from numbering.services import registrations
from orgs.models import Notice
from tests.archives.test_entry import pdf_file, posted
from tests.archives.test_entry_cadre import POST
from tests.archives.test_entry_numbers import SENIOR
from tests.factories import EntryFactory
from tests.numbering.filings import filed, veteran

FIXED = ("name", "id_number", "number")


@pytest.fixture
def one(world, branch_role):
    """Filed by the branch, and registered by the province."""
    made = filed(world.branch, branch_role, kind="veteran", id_number=id_number(date(2006, 3, 1)))
    registrations.handle(made, by=world.role(world.province))
    made.refresh_from_db()
    return made


@pytest.fixture
def browser(log_in, branch_role):
    return log_in(branch_role)


def address(one, page="enter", **query):
    query |= {"registration": one.uuid}
    return reverse(page) + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def sent(one, post=None, **values):
    """What the browser sends: the masked ID number, once, and the 入团时间 that was typed."""
    entry = EntryFactory(
        **SENIOR | {"applied": False} | (post or {}),
        name=one.name,
        number=one.number,
        joined_on=date(2022, 5, 4),
    )
    rest = posted(entry, **({"id_number": one.masked_id, "registration": str(one.uuid)} | values))
    del rest["id_number_again"]
    return rest


def test_what_was_registered_stands_there_read_only_and_the_rest_is_typed(browser, one):
    answer = browser.get(address(one))
    form, page = answer.context["form"], answer.content.decode()
    assert [form[name].value() for name in FIXED] == [one.name, one.masked_id, one.number]
    assert all(form.fields[name].widget.attrs["readonly"] for name in FIXED)
    assert "readonly" not in form.fields["joined_on"].widget.attrs and not form["joined_on"].value()
    assert "id_number_again" not in form.fields and one.opened_id() not in page
    assert "按省级登记带入" in page


def test_from_the_notice_to_the_member_whatever_is_posted(browser, one, branch_role):
    notice = Notice.objects.get(organization=branch_role.organization, title__contains="可以录入")
    assert (notice.action, notice.link) == ("去录入", "registration")
    assert address(one) in browser.get(reverse("registration", args=[one.uuid])).content.decode()
    other = EntryFactory(**SENIOR)
    forged = {"name": "演示冒名", "id_number": other.id_number, "number": "202211000001"}
    page = browser.post(reverse("enter"), {**sent(one, **forged), "file": pdf_file()}).content.decode()
    assert "确认信息" in page and one.opened_id() not in page
    assert one.name in page.split("<dl")[1] and "演示冒名" not in page.split("<dl", 1)[1]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    done = browser.post(reverse("enter"), {**hidden, "name": "演示冒名", "step": "submit"})
    member = Member.objects.get()
    assert done.url == reverse("entered", args=[member.uuid])
    assert (member.name, member.opened("id_number"), member.number, member.joined_on) == (
        one.name, one.opened_id(), one.number, date(2022, 5, 4),
    )  # fmt: skip


def test_form_b_opens_with_it_too(log_in, one, committee_role):
    answer = log_in(committee_role).get(address(one, "enter-below", org=one.organization_id))
    assert answer.context["form"].given == one


@pytest.mark.parametrize("place", ["general", "school", "province"])
def test_a_cadre_registered_for_a_committee_is_led_to_form_c_and_entered(log_in, world, place):
    role = world.role(getattr(world, place))
    one = filed(role.organization, role, kind="veteran", id_number=id_number(date(2006, 3, 1)))
    Registration.objects.filter(pk=one.pk).update(waits_at=world.province)
    registrations.handle(one, by=world.role(world.province))
    client, url = log_in(role), address(one, "enter-cadre")
    for page in (reverse("registration", args=[one.uuid]), reverse("numbers-pending")):
        assert url in client.get(page).content.decode()
    assert client.get(url).context["form"].given == one
    client.post(reverse("enter-cadre"), {**sent(one, POST, step="submit"), "file": pdf_file()})
    member = Member.objects.get()
    assert (member.organization, member.number, member.opened("id_number")) == (
        role.organization, one.number, one.opened_id(),
    )  # fmt: skip
    assert url not in client.get(reverse("numbers-pending")).content.decode()


@pytest.mark.parametrize("how", ["rising", "entered"])
def test_one_that_cannot_be_entered_opens_the_plain_form_and_says_so(browser, one, world, branch_role, how):
    if how == "rising":
        one = filed(world.branch, branch_role, **veteran(name="演示未登记"))
    else:
        browser.post(reverse("enter"), {**sent(one, step="submit"), "file": pdf_file()})
        assert Member.objects.exists()
    answer = browser.get(address(one))
    form = answer.context["form"]
    assert "还未由省级登记、该人员已录入" in answer.content.decode()
    assert form.given is None and not form["name"].value() and "id_number_again" in form.fields


def test_one_of_another_branch_or_made_up_is_not_found(log_in, world, one):
    for place in (world.sibling, world.other_branch):
        assert log_in(world.role(place)).get(address(one)).status_code == 404
    client = log_in(world.role(world.branch))
    for nonsense in ("x" * 500, "²", "00000000-0000-0000-0000-000000000001"):
        assert client.get(f"{reverse('enter')}?registration={nonsense}").status_code == 404


def test_a_draft_comes_back_with_it_and_without_the_id_number_in_full(browser, one, branch_role):
    saved = browser.post(
        f"{reverse('draft-save')}?org={branch_role.organization_id}",
        sent(one, page_role=branch_role.pk, address="演示路9号"),
    )
    answer = browser.get(saved.json()["url"])
    form = answer.context["form"]
    assert (form.given, form["address"].value(), form["id_number"].value()) == (
        one, "演示路9号", one.masked_id,
    )  # fmt: skip
    page = answer.content.decode()
    assert f'name="registration" value="{one.uuid}"' in page and one.opened_id() not in page
    assert one.opened_id() not in str(Draft.objects.get().values())


def test_the_live_answers_keep_it_and_tell_no_more(browser, one):
    answer = browser.post(reverse("enter-fields"), {**sent(one), "shown": "", "name": "演示冒名"})
    page = answer.content.decode()
    assert one.opened_id() not in page and "演示冒名" not in page and "readonly" in page
    assert Registration.objects.get().state == "handled"
