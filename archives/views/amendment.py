"""修改: the filled form, what will change, and saving it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from archives import policy as archive_policy
from archives.forms.amendment import AmendForm, typed
from archives.services import amendment, drafts
from archives.services.disclosure import person_known
from archives.services.drafts import DraftRefused
from archives.views import claiming, entry_live
from members.history import preview
from members.models import Member
from members.services import changes
from members.services.entry import PersonKnown
from members.services.posts import PostTaken
from members.views.seen import member_for
from numbering.services.entitlement import NotIssued
from numbering.services.holdings import NumberTaken
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState


@sensitive_post_parameters()
@acting
def amend(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Fill in, check, see what changes, save."""
    member = member_for(request, uuid, Act.CORRECT)
    if request.method == "POST" and member.state not in archive_policy.CORRECTABLE:
        messages.warning(request, archive_policy.why_not_correct(request.role, member))
        return redirect("member", member.uuid)
    archive_policy.require_corrector(request.role, member)
    if request.method != "POST":
        return _open(request, member)
    form, step = _form(request, member), request.POST.get("step", "check")
    if step == "edit":
        form.show_live()
        return _show(request, member, form)
    if step == "draft":
        return _enter_anew(request, member, form)
    if not form.is_valid() or not _free(request, member, form):
        return _show(request, member, form, status=422)
    return _save(request, member, form) if step in {"save", "again"} else _confirm(request, member, form)


@sensitive_post_parameters()
@acting
@require_POST
def fields(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """While people type: what changed on the form."""
    member = member_for(request, uuid, Act.CORRECT)
    archive_policy.require_corrector(request.role, member)
    return entry_live.answer(request, _form(request, member))


def _form(request: ActingRequest, member: Member) -> AmendForm:
    return AmendForm(request.POST, member=member, today=timezone.localdate())


def _open(request: ActingRequest, member: Member) -> HttpResponse:
    """The record as it stands, sealed values in full: a look on record."""
    audit.record(
        role=request.role,
        verb="edit_open",
        subject=f"member:{member.pk}",
        organization=member.organization,
        fields=["id_number", "phone", "address"],
    )
    form = AmendForm(typed(changes.entry_of(member)), member=member, today=timezone.localdate())
    form.show_live()
    return _show(request, member, form)


def _show(request: ActingRequest, member: Member, form: AmendForm, *, status: int = 200) -> HttpResponse:
    context = {
        "member": member,
        "form": form,
        "version": _version(request, member),
        "shown": entry_live.shown(form),
        "summary": form.summary if status == 422 else [],
    }
    return render(request, "archives/amend.html", context, status=status)


def _free(request: ActingRequest, member: Member, form: AmendForm) -> bool:
    try:
        amendment.require_free(member, form.corrected, confirmed=form.confirmed)
    except (NumberTaken, NotIssued, PersonKnown, PostTaken) as taken:
        _say(request, form, taken)
    return not form.errors


def _say(
    request: ActingRequest, form: AmendForm, taken: NumberTaken | NotIssued | PersonKnown | PostTaken
) -> None:
    if isinstance(taken, NumberTaken):
        claiming.taken(form, taken.holding, by=request.role, correcting=True)
    elif isinstance(taken, PersonKnown):
        form.complain(person_known(taken.member, by=request.role))
    else:
        form.complain(taken.problem)


def _enter_anew(request: ActingRequest, member: Member, form: AmendForm) -> HttpResponse:
    """To 撤回, with what was typed kept as a draft: entered anew, a number that is taken can be brought forward (指引 3.7)."""
    try:
        drafts.save(
            request.POST, key=form.key, organization=member.organization, upload=None, by=request.role
        )
    except DraftRefused as refused:
        messages.warning(request, str(refused))
        form.show_live()
        return _show(request, member, form)
    messages.info(
        request, "所填内容已存为草稿。撤回录入以后，请在工作台打开草稿，选择入团志愿书并提交，即可提交核实。"
    )
    return redirect("withdraw", member.uuid)


def _confirm(request: ActingRequest, member: Member, form: AmendForm) -> HttpResponse:
    sent = [(name, request.POST.get(name, "")) for name in form.fields]
    context = {
        "member": member,
        "rows": preview(member, changes.differences(member, form.corrected)),
        "posted": [
            *sent,
            ("version", _version(request, member)),
            *(("confirmed", code) for code in sorted(form.confirmed)),
        ],
        "reusable": amendment.reusable(member),
        "is_open": member.state == Member.State.PENDING,
    }
    return render(request, "archives/amend_confirm.html", context)


def _save(request: ActingRequest, member: Member, form: AmendForm) -> HttpResponse:
    again = request.POST.get("step") == "again"
    try:
        changed = amendment.correct(
            member, form.corrected, seen=_version(request, member), again=again, by=request.role, confirmed=form.confirmed
        )  # fmt: skip
    except (NumberTaken, NotIssued, PersonKnown, PostTaken) as taken:  # by someone who was a moment faster
        _say(request, form, taken)
        return _show(request, member, form, status=422)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"{form.corrected.name}的录入信息{_outcome(changed, again=again)}")
    return redirect("member", member.uuid)


def _outcome(changed: tuple[str, ...], *, again: bool) -> str:
    saved = "已修改" if changed else "没有改动"
    return f"{saved}，已重新提交审核" if again else saved


def _version(request: ActingRequest, member: Member) -> int:
    """The version the page was made from; nonsense is one that never was."""
    if request.method != "POST":
        return changes.version(member)
    sent: Any = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else -1
