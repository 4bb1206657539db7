"""Originals and page images. Nothing else gives out a file, and each asks for the scope again."""

from __future__ import annotations

import logging
from typing import TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from archives import pages
from archives.models import Archive, Upload
from orgs.access import ActingRequest, acting
from orgs.policy import Act, grants
from orgs.services import audit

log = logging.getLogger(__name__)
R = TypeVar("R", bound=HttpResponseBase)


@acting
@require_GET
def original(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The file as it was uploaded, as a download: a browser never renders it on our pages."""
    archive = _archive(request, uuid)
    audit.record(
        role=request.role, verb="download", subject=f"archive:{archive.pk}", organization=archive.organization
    )
    response = _file(archive.upload)
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{archive.member.name}的入团志愿书.pdf") or "attachment"
    )
    response["Content-Type"] = "application/pdf"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # Streamed or handed to nginx: to a caller an answer like any other.
    return cast(HttpResponse, _private(response))


@acting
@require_GET
def page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of a submitted file as an image."""
    return _image(_archive(request, uuid).upload, number)


@acting
@require_GET
def upload_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of a file that is not submitted yet: only for whoever uploaded it."""
    own = Upload.objects.visible_to(request.role).filter(uploader=request.user)
    return _image(get_object_or_404(own, uuid=uuid), number)


def _archive(request: ActingRequest, uuid: UUID) -> Archive:
    if not grants(request.role, Act.SEE_MEMBERS):
        raise Http404
    seen = Archive.objects.visible_to(request.role).select_related("member", "upload", "organization")
    return get_object_or_404(seen, uuid=uuid)


def _image(upload: Upload, number: int) -> HttpResponse:
    try:
        return _private(HttpResponse(pages.image(upload, number), content_type="image/webp"))
    except pages.NoSuchPage:
        raise Http404 from None


def _file(upload: Upload) -> HttpResponseBase:
    if settings.FILES_BY_NGINX:
        return HttpResponse(headers={"X-Accel-Redirect": f"/protected/{upload.relative_path}"})
    try:
        return FileResponse(upload.path.open("rb"))
    except FileNotFoundError:
        log.exception("the file of upload %s is gone", upload.pk)
        raise Http404 from None


def _private(response: R) -> R:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
