"""停用 and 重新启用: what stands in the way, what it will mean, confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.services import organizations as services
from orgs.services.obstacles import Obstacle, obstacles
from orgs.services.placement import Refused
from orgs.views.organization_powers import under
from orgs.views.organizations import PICKER

READ_OR_WRITE = ["GET", "HEAD", "POST"]


@acting
@require_http_methods(READ_OR_WRITE)
def deactivate(request: ActingRequest, pk: int) -> HttpResponse:
    """Offered once nothing stands in the way any more."""
    organization, _ = under(request, pk)
    refusals = _done(request, organization, services.deactivate)
    if request.method == "POST" and not refusals:
        messages.success(request, f"已停用“{organization.name}”")
        return redirect(PICKER.address(organization.pk))
    context = {
        "obstacles": [(one, _address(one, organization)) for one in obstacles(organization)],
        "effects": services.deactivation_effects(organization),
    }
    return _show(request, "orgs/organization_deactivate.html", organization, refusals, context)


@acting
@require_http_methods(READ_OR_WRITE)
def reactivate(request: ActingRequest, pk: int) -> HttpResponse:
    """Where it stands, with the roles that were not ended."""
    organization, _ = under(request, pk)
    refusals = _done(request, organization, services.reactivate)
    if request.method == "POST" and not refusals:
        messages.success(request, f"已重新启用“{organization.name}”")
        return redirect(PICKER.address(organization.pk))
    return _show(request, "orgs/organization_reactivate.html", organization, refusals, {})


def _address(obstacle: Obstacle, organization: Organization) -> str:
    return f"{reverse(obstacle.page)}?{urlencode({'org': organization.pk})}" if obstacle.page else ""


def _done(request: ActingRequest, organization: Organization, service: Callable[..., None]) -> list[str]:
    """Why it was not done; nothing where it was, or was not asked for."""
    if request.method != "POST":
        return []
    try:
        service(organization, by=request.role, seen=request.POST.get("seen", ""))
    except Refused as refused:
        organization.refresh_from_db()
        return list(refused.messages)
    return []


def _show(
    request: ActingRequest,
    template: str,
    organization: Organization,
    refusals: list[str],
    more: dict[str, Any],
) -> HttpResponse:
    context = {
        "organization": organization,
        "back": PICKER.address(organization.pk),
        "seen": services.seen(organization),
        "summary": [{"field_id": "", "label": "", "message": words} for words in refusals],
        **more,
    }
    return render(request, template, context, status=422 if refusals else 200)
