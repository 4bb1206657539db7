"""Background jobs: how far one is, and its result, for the administrators of the organisation that asked."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.access import ActingRequest, acting
from orgs.models import Heartbeat, Job
from orgs.services import audit
from zhtj.lib.downloads import attachment

SILENCE = timedelta(minutes=1)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@acting
@require_GET
def job(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """State and progress. The page asks again each second until it is over; then it loads itself anew, without a script by hand."""
    found = _job(request, uuid)
    context = {"job": found, "worker_missing": not found.is_over and _worker_missing()}
    if not request.htmx:
        return render(request, "orgs/job.html", context)
    if found.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "orgs/job_state.html", context)


@acting
@require_GET
def file(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The result, on record; where there is none (any more), the page that says why."""
    found = _job(request, uuid)
    if not found.has_file:
        return redirect("job", uuid=found.uuid)
    audit.record(
        role=request.role, verb="download", subject=f"job:{found.pk}", organization=found.organization
    )
    response = attachment(
        found.path, inside=f"/protected-jobs/{found.path.name}", name=found.file_name, content_type=XLSX
    )
    return cast(HttpResponse, response)  # streamed or handed to nginx: to a caller an answer like any other


def _job(request: ActingRequest, uuid: UUID) -> Job:
    seen = Job.objects.visible_to(request.role).select_related("organization", "role__user")
    return get_object_or_404(seen, uuid=uuid)


def _worker_missing() -> bool:
    """No sign of life for a minute, and nobody at work on any job: a single worker with a long one is silent meanwhile."""
    now = timezone.now()
    alive = Heartbeat.objects.filter(name="worker", at__gt=now - SILENCE)
    return (
        not alive.exists() and not Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=now).exists()
    )
