"""The acting role: one at a time, chosen on purpose, gone when it ends."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orgs.models import AuditEvent, Role
from orgs.services import organizations
from tests.factories import PASSWORD, RoleFactory, UserFactory, World


@pytest.fixture
def two(client: Client, world: World) -> tuple[Role, Role]:
    """One person, two organisations, signed in."""
    user = UserFactory()
    roles = (
        RoleFactory(user=user, organization=world.school),
        RoleFactory(user=user, organization=world.street),
    )
    client.post(reverse("login"), {"username": user.username, "password": PASSWORD})
    return roles


def acting(client: Client) -> str:
    return client.get(reverse("inbox")).context["request"].role.organization.name


def test_several_roles_must_be_chosen_from_first_and_the_wish_is_kept(
    client: Client, two: tuple[Role, Role]
) -> None:
    school, street = two
    asked = client.get("/inbox/?tab=news")
    assert asked.url == "/roles/?next=%2Finbox%2F%3Ftab%3Dnews"
    page = client.get(asked.url).content.decode()
    assert school.organization.name in page
    assert street.organization.name in page
    chosen = client.post(reverse("act-as", args=[street.pk]), {"next": "/inbox/?tab=news"})
    assert chosen.url == "/inbox/?tab=news"
    assert acting(client) == street.organization.name
    assert AuditEvent.objects.get(verb="act_as").role == street


def test_switching_leaves_the_first_role_behind(client: Client, two: tuple[Role, Role]) -> None:
    school, street = two
    client.post(reverse("act-as", args=[school.pk]))
    assert client.get(reverse("organizations"), {"org": school.organization_id}).status_code == 200
    client.post(reverse("act-as", args=[street.pk]))
    assert client.get(reverse("organizations"), {"org": school.organization_id}).status_code == 404
    assert "切换组织" in client.get(reverse("inbox")).content.decode()


def test_a_wish_for_another_site_leads_home(client: Client, two: tuple[Role, Role]) -> None:
    assert client.post(reverse("act-as", args=[two[0].pk]), {"next": "https://evil.example/"}).url == reverse(
        "home"
    )


def test_nobody_acts_in_anothers_role(client: Client, two: tuple[Role, Role], world: World) -> None:
    foreign = world.role(world.other_school)
    response = client.post(reverse("act-as", args=[foreign.pk]))
    assert response.status_code == 404
    assert foreign.organization.name not in response.content.decode()
    assert "role" not in client.session


def test_choosing_takes_a_post(client: Client, two: tuple[Role, Role]) -> None:
    assert client.get(reverse("act-as", args=[two[0].pk])).status_code == 405


def test_without_any_role_the_page_says_whom_to_ask(client: Client, db: None) -> None:
    user = UserFactory()
    client.post(reverse("login"), {"username": user.username, "password": PASSWORD})
    page = client.get(reverse("home"), follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("roles"))
    assert "请联系所在团组织的上级团组织管理员" in page.content.decode()


def test_an_ended_role_acts_no_more(client: Client, log_in: object, branch_role: Role) -> None:
    log_in(branch_role)
    Role.objects.filter(pk=branch_role.pk).update(ended_at=timezone.now())
    assert client.get(reverse("inbox")).url.startswith(reverse("roles"))
    assert client.post(reverse("act-as", args=[branch_role.pk])).status_code == 404


def test_the_role_of_a_deactivated_organisation_acts_no_more(
    client: Client, log_in: object, world: World
) -> None:
    role = world.role(world.branch)
    log_in(role)
    organizations.deactivate(world.branch, by=world.role(world.province))
    assert client.get(reverse("inbox")).url.startswith(reverse("roles"))


def test_a_deactivated_person_is_signed_out_at_the_next_request(
    client: Client, log_in: object, branch_role: Role
) -> None:
    log_in(branch_role)
    branch_role.user.is_active = False
    branch_role.user.save()
    assert client.get(reverse("inbox")).url.startswith(reverse("login"))


def test_a_script_is_sent_to_the_choice_too(client: Client, two: tuple[Role, Role]) -> None:
    answer = client.get(reverse("organization-search"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/roles/?next=%2F")


def test_the_roles_page_needs_a_signed_in_person(client: Client, db: None) -> None:
    assert client.get(reverse("roles")).url.startswith(reverse("login"))
