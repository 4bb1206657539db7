"""撤回: the page that asks why, and what came of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archives import policy as archive_policy
from archives.forms.withdrawal import WithdrawalForm
from archives.services import withdrawal
from members.models import Member
from members.views.seen import member_for
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask for the reason; take the entry back with it."""
    member = member_for(request, uuid, Act.CORRECT)
    if request.method != "POST":
        archive_policy.require_corrector(request.role, member)
        return _show(request, member, WithdrawalForm())
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _show(request, member, form)
    try:
        withdrawal.withdraw(member, reason=form.cleaned_data["reason"], by=request.role)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"{member.name}的录入已撤回，身份证号码和发展团员编号可以重新录入")
    return redirect("member", member.uuid)


def _show(request: ActingRequest, member: Member, form: WithdrawalForm) -> HttpResponse:
    summary = [
        {"field_id": form["reason"].auto_id, "label": "撤回原因", "message": str(error), "detail": ""}
        for error in form["reason"].errors
    ]
    context = {"member": member, "form": form, "summary": summary}
    return render(request, "archives/withdraw.html", context, status=422 if summary else 200)
