"""移动: choose the new superior in the tree, see what moves along and what becomes of it, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orgs.access import ActingRequest, acting
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.policy import Act
from orgs.services import relocation
from orgs.services.moves import start_move
from orgs.services.placement import Refused
from orgs.services.relocation import Preview
from orgs.views import organizations, tree
from orgs.views.organization_powers import under

PICKER = tree.Picker(
    page="",
    children="organization-move-children",
    search="organization-move-search",
    kinds=frozenset(kind for kind in Kind if ALLOWED_BELOW[kind]),
)
children, search = tree.fragments(PICKER, Act.MANAGE_ORGANIZATIONS)
NOT_CHOSEN = "请先在组织树中选择新的上级组织"


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ActingRequest, pk: int) -> HttpResponse:
    """`?org=` is the new superior. What changed since the preview is previewed again."""
    organization, above = under(request, pk)
    to = tree.chosen(request) if request.GET.get("org") else None
    context: dict[str, Any] = {
        "organization": organization,
        "above": above,
        "back": organizations.PICKER.address(organization.pk),
        **tree.context(request, PICKER, to or above),
    }
    refusals = [NOT_CHOSEN] if request.method == "POST" and to is None else []
    try:
        if to is not None:
            context["preview"] = relocation.moving(organization, to, by=request.role)
        if to is not None and request.method == "POST":
            return _moved(request, context["preview"])
    except Refused as refused:
        if request.method == "POST":
            refusals = refused.messages
        else:
            context["why_not"] = refused.messages[0]
    context["summary"] = [{"field_id": "", "label": "", "message": words} for words in refusals]
    return render(request, "orgs/organization_move.html", context, status=422 if refusals else 200)


def _moved(request: ActingRequest, preview: Preview) -> HttpResponse:
    """At once, or by a worker where it is large."""
    organization, to, seen = preview.organization, preview.to, request.POST.get("seen", "")
    if preview.is_large:
        job = start_move(organization, to=to, by=request.role, seen=seen)
        return redirect("job", uuid=job.uuid)
    relocation.move(organization, to=to, by=request.role, seen=seen)
    messages.success(request, f"已将“{organization.name}”移动到“{to.name}”之下")
    return redirect(organizations.PICKER.address(organization.pk))
