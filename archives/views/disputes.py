"""编号占用核实: the list, the judge's desk with both sides, the page of the parties, and what each may do (指引 3.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from archives.forms.comparison import comparison
from archives.forms.dispute import AnswerForm, DecisionForm, ReleaseForm
from archives.models import Upload
from archives.services import claims
from archives.services.drafts import variant_for
from archives.timeline import Event
from archives.views.drafts import PAGES
from members.choices import Variant
from numbering.models import Dispute
from numbering.models.disputes import DisputeQuerySet
from numbering.services import disputes
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act, grants
from orgs.services import audit
from zhtj.lib.paging import newest_first
from zhtj.lib.states import StaleState

JOINED = (
    *("judge", "filed_for", "filed_by", "filed_as", "decided_by", "answered_by"),
    *("occupant_organization", "organization", "holding", "claim__upload"),
)
CLOSED = {
    Dispute.State.UPHELD: ("ok", "success", "核实通过，编号已释放"),
    Dispute.State.DISMISSED: ("no", "danger", "核实未通过，编号不予释放"),
    Dispute.State.WITHDRAWN: ("undo", "", "提交方撤销核实"),
}


@acting
@require_GET
def cases(request: ActingRequest) -> HttpResponse:
    """待我核实, 我提交的, 涉及本组织的."""
    policy.require(request.role, Act.DISPUTE, request.role.organization)
    own = request.role.organization
    every = Dispute.objects.concerning(request.role)
    to_judge = every.filter(judge=own)
    lists: dict[str, tuple[str, DisputeQuerySet]] = {
        "judge": ("待我核实", to_judge.exclude(state=Dispute.State.OPEN) if "done" in request.GET else to_judge.open()),
        "filed": ("我提交的", every.filter(filed_for=own)),
        "ours": ("涉及本组织的", every.filter(occupant_organization=own)),
    }  # fmt: skip
    asked = request.GET.get("tab", "")
    tab = asked if asked in lists else "judge" if grants(request.role, Act.JUDGE) else "filed"
    page = newest_first(
        lists[tab][1].select_related("judge", "filed_for", "holding", "occupant_organization"), request.GET
    )
    waiting = {
        name: (to_judge if name == "judge" else rows).open().count() for name, (_, rows) in lists.items()
    }
    context = {
        "tab": tab,
        "tabs": [
            {
                "label": label,
                "url": f"?{urlencode({'tab': name})}",
                "current": name == tab,
                "count": waiting[name],
                "hot": name == "judge" and waiting[name] > 0,
            }
            for name, (label, _) in lists.items()
        ],
        "done": "done" in request.GET,
        "page": page,
    }  # fmt: skip
    return render(request, "archives/disputes.html", context)


@acting
@require_GET
def case(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """To whoever decides it both sides in full; to everybody else concerned its outcome and what happened."""
    dispute = _case(request, uuid)
    return _desk(request, dispute) if _decides(request, dispute) else _party(request, dispute)


@acting
@require_POST
def uphold(request: ActingRequest, uuid: UUID) -> HttpResponse:
    dispute = _case(request, uuid)
    form = ReleaseForm(request.POST, number=dispute.number)
    if not form.is_valid() and _decides(request, dispute):
        return _desk(request, dispute, release=form, status=422)
    to = f"并已发放给{dispute.name}" if disputes.is_issued(dispute) else f"此后只有{dispute.name}可以使用"
    return _act(
        request, dispute, f"编号 {dispute.number} 已释放，{to}",
        lambda: claims.uphold(dispute, reason=form.cleaned_data.get("reason", ""), by=request.role),
    )  # fmt: skip


@acting
@require_POST
def dismiss(request: ActingRequest, uuid: UUID) -> HttpResponse:
    dispute, form = _case(request, uuid), DecisionForm(request.POST)
    if not form.is_valid() and _decides(request, dispute):
        return _desk(request, dispute, dismissal=form, status=422)
    return _act(
        request, dispute, f"编号 {dispute.number} 不予释放，已告知双方",
        lambda: disputes.dismiss(dispute, reason=form.cleaned_data.get("reason", ""), by=request.role),
    )  # fmt: skip


@acting
@require_POST
def answer(request: ActingRequest, uuid: UUID) -> HttpResponse:
    dispute, form = _case(request, uuid), AnswerForm(request.POST)
    if not form.is_valid() and disputes.may_answer(request.role, dispute):
        return _party(request, dispute, form, status=422)
    return _act(
        request, dispute, "答复已提交，核实组织可以看到",
        lambda: disputes.answer(dispute, form.cleaned_data.get("answer", ""), by=request.role),
    )  # fmt: skip


@acting
@require_POST
def withdraw(request: ActingRequest, uuid: UUID) -> HttpResponse:
    dispute = _case(request, uuid)
    done = "核实已撤销，填写的内容仍可继续录入"
    return _act(request, dispute, done, lambda: disputes.withdraw(dispute, by=request.role))


@acting
@require_GET
def go_on(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """继续录入: to the form it was filed from, which opens with everything that was brought forward."""
    dispute = _case(request, uuid)
    if dispute.filed_for_id != request.role.organization_id:
        raise Http404
    if dispute.state == Dispute.State.OPEN:
        messages.info(request, "该编号还在核实。不等核实结果的，请先撤销核实，再继续录入。")
        return redirect("dispute", dispute.uuid)
    # Not the one it was filed with: moved out of its filer's sight, it is the branch's own.
    variant = variant_for(dispute.organization, by=request.role)
    query = {"org": dispute.organization_id} if variant == Variant.B else {}
    return redirect(f"{reverse(PAGES[variant])}?{urlencode(query | {'claim': str(dispute.claim.uuid)})}")


def _case(request: ActingRequest, uuid: UUID) -> Any:
    if not grants(request.role, Act.DISPUTE):
        raise Http404
    concerned = Dispute.objects.concerning(request.role).select_related(*JOINED)
    return get_object_or_404(concerned, uuid=uuid)


def _decides(request: ActingRequest, dispute: Dispute) -> bool:
    return dispute.state == Dispute.State.OPEN and not disputes.why_not_judge(request.role, dispute)


def _act(request: ActingRequest, dispute: Dispute, done: str, act: Callable[[], None]) -> HttpResponse:
    """Act, and say on the case's page what came of it."""
    try:
        act()
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, done)
    return redirect("dispute", dispute.uuid)


def _desk(
    request: ActingRequest,
    dispute: Any,
    *,
    release: ReleaseForm | None = None,
    dismissal: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Both sides; full ID numbers for whoever decides, each a look on record."""
    member, archive = claims.occupant(dispute), claims.occupant_file(dispute)
    _record_look(request, f"dispute:{dispute.pk}", dispute.organization)
    if member:
        _record_look(request, f"member:{member.pk}", member.organization)
    context = {
        "dispute": dispute,
        "member": member,
        "issued": disputes.is_issued(dispute),
        "lines": comparison(dispute.claim, member, today=timezone.localdate()),
        "sides": [
            _side("占用方", "occupant", dispute, archive.upload if archive else None),
            _side("申请方", "claim", dispute, dispute.claim.upload),
        ],
        "release": release or ReleaseForm(number=dispute.number),
        "dismissal": dismissal or DecisionForm(),
    }
    return render(request, "archives/dispute_desk.html", context, status=status)


def _side(title: str, name: str, dispute: Dispute, upload: Upload | None) -> dict[str, Any]:
    """One file: its pages by address."""
    pages = [
        (number, reverse(f"dispute-{name}-page", args=[dispute.uuid, number]))
        for number in range(1, (upload.pages if upload else 0) + 1)
    ]
    original = reverse(f"dispute-{name}-original", args=[dispute.uuid]) if upload else ""
    return {"title": title, "name": name, "upload": upload, "pages": pages, "original_url": original}


def _record_look(request: ActingRequest, subject: str, organization: Any) -> None:
    audit.record(
        role=request.role, verb="look", subject=subject, organization=organization, fields=["id_number"]
    )


def _party(
    request: ActingRequest, dispute: Any, form: AnswerForm | None = None, *, status: int = 200
) -> HttpResponse:
    own = request.role.organization_id
    is_filer, is_occupant = dispute.filed_for_id == own, dispute.occupant_organization_id == own
    may_answer = disputes.may_answer(request.role, dispute)
    is_open = dispute.state == Dispute.State.OPEN
    context = {
        "dispute": dispute,
        "rows": _rows(dispute, is_filer=is_filer, is_occupant=is_occupant, is_judge=dispute.judge_id == own),
        "events": _events(dispute, is_occupant=is_occupant, is_filer=is_filer),
        "form": (form or AnswerForm()) if may_answer else None,
        "summary": _summary(form),
        "why_not": disputes.why_not_judge(request.role, dispute) if is_open and dispute.judge_id == own else "",
        "may_withdraw": disputes.may_withdraw(request.role, dispute),
        "may_go_on": is_filer and not is_open,
    }  # fmt: skip
    return render(request, "archives/dispute.html", context, status=status)


def _summary(form: AnswerForm | None) -> list[dict[str, str]]:
    errors = form["answer"].errors if form else []
    return [
        {"field_id": "id_answer", "label": "答复", "message": str(error), "detail": ""} for error in errors
    ]


def _rows(dispute: Any, *, is_filer: bool, is_occupant: bool, is_judge: bool) -> list[dict[str, Any]]:
    """Each party is told of its own side only; the judge's organisation of both, by name."""
    rows: list[dict[str, Any]] = [{"label": "发展团员编号", "value": dispute.number, "kind": "number"}]
    if is_filer or is_judge:
        rows += [
            {"label": "申请人", "value": dispute.name},
            {"label": "申请组织", "value": dispute.organization.name},
        ]
    if is_filer:
        rows += [
            {"label": "入团时间", "value": dispute.joined_on, "kind": "date"},
            {"label": "入团志愿书", "value": dispute.claim.upload.name},
            {"label": "说明", "value": dispute.remark},
        ]
    if is_occupant or is_judge:
        rows += [
            {"label": "占用该编号的团员", "value": dispute.holding.holder},
            {"label": "占用该编号的组织", "value": dispute.occupant_organization.name},
        ]
    return [*rows, {"label": "核实组织", "value": dispute.judge.name}]


def _events(dispute: Any, *, is_occupant: bool, is_filer: bool) -> list[Event]:
    """Newest first; who filed is not told to the occupant, what was answered not to the applicant."""
    filed_by = (
        "" if is_occupant and not is_filer else f"{dispute.filed_by.name}，{dispute.filed_for.short_name}"
    )
    events = [Event("edit", "", "提交核实", dispute.filed_at, filed_by, "")]
    if dispute.answered_at:
        who = "" if is_filer and not is_occupant else dispute.occupant_organization.short_name
        words = "" if is_filer and not is_occupant else dispute.answer
        events.insert(0, Event("info", "", "占用方答复", dispute.answered_at, who, words))
    if dispute.state in CLOSED:
        icon, tone, title = CLOSED[Dispute.State(dispute.state)]
        side = dispute.filed_for if dispute.state == Dispute.State.WITHDRAWN else dispute.judge
        who = filed_by and side.short_name if dispute.state == Dispute.State.WITHDRAWN else side.short_name
        reason = f"理由：{dispute.reason}" if dispute.reason else ""
        events.insert(0, Event(icon, tone, title, dispute.decided_at, who, reason))
    return events
