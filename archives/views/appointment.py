"""为已有人员添加任职, and 登记离任."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from archives.forms.appointment import AppointmentForm, LeaveForm
from archives.services import appointment
from members import sheet
from members.models import Member, Post
from members.services.posts import PostTaken
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.policy import Act
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
        appointment.appoint(member, form.kept, organization=organization, by=request.role, key=form.key)
    except PostTaken as taken:
        form.complain(taken.problem)
    except StaleState as late:
        form.add_error(None, str(late))
    else:
        return True
    return False


@acting
def leave(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """登记离任 of this person's current post in my own organisation."""
    policy.require(request.role, Act.APPOINT, request.role.organization)
    held = (
        Post.objects.current()
        .of(request.role.organization)
        .select_related("member__organization", "organization")
    )
    post = get_object_or_404(held, member__uuid=uuid)
    form = LeaveForm(
        request.POST if request.method == "POST" else None, post=post, today=timezone.localdate()
    )
    if form.is_valid() and form.left:
        try:
            appointment.leave(post, on=form.left, by=request.role)
        except StaleState as late:
            messages.warning(request, str(late))
        else:
            messages.success(request, f"已登记{post.member.name}离任")
        return redirect("cadres")
    context = {
        "form": form,
        "member": post.member,
        "organization": post.organization,
        "post": sheet.of_post(post),
        "summary": form.error_lines if form.is_bound else [],
    }
    return render(request, "archives/appoint_leave.html", context, status=422 if form.is_bound else 200)
