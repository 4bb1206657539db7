"""录入团员团干部: the form, its live answers, 确认信息, and what came of it (指引 1.1)."""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from archives.forms import drop
from archives.forms.entry import EntryForm
from archives.forms.summary import confirmation
from archives.services import entry as entries
from archives.services.disclosure import number_taken, person_known
from members import rules
from members.choices import Variant
from members.layout import HEADINGS
from members.models import Member
from members.rules import FieldState, Need
from members.services.entry import PersonKnown
from numbering.services.holdings import NumberTaken
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act


@sensitive_post_parameters()
@acting
def enter(request: ActingRequest) -> HttpResponse:
    """Form A on the role's own branch: fill in, check, confirm."""
    policy.require(request.role, Act.ENTER, request.role.organization)
    if request.method != "POST":
        return _show(request, _form(request, None, drop.Drop()))
    box = drop.read(request.POST, request.FILES, organization=request.role.organization, role=request.role)
    form = _form(request, request.POST, box)
    if request.POST.get("page_role", str(request.role.pk)) != str(request.role.pk):
        return _switched(request, form)
    step = request.POST.get("step", "check")
    if step == "edit":
        form.show_live()
        return _show(request, form)
    if not form.is_valid() or not _free(request, form):
        return _show(request, form, status=422)
    return _submit(request, form) if step == "submit" else _confirm(request, form)


@sensitive_post_parameters()
@acting
@require_POST
def fields(request: ActingRequest) -> HttpResponse:
    """While people type: the fields whose marks, hints or verdicts changed, and the words for the live region."""
    policy.require(request.role, Act.ENTER, request.role.organization)
    form = _form(request, request.POST, drop.Drop(drop.find(request.POST.get(drop.TOKEN), request.role)))
    before = _remembered(request.POST.get("shown", ""))
    form.show_live()
    now = _fingerprints(form)
    changed = frozenset(name for name, mark in now.items() if before.get(name) != mark)
    form.show_live(oob=changed)
    said = (
        rules.announce({name: FieldState(Need(mark[0])) for name, mark in before.items()}, form.states)
        if before
        else []
    )
    return render(
        request,
        "archives/enter_fields.html",
        {
            "form": form,
            "changed": [form[n] for n in now if n in changed],
            "shown": json.dumps(now),
            "said": said,
        },
    )


@acting
@require_GET
def entered(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """What came of a submission, and where to go on."""
    member = get_object_or_404(
        Member.objects.visible_to(request.role).select_related("organization", "holding"), uuid=uuid
    )
    policy.require(request.role, Act.SEE_MEMBERS, member.organization)
    archive = member.archives.select_related("reviewer").order_by("-pk").first()
    return render(request, "archives/entered.html", {"member": member, "archive": archive})


def _form(request: ActingRequest, data: Any, box: drop.Drop) -> EntryForm:
    return EntryForm(
        data, variant=Variant.A, organization=request.role.organization, today=timezone.localdate(), drop=box
    )


def _show(
    request: ActingRequest, form: EntryForm, *, status: int = 200, summary: list[dict[str, str]] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "heading": HEADINGS[form.variant],
        "organization": form.organization,
        "summary": summary or (form.summary if status == 422 else []),
        "page_role": request.POST.get("page_role", request.role.pk),
        "shown": json.dumps(_fingerprints(form)),
    }
    return render(request, "archives/enter.html", context, status=status)


def _switched(request: ActingRequest, form: EntryForm) -> HttpResponse:
    """In another tab the person switched to another organisation: nobody may land in the wrong branch by that."""
    form.show_live()
    words = f"您已在其他页面切换到“{request.role}”，此表单是为另一组织打开的，没有提交。请先点击“切换组织”切换回来，再提交本页。"
    return _show(
        request, form, status=409, summary=[{"field_id": "", "label": "", "message": words, "detail": ""}]
    )


def _free(request: ActingRequest, form: EntryForm) -> bool:
    """Whether ID and number are free, asked only of an otherwise valid form; says what is taken at its field."""
    try:
        entries.require_free(form.kept, key=form.key, by=request.role)
    except NumberTaken as taken:
        form.complain(number_taken(taken.holding, by=request.role))
    except PersonKnown as known:
        form.complain(person_known(known.member, by=request.role))
    return not form.errors


def _confirm(request: ActingRequest, form: EntryForm) -> HttpResponse:
    context = {
        "form": form,
        "sections": confirmation(form),
        "posted": _posted(request, form),
        "organization": form.organization,
    }
    return render(request, "archives/enter_confirm.html", context)


def _submit(request: ActingRequest, form: EntryForm) -> HttpResponse:
    try:
        member = entries.enter(
            form.kept, organization=form.organization, upload=form.drop.upload, key=form.key, by=request.role
        )  # fmt: skip
    except NumberTaken as taken:  # by someone who was a moment faster
        form.complain(number_taken(taken.holding, by=request.role))
    except PersonKnown as known:
        form.complain(person_known(known.member, by=request.role))
    else:
        messages.success(request, f"{member.name}录入成功")
        return redirect("entered", member.uuid)
    return _show(request, form, status=422)


def _posted(request: ActingRequest, form: EntryForm) -> list[tuple[str, str]]:
    """What 确认信息 sends on: the typed values, the file's token, the key of this form and the ticked warnings."""
    typed = [(name, request.POST.get(name, "")) for name in form.fields if name != "file"]
    token = str(form.drop.upload.uuid) if form.drop.upload else ""
    return [
        *typed,
        (drop.TOKEN, token),
        ("key", str(form.key)),
        ("page_role", str(request.role.pk)),
        *(("confirmed", code) for code in sorted(form.confirmed)),
    ]


Marks = dict[str, tuple[str, str]]


def _fingerprints(form: EntryForm) -> Marks:
    """Per field its need and everything else that is drawn of it but the value: two equal ones need no redrawing."""
    marks: Marks = {}
    for name, state in form.states.items():
        if name in form.fields:
            shown = form.fields[name].zt  # type: ignore[attr-defined]
            drawn = [
                state.options,
                shown.hint,
                shown.ok,
                shown.warn,
                shown.error_detail,
                form.errors.get(name, []) if form.is_bound else [],
            ]
            marks[name] = (state.need.value, f"{hash_of(drawn):08x}")
    return marks


def hash_of(drawn: list[Any]) -> int:
    """A short, stable fingerprint; it saves redrawing and guards nothing."""
    return zlib.crc32(json.dumps(drawn, ensure_ascii=False, default=str).encode())


def _remembered(text: str) -> Marks:
    """What the page says it shows; a page that says nonsense is simply redrawn whole."""
    try:
        return {str(name): (Need(mark[0]).value, str(mark[1])) for name, mark in json.loads(text).items()}
    except (ValueError, TypeError, LookupError, AttributeError):
        return {}
