"""The way of all three forms: fill in, check, 确认信息, submit. A view says at which `Desk`; nothing else differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from archives.forms import appointment, drop
from archives.forms.entry import EntryForm
from archives.forms.summary import confirmation
from archives.services import entry as entries
from archives.services.disclosure import number_taken
from archives.views import drafts, entry_live
from members.choices import Variant
from members.services.entry import PersonKnown
from members.services.posts import PostTaken
from numbering.services.holdings import NumberTaken
from orgs.access import ActingRequest
from orgs.models import Organization, Role
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState


@dataclass(frozen=True, slots=True)
class Desk:
    """One of the three forms, opened by a role on the organisation it enters into. Whoever makes one has asked the policy.

    `page` is the form's URL name, `page`-fields its live answers'; `beside` is what else the template shows, read only when it is shown.
    """

    variant: Variant
    role: Role
    organization: Organization
    page: str
    heading: str
    crumbs: tuple[str, ...]
    query: str = ""
    template: str = "archives/enter.html"
    beside: Callable[[], dict[str, Any]] = dict

    @property
    def url(self) -> str:
        return reverse(self.page) + self.query

    @property
    def fields_url(self) -> str:
        return reverse(f"{self.page}-fields") + self.query

    def form(self, data: Any, box: drop.Drop) -> EntryForm:
        return EntryForm(
            data, variant=self.variant, organization=self.organization, today=timezone.localdate(), drop=box
        )


def page_role(request: ActingRequest) -> Role:
    """The role a form was opened in: in another tab the same person may have switched to another since."""
    asked = request.POST.get("page_role", "")
    if not _switched(request) or not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return request.role
    own = Role.objects.current().filter(user=request.user, pk=int(asked))
    return own.select_related("organization").first() or request.role


def run(request: ActingRequest, desk: Desk) -> HttpResponse:
    """Answer a GET or a POST of the form."""
    if request.method != "POST":
        form = desk.form(*drafts.opening(request, desk.organization))
        if form.is_bound:
            form.show_live()
        return _show(request, desk, form, saved=True)
    box = drop.read(request.POST, request.FILES, organization=desk.role.organization, role=desk.role)
    form = desk.form(request.POST, box)
    if _switched(request):
        return _refuse_switched(request, desk, form)
    step = request.POST.get("step", "check")
    if step == "submit" and (made := entries.made_by(form.key, form.entry, by=desk.role)):
        return redirect("entered", made.uuid)
    form.key = entries.unspent(form.key)
    if step in {"edit", "draft"}:
        form.show_live()
        return _show(request, desk, form, saved=step == "draft" and drafts.keep(request, form))
    if not form.is_valid() or not _free(desk, form):
        return _show(request, desk, form, status=422)
    return _submit(request, desk, form) if step == "submit" else _confirm(request, desk, form)


def live(request: ActingRequest, desk: Desk) -> HttpResponse:
    """While people type: what changed on the form."""
    return entry_live.answer(
        request, desk.form(request.POST, drop.Drop(drop.find(request.POST.get(drop.TOKEN), desk.role)))
    )


def _show(
    request: ActingRequest,
    desk: Desk,
    form: EntryForm,
    *,
    status: int = 200,
    saved: bool = False,
    summary: list[dict[str, str]] | None = None,
) -> HttpResponse:
    context = {
        "desk": desk,
        "form": form,
        "saved": saved,
        "summary": summary or (form.summary if status == 422 else []),
        "page_role": request.POST.get("page_role", desk.role.pk),
        "shown": entry_live.shown(form),
        **desk.beside(),
    }
    return render(request, desk.template, context, status=status)


def _switched(request: ActingRequest) -> bool:
    return request.POST.get("page_role", str(request.role.pk)) != str(request.role.pk)


def _refuse_switched(request: ActingRequest, desk: Desk, form: EntryForm) -> HttpResponse:
    """Nobody may land in the wrong organisation because its administrator switched to another meanwhile."""
    form.show_live()
    words = f"您已在其他页面切换到“{request.role}”，此表单是为另一组织打开的，没有提交。请先点击“切换组织”切换回来，再提交本页。"
    line = {"field_id": "", "label": "", "message": words, "detail": ""}
    return _show(request, desk, form, status=409, summary=[line])


def _free(desk: Desk, form: EntryForm) -> bool:
    """Whether ID, number and post are free, asked only of an otherwise valid form; says what is taken at its field."""
    try:
        entries.require_free(form.kept, organization=desk.organization, key=form.key, by=desk.role)
    except (NumberTaken, PersonKnown, PostTaken) as taken:
        _say(form, taken, desk)
    return not form.errors


def _say(form: EntryForm, taken: NumberTaken | PersonKnown | PostTaken, desk: Desk) -> None:
    """At its field; a known person may be offered a post instead."""
    if isinstance(taken, NumberTaken):
        form.complain(number_taken(taken.holding, by=desk.role))
    elif isinstance(taken, PersonKnown):
        appointment.known(form, taken.member, by=desk.role)
    else:
        form.complain(taken.problem)


def _confirm(request: ActingRequest, desk: Desk, form: EntryForm) -> HttpResponse:
    context = {
        "desk": desk,
        "form": form,
        "sections": confirmation(form),
        "posted": _posted(request, form),
    }
    return render(request, "archives/enter_confirm.html", context)


def _submit(request: ActingRequest, desk: Desk, form: EntryForm) -> HttpResponse:
    try:
        member = entries.enter(
            form.kept, organization=desk.organization, upload=form.drop.upload, key=form.key, by=desk.role
        )  # fmt: skip
    except (NumberTaken, PersonKnown, PostTaken) as taken:  # by someone who was a moment faster
        _say(form, taken, desk)
        return _show(request, desk, form, status=422)
    except StaleState as spent:
        form.complain(Problem("file", "file_spent", str(spent)))
        return _show(request, desk, form, status=422)
    messages.success(request, f"{member.name}录入成功")
    return redirect("entered", member.uuid)


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
