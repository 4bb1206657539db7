"""登记新的编号: the page of a record marked 编号待更正 (指引 3.7)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archives.forms.renumbering import RenumberForm
from archives.services import renumbering
from archives.services.disclosure import holder_is_told, number_taken
from archives.services.renumbering import Unfit
from members.models import Member
from members.views.seen import member_for
from numbering.services.holdings import NumberTaken
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def renumber(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask for the number; register it."""
    member = member_for(request, uuid, Act.CORRECT)
    if request.method != "POST":
        if reason := renumbering.why_not(member, by=request.role):
            raise PermissionDenied(reason)
        return _show(request, member, RenumberForm(issued=renumbering.issued_to(member)))
    form = RenumberForm(request.POST)
    if not form.is_valid():
        return _show(request, member, form)
    try:
        renumbering.register(member, form.cleaned_data["number"], by=request.role)
    except NumberTaken as taken:
        told = holder_is_told(taken.holding, by=request.role)
        form.complain(number_taken(taken.holding, told=told))
    except Unfit as wrong:
        form.complain(wrong.problem)
    except StaleState as late:
        messages.warning(request, str(late))
        return redirect("member", member.uuid)
    else:
        messages.success(request, f"{member.name}的发展团员编号已登记")
        return redirect("member", member.uuid)
    return _show(request, member, form)


def _show(request: ActingRequest, member: Member, form: RenumberForm) -> HttpResponse:
    adjudged = renumbering.is_adjudged(member)
    context = {"member": member, "form": form, "summary": form.error_lines, "adjudged": adjudged}
    return render(request, "archives/renumber.html", context, status=422 if form.errors else 200)
