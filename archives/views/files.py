"""Originals and page images. Nothing else gives out a file, and each asks for the scope again."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from archives import pages
from archives.models import Archive, Look, Upload
from archives.services import claims
from members.models import Member
from numbering.models import Dispute
from numbering.services import disputes
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.policy import Act, grants
from orgs.services import audit
from zhtj.lib.downloads import attachment, private


@acting
@require_GET
def original(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The file as it was uploaded, as a download: a browser never renders it on our pages."""
    archive = _archive(request, uuid)
    return _download(
        request, archive.upload, archive.member.name, f"archive:{archive.pk}", archive.organization
    )


@acting
@require_GET
def page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of a submitted file as an image."""
    return _image(_archive(request, uuid).upload, number)


@acting
@require_GET
def own_original(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The own 入团志愿书 of a cadre who acts in person."""
    archive = _own(request, uuid)
    return _download(
        request, archive.upload, archive.member.name, f"archive:{archive.pk}", archive.organization
    )


@acting
@require_GET
def own_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    return _image(_own(request, uuid).upload, number)


@acting
@require_GET
def desk_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page on the reviewer's desk; that this person opened it is remembered, unless the data it was shown beside have changed."""
    archive = _archive(request, uuid)
    policy.require(request.role, Act.REVIEW, archive.organization)
    answer = _image(archive.upload, number)
    if request.GET.get("round") == str(archive.round):
        Look.objects.remember(request.user, archive, number)
    return answer


@acting
@require_GET
def upload_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of a file that is not submitted yet: for whoever uploaded it, and whoever can go on from a claim with it."""
    return _image(get_object_or_404(Upload.objects.at_hand(request.role), uuid=uuid), number)


@acting
@require_GET
def claim_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of what an applicant brought forward, for the judge."""
    return _image(_judged(request, uuid).claim.upload, number)


@acting
@require_GET
def claim_original(request: ActingRequest, uuid: UUID) -> HttpResponse:
    dispute = _judged(request, uuid)
    subject = f"dispute:{dispute.pk}"
    return _download(request, dispute.claim.upload, dispute.name, subject, dispute.organization)


@acting
@require_GET
def occupant_page(request: ActingRequest, uuid: UUID, number: int) -> HttpResponse:
    """One page of the occupant's 入团志愿书, for the judge."""
    return _image(_occupants(_judged(request, uuid)).upload, number)


@acting
@require_GET
def occupant_original(request: ActingRequest, uuid: UUID) -> HttpResponse:
    archive = _occupants(_judged(request, uuid))
    name = archive.member.name
    return _download(request, archive.upload, name, f"archive:{archive.pk}", archive.organization)


def _judged(request: ActingRequest, uuid: UUID) -> Any:
    """An open case this person decides: neither a party nor, once it is closed, anybody gets the other side's file."""
    open_ones = Dispute.objects.concerning(request.role).open()
    joined = ("judge", "organization", "claim__upload")
    dispute: Dispute = get_object_or_404(open_ones.select_related(*joined), uuid=uuid)
    if disputes.why_not_judge(request.role, dispute):
        raise Http404
    return dispute


def _occupants(dispute: Dispute) -> Archive:
    archive = claims.occupant_file(dispute)
    if archive is None:
        raise Http404
    return archive


def _archive(request: ActingRequest, uuid: UUID) -> Archive:
    if not grants(request.role, Act.SEE_MEMBERS):
        raise Http404
    seen = Archive.objects.visible_to(request.role).select_related("member", "upload", "organization")
    return get_object_or_404(seen, uuid=uuid)


def _own(request: ActingRequest, uuid: UUID) -> Archive:
    own = Archive.objects.filter(member__in=Member.objects.own_of(request.role))
    return get_object_or_404(own.select_related("member", "upload", "organization"), uuid=uuid)


def _download(
    request: ActingRequest, upload: Upload, name: str, subject: str, organization: Organization
) -> HttpResponse:
    audit.record(role=request.role, verb="download", subject=subject, organization=organization)
    return cast(  # streamed or handed to nginx: to a caller an answer like any other
        HttpResponse,
        attachment(
            upload.path,
            inside=f"/protected/{upload.relative_path}",
            name=f"{name}的入团志愿书.pdf",
            content_type="application/pdf",
        ),
    )


def _image(upload: Upload, number: int) -> HttpResponse:
    try:
        return private(HttpResponse(pages.image(upload, number), content_type="image/webp"))
    except pages.NoSuchPage:
        raise Http404 from None
