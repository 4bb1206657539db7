"""The file box's own addresses: take a file, say how its inspection stands."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from archives.forms import drop
from orgs.access import ActingRequest, acting
from orgs.policy import Act, grants


@acting
@require_POST
def receive(request: ActingRequest) -> HttpResponse:
    """A file chosen on a form, sent before the form."""
    if not (grants(request.role, Act.ENTER) or grants(request.role, Act.RESUBMIT)):
        raise Http404
    box = drop.read({}, request.FILES, organization=request.role.organization, role=request.role)
    status = 200 if box.upload else 422
    if not box.upload and not box.refused:
        box.refused = "没有收到文件，请重新选择"
    return render(request, "components/drop_state.html", {"state": box.state}, status=status)


@acting
@require_GET
def state(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """How the inspection of one's own upload stands."""
    upload = drop.find(uuid, request.role)
    if upload is None:
        raise Http404
    return render(request, "components/drop_state.html", {"state": drop.Drop(upload).state})
