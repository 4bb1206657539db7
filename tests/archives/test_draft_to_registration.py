"""办理未使用登记 from the entry form: nothing that was typed is lost, and nobody types it twice (指引 3.6)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from archives.models import Draft
from numbering.models import Registration
from tests.archives.test_entry import pdf_file, posted
from tests.archives.test_entry_numbers import SENIOR
from tests.factories import EntryFactory, RoleFactory
from tests.numbering.filings import person, segments, staffed

KNOWN = ("name", "id_number", "number", "developed_by")


@pytest.fixture
def typed(world):
    """An entry with a number nobody was given."""
    segments(world)
    staffed(world)
    values = person()
    return posted(
        EntryFactory(**SENIOR, name=values["name"], id_number=values["id_number"], number=values["number"])
    ) | {"id_number_again": values["id_number"], "address": "演示路9号"}


def leave(client, typed, url=""):
    """The button of the form, as a browser without scripts sends it."""
    return client.post(url or reverse("enter"), typed | {"step": "register", "file": pdf_file()})


def test_the_button_keeps_the_form_with_its_file_and_opens_the_registration_filled_in(
    typed, log_in, branch_role
):
    client = log_in(branch_role)
    answer = leave(client, typed)
    draft = Draft.objects.get()
    assert answer.url == reverse("draft-register", args=[draft.uuid]) and typed["id_number"] not in answer.url
    assert draft.values()["address"] == "演示路9号" and draft.upload
    page = client.get(answer.url)
    form, html = page.context["form"], page.content.decode()
    assert [form[name].value() for name in KNOWN] == [
        typed["name"], typed["id_number"], typed["number"], branch_role.organization.name,
    ]  # fmt: skip
    assert "草稿已保存" in html
    sent_to = f"{reverse('registration-unused')}?org={branch_role.organization_id}"
    assert f'action="{sent_to}"' in html
    filed = client.post(sent_to, {name: form[name].value() for name in KNOWN})
    one = Registration.objects.get()
    assert filed.url == reverse("registration", args=[one.uuid])
    assert (one.opened_id(), one.organization) == (typed["id_number"], branch_role.organization)
    assert Draft.objects.get() == draft


def test_form_b_registers_for_the_branch_it_enters_into(log_in, world, typed):
    client = log_in(world.role(world.school))
    url = f"{reverse('enter-below')}?org={world.branch.pk}"
    page = client.get(leave(client, typed, url).url)
    assert page.context["organization"] == world.branch
    assert page.context["form"]["developed_by"].value() == world.branch.name


def test_an_unused_number_brings_the_button_that_does_it(typed, log_in, branch_role):
    right = typed | {"joined_on": "2026-05-04", "applied": "", "file": pdf_file()}
    answer = log_in(branch_role).post(reverse("enter"), right)
    assert answer.context["form"].is_unused, answer.context["form"].errors
    page = answer.content.decode()
    assert 'form="entry" name="step" value="register">办理未使用登记' in page
    assert reverse("registration-unused") not in page.split("<main")[1]


def test_a_draft_of_somebody_else_or_of_ones_other_role_is_not_found(typed, log_in, world, branch_role):
    url = leave(log_in(branch_role), typed).url
    colleague = RoleFactory(organization=world.branch)
    elsewhere = RoleFactory(user=branch_role.user, organization=world.street_branch)
    for role in (colleague, elsewhere, world.role(world.school)):
        assert log_in(role).get(url).status_code == 404


def test_a_form_with_nothing_in_it_opens_an_empty_registration(log_in, branch_role):
    client = log_in(branch_role)
    form = client.get(leave(client, {}).url).context["form"]
    assert [form[name].value() for name in KNOWN] == ["", "", "", branch_role.organization.name]
