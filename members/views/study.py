"""更新在读状况: one student, or a whole branch at the turn of the school year (指引 3.5)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from members.forms.study import StudyForm
from members.models import Member
from members.services import study as services
from members.services.study import Study
from members.views.seen import member_for
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def update(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One student: 升学, or 职业青年 with 具体职业 after school."""
    member = member_for(request, uuid, Act.UPDATE_STUDY)
    if reason := services.why_not(member, by=request.role):
        raise PermissionDenied(reason)
    before = Study.of(member)
    if request.method != "POST":
        return _show(request, member, StudyForm(seen=before))
    form = StudyForm(request.POST, seen=before)
    if not form.is_valid() or form.unusual:
        return _show(request, member, form, status=422)
    # What the page was made from: a colleague may have changed it while it was open.
    shown = Study(*(request.POST.get(f"seen_{name}", "") for name in Study.__slots__))
    try:
        done = services.update(member, form.study, seen=shown, by=request.role)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        words = "的在读状况已更新" if done else "的信息没有改动"
        messages.success(request, member.name + words)
    return redirect("member", member.uuid)


def _show(request: ActingRequest, member: Member, form: StudyForm, *, status: int = 200) -> HttpResponse:
    before = Study.of(member)
    seen = [(f"seen_{name}", getattr(before, name)) for name in Study.__slots__]
    if status != 200:
        seen = [(name, request.POST.get(name, "")) for name, _ in seen]
    context = {
        "member": member,
        "form": form,
        "seen": seen,
        "summary": form.summary if status != 200 else [],
        "confirmed": "confirmed" in request.POST,
    }
    return render(request, "members/study.html", context, status=status)
