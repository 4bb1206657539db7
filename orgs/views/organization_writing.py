"""Forms of 组织管理 about one organisation: a new one below it, its names, its kind."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orgs.access import ActingRequest, acting
from orgs.forms.organizations import AddForm, KindForm, NameForm, OrganizationForm
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.services import organizations as services
from orgs.services.placement import Refused
from orgs.views.organization_powers import managed, opening, under
from orgs.views.organizations import PICKER

READ_OR_WRITE = ["GET", "HEAD", "POST"]


@acting
@require_http_methods(READ_OR_WRITE)
def add(request: ActingRequest, pk: int) -> HttpResponse:
    """新增下级组织."""
    above = opening(request, pk)
    form = AddForm(_sent(request), above=above)
    if form.is_valid() and (made := _added(request, form, above)):
        messages.success(request, f"已新增{made.get_kind_display()}“{made.name}”")
        return redirect(PICKER.address(made.pk))
    return _show(request, "orgs/organization_add.html", form, above)


@acting
@require_http_methods(READ_OR_WRITE)
def rename(request: ActingRequest, pk: int) -> HttpResponse:
    """修改名称: full and short."""
    organization = managed(request, pk)
    names = {"name": organization.name, "short_name": organization.short_name}
    form = NameForm(_sent(request), initial=names)
    before = organization.name
    if form.is_valid() and _renamed(request, form, organization):
        messages.success(request, f"已将“{before}”改名为“{organization.name}”")
        return redirect(PICKER.address(organization.pk))
    organization.refresh_from_db()
    return _show(request, "orgs/organization_rename.html", form, organization)


@acting
@require_http_methods(READ_OR_WRITE)
def change_kind(request: ActingRequest, pk: int) -> HttpResponse:
    """变更类型: what stands below and what is not settled decide whether it can."""
    organization, above = under(request, pk)
    form = KindForm(_sent(request), organization=organization, above=above)
    if form.is_valid() and _changed(request, form, organization):
        messages.success(request, f"已将“{organization.name}”的类型变更为{organization.get_kind_display()}")
        return redirect(PICKER.address(organization.pk))
    organization.refresh_from_db()
    return _show(request, "orgs/organization_kind.html", form, organization)


def _sent(request: ActingRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _show(
    request: ActingRequest, template: str, form: OrganizationForm, organization: Organization
) -> HttpResponse:
    context = {
        "form": form,
        "organization": organization,
        "back": PICKER.address(organization.pk),
        "seen": services.seen(organization),
        "summary": form.summary if form.is_bound else [],
    }
    return render(request, template, context, status=422 if context["summary"] else 200)


def _added(request: ActingRequest, form: AddForm, above: Organization) -> Organization | None:
    kept = form.cleaned_data
    try:
        return services.create(
            parent=above, kind=Kind(kept["kind"]), name=kept["name"], short_name=kept["short_name"],
            industry=kept["industry"], by=request.role,
        )  # fmt: skip
    except Refused as refused:
        form.refuse(refused)
        return None


def _renamed(request: ActingRequest, form: NameForm, organization: Organization) -> bool:
    names = {name: form.cleaned_data[name] for name in ("name", "short_name")}
    try:
        services.rename(organization, **names, by=request.role, seen=request.POST.get("seen", ""))
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


def _changed(request: ActingRequest, form: KindForm, organization: Organization) -> bool:
    kind, seen = Kind(form.cleaned_data["kind"]), request.POST.get("seen", "")
    try:
        services.change_kind(organization, kind=kind, by=request.role, seen=seen)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
