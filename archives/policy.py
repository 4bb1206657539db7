"""Who reviews what, and who may decide on one archive."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Q

from archives.models import Archive
from members.models import Change, Member
from members.services.numbers import RELEASED
from orgs import policy
from orgs.kinds import COMMITTEES, Kind
from orgs.models import Organization, Role
from orgs.policy import Act


class Check(models.TextChoices):
    """What a reviewer ticks off on paper (纸面核对), in the order of the keys 1–4."""

    COMPLETE = "complete", "页面齐全"
    LEGIBLE = "legible", "字迹清晰"
    SEALED = "sealed", "公章"
    MATCHING = "matching", "信息一致"


def why_not_checked(ticked: Collection[str]) -> str:
    """What is still to be ticked before 通过, in words; empty when nothing is, or where a province does not insist."""
    missing = [one.label for one in Check if one not in ticked]
    insists = settings.REVIEW_CHECKS_REQUIRED and missing
    return f"请先核对并勾选：{'、'.join(missing)}" if insists else ""


def needs_review(submitter: Organization) -> bool:
    """Whether files submitted by this organisation are reviewed: always those of 团支部 and 团总支 (指引 1.1, 2.3)."""
    if submitter.kind not in COMMITTEES:
        return True
    # Above the province nobody is left to review.
    return settings.COMMITTEE_ENTRIES_REVIEWED and submitter.parent_id is not None


def require_entering(organization: Organization, *, by: Role) -> None:
    """Insist that the role may enter people into this organisation: a 团支部 its own by form A (指引 1.1), superiors into a 团支部 below
    by form B (1.2), and every other kind the cadres of its own level by form C (2).

    Raises:
        PermissionDenied: in words.
    """
    act = Act.ENTER_CADRE
    if organization.kind == Kind.BRANCH:
        act = Act.ENTER if organization.pk == by.organization_id else Act.ENTER_BELOW
    policy.require(by, act, organization)
    if not organization.is_active:
        raise PermissionDenied(f"“{organization.name}”已停用，不能再录入。")


def why_not_decide(role: Role, archive: Archive) -> str:
    """Why this role cannot decide on this archive, in words; empty when it can."""
    if not policy.may(role, Act.REVIEW, archive.organization):
        return "只有上级团委、团工委或团的领导机关的管理员可以审核。"
    if archive.submitted_by_id == role.user_id:
        return "这是您本人提交的入团志愿书，须由其他管理员审核。"
    if Archive.objects.filter(worked_on(role), pk=archive.pk).exists():
        return "这是您本人录入或修改过的信息，须由其他管理员审核。"
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


def worked_on(role: Role) -> Q:
    """Of archives: those whose data this person entered or changed. Until the first decision every change is a correction of the
    entry; later ones (在读状况) make nobody an author."""
    changed = Change.objects.filter(member=OuterRef("member"), user=role.user_id).exclude(field=RELEASED)
    author = Q(member__entered_by=role.user_id) | Q(Exists(changed))
    return Q(member__state=Member.State.PENDING) & author


CORRECTABLE = frozenset({Member.State.PENDING, Member.State.REFUSED})
"""Until approval an entry is its organisation's own to put right."""


def why_not_correct(role: Role, member: Member) -> str:
    """Why this role can neither correct nor withdraw this entry, in words; empty when it can."""
    if member.state not in CORRECTABLE:
        return f"{member.name}当前为“{member.get_state_display()}”，只有审核中和未通过的可以修改或撤回。"
    if not policy.may(role, Act.CORRECT, member.organization):
        return f"您以“{role}”的身份不能修改或撤回“{member.organization.name}”的录入。"
    last = member.archives.select_related("submitted_as").order_by("-pk").first()
    # Whoever reviews compares the data with the file; a reviewer who could alter them would be reviewing their own work.
    if role.organization_id not in {
        member.organization_id,
        last.submitted_as.organization_id if last else None,
    }:
        return f"录入信息由“{member.organization.name}”修改或撤回。"
    return ""


def require_corrector(role: Role, member: Member) -> None:
    """Insist that this role may correct or withdraw this entry.

    Raises:
        PermissionDenied: with the reason in words.
    """
    if reason := why_not_correct(role, member):
        raise PermissionDenied(reason)
