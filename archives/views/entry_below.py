"""录入下级团员 (指引 1.2): the tree on the left, form B for the chosen 团支部 on the right."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from archives.policy import require_entering
from archives.views import entry_flow
from archives.views.entry_flow import Desk
from members.choices import Variant
from members.layout import HEADINGS
from members.models import Member
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.policy import Act
from orgs.views import opened_as, tree

PICKER = tree.Picker(
    page="enter-below",
    children="enter-below-children",
    search="enter-below-search",
    kinds=frozenset({Kind.BRANCH}),
)
children, search = tree.fragments(PICKER, Act.ENTER_BELOW)
TEMPLATE = "archives/enter_below.html"
CRUMBS = ("团员管理", HEADINGS[Variant.B])
RECENT = 5
LOOKED_AT = 300
"""So many of a person's last entries are searched for recent branches."""


@sensitive_post_parameters()
@acting
def enter_below(request: ActingRequest) -> HttpResponse:
    """Choose a branch; once it is in the address: fill in, check, confirm."""
    role, chosen = _chosen(request)
    if request.method != "POST" and (reason := _why_not(chosen)):
        return _choose(request, chosen, "" if chosen == role.organization else reason)
    return entry_flow.run(request, _desk(request, role, chosen))


@sensitive_post_parameters()
@acting
@require_POST
def fields(request: ActingRequest) -> HttpResponse:
    return entry_flow.live(request, _desk(request, *_chosen(request)))


def _chosen(request: ActingRequest) -> tuple[Role, Organization]:
    """The role the page was opened in and the organisation in its address."""
    role = opened_as.page_role(request)
    policy.require(role, Act.ENTER_BELOW, role.organization)
    return role, tree.chosen(request, role)


def _why_not(chosen: Organization) -> str:
    """Why nobody can be entered into this organisation here, in words; empty when they can."""
    if chosen.kind != Kind.BRANCH:
        return f"“{chosen.name}”是{chosen.get_kind_display()}，团员须录入到团支部，请在组织树中选择其下的团支部。"
    return "" if chosen.is_active else f"“{chosen.name}”已停用，不能再录入。"


def _desk(request: ActingRequest, role: Role, branch: Organization) -> Desk:
    if reason := _why_not(branch):
        raise PermissionDenied(reason)
    require_entering(branch, by=role)
    return Desk(
        Variant.B, role, branch, PICKER.page, branch.name, (*CRUMBS, *_way(role, branch)),
        query=f"?org={branch.pk}", template=TEMPLATE, beside=partial(_tree, request, role, branch),
    )  # fmt: skip


def _tree(request: ActingRequest, role: Role, branch: Organization) -> dict[str, Any]:
    # Somebody who has switched to another role meanwhile has no tree to choose from: the form only waits for them.
    return tree.context(request, PICKER, branch) if role == request.role else {}


def _way(role: Role, branch: Organization) -> list[str]:
    above = Organization.objects.ancestors_of(branch).exclude(pk=branch.pk)
    return list(above.filter(depth__gte=role.organization.depth).values_list("short_name", flat=True))


def _choose(request: ActingRequest, chosen: Organization, reason: str) -> HttpResponse:
    context = {
        "heading": HEADINGS[Variant.B],
        "crumbs": CRUMBS,
        "reason": reason,
        "recent": [(branch, PICKER.address(branch.pk)) for branch in _recent(request.role)],
        **tree.context(request, PICKER, chosen),
    }
    return render(request, TEMPLATE, context)


def _recent(role: Role) -> list[Organization]:
    """The branches this person entered people into last, as far as they are in sight and open."""
    entered = Member.objects.visible_to(role).listed().filter(entered_by=role.user)
    last = dict.fromkeys(entered.order_by("-pk").values_list("organization_id", flat=True)[:LOOKED_AT])
    branches = Organization.objects.active().filter(kind=Kind.BRANCH).in_bulk(last)
    return [branches[pk] for pk in last if pk in branches][:RECENT]
