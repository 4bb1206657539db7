"""更新在读状况 of a whole branch at the turn of the school year."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from members.forms.school_year import SchoolYearForm
from members.services import study
from members.services.school_year import PAGE, students
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.policy import Act

_ID = re.compile(r"[0-9]{1,18}")


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def branch(request: ActingRequest) -> HttpResponse:
    """The students of one branch; what was chosen is saved all together."""
    where = _branch(request)
    policy.require(request.role, Act.UPDATE_STUDY, where)
    if where.kind != Kind.BRANCH:
        return redirect(f"{reverse('members')}?{urlencode({'org': where.pk})}")
    found = list(students(where).filter(pk__gt=_after(request))[: PAGE + 1])
    form = SchoolYearForm(request.POST if request.method == "POST" else None, found[:PAGE])
    next_url = _url(where, after=found[PAGE - 1].pk) if len(found) > PAGE else ""
    if request.POST.get("step") == "fill":
        form.fill()
    elif request.method == "POST":
        if form.is_valid():
            return _save(request, where, form)
        return _show(request, where, form, next_url, status=422)
    return _show(request, where, form, next_url)


def _branch(request: ActingRequest) -> Organization:
    chosen = request.GET.get("org", "")
    if not chosen:
        return request.role.organization
    seen = Organization.objects.visible_to(request.role)
    found: Organization = get_object_or_404(seen, pk=chosen if _ID.fullmatch(chosen) else 0)
    return found


def _after(request: ActingRequest) -> int:
    asked = request.GET.get("after", "")
    return int(asked) if _ID.fullmatch(asked) else 0


def _url(where: Organization, *, after: int = 0) -> str:
    asked = {"org": where.pk, **({"after": after} if after else {})}
    return f"{reverse('study')}?{urlencode(asked)}"


def _show(
    request: ActingRequest, where: Organization, form: SchoolYearForm, next_url: str, *, status: int = 200
) -> HttpResponse:
    context = {
        "branch": where,
        "form": form,
        "action": _url(where, after=_after(request)),
        "next_url": next_url,
        "first_url": _url(where) if _after(request) else "",
        "list_url": f"{reverse('members')}?{urlencode({'org': where.pk})}",
        "summary": form.summary if status != 200 else [],
    }
    return render(request, "members/study_branch.html", context, status=status)


def _save(request: ActingRequest, where: Organization, form: SchoolYearForm) -> HttpResponse:
    done, late = study.update_all(form.changed, organization=where, by=request.role)
    if done:
        messages.success(request, f"已更新 {done} 名团员的在读状况")
    elif not late:
        messages.info(request, "没有改动")
    if late:
        names = "、".join(member.name for member in late)
        messages.warning(request, f"{len(late)} 名团员的信息已由他人更新，没有保存，请核对后再改：{names}")
    return redirect(_url(where, after=_after(request)))
