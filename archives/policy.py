"""Who reviews what, and who may decide on one archive."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied

from archives.models import Archive
from orgs import policy
from orgs.kinds import COMMITTEES
from orgs.models import Organization, Role
from orgs.policy import Act


def needs_review(submitter: Organization) -> bool:
    """Whether files submitted by this organisation are reviewed: always those of 团支部 and 团总支 (指引 1.1, 2.3)."""
    return submitter.kind not in COMMITTEES or settings.COMMITTEE_ENTRIES_REVIEWED


def why_not_decide(role: Role, archive: Archive) -> str:
    """Why this role cannot decide on this archive, in words; empty when it can."""
    if not policy.may(role, Act.REVIEW, archive.organization):
        return "只有上级团委、团工委或团的领导机关的管理员可以审核。"
    if archive.submitted_by_id == role.user_id:
        return "这是您本人提交的入团志愿书，须由其他管理员审核。"
    if archive.reviewer_id != role.organization_id:
        where = archive.reviewer.name if archive.reviewer else "审核组织"
        return f"该入团志愿书由“{where}”审核。"
    return ""


def require_reviewer(role: Role, archive: Archive) -> None:
    """Insist that this role decides on this archive.

    Raises:
        PermissionDenied: with the reason in words.
    """
    reason = why_not_decide(role, archive)
    if reason:
        raise PermissionDenied(reason)
