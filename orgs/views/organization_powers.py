"""What a role may do to an organisation of its subtree, for the buttons, and the organisation itself for the pages behind them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from orgs import policy
from orgs.access import ActingRequest
from orgs.kinds import ALLOWED_BELOW, MAX_LEVELS
from orgs.models import Organization, Role
from orgs.policy import Act


@dataclass(frozen=True, slots=True)
class Powers:
    """`over` is what only those above may do: move, change the kind, deactivate, open again."""

    manages: bool
    add: bool
    rename: bool
    over: bool
    administrators: bool


def powers(role: Role, organization: Organization) -> Powers:
    manages = policy.may(role, Act.MANAGE_ORGANIZATIONS, organization)
    above = organization.parent
    return Powers(
        manages=manages,
        add=manages and not why_nothing_below(organization),
        rename=manages,
        over=above is not None and policy.may(role, Act.MANAGE_ORGANIZATIONS, above),
        administrators=policy.may(role, Act.MANAGE_ADMINISTRATORS, organization),
    )


def why_nothing_below(organization: Organization) -> str:
    """Why nothing at all may be set up directly below, in words; empty when something may."""
    if not organization.is_active:
        return f"“{organization.name}”已停用，不能在其下设立组织。"
    if not ALLOWED_BELOW[organization.kind]:
        return f"“{organization.name}”是{organization.get_kind_display()}，其下不能设立组织。"
    if organization.depth + 1 >= MAX_LEVELS:
        return f"组织树最多 {MAX_LEVELS} 级，“{organization.name}”之下不能再设立组织。"
    return ""


def seen_by(request: ActingRequest, pk: int) -> Organization:
    """404 for one out of sight."""
    visible = Organization.objects.visible_to(request.role).select_related("parent")
    found: Organization = get_object_or_404(visible, pk=pk)
    return found


def managed(request: ActingRequest, pk: int) -> Organization:
    """One that the role manages, its own included."""
    found = seen_by(request, pk)
    policy.require(request.role, Act.MANAGE_ORGANIZATIONS, found)
    return found


def opening(request: ActingRequest, pk: int) -> Organization:
    """One that the role may set up something below."""
    found = managed(request, pk)
    if words := why_nothing_below(found):
        raise PermissionDenied(words)
    return found


def under(request: ActingRequest, pk: int) -> tuple[Organization, Organization]:
    """One that stands below an organisation the role manages, and that organisation."""
    found = managed(request, pk)
    if found.parent is None:
        raise PermissionDenied(f"“{found.name}”是省级组织，不能移动、停用或变更类型。")
    if found.pk == request.role.organization_id:
        raise PermissionDenied("本组织的移动、停用和变更类型由上级组织的管理员办理。")
    policy.require(request.role, Act.MANAGE_ORGANIZATIONS, found.parent)
    return found, found.parent
