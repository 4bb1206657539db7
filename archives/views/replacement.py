"""替换: the file in force, and the box for the one that is to take its place (指引 3.11); old and new for whoever reviews it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from archives import database
from archives.forms import drop
from archives.forms.drop import Drop
from archives.forms.replacement import ReplacementForm
from archives.models import Archive, Upload
from archives.services import replacement
from archives.versions import version
from archives.views.resubmission import MISSING
from members.models import Member
from orgs.access import ActingRequest, acting
from zhtj.lib.states import StaleState

SAME = "所选文件与现有档案是同一个文件，请选择新的文件"


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """What is in force beside what is to replace it, and why; the way here is the column 操作 of 本级新发展团员详情."""
    seen = Member.objects.visible_to(request.role).select_related("organization", "holding")
    member = get_object_or_404(seen, uuid=uuid)
    if not replacement.may_replace(request.role, member.organization):
        raise PermissionDenied(replacement.ASK_ABOVE)
    current = replacement.in_force(member)
    obstacle = replacement.why_not(member, by=request.role)
    if current is None or obstacle:
        messages.warning(request, obstacle)
        return redirect(_list_url(member))
    if request.method == "POST":
        return _submit(request, member, current)
    return _show(request, member, current, Drop(live=False), ReplacementForm())


def _submit(request: ActingRequest, member: Member, current: Archive) -> HttpResponse:
    role = request.role
    box = drop.read(request.POST, request.FILES, organization=role.organization, role=role, live=False)
    form = ReplacementForm(request.POST)
    upload = box.upload
    if upload is None or (error := _wrong_file(box, upload, current)):
        return _show(request, member, current, box, form, error=error if upload else box.refused or MISSING)
    if not form.is_valid():
        return _show(request, member, current, box, form)
    if request.POST.get("instead_of") != str(current.uuid):
        changed = f"{member.name}的入团志愿书在您填写期间已由他人替换，请核对现在的档案，仍需替换的再次提交。"
        return _show(request, member, current, box, form, stale=changed)
    reason = form.cleaned_data["reason"]
    try:
        replacement.replace(member, upload, instead_of=current, reason=reason, by=role)
    except StaleState as late:
        if replacement.why_not(member, by=role):
            messages.warning(request, str(late))
            return redirect(_list_url(member))
        return _show_again(request, member, upload, form, late)
    messages.success(request, f"{member.name}的档案替换已提交，审核通过前原档案继续有效")
    return redirect(_list_url(member))


def _wrong_file(box: Drop, upload: Upload, current: Archive) -> str:
    """What is wrong with what the box holds, in words."""
    if box.problem:
        return box.problem.message
    return SAME if upload.sha256 == current.upload.sha256 else ""


def _show_again(
    request: ActingRequest, member: Member, upload: Upload, form: ReplacementForm, late: StaleState
) -> HttpResponse:
    """Beaten by somebody else, but still to be done: with the file, unless it was the file that another form has used."""
    current = replacement.in_force(member)
    if current is None:  # between two looks: nothing is left to replace
        messages.warning(request, str(late))
        return redirect(_list_url(member))
    left = drop.find(upload.uuid, request.role)
    if left is None:
        gone = Drop(refused=drop.GONE, live=False)
        return _show(request, member, current, gone, form, error=drop.GONE)
    return _show(request, member, current, Drop(left, live=False), form, stale=str(late))


def _show(
    request: ActingRequest, member: Member, current: Archive, box: Drop, form: ReplacementForm,
    *, error: str = "", stale: str = "",
) -> HttpResponse:  # fmt: skip
    """The page, with everything that was typed and picked; every error of it at once."""
    field = form["reason"]
    summary = [
        {"field_id": field_id, "label": label, "message": message, "detail": ""}
        for field_id, label, message in (
            ("", "", stale),
            (box.id, "新的入团志愿书", error),
            *((field.auto_id, "替换原因", str(one)) for one in field.errors),
        )
        if message
    ]
    context = {
        "member": member,
        "version": version(current),
        "drop": box,
        "form": form,
        "file_error": error,
        "summary": summary,
        "list_url": _list_url(member),
    }
    return render(request, "archives/replace.html", context, status=422 if summary else 200)


def _list_url(member: Member) -> str:
    """本级新发展团员详情 of the member's organisation; the person's page where 电子数据库 does not go back that far."""
    year = member.joined_on.year
    if year not in database.years(member.organization, this_year=timezone.localdate().year):
        return reverse("member", args=[member.uuid])
    return f"{reverse('database-people')}?{urlencode({'org': member.organization_id, 'year': year})}"


def beside(archive: Archive) -> dict[str, Any]:
    """For the desk: the file a replacement is to take the place of, with its pages; nothing for a first submission."""
    return {"replaced": version(archive.replaces)} if archive.replaces else {}
