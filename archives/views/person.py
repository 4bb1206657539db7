"""A person's page: data, files with their review, and what happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from archives import policy as archive_policy
from archives.models import Archive
from archives.services import appointment, renumbering, replacement, resubmission
from archives.timeline import timeline
from archives.versions import Version, versions
from archives.views.reveal import MASKED
from members import sheet
from members.history import history
from members.models import Member
from members.services import accounts, study
from members.views.seen import member_for
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act


@acting
@require_GET
def person(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One person of my organisation or below; personal data masked."""
    member = member_for(request, uuid, Act.SEE_MEMBERS)
    if not member.is_branch_member:
        request.menu_path = reverse("cadres")
    files = versions(member)
    context = {
        "member": member,
        "sections": sheet.sections(member, with_post=False),
        **_posts(request, member),
        "versions": [(one, _review_url(request, one.archive)) for one in reversed(files)],
        "ask_above": _ask_above(request, member, files),
        "events": timeline(member, [one.archive for one in files]),
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
        "member-number": not renumbering.why_not(member, by=request.role),
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
        "account_url": ""
        if accounts.why_not(member, by=request.role)
        else reverse("cadre-account", args=[member.uuid]),
    }


def _review_url(request: ActingRequest, archive: Archive) -> str:
    waits_for_me = archive.state == Archive.State.WAITING and not archive_policy.why_not_decide(
        request.role, archive
    )
    return reverse("review", args=[archive.uuid]) if waits_for_me else ""


def _ask_above(request: ActingRequest, member: Member, files: list[Version]) -> str:
    """Whom to ask about a wrong file in force, for those who cannot replace it (指引 3.11)."""
    in_force = any(one.archive.state == Archive.State.APPROVED for one in files)
    asks = in_force and not replacement.may_replace(request.role, member.organization)
    return replacement.ASK_ABOVE if asks else ""
