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
from archives.services import appointment, resubmission
from archives.timeline import timeline
from archives.views.reveal import MASKED
from members import sheet
from members.history import history
from members.models import Member
from members.services import study
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
        "sections": sheet.sections(member, with_post=False),
        **_posts(request, member),
        "versions": [_version(request, number, one) for number, one in enumerate(archives, 1)][::-1],
        "events": timeline(member, archives),
        "history": history(member),
        "revealable": tuple(MASKED) if policy.may(request.role, Act.REVEAL, member.organization) else (),
        **_actions(request, member),
    }
    return render(request, "archives/person.html", context)


def _actions(request: ActingRequest, member: Member) -> dict[str, str]:
    """What this role may do to this person now: the addresses, empty where it may not."""
    correctable = not archive_policy.why_not_correct(request.role, member)
    offered = {
        "resubmit": not resubmission.why_not(member, by=request.role),
        "amend": correctable,
        "withdraw": correctable,
        "study-update": not study.why_not(member, by=request.role),
    }
    return {
        f"{name.replace('-', '_')}_url": reverse(name, args=[member.uuid]) if yes else ""
        for name, yes in offered.items()
    }


def _posts(request: ActingRequest, member: Member) -> dict[str, Any]:
    """The person's posts; in my own organisation I may add one, or end the current one."""
    posts = sheet.posts(member)
    mine = request.role.organization
    held = next((one.post for one in posts if one.current and one.post.organization == mine), None)
    may = member.state != Member.State.WITHDRAWN and appointment.may_appoint(request.role, mine)
    return {
        "posts": posts,
        "ends_pk": held.pk if held and may else None,
        "appoint_url": reverse("appoint", args=[member.uuid]) if may and held is None else "",
    }


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
