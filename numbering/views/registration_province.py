"""The province's part: the list for the registration behind the system, and the list that comes back (指引 3.6)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from numbering import registrations_export
from numbering.services import returned
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from orgs.services import jobs
from zhtj.lib.table import TableUnreadable, read_table

MOST = 300
"""Rows of one list: what one request can mark while somebody waits for it."""


@acting
@require_POST
def export(request: ActingRequest) -> HttpResponse:
    """Ask for the workbook; the page of the job hands it out."""
    policy.require(request.role, Act.HANDLE_REGISTRATION, request.role.organization)
    job = jobs.start(registrations_export.KIND, title=registrations_export.TITLE, params={}, by=request.role)
    return redirect("job", job.uuid)


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def returned_list(request: ActingRequest) -> HttpResponse:
    """The list as pasted or as a workbook; then, row by row, what it would mark. Confirming goes where ticks go."""
    policy.require(request.role, Act.HANDLE_REGISTRATION, request.role.organization)
    text, problem = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            lines = returned.read(read_table(text, request.FILES.get("file"), limit=MOST), by=request.role)
        except TableUnreadable as broken:
            problem = str(broken)
        else:
            marks = [line for line in lines if line.marks]
            context = {"lines": lines, "marks": marks, "rest": len(lines) - len(marks)}
            return render(request, "numbering/registrations_preview.html", context)
    context = {"text": text, "problem": problem, "summary": _summary(problem)}
    return render(request, "numbering/registrations_returned.html", context, status=422 if problem else 200)


def _summary(problem: str) -> list[dict[str, str]]:
    return [{"field_id": "text", "label": "名单", "message": problem}] if problem else []
