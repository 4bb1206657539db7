"""Who may do what: one grants table. Which rows a role sees is `visible_to`; which act it may do is asked here."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import models

from orgs.kinds import COMMITTEES, Kind
from orgs.models import Organization, Role, User
from orgs.models.people import Duty


class Act(models.TextChoices):
    ENTER = "enter", "录入团员团干部"
    ENTER_BELOW = "enter_below", "录入下级团员"
    ENTER_CADRE = "enter_cadre", "录入干部"
    APPOINT = "appoint", "登记任职"
    CORRECT = "correct", "修改或撤回录入"
    UPDATE_STUDY = "update_study", "更新在读状况"
    REVEAL = "reveal", "查看完整信息"
    SEE_MEMBERS = "see_members", "查看团员"
    RESUBMIT = "resubmit", "替换档案"
    REVIEW = "review", "审核入团志愿书"
    MANAGE_ORGANIZATIONS = "manage_organizations", "管理组织"


ANY = frozenset(Kind)
GRANTS: dict[Act, frozenset[Kind]] = {
    Act.ENTER: frozenset({Kind.BRANCH}),
    Act.ENTER_BELOW: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.ENTER_CADRE: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.APPOINT: ANY,
    Act.CORRECT: ANY,
    Act.UPDATE_STUDY: ANY,
    Act.REVEAL: ANY,
    Act.SEE_MEMBERS: ANY,
    Act.RESUBMIT: ANY,
    Act.REVIEW: frozenset(COMMITTEES),
    Act.MANAGE_ORGANIZATIONS: frozenset(COMMITTEES),
}
"""Administrators of which kinds of organisation may do it, for their own organisation and those below."""

OWN_ONLY = frozenset({Act.ENTER, Act.ENTER_CADRE, Act.APPOINT})
"""Acts on the role's own organisation only."""


def grants(role: Role, act: Act) -> bool:
    """Whether the role has this act at all: what menus ask."""
    return role.duty == Duty.ADMINISTRATOR and role.organization.kind in GRANTS[act]


def may(role: Role, act: Act, organization: Organization) -> bool:
    """Whether the role may do this to something of `organization`."""
    if not grants(role, act):
        return False
    if act in OWN_ONLY:
        return organization.pk == role.organization_id
    return organization.is_at_or_below(role.organization)


def require(role: Role, act: Act, organization: Organization) -> None:
    """Insist on `may`.

    Raises:
        PermissionDenied: with a sentence naming the missing right and who has it.
    """
    if not may(role, act, organization):
        kinds = "、".join(kind.label for kind in Kind if kind in GRANTS[act])
        raise PermissionDenied(
            f"您以“{role}”的身份不能在“{organization.name}”{act.label}。此项操作由{kinds}管理员办理，如需切换身份请点击“切换组织”。"
        )


def reviewer_of(organization: Organization, *, author: User) -> Organization | None:
    """The committee that reviews what `organization` submits: the nearest 团委, 团工委 or 领导机关 above it.

    One without an active administrator, or whose only one is the author, is passed over for the next above, since nobody
    decides on their own submission. With nobody left it is the nearest all the same, and waits there for an administrator.
    """
    above = list(
        Organization.objects.ancestors_of(organization)
        .active()
        .filter(kind__in=COMMITTEES)
        .exclude(pk=organization.pk)
    )
    if not above:
        return None
    staffed = set(
        Role.objects.current()
        .filter(duty=Duty.ADMINISTRATOR, organization__in=above)
        .exclude(user=author)
        .values_list("organization_id", flat=True)
    )
    return next((one for one in reversed(above) if one.pk in staffed), above[-1])
