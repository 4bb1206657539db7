"""组织管理: the tree on the left, on the right one organisation: its facts, administrators, what stands below, what was done to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.kinds import Kind
from orgs.models import AuditEvent, Duty, Option, Organization, ProvinceSettings, Role
from orgs.policy import Act
from orgs.views import tree
from orgs.views.organization_powers import powers
from zhtj.lib.paging import Page, in_order

PICKER = tree.Picker(
    page="organizations", children="organization-children", search="organization-search", offers_inactive=True
)
children, search = tree.fragments(PICKER, Act.SEE_ORGANIZATIONS)
BELOW = 20
EVENTS = 20
DEEDS = {
    "organization.create": ("新增", "plus", "success"),
    "organization.create_many": ("批量新增下级组织", "plus", "success"),
    "organization.bulk_load": ("整批建立组织树", "plus", "success"),
    "organization.rename": ("修改名称", "edit", ""),
    "organization.change_kind": ("变更类型", "edit", ""),
    "organization.move": ("移动", "swap", ""),
    "organization.deactivate": ("停用", "no", "danger"),
    "organization.reactivate": ("重新启用", "ok", "success"),
}
"""Verb of the audit → words, icon and tone on the page."""


@acting
@require_GET
def organizations(request: ActingRequest) -> HttpResponse:
    """The chosen organisation beside the tree; a 团支部 has nothing below and no tree."""
    organization = tree.chosen(request)
    policy.require(request.role, Act.SEE_ORGANIZATIONS, organization)
    may = powers(request.role, organization)
    above = Organization.objects.ancestors_of(organization).exclude(pk=organization.pk)
    context = {
        "organization": organization,
        "above": list(above.values_list("short_name", flat=True)),
        "may": may,
        "rows": _facts(organization),
        "administrators": list(_administrators(organization).values_list("user__name", flat=True)),
        "most": ProvinceSettings.now().administrators_each,
        "below": _below(request, organization),
        "events": _history(organization) if may.manages else [],
    }
    if request.role.organization.kind != Kind.BRANCH:
        context |= tree.context(request, PICKER, organization)
    return render(request, "orgs/organizations.html", context)


def _facts(organization: Organization) -> list[dict[str, object]]:
    above = organization.parent
    facts: list[dict[str, object]] = [
        {"label": "全称", "value": organization.name, "wide": True},
        {"label": "简称", "value": organization.short_name},
        {"label": "类型", "value": organization.get_kind_display()},
        {"label": "单位行业", "value": Option.objects.label(Group.INDUSTRY, organization.industry)},
        {"label": "上级组织", "value": above.name if above else ""},
        {"label": "建立时间", "value": organization.created_at, "kind": "date"},
    ]
    if organization.deactivated_at:
        facts.append({"label": "停用时间", "value": organization.deactivated_at, "kind": "date"})
    return facts


def _administrators(organization: Organization) -> Any:
    current = Role.objects.current().filter(organization=organization, duty=Duty.ADMINISTRATOR)
    return current.order_by("created_at", "pk")


def _below(request: ActingRequest, organization: Organization) -> dict[str, Any]:
    """A page of what stands directly below, with how many administrators each has."""
    picker = PICKER.asked(request)
    rows = picker.rows().filter(parent=organization)
    page: Page[Organization] = in_order(rows, request.GET, "sort_key", size=BELOW)
    staffed = Role.objects.current().filter(organization__in=page.rows, duty=Duty.ADMINISTRATOR)
    counts = dict(staffed.order_by().values_list("organization").annotate(Count("pk")))
    members = reverse("members")
    return {
        "rows": [
            {
                "organization": one,
                "url": picker.address(one.pk),
                "administrators": counts.get(one.pk, 0),
                "members_url": f"{members}?{urlencode({'org': one.pk})}",
            }
            for one in page.rows
        ],
        "page": page,
        "count": rows.count(),
    }


def _history(organization: Organization) -> list[dict[str, object]]:
    """What was done to it, newest first. Values are not kept in the audit, states are."""
    events = AuditEvent.objects.filter(
        subject=f"organization:{organization.pk}", verb__startswith="organization."
    )
    newest = events.select_related("user", "role__organization").order_by("-pk")[:EVENTS]
    return [_event(one) for one in newest]


def _event(event: AuditEvent) -> dict[str, object]:
    title, icon, tone = DEEDS.get(event.verb, (event.verb, "info", ""))
    if event.verb == "organization.change_kind":
        title += f"：{_kind(event.from_state)}改为{_kind(event.to_state)}"
    who = f"{event.user.name}（{event.role}）" if event.user and event.role else "系统"
    return {"title": title, "icon": icon, "tone": tone, "at": event.at, "who": who, "note": event.note}


def _kind(value: str) -> str:
    return str(Kind(value).label) if value in Kind.values else value
