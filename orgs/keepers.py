"""Whose accounts are in whose keeping. A new password or a second factor taken away opens everything its person may do: so it is for whoever is
set over every one of the person's roles, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterable

from orgs import policy
from orgs.models import Duty, Organization, Role, User
from orgs.policy import Act


def why_not_take_over(user: User, *, by: Role) -> str:
    """Why this role cannot set a new password or take away the second factor of this account, and who can; empty when it can."""
    if user.pk == by.user_id:
        return "不能重置自己的账号，自己的密码请用“修改密码”修改。"
    if not user.is_active:
        return "该账号已停用。"
    # Those in closed organisations too: an organisation may be opened again.
    roles = list(Role.objects.filter(user=user, ended_at=None).select_related("organization"))
    duties = {role.duty for role in roles}
    if Duty.AUDITOR in duties:
        return "审计员的账号不能在这里重置，须在服务器上用 appoint_duty --reset 重置。"
    if policy.grants(by, Act.OPERATE) or (roles and all(_keeps(by, role) for role in roles)):
        return ""
    if Duty.SYSTEM in duties:
        return f"{user.name}同时是系统管理员，账号由另一名系统管理员在“省级管理”中重置。"
    return f"{user.name}的身份不全在您的管理范围内，账号由{who_keeps(roles)}重置。"


def who_keeps(roles: Iterable[Role]) -> str:
    """Who resets the account of the person with these roles, in words: the nearest organisation that is set over all of them."""
    found = _keeper(list(roles))
    return f"“{found.name}”的管理员" if found else "省级系统管理员"


def _keeps(by: Role, role: Role) -> bool:
    """Whether what this role may do is no more than `by` may give."""
    match role.duty:
        case Duty.ADMINISTRATOR:
            return policy.may(by, Act.MANAGE_ADMINISTRATORS, role.organization)
        case Duty.CADRE:
            return policy.may(by, Act.OPEN_ACCOUNT, role.organization)
    return False


def _keeper(roles: list[Role]) -> Organization | None:
    """The nearest organisation with an administrator, somebody else, who keeps all of these roles."""
    if not roles:
        return None
    above = set.intersection(*(set(role.organization.path_ids) for role in roles))
    staff = Role.objects.current().filter(duty=Duty.ADMINISTRATOR, organization__in=above)
    others = staff.exclude(user=roles[0].user_id).select_related("organization")
    nearest = sorted(others, key=lambda one: -one.organization.depth)
    return next((one.organization for one in nearest if all(_keeps(one, role) for role in roles)), None)
