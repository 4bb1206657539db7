"""导出 of 电子数据库: asked for here, made by the worker."""

from __future__ import annotations

from archives import exports
from orgs import policy
from orgs.models import Job, Organization, Role
from orgs.policy import Act
from orgs.services import jobs

TITLES = {exports.TABLE: "电子数据库", exports.PEOPLE: "新发展团员"}


def start(kind: str, organization: Organization, year: int, *, by: Role) -> Job:
    """Raises PermissionDenied: the role may not export this organisation's figures."""
    policy.require(by, Act.EXPORT, organization)
    title = f"{organization.short_name} {year} 年{TITLES[kind]}导出"
    return jobs.start(kind, title=title, params={"organization": organization.pk, "year": year}, by=by)
