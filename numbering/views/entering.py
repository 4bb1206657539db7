"""Where somebody who has a number is entered: the forms of a later app, by their URL names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from numbering.models import Issue, Registration
from orgs import policy
from orgs.kinds import Kind
from orgs.models import Role
from orgs.policy import Act


def entry_url(given: Issue | Registration, role: Role) -> str:
    """Form A for the role's own branch, form B for one below, form C for its own 团总支, 团委, 团工委 or 领导机关, opened with the
    number given; empty where the role may not enter."""
    place = given.organization
    asked: dict[str, Any] = {"issue" if isinstance(given, Issue) else "registration": given.uuid}
    if policy.may(role, Act.ENTER, place):
        return _address("enter", asked)
    if policy.may(role, Act.ENTER_CADRE, place):
        return _address("enter-cadre", asked)
    if place.kind == Kind.BRANCH and place.is_active and policy.may(role, Act.ENTER_BELOW, place):
        return _address("enter-below", {"org": place.pk, **asked})
    return ""


def _address(name: str, asked: dict[str, Any]) -> str:
    return f"{reverse(name)}?{urlencode(asked)}"
