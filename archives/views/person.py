"""A person's page: data, files with their review, and what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from archives import policy as archive_policy
from archives.models import Archive
from archives.services import resubmission
from archives.timeline import timeline
from members import sheet
from members.models import Member
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.text import say_size


@acting
@require_GET
def person(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One person of my organisation or below; personal data masked."""
    seen = Member.objects.visible_to(request.role).select_related("organization", "holding")
    member = get_object_or_404(seen, uuid=uuid)
    policy.require(request.role, Act.SEE_MEMBERS, member.organization)
    archives = list(
        member.archives.select_related("upload", "reviewer", "submitted_as__organization").order_by("pk")
    )
    context = {
        "member": member,
        "sections": sheet.sections(member),
        "versions": [_version(request, number, one) for number, one in enumerate(archives, 1)][::-1],
        "events": timeline(member, archives),
        "resubmit_url": ""
        if resubmission.why_not(member, by=request.role)
        else reverse("resubmit", args=[member.uuid]),
    }
    return render(request, "archives/person.html", context)


def _version(request: ActingRequest, number: int, archive: Archive) -> dict[str, Any]:
    waits_for_me = archive.state == Archive.State.WAITING and not archive_policy.why_not_decide(
        request.role, archive
    )
    return {
        "number": number,
        "archive": archive,
        "size": say_size(archive.upload.size),
        "pages": range(1, archive.upload.pages + 1),
        "review_url": reverse("review", args=[archive.uuid]) if waits_for_me else "",
    }
