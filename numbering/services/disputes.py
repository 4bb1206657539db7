"""编号占用核实: filed, answered, withdrawn and decided, as far as numbers go (指引 3.7). Forms, files and people: `archives.services.claims`."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from numbering import spans
from numbering.flow import DISPUTE
from numbering.judging import judge_of
from numbering.models import Dispute, Holding
from numbering.rules import number_value
from numbering.services import giving, holdings
from orgs import policy
from orgs.models import Notice, Organization, Role
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.states import StaleState, move

KIND = "编号占用核实"


class DisputeOpen(Exception):
    """The number is being looked into already; `dispute` is that case."""

    def __init__(self, dispute: Dispute) -> None:
        super().__init__("该编号正在核实")
        self.dispute = dispute


def occupant_of(number: str) -> Holding | None:
    """Who holds the number now."""
    active = Holding.objects.select_related("organization").exclude(state=Holding.State.RELEASED)
    return active.filter(number=number).first()


def open_on(number: str) -> Dispute | None:
    """The case that is open about this number."""
    return Dispute.objects.open().filter(number=number).select_related("judge").first()


def file(
    *,
    holding: Holding,
    name: str,
    id_number: str,
    joined_on: date,
    remark: str,
    organization: Organization,
    by: Role,
) -> Dispute:
    """Open a case for a person who would be entered into `organization`, which the caller holds (`settled`).

    Raises:
        PermissionDenied: the role may not.
        DisputeOpen: there is one about this number.
    """
    policy.require(by, Act.DISPUTE, organization)
    own = {organization.pk, by.organization_id}
    dispute = Dispute(
        number=holding.number, holding=holding, occupant_organization=holding.organization,
        judge=judge_of(holding.number, holding.organization, own=own, filer=by.user),
        name=name, joined_on=joined_on, remark=remark,
        filed_by=by.user, filed_as=by, filed_for=by.organization,
    )  # fmt: skip
    dispute.seal_id(id_number)
    dispute.place(organization)
    _insert(dispute)
    _record(dispute, "dispute.file", by=by)
    _announce(dispute, own)
    return dispute


def why_not_judge(role: Role, dispute: Dispute) -> str:
    """Why this role does not decide this case, in words; empty when it does."""
    if not policy.may(role, Act.JUDGE, role.organization) or role.organization_id != dispute.judge_id:
        return f"由“{dispute.judge.name}”核实。"
    if dispute.filed_by_id == role.user_id:
        return "这是您本人提交的核实，须由其他管理员处理。"
    return ""


def require_judge(role: Role, dispute: Dispute) -> None:
    """Insist that this role decides this case; of one that is `held`, since a change of administrators may address it anew.

    Raises:
        PermissionDenied: with the reason in words.
    """
    if reason := why_not_judge(role, dispute):
        raise PermissionDenied(reason)


def is_issued(dispute: Dispute) -> bool:
    """Whether a release issues the number to the applicant; one in no segment is only freed, and nobody else may use it then."""
    value = number_value(dispute.number)
    return value is not None and spans.owner_segment(value) is not None


def may_answer(role: Role, dispute: Dispute) -> bool:
    """The occupant's organisation, once, before the decision; not when it is the applicant or the judge as well."""
    own, others = dispute.occupant_organization_id, {dispute.filed_for_id, dispute.judge_id}
    is_open = dispute.state == Dispute.State.OPEN and dispute.answered_at is None
    return is_open and role.organization_id == own and own not in others


def may_withdraw(role: Role, dispute: Dispute) -> bool:
    """The organisation that filed it, while it is open."""
    return dispute.state == Dispute.State.OPEN and role.organization_id == dispute.filed_for_id


@transaction.atomic
def answer(dispute: Dispute, text: str, *, by: Role) -> None:
    """What the occupant's organisation has to say, for the judge.

    Raises:
        PermissionDenied: the role's organisation does not hold the number.
        StaleState: answered or decided already.
    """
    policy.require(by, Act.DISPUTE, by.organization)
    current = held(dispute)
    if by.organization_id != current.occupant_organization_id:
        raise PermissionDenied("只有占用该编号的组织可以答复。")
    if not may_answer(by, current):
        raise StaleState(outcome(current) or "本组织已经答复过，不能重复答复。")
    Dispute.objects.filter(pk=current.pk).update(answer=text, answered_by=by.user, answered_at=timezone.now())
    _record(current, "dispute.answer", by=by)
    _tell(
        current, current.judge, Notice.Sort.NEWS, f"发展团员编号 {current.number}：占用方已答复"
    )  # the to-do stands already


@transaction.atomic
def withdraw(dispute: Dispute, *, by: Role) -> None:
    """The applicant's organisation takes its case back.

    Raises:
        PermissionDenied: it is another organisation's.
        StaleState: decided meanwhile.
    """
    policy.require(by, Act.DISPUTE, by.organization)
    if by.organization_id != dispute.filed_for_id:
        raise PermissionDenied("只有提交核实的组织可以撤销。")
    current = held(dispute)
    _close(current, Dispute.State.WITHDRAWN, by=by)
    _record(current, "dispute.withdraw", before=Dispute.State.OPEN, by=by)


@transaction.atomic
def dismiss(dispute: Dispute, *, reason: str, by: Role) -> None:
    """不予释放: the number stays with its holder.

    Raises:
        PermissionDenied: the role does not decide it; in words.
        StaleState: somebody else decided it.
    """
    current = held(dispute)
    require_judge(by, current)
    _close(current, Dispute.State.DISMISSED, reason=reason, by=by)
    _record(current, "dispute.dismiss", before=Dispute.State.OPEN, by=by)
    _tell(current, current.filed_for, Notice.Sort.RESULT, f"发展团员编号 {current.number} 不予释放", reason)
    _tell_occupant(current, f"发展团员编号 {current.number} 核实完毕，仍由本组织的团员使用", reason)


def uphold(dispute: Dispute, *, place: Organization, reason: str, by: Role) -> Holding | None:
    """确认释放, as far as numbers go: the holding ends, the number is issued to the applicant. The holding that ended, if one still stood.

    Inside a transaction in which the caller holds the organisations, `place` (the applicant's) among them, and the occupant's record.

    Raises:
        PermissionDenied: the role does not decide it; in words.
        StaleState: somebody else decided it, or somebody else holds the number now.
    """
    segment = giving.hold_numbers(dispute)
    current = held(dispute)
    require_judge(by, current)
    _close(current, Dispute.State.UPHELD, reason=reason, by=by)
    occupant = occupant_of(current.number)
    if occupant and occupant.pk != current.holding_id:
        raise StaleState(
            "提交核实以后，该编号已改由另一人占用，不能按本件释放。请选择不予释放并说明，由申请方重新提交核实。"
        )
    if occupant:
        holdings.release(occupant)
    if segment:
        giving.give(current, place, segment.domain, by=by)
    _record(current, "dispute.uphold", before=Dispute.State.OPEN, by=by)
    _tell(
        current, current.filed_for, Notice.Sort.RESULT, "编号已释放，可重新录入",
        f"{current.name}　发展团员编号 {current.number}", link="dispute-continue", action="继续录入",
    )  # fmt: skip
    return occupant


def held(dispute: Dispute) -> Dispute:
    """The case as it stands, its row held until the transaction ends."""
    Dispute.objects.select_for_update().get(pk=dispute.pk)
    joined = ("judge", "filed_for", "filed_by", "decided_by", "occupant_organization", "organization")
    return Dispute.objects.select_related(*joined).get(pk=dispute.pk)


def outcome(dispute: Dispute) -> str:
    """What became of a case that is closed, and through whom; empty while it is open."""
    if dispute.state == Dispute.State.OPEN:
        return ""
    who = dispute.decided_by.name if dispute.decided_by else "系统"
    return f"该核实已由 {who} 处理，结果为“{dispute.get_state_display()}”"


def _insert(dispute: Dispute) -> None:
    """The constraint has the last word on a second case about the number."""
    try:
        with transaction.atomic():
            dispute.save(force_insert=True)
    except IntegrityError:
        if found := open_on(dispute.number):
            raise DisputeOpen(found) from None
        raise


def _announce(dispute: Dispute, own: set[int]) -> None:
    """The judge has to decide it; the occupant's organisation, where it is neither judge nor one of the applicant's `own`, may answer."""
    title = f"发展团员编号 {dispute.number} 的占用待核实"
    _tell(dispute, dispute.judge, Notice.Sort.TODO, title, action="去核实")
    if dispute.occupant_organization_id not in {dispute.judge_id, *own}:
        _tell(
            dispute, dispute.occupant_organization, Notice.Sort.NEWS,
            f"本组织占用的发展团员编号 {dispute.number} 正在核实", f"由{dispute.judge.name}核实，可在核实前答复。",
        )  # fmt: skip


def _close(dispute: Dispute, to: Dispute.State, *, reason: str = "", by: Role) -> None:
    if words := outcome(dispute):
        raise StaleState(words)
    move(dispute, to, table=DISPUTE, decided_by=by.user, decided_at=timezone.now(), reason=reason)
    notices.finish(_subject(dispute), by=by.user)


def _subject(dispute: Dispute) -> str:
    return f"dispute:{dispute.pk}"


def _tell_occupant(dispute: Dispute, title: str, body: str = "") -> None:
    if dispute.occupant_organization_id not in {dispute.filed_for_id, dispute.judge_id}:
        _tell(dispute, dispute.occupant_organization, Notice.Sort.NEWS, title, body)


def _tell(
    dispute: Dispute,
    to: Organization,
    sort: Notice.Sort,
    title: str,
    body: str = "",
    *,
    link: str = "dispute",
    action: str = "",
) -> None:
    notices.tell(
        to, sort=sort, kind=KIND, title=title, body=body, subject=_subject(dispute),
        link=link, link_args=[str(dispute.uuid)], action=action,
    )  # fmt: skip


def _record(dispute: Dispute, verb: str, *, before: str = "", by: Role) -> None:
    audit.record(
        role=by, verb=verb, subject=_subject(dispute), organization=dispute.organization,
        from_state=before, to_state=dispute.state,
    )  # fmt: skip
