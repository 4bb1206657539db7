"""The dialog 发展团员编号已被占用 on the forms, and 提交核实 (指引 3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404

from archives.forms import drop
from archives.forms.amendment import typed
from archives.forms.claim import Taken
from archives.forms.fields import uuid_of
from archives.forms.issued import TOKENS
from archives.models import Claim
from archives.services import claims
from archives.services.disclosure import holder_is_told, number_taken
from archives.views import issued
from members.models import Member
from numbering.models import Dispute, Holding
from numbering.services import disputes
from numbering.services.disputes import DisputeOpen
from orgs.access import ActingRequest
from orgs.models import Organization, Role
from orgs.services import audit
from zhtj.lib.states import StaleState

if TYPE_CHECKING:
    from archives.forms.entry import EntryForm

WAY = "请提交核实"
ANEW = "请先撤回录入，重新录入时提交核实"
OWN = "请先核对本组织该团员的编号"
OPENED = {
    Dispute.State.UPHELD: "编号已释放，可重新录入。已带入提交核实时填写的内容，请核对后提交。",
    Dispute.State.DISMISSED: "编号不予释放。已带入提交核实时填写的内容，请修改发展团员编号后提交。",
    Dispute.State.WITHDRAWN: "核实已撤销。已带入提交核实时填写的内容，请核对后提交。",
}

TYPE_AGAIN = "身份证号码请重新填写。"


def taken(form: EntryForm, holding: Holding, *, by: Role, correcting: bool = False) -> None:
    """Say it at the field, and open the dialog."""
    told = holder_is_told(holding, by=by)
    case = disputes.open_on(holding.number)
    own = holding.organization_id == form.organization.pk
    seen = Member.objects.visible_to(by).filter(holding=holding).first() if own else None
    form.taken = Taken(
        holding, told, form.drop.upload if not form.drop.problem else None, own=own,
        member=seen, case=case, case_is_ours=case is not None and case.filed_for_id == by.organization_id,
        correcting=correcting,
    )  # fmt: skip
    form.complain(number_taken(holding, told=told, way=OWN if own else ANEW if correcting else WAY))


def filed(form: EntryForm) -> Dispute | None:
    """The open case that this very form has opened before: a second click leads there."""
    case = form.taken.case if form.taken and form.taken.case_is_ours else None
    return case if case and Claim.objects.filter(dispute=case, key=form.key).exists() else None


def file(form: EntryForm, taken: Taken, *, remark: str, by: Role) -> Dispute | None:
    """The case that was opened; None where the dialog says why not."""
    if form.drop.upload is None:
        return None
    try:
        return claims.file(
            form.kept, _typed(form), organization=form.organization, upload=form.drop.upload,
            key=form.key, remark=remark, by=by,
        ).dispute  # fmt: skip
    except DisputeOpen as known:
        taken.case, taken.case_is_ours = known.dispute, known.dispute.filed_for_id == by.organization_id
    except StaleState as spent:
        taken.file_error = str(spent)
    return None


def _typed(form: EntryForm) -> dict[str, str]:
    """What the judge compares, and what the form was opened with: by that it opens again, without the whole ID number."""
    return typed(form.kept) | dict([form.token] if form.token else [])


def opening(request: ActingRequest, organization: Organization) -> tuple[dict[str, str], drop.Drop]:
    """继续录入: the form as it was brought forward, with its file, for any administrator of the organisation that did; a look on record.

    With the number that was issued, as long as that stands; where it is not released, another one has to be typed instead.
    """
    ours = Claim.objects.filter(
        dispute__filed_for=request.role.organization, dispute__organization=organization
    )
    closed = ours.exclude(dispute__state=Dispute.State.OPEN).select_related("dispute", "upload")
    claim = get_object_or_404(closed, uuid=uuid_of(request.GET["claim"]))
    values, state = claim.values(), Dispute.State(claim.dispute.state)
    is_given = any(values.get(name) for name in TOKENS)
    audit.record(
        role=request.role, verb="edit_open", subject=f"dispute:{claim.dispute_id}", organization=organization,
        fields=["phone", "address"] if is_given else ["id_number", "phone", "address"],
    )  # fmt: skip
    if is_given and state == Dispute.State.DISMISSED:
        values = issued.without(values)
        messages.info(request, OPENED[state] + TYPE_AGAIN)
    else:
        messages.info(request, OPENED[state])
    box = drop.Drop(drop.find(claim.upload.uuid, request.role))
    return {**values, "key": str(claim.key)}, box
