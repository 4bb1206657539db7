"""组织管理: the tree on the left, one organisation's facts on the right."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.models import Duty, Option, Organization, Role
from orgs.policy import Act
from orgs.views import tree

PICKER = tree.Picker(page="organizations", children="organization-children", search="organization-search")


@acting
@require_GET
def organizations(request: ActingRequest) -> HttpResponse:
    """The chosen organisation beside the tree."""
    organization = tree.chosen(request)
    policy.require(request.role, Act.MANAGE_ORGANIZATIONS, organization)
    above = Organization.objects.ancestors_of(organization).exclude(pk=organization.pk)
    context = {
        "organization": organization,
        "above": list(above.values_list("short_name", flat=True)),
        "rows": _facts(organization),
        **tree.context(request, PICKER, organization),
    }
    return render(request, "orgs/organizations.html", context)


@acting
@require_GET
def children(request: ActingRequest, pk: int) -> HttpResponse:
    """Fragment: a page of the organisations directly below."""
    policy.require(request.role, Act.MANAGE_ORGANIZATIONS, request.role.organization)
    return tree.children_answer(request, PICKER, pk)


@acting
@require_GET
def search(request: ActingRequest) -> HttpResponse:
    """Fragment: what the search box found."""
    policy.require(request.role, Act.MANAGE_ORGANIZATIONS, request.role.organization)
    return tree.search_answer(request, PICKER)


def _facts(organization: Organization) -> list[dict[str, object]]:
    current = Role.objects.current().filter(organization=organization, duty=Duty.ADMINISTRATOR).order_by("pk")
    names = "、".join(current.values_list("user__name", flat=True))
    below = Organization.objects.active().filter(parent=organization).count()
    above = organization.parent
    return [
        {"label": "全称", "value": organization.name, "wide": True},
        {"label": "简称", "value": organization.short_name},
        {"label": "类型", "value": organization.get_kind_display()},
        {"label": "单位行业", "value": Option.objects.label(Group.INDUSTRY, organization.industry)},
        {"label": "上级组织", "value": above.name if above else ""},
        {"label": "管理员", "value": names or "未设置", "kind": "" if names else "state"},
        {"label": "直接下级组织", "value": f"{below} 个"},
    ]
