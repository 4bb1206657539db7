"""Duties other than an administrator's, at the top where every object lies below: nothing opens but their own pages, and nothing is written."""

import pytest
from django.apps import apps

from orgs.models import Duty
from tests.factories import RoleFactory
from tests.pages.test_isolation import (  # noqa: F401 the fixtures
    ROUTES,
    SECRET,
    address,
    neighbour,
    own_folders,
    standing,
    world,
)

QUIET = {"AuditEvent", "Session", "AccessLog", "AccessAttempt"}
OPEN = {200, 302, 303, 401, 403, 404, 405, 422, 429, 503}


def rows():
    """Everything that is kept, but for who looked and who is signed in."""
    models = [one for one in apps.get_models() if one.__name__ not in QUIET]
    return {one.__name__: sorted(map(str, one.objects.values_list())) for one in models}


@pytest.mark.parametrize("duty", [Duty.CADRE, Duty.SYSTEM, Duty.AUDITOR])
def test_a_duty_reads_and_writes_nothing_of_the_administrators(
    world,  # noqa: F811
    neighbour,  # noqa: F811
    client,
    duty,
):
    role = RoleFactory(organization=world.province, duty=duty)
    client.force_login(role.user)
    before = rows()
    for route in sorted(ROUTES):
        if route.startswith(("admin/", "logout", "password")):
            continue
        url = address(route, neighbour) if "<" in route else "/" + route
        for answer in (client.get(url), client.post(url)):
            assert not answer.streaming and SECRET not in answer.content.decode(errors="replace"), url
            assert answer.status_code in OPEN, (url, answer.status_code)
            assert "<" not in route or answer.status_code in {302, 403, 404, 405}, (url, answer.status_code)
    now = rows()
    assert {name for name in now if now[name] != before[name]} == set()
