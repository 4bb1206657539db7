"""显示: one full personal value on request, for half a minute, on record."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from members.layout import LABELS
from members.models import Member
from members.views.seen import member_for
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from orgs.services import audit

MASKED = {"id_number": "masked_id", "phone": "masked_phone"}
"""What may be shown in full → how the page shows it otherwise."""


@acting
@require_POST
def reveal(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The value itself: into its place on the person's page, or on a page of its own where there are no scripts."""
    member = member_for(request, uuid, Act.REVEAL)
    return show(request, member)


def show(request: ActingRequest, member: Member, *, reveal_url: str = "") -> HttpResponse:
    """One value in full, on record; the caller has seen to it that the role may. `reveal_url` where it is the person's own page."""
    field = request.POST.get("field", "")
    if field not in MASKED:
        raise Http404
    audit.record(
        role=request.role,
        verb="look",
        subject=f"member:{member.pk}",
        organization=member.organization,
        fields=[field],
    )
    row = {"name": field, "label": LABELS[field], "value": getattr(member, MASKED[field])}
    context = {"member": member, "row": row, "value": member.opened(field), "reveal_url": reveal_url}
    template = "archives/revealed.html" if request.htmx else "archives/reveal.html"
    answer = render(request, template, context)
    answer["Cache-Control"] = "private, no-store"
    return answer
