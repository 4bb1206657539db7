"""切换组织 and 修改密码: what a person does with their own account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from orgs.access import ActingRequest, address_of_ours, signed_in
from orgs.forms.sign_in import PasswordForm
from orgs.models import Role
from orgs.services import accounts
from zhtj.lib.states import StaleState


@signed_in
@require_GET
def roles(request: ActingRequest) -> HttpResponse:
    """The roles this person may act in, one at a time; with none, whom to ask."""
    context = {"roles": accounts.roles_of(request.user), "next": request.GET.get("next", "")}
    return render(request, "orgs/roles.html", context)


@signed_in
@require_POST
def act_as(request: ActingRequest, pk: int) -> HttpResponse:
    """Act in this role from now on."""
    role = get_object_or_404(
        Role.objects.current().filter(user=request.user).select_related("organization"), pk=pk
    )
    accounts.act_as(request, role)
    return redirect(address_of_ours(request, request.POST.get("next", "")) or "home")


@sensitive_post_parameters()
@never_cache
@signed_in
def password(request: ActingRequest) -> HttpResponse:
    """A new password; after a reset nothing else opens before it."""
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_password(request, request.user, form.cleaned_data["new_password1"])
        except StaleState as late:
            form.add_error("old_password", str(late))
        else:
            messages.success(request, "密码已修改。其他设备上的登录已失效。")
            return redirect(address_of_ours(request, request.POST.get("next", "")) or "home")
    context = {"form": form, "summary": form.summary, "next": request.GET.get("next", "")}
    return render(request, "orgs/password.html", context, status=422 if form.is_bound else 200)
