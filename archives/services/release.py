"""释放编号: a number is taken from a record, which stays and is marked 编号待更正 (指引 3.7)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from archives.models import Archive
from members.models import Member
from members.services import changes, numbers
from numbering.models import Issue, Registration
from numbering.services import holdings, issues
from numbering.services.disputes import KIND, open_on
from numbering.services.registration_steps import void
from orgs import policy
from orgs.models import Notice, Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.seen import STALE, same, token
from zhtj.lib.states import StaleState

REASON = "release_reason"
"""What the history calls why the province released a number: kept sealed, since people write names into reasons."""


def entered_by(member: Member) -> list[Organization]:
    """The member's organisation, and the one that entered the person there (form B): both look after the record."""
    first = member.archives.select_related("submitted_as__organization").order_by("pk").first()
    found = {member.organization_id: member.organization}
    if first:
        found[first.submitted_as.organization_id] = first.submitted_as.organization
    return list(found.values())


def due_subject(member: Member) -> str:
    return f"number_due:{member.pk}"


def lose(member: Member, archive: Archive | None, *, why: str, verb: str = "number.lose", by: Role) -> None:
    """The record without its number, which is not registered for this person either, on record and told.

    The caller holds record and number, and has released the holding. `verb` is what the audit says: lost to somebody else by
    编号占用核实, or freed by the province.
    """
    registered = Registration.objects.handled().filter(number=member.number)
    void(registered.filter(id_blind=bytes(member.id_blind)), reason="已释放，不再由其使用", by=by)
    numbers.lose(member, by=by)
    if archive:  # whoever reviews it compares it with a number that is gone: their page is of the last round
        Archive.objects.filter(pk=archive.pk).update(round=F("round") + 1)
    audit.record(
        role=by, verb=verb, subject=f"member:{member.pk}", organization=member.organization,
        from_state=member.state, to_state=member.state, fields=["number"],
    )  # fmt: skip
    for organization in entered_by(member):
        notices.tell(
            organization, sort=Notice.Sort.TODO, kind=KIND, subject=due_subject(member),
            title=f"{member.name}的发展团员编号待更正，请登记新的编号", body=why,
            link="member-number", link_args=[str(member.uuid)], action="去登记",
        )  # fmt: skip


def why_not(member: Member) -> str:
    """Why this person's number is not released here, in words; empty when it can be."""
    if member.state != Member.State.ACTIVE:
        return "只释放在册团员的编号；审核中、未通过的由所在组织修改或撤回。"
    if member.holding is None:
        return f"{member.name}没有发展团员编号。"
    if open_on(member.number):
        return f"编号 {member.number} 正在核实，由核实的组织处理。"
    return ""


def seen(member: Member) -> str:
    return token(member.pk, member.holding_id, member.state)


def release(member: Member, *, reason: str, seen: str, by: Role) -> None:
    """The province frees the number of a member in force; what was issued to, or registered for, this person of it is taken back.

    Raises:
        PermissionDenied: the role may not.
        StaleState: the number, or the record, changed since the preview; or a case about it is open.
    """
    policy.require(by, Act.ADMINISTER, by.organization)
    with transaction.atomic():
        Organization.objects.lock(shared=True)  # the number may have been issued in another branch
        settled(member.organization_id)
        archive = Archive.objects.select_for_update().open().filter(member=member).first()
        Member.objects.select_for_update().get(pk=member.pk)
        current = Member.objects.select_related("organization", "holding").get(pk=member.pk)
        if not same(seen, current.pk, current.holding_id, current.state):
            raise StaleState(STALE)
        holding = current.holding
        if holding is None or why_not(current):
            raise StaleState(why_not(current))
        holdings.release(holding)
        mine = Issue.objects.open().filter(number=holding.number, id_blind=bytes(current.id_blind)).first()
        if mine:
            issues.withdraw(mine, by=by)
        changes.record(current, {REASON: ("", reason)}, by=by)
        why = f"原编号 {holding.number} 已由省级释放：{reason}"
        lose(current, archive, why=why, verb="number.release", by=by)
