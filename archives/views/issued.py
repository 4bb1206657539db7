"""待录入 and 已登记 on the entry page: finding what a form was opened with, and going on without it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404

from archives.forms.fields import uuid_of
from archives.forms.issued import TOKENS, TWICE, Given
from numbering.models import Issue, Registration
from orgs.access import ActingRequest
from orgs.models import Organization, Role

LEFT = "姓名、编号等不再自动带入，请核对；身份证号码请重新填写。"
GONE = {
    "issue": f"该编号已录入、已收回，或不是发放给本支部的，{LEFT}",
    "registration": f"该登记备案还未由省级登记、该人员已录入，或录入组织不是本支部，{LEFT}",
}


def find(values: Any, *, organization: Organization, role: Role) -> Given | None:
    """What `values` (an address, a form, a draft) name, of this organisation and in the role's sight, in whatever state."""
    name = _named(values)
    uuid = uuid_of(values.get(name)) if name else None
    if uuid is None:
        return None
    if name == "issue":
        issues = Issue.objects.visible_to(role).of(organization).select_related("issuer")
        return issues.filter(uuid=uuid).first()
    return Registration.objects.visible_to(role).of(organization).with_standing().filter(uuid=uuid).first()


def opening(
    request: ActingRequest, kept: dict[str, Any] | None, *, organization: Organization, role: Role
) -> Given | None:
    """What a form is opened with: the one in the address, which has to be there, or the draft's; as long as it is open."""
    values: Any = request.GET if any(name in request.GET for name in TOKENS) else kept or {}
    given = find(values, organization=organization, role=role)
    if values is request.GET and given is None:
        raise Http404
    return still_open(request, values, given)


def still_open(request: ActingRequest, values: Any, given: Given | None) -> Given | None:
    """The one given, as long as it waits for the entry; else the form goes on without it, and that is said."""
    if given and _is_open(given):
        return given
    if name := _named(values):
        messages.warning(request, GONE[name])
    return None


def without(values: Any) -> Any:
    """What is left of a form whose issue or registration is gone: all but the ID number, which it only showed masked."""
    if not values or not _named(values):
        return values
    left = values.copy()
    for name in (*TOKENS, "id_number", TWICE):
        left[name] = ""
    return left


def waiting(organization: Organization) -> str:
    """That people of it have a number and are not entered yet; nothing where there are none."""
    count = Issue.objects.of(organization).open().count()
    return (
        f"有 {count} 人已发放编号、待录入。从待录入中选择的，姓名、身份证号码、编号、入团时间不必再填。"
        if count
        else ""
    )


def _named(values: Any) -> str:
    """By which of the tokens something is brought in; empty where nothing is."""
    return next((name for name in TOKENS if values.get(name)), "")


def _is_open(given: Given) -> bool:
    if isinstance(given, Issue):
        return given.state == Issue.State.OPEN
    return given.state == Registration.State.HANDLED and not given.entered  # type: ignore[attr-defined]
