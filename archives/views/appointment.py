"""为已有人员添加任职, and 登记离任."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from archives.forms.appointment import AppointmentForm
from archives.services import appointment
from members import sheet
from members.models import Member
from members.services.posts import PostTaken
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from zhtj.lib.states import StaleState


@acting
def appoint(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """The person, their posts and the fields of a new one: empty, or as an entry form typed them (POST); `step=confirm` adds it."""
    organization = _organization(request)
    appointment.require_may_appoint(request.role, organization)
    seen = Member.objects.visible_to(request.role).exclude(state=Member.State.WITHDRAWN)
    member = get_object_or_404(seen.select_related("organization"), uuid=uuid)
    judged = request.method == "POST" and request.POST.get("step") == "confirm"
    form = AppointmentForm(
        request.POST, member=member, organization=organization, today=timezone.localdate(), judged=judged
    )
    if judged and form.is_valid() and _appointed(request, form, member, organization):
        messages.success(request, f"已为{member.name}添加任职")
        return redirect("cadres")
    context = {
        "form": form,
        "member": member,
        "organization": organization,
        "posts": sheet.posts(member),
        "summary": form.error_lines if judged else [],
    }
    return render(request, "archives/appoint.html", context, status=422 if judged else 200)


def _organization(request: ActingRequest) -> Organization:
    """Where the post would be: my own organisation, or the one below that form B was opened on."""
    chosen = request.POST.get("org", "")
    if not chosen:
        return request.role.organization
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= 18):
        raise Http404
    found: Organization = get_object_or_404(Organization.objects.visible_to(request.role), pk=chosen)
    return found


def _appointed(
    request: ActingRequest, form: AppointmentForm, member: Member, organization: Organization
) -> bool:
    try:
        appointment.appoint(member, form.kept, organization=organization, by=request.role)
    except PostTaken as taken:
        form.complain(taken.problem)
    except StaleState as late:
        form.add_error(None, str(late))
    else:
        return True
    return False
