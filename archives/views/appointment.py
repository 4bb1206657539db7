"""为已有人员添加任职, and 登记离任."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from archives.forms.appointment import AppointmentForm, ChangeForm, LeaveForm
from archives.services import appointment
from members import sheet
from members.models import Member, Post
from members.rules.titles import size_hint
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
        "size_hint": _size_hint(organization),
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
    post = _held(request, uuid)
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


@acting
def change(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """变更任职 of this person's current post in my own organisation: title, 任现职方式, 团干部性质, 在岗状态."""
    post = _held(request, uuid)
    sent = request.method == "POST"
    form = ChangeForm(request.POST if sent else None, post=post, today=timezone.localdate())
    if sent and form.is_valid() and _changed(request, form, post):
        return redirect("cadres")
    context = {
        "form": form,
        "member": post.member,
        "organization": post.organization,
        "post": sheet.of_post(post),
        "size_hint": _size_hint(post.organization),
        "summary": form.error_lines if sent else [],
    }
    return render(request, "archives/appoint_change.html", context, status=422 if sent else 200)


def _changed(request: ActingRequest, form: ChangeForm, post: Post) -> bool:
    try:
        done = appointment.change(post, form.kept, by=request.role)
    except PostTaken as taken:
        form.complain(taken.problem)
        return False
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        words = f"已变更{post.member.name}的任职" if done else "没有改动"
        (messages.success if done else messages.info)(request, words)
    return True


def _held(request: ActingRequest, uuid: UUID) -> Post:
    """The person's current post in my own organisation."""
    policy.require(request.role, Act.APPOINT, request.role.organization)
    held = Post.objects.current().of(request.role.organization)
    post: Post = get_object_or_404(
        held.select_related("member__organization", "organization"), member__uuid=uuid
    )
    return post


def _size_hint(organization: Organization) -> str:
    return size_hint(organization.kind, Post.objects.current().of(organization).count())
