"""本人账号: opening the account of a cadre, and a new first password for it; what is shown is shown once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from members.models import Member
from members.services import accounts
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Whether it is open; `do=open` opens it, `do=renew` sets a new first password."""
    policy.require(request.role, Act.OPEN_ACCOUNT, request.role.organization)
    seen = Member.objects.visible_to(request.role).select_related("organization")
    member = get_object_or_404(seen, uuid=uuid)
    if words := accounts.why_not(member, by=request.role):
        raise PermissionDenied(words)
    done = None
    if request.method == "POST":
        try:
            done = _do(request, member)
        except StaleState as late:
            messages.warning(request, str(late))
            return redirect("cadre-account", member.uuid)
    answer = render(request, "archives/account.html", _context(request, member) | {"done": done})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _do(request: ActingRequest, member: Member) -> accounts.Opened:
    if request.POST.get("do") == "renew":
        return accounts.renew_password(member, by=request.role)
    place = accounts.place_of(member, by=request.role)
    like = accounts.administrators_like(member, place) if place else []
    same = next((role.user for role in like if str(role.user_id) == request.POST.get("same", "")), None)
    return accounts.open_account(member, by=request.role, same=same)


def _context(request: ActingRequest, member: Member) -> dict[str, Any]:
    place = accounts.place_of(member, by=request.role)
    is_open = place is not None and accounts.is_open(member, place)
    return {
        "member": member,
        "place": place,
        "is_open": is_open,
        "why_not_renew": accounts.why_not_renew(member, by=request.role) if is_open else "",
        "like": accounts.administrators_like(member, place) if place and not is_open else [],
    }
