"""工作台: what waits for this role, what came of what was submitted, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from archives.models import Archive, Draft
from archives.models.archive import ArchiveQuerySet
from archives.queue import is_late
from archives.views.drafts import describe
from members.models import Member
from numbering import progress
from numbering.domains import Domain
from numbering.models import Issue
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.kinds import Kind
from orgs.models import Notice, Option, Organization, Role
from orgs.policy import Act, grants

WEEKDAYS = "一二三四五六日"
FEW = 5
"""Of results and of refused ones; the rest stand behind the link beside them."""
SLOWEST = 10
ENTRANCES = (
    (Act.ENTER, "enter", "录入团员团干部", "user-add"),
    (Act.ENTER_BELOW, "enter-below", "录入下级团员", "user-below"),
    (Act.ENTER_CADRE, "enter-cadre", "录入干部", "card"),
)


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
    """The page after login. 团干部本人 has a page of their own. Who only looks after the system or its audit does so at the province's desk."""
    role = request.role
    if grants(role, Act.DESK) and not role.is_administrator:
        return redirect("admin:index")
    if not role.is_administrator:
        return redirect("me")
    today = timezone.localdate()
    drafts = list(Draft.objects.of_person(role).select_related("organization").order_by("-saved_at"))
    refused = _refused(role)
    results = Notice.objects.visible_to(role).filter(sort=Notice.Sort.RESULT)
    context = {
        "today": today,
        "weekday": WEEKDAYS[today.weekday()],
        "tasks": _tasks(role, refused, drafts),
        "drafts": [(draft, describe(draft)) for draft in drafts],
        "refused": refused.select_related("member__organization").order_by("decided_at", "pk")[:FEW],
        "results": results.with_unread(request.user).order_by("-pk")[:FEW],
        "entrances": [one for one in ENTRANCES if grants(role, one[0])],
        "may_review": grants(role, Act.REVIEW),
        "is_new": not Member.objects.visible_to(role).exists(),
        "facts": _facts(role.organization),
        **_progress(role.organization, today.year),
    }
    return render(request, "archives/home.html", context)


def _tasks(role: Role, refused: ArchiveQuerySet, drafts: list[Draft]) -> list[Task]:
    found = []
    if grants(role, Act.REVIEW):
        queue = Archive.objects.waiting_for(role.organization).order_by()
        waiting = queue.aggregate(count=Count("pk"), since=Min("submitted_at"))
        found.append(Task("待审核", waiting["count"], reverse("reviews"), waiting["since"]))
    back = refused.aggregate(count=Count("pk"), since=Min("decided_at"))
    found.append(Task("未通过待修改", back["count"], "#refused", back["since"]))
    if not role.organization.is_committee:
        found += [_under_review(role), _to_enter(role)]
    found.append(Task("草稿", len(drafts), "#drafts", drafts[-1].saved_at if drafts else None))
    return found


def _under_review(role: Role) -> Task:
    """What a 团支部, or the branches of a 团总支, have submitted and not heard of yet."""
    state = Member.State.PENDING
    own = Archive.objects.visible_to(role).open().filter(member__state=state, member__is_branch_member=True)
    open_ones = own.aggregate(count=Count("pk"), since=Min("submitted_at"))
    return Task("审核中", open_ones["count"], f"{reverse('members')}?state={state}", open_ones["since"])


def _to_enter(role: Role) -> Task:
    """Whom a number was issued to and who is not entered yet."""
    waiting = Issue.objects.visible_to(role).open().aggregate(count=Count("pk"), since=Min("issued_at"))
    return Task("待录入", waiting["count"], reverse("numbers-pending"), waiting["since"])


def _refused(role: Role) -> ArchiveQuerySet:
    """The refused files it is up to this role to replace: its own organisation's people, and whom it entered elsewhere."""
    # Ids, not a join: so that each half of the OR finds its index.
    roles = list(Role.objects.filter(organization=role.organization).values_list("pk", flat=True))
    mine = Q(organization=role.organization) | Q(submitted_as__in=roles)
    seen = Archive.objects.visible_to(role).filter(mine, state=Archive.State.REFUSED)
    return seen.filter(member__state=Member.State.REFUSED).latest_of_member()


def _progress(organization: Organization, year: int) -> dict[str, Any]:
    """本年号段 of a branch by domain; elsewhere the organisations directly below that have the most to enter."""
    address, asked = reverse("database"), {"org": organization.pk, "year": year}
    if organization.kind == Kind.BRANCH:
        figures = progress.of_organizations([organization.pk], year).get(organization.pk, {})
        missing = {"tab": "unused"} | asked
        own = [
            (
                domain.label,
                figures[domain],
                f"{reverse('database-numbers')}?{urlencode({'domain': domain.value} | missing)}",
            )
            for domain in Domain
            if domain in figures
        ]
        return {"own_segments": own, "database_url": f"{address}?{urlencode(asked)}"}
    slowest = [
        (name, figures, f"{address}?{urlencode(asked | {'org': pk})}")
        for pk, name, figures in progress.slowest(organization, year, limit=SLOWEST)
    ]
    return {"slowest": slowest, "database_url": f"{address}?{urlencode(asked)}"}


def _facts(organization: Organization) -> list[dict[str, Any]]:
    above = organization.parent
    return [
        {"label": "全称", "value": organization.name},
        {"label": "类型", "value": organization.get_kind_display()},
        {"label": "单位行业", "value": Option.objects.label(Group.INDUSTRY, organization.industry)},
        {"label": "上级组织", "value": above.name if above else ""},
    ]
