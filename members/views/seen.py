"""The person a page is about."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from members.models import Member
from orgs import policy
from orgs.access import ActingRequest
from orgs.policy import Act


def member_for(request: ActingRequest, uuid: UUID, act: Act) -> Member:
    """Somebody in the role's sight (else a 404) to whose organisation it may do this, with organisation and number read along.

    Raises:
        Http404, PermissionDenied.
    """
    seen = Member.objects.visible_to(request.role).select_related("organization", "holding")
    member: Member = get_object_or_404(seen, uuid=uuid)
    policy.require(request.role, act, member.organization)
    return member
