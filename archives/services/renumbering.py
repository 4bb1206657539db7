"""登记新的编号: a record marked 编号待更正 gets a number of its own again (指引 3.7)."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from archives.models import Archive
from archives.services.release import due_subject, entered_by
from members.models import Change, Member
from members.rules.domain import domain_problem
from members.services import changes, numbers
from numbering import spans
from numbering.domains import Domain
from numbering.facts import facts_of
from numbering.models import Dispute, Issue
from numbering.rules import number_problem, number_value, segment_problem
from numbering.services import holdings
from numbering.services.entitlement import NotIssued, require_issued
from orgs import policy
from orgs.models import Role, settled
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.problems import Problem

MISSING = Problem("number", "number_missing", "请填写新的发展团员编号")
LOST = Problem("number", "number_released", "该编号已经释放，不能再由本人使用，请填写新的编号")
LOST_TO_OTHER = replace(LOST, message="该编号已经核实属于他人，不能再使用，请填写新的编号")
ISSUE_FIRST = "新的编号须是发放给本人的，请联系上级团委发放"


class Unfit(Exception):
    """The number cannot be this person's; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def why_not(member: Member, *, by: Role) -> str:
    """Why this role cannot register a new number for this person, in words; empty when it can."""
    if not member.number_due or member.state == Member.State.WITHDRAWN:
        return f"{member.name}没有待更正的发展团员编号。"
    looks_after = {one.pk for one in entered_by(member)}
    if not policy.may(by, Act.CORRECT, member.organization) or by.organization_id not in looks_after:
        return f"新的编号由“{member.organization.name}”登记。"
    return ""


def issued_to(member: Member) -> str:
    """The number that waits for this person, if a committee has issued one."""
    waiting = Issue.objects.open().filter(
        id_blind=bytes(member.id_blind), organization=member.organization_id
    )
    found = waiting.first()
    return found.number if found else ""


def require_fit(member: Member, number: str) -> None:
    """Everything an entry's number is asked, in that order; the domain is that of the number it replaces.

    在读状况 may have changed since the entry (指引 3.5): only where the old number lies in no segment is it asked.

    Raises:
        Unfit: its form, year, segment, domain, or that it was not issued to this person.
        NumberTaken: someone holds it.
    """
    if not number:
        raise Unfit(MISSING)
    if number == lost_number(member):
        raise Unfit(LOST_TO_OTHER if is_adjudged(member) else LOST)
    if problem := number_problem(number, member.joined_on):
        raise Unfit(problem)
    facts = facts_of(number, id_number=member.opened("id_number"), organization=member.organization)
    if facts and (problem := segment_problem(facts) or _domain_problem(member, Domain(facts.domain))):
        raise Unfit(problem)
    holdings.require_free(number)
    _require_issued(member, number)


def register(member: Member, number: str, *, by: Role) -> None:
    """Take the new number; an open review of the entry starts anew, since what it compares has changed.

    Raises:
        PermissionDenied: the role does not look after this record.
        StaleState: registered meanwhile, or the entry withdrawn.
        Unfit, NumberTaken: see `require_fit`.
    """
    if member.number_due and (reason := why_not(member, by=by)):
        raise PermissionDenied(reason)
    with transaction.atomic():
        settled(member.organization_id)
        archive = Archive.objects.select_for_update().open().filter(member=member).first()
        Member.objects.select_for_update().get(pk=member.pk)
        current = Member.objects.select_related("organization", "holding").get(pk=member.pk)
        if current.number_due:
            require_fit(current, number)
        numbers.register(current, number, by=by)
        # Its segment is held by now: no issue is taken back from here on.
        _require_issued(current, number)
        if archive:
            Archive.objects.filter(pk=archive.pk).update(round=F("round") + 1)
        notices.finish(due_subject(current), by=by.user)
        audit.record(
            role=by, verb="number.register", subject=f"member:{current.pk}", organization=current.organization,
            from_state=current.state, to_state=current.state, fields=["number"],
        )  # fmt: skip


def _domain_problem(member: Member, domain: Domain) -> Problem | None:
    old = _old_domain(member)
    if old is None:
        return domain_problem(domain, changes.entry_of(member), settings.STUDY_DOMAINS)
    if old == domain:
        return None
    words = f"该发展团员编号属于{domain.label}领域，与拟录入团员所属领域不符，请重新核实"
    return Problem("number", "number_domain", words, f"原编号属于{old.label}领域，新的编号须属于同一领域")


def _old_domain(member: Member) -> Domain | None:
    value = number_value(lost_number(member))
    segment = spans.owner_segment(value) if value else None
    return Domain(segment.domain) if segment else None


def lost_number(member: Member) -> str:
    """The number that was released: by the province, or for somebody else by 编号占用核实."""
    lost = Change.objects.filter(member=member, field=numbers.RELEASED).order_by("-pk").first()
    return lost.opened()[0] if lost else ""


def is_adjudged(member: Member) -> bool:
    """Whether it was found to be somebody else's; else the province freed it, whoever it is for."""
    upheld = Dispute.objects.filter(number=lost_number(member), state=Dispute.State.UPHELD)
    return upheld.exclude(id_blind=bytes(member.id_blind)).exists()


def _require_issued(member: Member, number: str) -> None:
    """Here nothing is confirmed by a tick: a second number of somebody else's would be the same mistake again."""
    try:
        require_issued(number, id_number=member.opened("id_number"))
    except NotIssued as wrong:
        problem = wrong.problem
        raise Unfit(
            replace(problem, detail=ISSUE_FIRST, warning=False) if problem.warning else problem
        ) from None
