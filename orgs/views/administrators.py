"""管理员 of an organisation: who they are and were; appointing, replacing, ending, a new password. A password is on one page, once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.forms.administrators import EXISTING, AdministratorForm, ResetForm, whom_of
from orgs.keepers import why_not_take_over
from orgs.models import Authenticator, Duty, Organization, ProvinceSettings, Role
from orgs.policy import Act
from orgs.services import administrators as services
from orgs.services import credentials
from orgs.services.administrators import AdministratorRefused, Appointed
from zhtj.lib.states import StaleState

FORMER = 20


@acting
@require_GET
def administrators(request: ActingRequest, pk: int) -> HttpResponse:
    """Who they are; to those above also whether they have come and how they sign in."""
    place = _place(request, pk)
    now = services.staff(place)
    manages = policy.may(request.role, Act.MANAGE_ADMINISTRATORS, place)
    ended = Role.objects.filter(organization=place, duty=Duty.ADMINISTRATOR, ended_at__isnull=False)
    context = {
        **_about(place),
        "rows": now,
        "with_phone": _with_phone(now) if manages else set(),
        "former": ended.select_related("user").order_by("-ended_at", "-pk")[:FORMER] if manages else [],
        "manages": manages,
        "most": ProvinceSettings.now().administrators_each,
        "why_not": services.why_not_appoint(place, request.role) if manages else "",
    }
    return render(request, "orgs/administrators.html", context)


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: ActingRequest, pk: int) -> HttpResponse:
    """设置管理员: who; a look at the account; the deed, and the password."""
    place = _place(request, pk)
    policy.require(request.role, Act.MANAGE_ADMINISTRATORS, place)
    why_not = services.why_not_appoint(place, request.role)
    return _appointing(request, place, None, why_not)


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: ActingRequest, pk: int) -> HttpResponse:
    """更换: one goes, the other comes."""
    role = _role(request, pk)
    return _appointing(request, role.organization, role, services.why_not_replace(role, request.role))


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: ActingRequest, pk: int) -> HttpResponse:
    """停用, after a look at what it brings about."""
    role = _role(request, pk)
    why_not = services.why_not_end(role, request.role)
    if request.method == "POST" and not why_not:
        try:
            services.end(role, seen=request.POST.get("seen", ""), by=request.role)
        except (StaleState, AdministratorRefused) as late:
            messages.warning(request, str(late))
        else:
            messages.success(request, f"已停用 {role.user.name} 的管理员身份。")
        return redirect("administrators", role.organization_id)
    context = {
        **_about(role.organization), "role": role, "why_not": why_not,
        "effects": services.consequences(role), "seen": services.staff_seen(role.organization),
    }  # fmt: skip
    return render(request, "orgs/administrator_end.html", context)


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: ActingRequest, pk: int) -> HttpResponse:
    """重置密码, for those whose every role is this one's to give; else who can."""
    role = _role(request, pk)
    form, user = ResetForm(request.POST or None, row=role), role.user
    gone = f"{user.name}已不是“{role.organization.name}”的管理员。" if role.ended_at else ""
    why_not = gone or why_not_take_over(user, by=request.role)
    if request.method == "POST" and not why_not and form.is_valid():
        seen, phone = request.POST.get("seen", ""), form.cleaned_data["second_factor"]
        try:
            password = services.reset_password(user, seen=seen, by=request.role, second_factor=phone)
        except StaleState as late:
            messages.warning(request, str(late))
            return redirect("administrators", role.organization_id)
        return _shown_once(request, role, password, "密码已重置")
    context = {
        **_about(role.organization), "role": role, "why_not": why_not, "form": form,
        "has_phone": bool(_with_phone([role])), "seen": services.password_seen(user),
    }  # fmt: skip
    return render(request, "orgs/administrator_reset.html", context)


def _appointing(request: ActingRequest, place: Organization, old: Role | None, why_not: str) -> HttpResponse:
    context = {**_about(place), "old": old, "why_not": why_not, "seen": services.staff_seen(place)}
    if request.method != "POST" or why_not:
        return render(
            request, "orgs/administrator_form.html", {**context, "form": AdministratorForm(row=place)}
        )
    typed = request.POST.copy()
    if chosen := typed.get("use", ""):  # one of the accounts that were offered
        typed["account"], typed["username"] = EXISTING, chosen
    form = AdministratorForm(typed, row=place)
    if form.is_valid() and typed.get("step") != "edit":
        if typed.get("step") != "confirm":
            return render(request, "orgs/administrator_confirm.html", context | _look(request, form, place))
        try:
            return _done(request, _deed(request, form, place, old), old)
        except AdministratorRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except StaleState as late:
            messages.warning(request, str(late))
            return redirect("administrators", place.pk)
    shown = {**context, "form": form, "summary": form.summary}
    return render(
        request, "orgs/administrator_form.html", shown, status=422 if typed.get("step") != "edit" else 200
    )


def _look(request: ActingRequest, form: AdministratorForm, place: Organization) -> dict[str, Any]:
    """What will be done: the account that is proposed, and those of the same name who may be the same person."""
    whom = whom_of(form.cleaned_data)
    alike = [] if whom.existing else services.alike(place, whom.name)
    return {
        "whom": whom,
        "username": whom.username or credentials.propose_username(whom.name),
        "alike": [one for one in alike if one.user_id != request.user.pk],
    }


def _deed(
    request: ActingRequest, form: AdministratorForm, place: Organization, old: Role | None
) -> Appointed:
    whom, seen = whom_of(form.cleaned_data), request.POST.get("seen", "")
    if old:
        return services.replace(old, whom, seen=seen, by=request.role)
    return services.appoint(place, whom, seen=seen, by=request.role)


def _done(request: ActingRequest, made: Appointed, old: Role | None) -> HttpResponse:
    name, place = made.role.user.name, made.role.organization
    words = f"{old.user.name}已停用，由{name}接任" if old else f"{name}已设为管理员"
    if made.password:
        return _shown_once(request, made.role, made.password, words)
    messages.success(
        request,
        f"{words}。本人用原有的账号 {made.role.user.username} 登录，通过“切换组织”选择“{place.name}”。",
    )
    return redirect("administrators", place.pk)


def _shown_once(request: ActingRequest, role: Role, password: str, words: str) -> HttpResponse:
    """The answer to the deed itself, kept by nobody: sent again, the deed is refused as done."""
    context = {**_about(role.organization), "role": role, "password": password, "words": words}
    answer = render(request, "orgs/administrator_done.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _place(request: ActingRequest, pk: int) -> Organization:
    policy.require(request.role, Act.SEE_ORGANIZATIONS, request.role.organization)
    found: Organization = get_object_or_404(Organization.objects.visible_to(request.role), pk=pk)
    return found


def _role(request: ActingRequest, pk: int) -> Role:
    """An administrator of today or of before, of an organisation this role manages."""
    policy.require(request.role, Act.SEE_ORGANIZATIONS, request.role.organization)
    seen = Role.objects.filter(
        duty=Duty.ADMINISTRATOR, organization__path__startswith=request.role.organization.path
    )
    found: Role = get_object_or_404(seen.select_related("organization", "user"), pk=pk)
    policy.require(request.role, Act.MANAGE_ADMINISTRATORS, found.organization)
    return found


def _about(place: Organization) -> dict[str, Any]:
    return {
        "organization": place,
        "organization_url": f"{reverse('organizations')}?{urlencode({'org': place.pk})}",
        "back": reverse("administrators", args=[place.pk]),
    }


def _with_phone(roles: list[Role]) -> set[int]:
    """Of these people, those who sign in by two steps."""
    phones = Authenticator.objects.filter(user__in=[role.user_id for role in roles], confirmed=True)
    return set(phones.values_list("user", flat=True))
