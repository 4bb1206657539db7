"""录入团员团干部 (指引 1.1) and 录入干部 (指引 2): into the role's own organisation; and what came of a submission."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from archives.policy import needs_review
from archives.views import entry_flow
from archives.views.entry_flow import Desk
from members.choices import Variant
from members.layout import HEADINGS
from members.models import Member
from members.views.seen import member_for
from numbering.models import Issue
from numbering.views.entering import entry_url
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Role
from orgs.policy import Act
from orgs.views import opened_as


@sensitive_post_parameters()
@acting
def enter(request: ActingRequest) -> HttpResponse:
    """Form A on the role's own branch: fill in, check, confirm."""
    return entry_flow.run(request, _members(request))


@sensitive_post_parameters()
@acting
@require_POST
def fields(request: ActingRequest) -> HttpResponse:
    return entry_flow.live(request, _members(request))


@sensitive_post_parameters()
@acting
def cadre(request: ActingRequest) -> HttpResponse:
    """Form C on the role's own committee or general branch."""
    return entry_flow.run(request, _cadres(request))


@sensitive_post_parameters()
@acting
@require_POST
def cadre_fields(request: ActingRequest) -> HttpResponse:
    return entry_flow.live(request, _cadres(request))


@acting
@require_GET
def entered(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """What came of a submission, and where to go on."""
    member = member_for(request, uuid, Act.SEE_MEMBERS)
    submitted = member.archives.filter(replaces=None).select_related("reviewer", "submitted_as__organization")
    archive = submitted.order_by("-pk").first()
    context = {
        "member": member,
        "archive": archive,
        "reviewed": archive and needs_review(archive.submitted_as.organization),
        "again_url": _again(request.role, member),
        **_next(request.role, member),
    }
    return render(request, "archives/entered.html", context)


def _members(request: ActingRequest) -> Desk:
    role = opened_as.page_role(request)
    policy.require(role, Act.ENTER, role.organization)
    heading = HEADINGS[Variant.A]
    return Desk(Variant.A, role, role.organization, "enter", heading, ("团员管理", heading))


def _cadres(request: ActingRequest) -> Desk:
    role = opened_as.page_role(request)
    policy.require(role, Act.ENTER_CADRE, role.organization)
    heading, menu = HEADINGS[Variant.C], Variant.C.label
    return Desk(Variant.C, role, role.organization, "enter-cadre", heading, ("干部管理", str(menu)))


def _next(role: Role, member: Member) -> dict[str, str]:
    """Who stands after somebody entered from 待录入, and where they are entered; of the same 领域 with what they have in common."""
    seen = Issue.objects.visible_to(role).of(member.organization).select_related("organization")
    done = seen.filter(holding__isnull=False, holding=member.holding_id).first()
    if done is None:
        return {}
    waiting = seen.open().order_by("-pk")
    issue = waiting.filter(pk__lt=done.pk).first() or waiting.first()
    url = entry_url(issue, role) if issue else ""
    if issue is None or not url:
        return {}
    alike = issue.domain == done.domain and member.entered_by_id == role.user_id
    return {"next_name": issue.name, "next_url": f"{url}&like={member.uuid}" if alike else url}


def _again(role: Role, member: Member) -> str:
    """The form of the same kind for the next person, for whoever has it; what people of one class have in common comes along."""
    query: dict[str, str] = {}
    if policy.may(role, Act.ENTER, member.organization):
        page = "enter"
    elif policy.may(role, Act.ENTER_CADRE, member.organization):
        page = "enter-cadre"
    elif member.is_branch_member and policy.may(role, Act.ENTER_BELOW, member.organization):
        page, query["org"] = "enter-below", str(member.organization_id)
    else:
        return ""
    if member.entered_by_id == role.user_id:
        query["like"] = str(member.uuid)
    return f"{reverse(page)}?{urlencode(query)}" if query else reverse(page)
