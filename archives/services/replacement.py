"""替换: another file for a member in force, decided by a 领导机关; until then, and after a refusal, the old one stays (指引 3.11)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from archives.models import Archive, Upload
from archives.services.entry import FILE_SPENT, attach
from members.models import Member
from orgs import policy
from orgs.models import Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState

ASK_ABOVE = "如上传错误，请联系上级团组织操作替换"


def may_replace(role: Role, organization: Organization) -> bool:
    """Whether the role replaces files of this organisation's people: a superior 团委, 团工委 or 领导机关, never the organisation itself."""
    return policy.may(role, Act.REPLACE, organization) and role.organization_id != organization.pk


def why_not(member: Member, *, by: Role) -> str:
    """Why this role cannot replace this member's file, in words; empty when it can."""
    if not may_replace(by, member.organization):
        return ASK_ABOVE
    if in_force(member) is None:
        return f"{member.name}没有审核通过的入团志愿书，无从替换。"
    if Archive.objects.open().filter(member=member).exists():
        return f"{member.name}已有一份档案替换正在审核，审核完毕后才能再次替换。"
    return ""


def in_force(member: Member) -> Archive | None:
    found = Archive.objects.filter(member=member, state=Archive.State.APPROVED)
    return found.select_related("upload", "submitted_by", "submitted_as__organization", "decided_by").first()


def replace(member: Member, upload: Upload, *, instead_of: Archive, reason: str, by: Role) -> Archive:
    """Submit `upload` in place of the file in force, `instead_of`, which is the one the page showed.

    Raises:
        PermissionDenied: the role may not; in words.
        StaleState: another one is in force by now, one is open already, or the file belongs to someone.
    """
    try:
        with transaction.atomic():
            return _replace(member, upload, instead_of=instead_of, reason=reason, by=by)
    except IntegrityError:
        raise StaleState(FILE_SPENT) from None


def _replace(member: Member, upload: Upload, *, instead_of: Archive, reason: str, by: Role) -> Archive:
    place = settled(member.organization_id)
    # Held, so that of two replacements, or a replacement and a decision on one, the second sees what the first has done.
    old = Archive.objects.select_for_update().filter(pk=instead_of.pk, member=member).first()
    current = Member.objects.select_related("organization").get(pk=member.pk)
    role = Role.objects.select_related("organization", "user").get(pk=by.pk)
    if not may_replace(role, place):
        raise PermissionDenied(ASK_ABOVE)
    if words := why_not(current, by=role):
        raise StaleState(words)
    if old is None or old.state != Archive.State.APPROVED:
        raise StaleState(
            f"{current.name}的入团志愿书刚刚由他人替换，本次没有提交，请核对现在的档案后再决定是否替换。"
        )
    archive = attach(current, upload, replaces=old, reason=reason, by=role)
    audit.record(
        role=role, verb="replace", subject=f"member:{current.pk}", organization=place,
        from_state=old.state, to_state=archive.state,
    )  # fmt: skip
    return archive
