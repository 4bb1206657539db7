"""显示: full values on request, on record, and never in a page before."""

from __future__ import annotations

import pytest
from django.urls import reverse

from archives.services import entry as entries
from orgs.models import AuditEvent, Duty
from tests.factories import EntryFactory, RoleFactory, new_key

PHONE = "13912345678"


@pytest.fixture
def member(branch_role):
    return entries.enter(
        EntryFactory(phone=PHONE), organization=branch_role.organization, upload=None, key=new_key(), by=branch_role
    )  # fmt: skip


def url(member):
    return reverse("reveal", args=[member.uuid])


def words(answer):
    return answer.content.decode().replace("</i><i>", "")


def looks():
    seen = AuditEvent.objects.filter(verb="look").order_by("pk")
    return [(event.role, event.subject, event.fields) for event in seen]


@pytest.mark.parametrize("field", ["id_number", "phone"])
def test_the_full_value_comes_on_request_and_the_look_is_on_record(member, branch_role, log_in, field):
    value = member.opened(field)
    client = log_in(branch_role)
    assert value not in words(client.get(reverse("member", args=[member.uuid])))
    answer = client.post(url(member), {"field": field}, headers={"HX-Request": "true"})
    assert value in words(answer) and "no-store" in answer["Cache-Control"]
    assert "<html" not in words(answer) and 'data-shown-for="30"' in words(answer)
    assert looks() == [(branch_role, f"member:{member.pk}", [field])]
    event = AuditEvent.objects.get(verb="look")
    assert value not in str(event.canonical())


def test_without_scripts_it_is_a_page_of_its_own(member, branch_role, log_in):
    answer = log_in(branch_role).post(url(member), {"field": "phone"})
    page = words(answer)
    assert (
        PHONE in page and "显示手机号码" in page and "<html" in page and "no-store" in answer["Cache-Control"]
    )
    assert member.opened("id_number") not in page


def test_the_page_offers_a_button_for_each_and_for_nothing_else(member, branch_role, log_in):
    page = words(log_in(branch_role).get(reverse("member", args=[member.uuid])))
    assert page.count('aria-label="显示身份证号码"') == 1 and page.count('aria-label="显示手机号码"') == 1
    assert page.count(url(member)) == 4  # two forms, each with its address for scripts and without


@pytest.mark.parametrize("field", ["", "address", "name", "id_blind", "password"])
def test_nothing_else_can_be_asked_for(member, branch_role, log_in, field):
    assert log_in(branch_role).post(url(member), {"field": field}).status_code == 404
    assert looks() == []


def test_a_get_shows_nothing(member, branch_role, log_in):
    assert log_in(branch_role).get(url(member)).status_code == 405
    assert looks() == []


@pytest.mark.parametrize("place", ["branch", "general", "school", "county", "city", "province"])
def test_who_has_the_person_below_may_look(world, member, log_in, place):
    assert log_in(world.role(getattr(world, place))).post(url(member), {"field": "phone"}).status_code == 200


@pytest.mark.parametrize("place", ["sibling", "street", "street_branch", "other_city", "other_branch"])
def test_a_neighbour_cannot_tell_that_it_exists(world, member, log_in, place):
    assert log_in(world.role(getattr(world, place))).post(url(member), {"field": "phone"}).status_code == 404
    assert looks() == []


def test_a_cadre_in_person_sees_nobodys_number(world, member, log_in):
    role = RoleFactory(organization=world.branch, duty=Duty.CADRE)
    answer = log_in(role).post(url(member), {"field": "phone"})
    assert answer.status_code in {403, 404} and PHONE not in words(answer)
