"""Who may do what: one grants table. Which rows a role sees is `visible_to`; which act it may do is asked here."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import models

from orgs.kinds import COMMITTEES, Kind
from orgs.models import Organization, Role, User
from orgs.models.people import Duty
from orgs.superiors import Superiors


class Act(models.TextChoices):
    ENTER = "enter", "录入团员团干部"
    ENTER_BELOW = "enter_below", "录入下级团员"
    ENTER_CADRE = "enter_cadre", "录入干部"
    APPOINT = "appoint", "登记任职"
    CHOOSE_TITLE = "choose_title", "重新选择现任职务"
    SEE_OWN = "see_own", "查看本人信息"
    OPEN_ACCOUNT = "open_account", "开通团干部本人账号"
    CORRECT = "correct", "修改或撤回录入"
    UPDATE_STUDY = "update_study", "更新在读状况"
    REVEAL = "reveal", "查看完整信息"
    SEE_MEMBERS = "see_members", "查看团员"
    RESUBMIT = "resubmit", "替换档案"
    REVIEW = "review", "审核入团志愿书"
    REPLACE = "replace", "替换在册团员的档案"
    SEE_NUMBERS = "see_numbers", "查看号段"
    HAND_DOWN = "hand_down", "分配号段"
    ISSUE = "issue", "发放编号"
    DISPUTE = "dispute", "提交或答复编号占用核实"
    JUDGE = "judge", "核实编号占用"
    REGISTER = "register", "提交编号登记备案"
    PASS_UP = "pass_up", "确认上报编号登记备案"
    HANDLE_REGISTRATION = "handle_registration", "登记编号备案"
    SEE_DATABASE = "see_database", "查看电子数据库"
    EXPORT = "export", "导出"
    ADMINISTER = "administer", "管理全省数据"
    OPERATE = "operate", "管理系统"
    AUDIT = "audit", "查看审计"
    DESK = "desk", "进入省级管理"
    SEE_ORGANIZATIONS = "see_organizations", "查看组织"
    MANAGE_ORGANIZATIONS = "manage_organizations", "管理组织"
    MANAGE_ADMINISTRATORS = "manage_administrators", "设置管理员"


ANY = frozenset(Kind)
GRANTS: dict[Act, frozenset[Kind]] = {
    Act.ENTER: frozenset({Kind.BRANCH}),
    Act.ENTER_BELOW: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.ENTER_CADRE: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.APPOINT: ANY,
    Act.CHOOSE_TITLE: ANY,
    Act.SEE_OWN: ANY,
    Act.OPEN_ACCOUNT: ANY,
    Act.CORRECT: ANY,
    Act.UPDATE_STUDY: ANY,
    Act.REVEAL: ANY,
    Act.SEE_MEMBERS: ANY,
    Act.RESUBMIT: ANY,
    Act.REVIEW: frozenset(COMMITTEES),
    Act.REPLACE: frozenset(COMMITTEES),
    Act.SEE_NUMBERS: ANY,
    Act.HAND_DOWN: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.ISSUE: frozenset(COMMITTEES),
    Act.DISPUTE: ANY,
    Act.JUDGE: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
    Act.REGISTER: ANY,
    Act.PASS_UP: frozenset(COMMITTEES),
    Act.HANDLE_REGISTRATION: frozenset({Kind.PROVINCE}),
    Act.SEE_DATABASE: ANY,
    Act.EXPORT: ANY,
    Act.ADMINISTER: frozenset({Kind.PROVINCE}),
    Act.OPERATE: frozenset({Kind.PROVINCE}),
    Act.AUDIT: frozenset({Kind.PROVINCE}),
    Act.DESK: frozenset({Kind.PROVINCE}),
    Act.SEE_ORGANIZATIONS: ANY,
    Act.MANAGE_ORGANIZATIONS: frozenset(COMMITTEES),
    Act.MANAGE_ADMINISTRATORS: frozenset(COMMITTEES | {Kind.GENERAL_BRANCH}),
}
"""In which kinds of organisation one may do it, for the own organisation and those below."""

DUTIES: dict[Act, frozenset[Duty]] = {
    Act.CHOOSE_TITLE: frozenset({Duty.ADMINISTRATOR, Duty.CADRE}),
    Act.SEE_OWN: frozenset({Duty.CADRE}),
    Act.OPERATE: frozenset({Duty.SYSTEM}),
    Act.AUDIT: frozenset({Duty.AUDITOR}),
    Act.MANAGE_ADMINISTRATORS: frozenset({Duty.ADMINISTRATOR, Duty.SYSTEM}),
    Act.DESK: frozenset({Duty.ADMINISTRATOR, Duty.SYSTEM, Duty.AUDITOR}),
}
"""Acts that are not, or not only, an administrator's. Three groups at the province, whose rights do not meet: numbers and people, the
system, the audit."""

OWN_ONLY = frozenset({Act.ENTER, Act.ENTER_CADRE, Act.APPOINT, Act.CHOOSE_TITLE, Act.SEE_OWN})
"""Acts on the role's own organisation only."""
BELOW_ONLY = frozenset({Act.MANAGE_ADMINISTRATORS})
"""Acts on what lies below, never on the own organisation; 系统管理员, who stands beside the administrators, may do them everywhere."""


def grants(role: Role, act: Act) -> bool:
    """Whether the role has this act at all: what menus ask."""
    return role.duty in duties_of(act) and role.organization.kind in GRANTS[act]


def duties_of(act: Act) -> frozenset[Duty]:
    return DUTIES.get(act, frozenset({Duty.ADMINISTRATOR}))


def may(role: Role, act: Act, organization: Organization) -> bool:
    """Whether the role may do this to something of `organization`."""
    if not grants(role, act):
        return False
    if act in OWN_ONLY:
        return organization.pk == role.organization_id
    if act in BELOW_ONLY and role.duty != Duty.SYSTEM and organization.pk == role.organization_id:
        return False
    return organization.is_at_or_below(role.organization)


def require(role: Role, act: Act, organization: Organization) -> None:
    """Insist on `may`.

    Raises:
        PermissionDenied: with a sentence naming the missing right and who has it.
    """
    if not may(role, act, organization):
        kinds = "、".join(kind.label for kind in Kind if kind in GRANTS[act])
        duties = "、".join(duty.label for duty in Duty if duty in duties_of(act))
        if act in BELOW_ONLY and grants(role, act) and organization.pk == role.organization_id:
            raise PermissionDenied(f"本组织不能自行{act.label}，由上级组织的管理员或省级系统管理员办理。")
        raise PermissionDenied(
            f"您以“{role}”的身份不能在“{organization.name}”{act.label}。此项操作由{kinds}{duties}办理，如需切换身份请点击“切换组织”。"
        )


def replacement_reviewer_of(organization: Organization, *, author: User) -> Organization | None:
    """The 领导机关 that reviews a replacement submitted by `organization` (指引 3.11): the nearest above it, or, at the top, the
    province itself, where another administrator decides. Passed over and waiting as in `reviewer_of`."""
    path = organization.path_ids
    return Superiors([path]).replacement_reviewer(path, author=author.pk)


def reviewer_of(organization: Organization, *, author: User) -> Organization | None:
    """The committee that reviews what `organization` submits: the nearest 团委, 团工委 or 领导机关 above it.

    One without an active administrator, or whose only one is the author, is passed over for the next above, since nobody
    decides on their own submission. With nobody left it is the nearest all the same, and waits there for an administrator.
    """
    path = organization.path_ids
    return Superiors([path]).reviewer(path, author=author.pk)


def superior_of(organization: Organization) -> Organization | None:
    """Where something goes up to level by level: the nearest committee above with an active administrator, the highest at last.

    The highest one itself has nobody above.
    """
    path = organization.path_ids
    return Superiors([path]).superior(path)
