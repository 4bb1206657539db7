"""Every address, from the URLconf, with the password given and the code not: nothing opens. And where a set-up is due, nothing of
that role."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from orgs.models import Authenticator, Duty, ProvinceSettings
from orgs.services import second_factor
from tests.factories import RoleFactory, World
from tests.pages.test_isolation import NOBODYS, PUBLIC, ROUTES, address

FREE = PUBLIC | {"logout", "second-factor-code"}
"""Open before the code: 退出, and the page that takes it."""
OWN = FREE | {"roles", "act-as", "password-change", "help", "second-factor", "second-factor-set-up"}
"""Open while a set-up is due: the way to it, and to another role."""
FETCH = {"X-Requested-With": "fetch"}


def closed(client: Client, open_to: set[str]) -> dict[str, list[object]]:
    """What each address answers: by GET, by POST and to a script."""
    found = {}
    for route, pattern in ROUTES.items():
        if (pattern.name or route) not in open_to:
            url = address(route, NOBODYS) if "<" in route else "/" + route
            found[url] = [client.get(url), client.post(url), client.get(url, headers=FETCH)]
    return found


def test_without_the_code_no_address_opens(client: Client, world: World) -> None:
    role = world.role(world.province)
    client.force_login(role.user)
    Authenticator.objects.filter(pk=second_factor.begin(role.user).pk).update(confirmed=True)
    answers = closed(client, FREE)
    assert len(answers) > 100
    for url, (page, form, script) in answers.items():
        for answer in (page, form):
            assert answer.status_code in {302, 405}, (url, answer.status_code)
            assert answer.status_code == 405 or answer.url.startswith(reverse("second-factor-code")), (
                url,
                answer.url,
            )
        assert script.status_code == 405 or (script.status_code, script["X-Login-Required"]) == (401, "1"), (
            url
        )
    assert client.get(reverse("session-alive")).json()["alive"] is False


def test_where_a_set_up_is_due_nothing_of_the_role_opens(client: Client, world: World) -> None:
    role = RoleFactory(organization=world.province, duty=Duty.SYSTEM)
    client.force_login(role.user)
    ProvinceSettings.objects.create(second_factor=[Duty.SYSTEM])
    for url, (page, form, script) in closed(client, OWN).items():
        for answer in (page, form):
            assert answer.status_code in {302, 405}, (url, answer.status_code)
            assert answer.status_code == 405 or answer.url.startswith(reverse("second-factor")), (
                url,
                answer.url,
            )
        assert script.status_code == 405 or script["HX-Redirect"].startswith(reverse("second-factor")), url
    assert client.get(reverse("roles")).status_code == 200
