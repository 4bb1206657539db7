"""Filing an 未使用登记 or a 退伍团员备案, filing it again after it was returned, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from numbering.forms.registration import RegistrationForm
from numbering.models import Registration
from numbering.services import registrations as services
from numbering.services.registrations import FilingRefused
from numbering.views.registrations import registration_of
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.guide import PASSAGES
from orgs.kinds import Kind as OrganizationKind
from orgs.models import Organization
from orgs.policy import Act
from orgs.views import opened_as, tree
from zhtj.lib.states import StaleState

Kind = Registration.Kind
PICKERS = {
    kind: tree.Picker(
        page=f"registration-{kind}",
        children=f"registration-{kind}-children",
        search=f"registration-{kind}-search",
    )
    for kind in Kind
}
FRAGMENTS = {kind: tree.fragments(picker, Act.REGISTER) for kind, picker in PICKERS.items()}
HELP = {Kind.UNUSED: PASSAGES["3.6"], Kind.VETERAN: PASSAGES["3.9"]}
"""What the guide says about each: when, and what happens."""


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: ActingRequest, kind: str) -> HttpResponse:
    """The form for my own organisation, or for one below chosen in the tree."""
    role = opened_as.page_role(request)
    policy.require(role, Act.REGISTER, role.organization)
    where = tree.chosen(request, role)
    data = request.POST if request.method == "POST" else None
    form = RegistrationForm(data, kind=kind, organization=where, by=role)
    if opened_as.is_switched(request):
        form.refuse_whole(opened_as.refusal(request))
        return _show(request, form, where, {}, status=409)
    if form.is_valid() and (made := _filed(request, form, where)):
        messages.success(request, f"已提交{made.name}的{made.get_kind_display()}，{services.standing(made)}")
        return redirect("registration", made.uuid)
    beside = {}
    if request.role.organization.kind != OrganizationKind.BRANCH:
        beside = tree.context(request, PICKERS[Kind(kind)], where)
    return _show(request, form, where, beside)


def begin(request: ActingRequest, kind: Kind, where: Organization, known: dict[str, str]) -> HttpResponse:
    """The empty form for `where` with what is known of the person, for a view that has it."""
    policy.require(request.role, Act.REGISTER, where)
    form = RegistrationForm(kind=kind, organization=where, by=request.role, known=known)
    page = reverse(f"registration-{kind}")
    return _show(request, form, where, {"sent_to": f"{page}?org={where.pk}"})


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """修改后重新提交 what was returned."""
    one = _own(request, uuid)
    if one.state != Registration.State.RETURNED:
        messages.warning(request, services.outcome(one))
        return redirect("registration", one.uuid)
    data = request.POST if request.method == "POST" else None
    form = RegistrationForm(data, kind=one.kind, organization=one.organization, by=request.role, again=one)
    if form.is_valid() and _filed_again(request, form, one):
        return redirect("registration", one.uuid)
    reason = one.steps.filter(verb="returned").latest("pk").reason
    return _show(request, form, one.organization, {"one": one, "reason": reason})


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask once more; take it back."""
    one = _own(request, uuid)
    if request.method != "POST" and one.state in services.OPEN:
        return render(request, "numbering/registration_withdraw.html", {"one": one})
    try:
        services.withdraw(one, by=request.role)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"已撤回{one.name}的{one.get_kind_display()}")
    return redirect("registration", one.uuid)


def _own(request: ActingRequest, uuid: UUID) -> Registration:
    one = registration_of(request, uuid)
    if one.filed_for_id != request.role.organization_id:
        raise PermissionDenied(f"由提交组织“{one.filed_for.name}”修改或撤回。")
    return one


def _filed(request: ActingRequest, form: RegistrationForm, where: Organization) -> Registration | None:
    try:
        return services.file(organization=where, by=request.role, **form.typed)
    except FilingRefused as refused:
        form.refuse(refused)
        return None


def _filed_again(request: ActingRequest, form: RegistrationForm, one: Registration) -> bool:
    try:
        services.file_again(one, form.filing, by=request.role)
    except FilingRefused as refused:
        form.refuse(refused)
        return False
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"已重新提交{form.filing.name}的{one.get_kind_display()}")
    return True


def _show(
    request: ActingRequest,
    form: RegistrationForm,
    where: Organization,
    more: dict[str, Any],
    *,
    status: int = 0,
) -> HttpResponse:
    context = {
        "form": form,
        "kind": Kind(form.kind),
        "help": HELP[Kind(form.kind)],
        "organization": where,
        "page_role": request.POST.get(opened_as.FIELD, request.role.pk),
        "summary": form.summary if form.is_bound else [],
        **more,
    }
    status = status or (422 if form.is_bound else 200)
    return render(request, "numbering/registration_form.html", context, status=status)
