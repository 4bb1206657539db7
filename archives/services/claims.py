"""提交核实 and its outcome: the form and the file an applicant brings forward, and what a release does to the occupant's record (指引 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from archives.models import Archive, Claim, Upload
from archives.policy import require_entering
from archives.services import drafts, release
from archives.services.entry import FILE_SPENT
from members.models import Member
from members.rules import Entry
from numbering.models import Dispute, Holding
from numbering.services import disputes
from orgs.models import Organization, Role, settled
from zhtj.lib.states import StaleState


class NumberFree(Exception):
    """Nobody holds the number any more: the entry itself goes through."""


def file(
    entry: Entry,
    typed: Mapping[str, Any],
    *,
    organization: Organization,
    upload: Upload,
    key: UUID,
    remark: str,
    by: Role,
) -> Claim:
    """Open a case for a checked and cleared entry whose number is taken; `typed` is the form as it was filled in.

    The form moves from its draft into the claim, so that every colleague can go on from it. The same form sent again answers
    with the claim it made.

    Raises:
        PermissionDenied: the role may not enter people there.
        NumberFree: the number is free by now.
        DisputeOpen: somebody's case about this number is open.
        StaleState: the file belongs to someone else's entry since.
    """
    try:
        with transaction.atomic():
            # Judge and parties stand where they stand until the case is written.
            Organization.objects.lock(shared=True)
            place = settled(organization.pk)
            require_entering(place, by=by)
            drafts.become_entry(key, by=by)
            holding = _disputable(entry.number)
            held = _hold_file(upload)
            dispute = disputes.file(
                holding=holding, name=entry.name, id_number=entry.id_number, remark=remark,
                joined_on=cast(date, entry.joined_on),  # the rules insist on it
                organization=place, by=by,
            )  # fmt: skip
            claim = Claim(dispute=dispute, key=key, variant=drafts.variant_for(place, by=by), upload=held)
            claim.keep(drafts.texts(typed))
            claim.save(force_insert=True)
            return claim
    except disputes.DisputeOpen as known:
        made = Claim.objects.filter(dispute=known.dispute, key=key, dispute__filed_for=by.organization)
        if again := made.select_related("dispute").first():
            return again
        raise


def uphold(dispute: Dispute, *, reason: str, by: Role) -> None:
    """确认释放, all of it in one transaction: the occupant's number, record and review, and the number issued to the applicant.

    Raises:
        PermissionDenied: the role does not decide it; in words.
        StaleState: decided, or the number changed hands, in the meantime; or the applicant is in the system already.
    """
    with transaction.atomic():
        disputes.require_judge(by, dispute)
        Organization.objects.lock(shared=True)
        place = settled(dispute.organization_id)
        member, archive = _hold_occupant(dispute)
        if Member.objects.with_id(dispute.opened_id()).exclude(state=Member.State.WITHDRAWN).exists():
            raise StaleState(
                disputes.outcome(disputes.held(dispute))
                or f"{dispute.name}已录入系统，不需要再释放编号，请选择不予释放并说明。"
            )
        released = disputes.uphold(dispute, place=place, reason=reason, by=by)
        if member and released:
            release.lose(member, archive, why=f"原编号 {dispute.number} 经核实属于他人，已释放。", by=by)


def occupant(dispute: Dispute) -> Member | None:
    """Whose record uses the number, as long as the disputed holding stands."""
    using = Member.objects.filter(holding=dispute.holding_id).exclude(holding__state=Holding.State.RELEASED)
    return using.select_related("organization", "holding").first()


def occupant_file(dispute: Dispute) -> Archive | None:
    """The 入团志愿书 in force, or the latest where none is."""
    member = occupant(dispute)
    if member is None:
        return None
    files = Archive.objects.filter(member=member).select_related("member", "upload", "organization")
    return files.filter(state=Archive.State.APPROVED).first() or files.order_by("-pk").first()


def _disputable(number: str) -> Holding:
    """Who holds the number, as long as nobody's case about it is open."""
    holding = disputes.occupant_of(number)
    if holding is None:
        raise NumberFree
    if case := disputes.open_on(number):
        raise disputes.DisputeOpen(case)
    return holding


def _hold_file(upload: Upload) -> Upload:
    """Locked against the purge, and against an entry that takes the file at this moment."""
    held = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if held is None or Archive.objects.filter(upload=held).exists():
        raise StaleState(FILE_SPENT)
    return held


def _hold_occupant(dispute: Dispute) -> tuple[Member | None, Archive | None]:
    """The record that uses the disputed holding and its open file, both held: the file before the person, as its review does it."""
    found = Member.objects.filter(holding=dispute.holding_id).first()
    if found is None:
        return None, None
    settled(found.organization_id)
    archive = Archive.objects.select_for_update().open().filter(member=found).first()
    Member.objects.select_for_update().get(pk=found.pk)
    member = (
        Member.objects.select_related("organization", "holding")
        .filter(pk=found.pk, holding=dispute.holding_id)
        .first()
    )
    return member, archive
