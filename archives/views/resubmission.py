"""替换档案: a new file after the first one was refused."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from archives.forms import drop
from archives.forms.drop import Drop
from archives.models import Archive
from archives.services import resubmission
from members.models import Member
from members.views.seen import member_for
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState

MISSING = "请选择入团志愿书"


@acting
def resubmit(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Why the last file was refused, and the box for the next one."""
    member = member_for(request, uuid, Act.RESUBMIT)
    if request.method != "POST":
        if reason := resubmission.why_not(member, by=request.role):
            raise PermissionDenied(reason)
        return _show(request, member, Drop(live=False))
    box = drop.read(
        request.POST, request.FILES, organization=request.role.organization, role=request.role, live=False
    )
    if box.upload is None or box.problem:
        return _show(request, member, box, error=box.problem.message if box.problem else MISSING)
    try:
        resubmission.resubmit(member, box.upload, by=request.role)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"{member.name}的入团志愿书已重新提交")
    return redirect("member", member.uuid)


def _show(request: ActingRequest, member: Member, box: Drop, *, error: str = "") -> HttpResponse:
    context = {
        "member": member,
        "refused": Archive.objects.filter(member=member, state=Archive.State.REFUSED)
        .select_related("decided_by")
        .order_by("-pk")
        .first(),
        "drop": box,
        "summary": [{"field_id": box.id, "label": "入团志愿书", "message": error, "detail": ""}]
        if error
        else [],
    }
    return render(request, "archives/resubmit.html", context, status=422 if error else 200)
