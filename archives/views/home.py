"""工作台: what waits for this role, what came of what was submitted, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from archives.models import Archive
from archives.queue import is_late
from members.models import Member
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.models import Notice, Option, Organization, Role
from orgs.policy import Act, grants

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Task:
    """One figure of the strip on top; since = how long the oldest has been waiting."""

    label: str
    count: int
    url: str
    since: datetime | None = None

    @property
    def is_late(self) -> bool:
        return self.since is not None and is_late(self.since)


@acting
@require_GET
def home(request: ActingRequest) -> HttpResponse:
    """The page after login. 团干部本人 has none: only 操作中心."""
    role = request.role
    if not role.is_administrator:
        return redirect("inbox")
    results = Notice.objects.visible_to(role).filter(sort=Notice.Sort.RESULT)
    today = timezone.localdate()
    context = {
        "today": today,
        "weekday": WEEKDAYS[today.weekday()],
        "tasks": _tasks(role),
        "results": results.with_unread(request.user).order_by("-pk")[:5],
        "may_enter": grants(role, Act.ENTER),
        "may_review": grants(role, Act.REVIEW),
        "is_new": not Member.objects.visible_to(role).exists(),
        "facts": _facts(role.organization),
    }
    return render(request, "archives/home.html", context)


def _tasks(role: Role) -> list[Task]:
    found = []
    if grants(role, Act.REVIEW):
        queue = Archive.objects.waiting_for(role.organization).order_by()
        waiting = queue.aggregate(count=Count("pk"), since=Min("submitted_at"))
        found.append(Task("待审核", waiting["count"], reverse("reviews"), waiting["since"]))
    if not role.organization.is_committee:
        found += _own_entries(role)
    return found


def _own_entries(role: Role) -> list[Task]:
    """What a 团支部, or the branches of a 团总支, have under way."""
    states = Member.State
    open_ones = Member.objects.visible_to(role).listed().filter(state__in=[states.REFUSED, states.PENDING])
    counts = dict(open_ones.order_by().values_list("state").annotate(Count("pk")))
    address = reverse("members")
    return [
        Task("未通过待修改", counts.get(states.REFUSED, 0), f"{address}?state={states.REFUSED}"),
        Task("审核中", counts.get(states.PENDING, 0), f"{address}?state={states.PENDING}"),
    ]


def _facts(organization: Organization) -> list[dict[str, Any]]:
    above = organization.parent
    return [
        {"label": "全称", "value": organization.name},
        {"label": "类型", "value": organization.get_kind_display()},
        {"label": "单位行业", "value": Option.objects.label(Group.INDUSTRY, organization.industry)},
        {"label": "上级组织", "value": above.name if above else ""},
    ]
