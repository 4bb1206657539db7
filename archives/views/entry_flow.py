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
from archives.forms.issued import Given
from archives.forms.summary import confirmation
from archives.services import entry as entries
from archives.services.claims import NumberFree
from archives.views import claiming, drafts, entry_live, issued
from members.choices import Variant
from members.services.entry import PersonKnown
from members.services.posts import PostTaken
from numbering.services.entitlement import NotIssued
from numbering.services.holdings import NumberTaken
from orgs.access import ActingRequest
from orgs.models import Organization, Role
from orgs.views import opened_as
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState

KEEPING = frozenset({"edit", "draft", "register"})
"""Steps that judge nothing: the form drawn anew, kept, or kept and left for 未使用登记."""


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

    def form(self, data: Any, box: drop.Drop, given: Given | None = None) -> EntryForm:
        """With what was `given`, or without what the form had of one that is gone."""
        return EntryForm(
            data if given else issued.without(data),
            variant=self.variant,
            organization=self.organization,
            today=timezone.localdate(),
            drop=box,
            given=given,
        )

    def given_in(self, data: Any) -> Given | None:
        """The issued or registered number that the page holds, open or not."""
        return issued.find(data, organization=self.organization, role=self.role)


def run(request: ActingRequest, desk: Desk) -> HttpResponse:
    """Answer a GET or a POST of the form."""
    if request.method != "POST":
        values, box = drafts.opening(request, desk.organization)
        given = issued.opening(request, values, organization=desk.organization, role=desk.role)
        form = desk.form(values, box, given)
        if form.is_bound:
            form.show_live()
        return _show(request, desk, form, saved=True)
    box = drop.read(request.POST, request.FILES, organization=desk.role.organization, role=desk.role)
    given = desk.given_in(request.POST)
    form = desk.form(request.POST, box, given)
    if opened_as.is_switched(request):
        return _refuse_switched(request, desk, form)
    with drafts.rescued(request, form):
        return _take(request, desk, form, given)


def _take(request: ActingRequest, desk: Desk, form: EntryForm, given: Given | None) -> HttpResponse:
    """What was sent: kept as a draft, come back with what is wrong, on to 确认信息, or entered."""
    step = request.POST.get("step", "check")
    if step == "submit" and (made := entries.made_by(form.key, form.entry, by=desk.role)):
        return redirect("entered", made.uuid)
    if issued.still_open(request, request.POST, given) is None and given:
        form = desk.form(request.POST, form.drop)
    form.key = entries.unspent(form.key)
    if step in KEEPING:
        draft = drafts.keep(request, form) if step != "edit" else None
        if draft and step == "register":
            return redirect("draft-register", draft.uuid)
        form.show_live()
        return _show(request, desk, form, saved=draft is not None)
    if not form.is_valid() or not _free(desk, form):
        filed = _claim(request, desk, form) if step == "claim" else None
        return filed or _show(request, desk, form, status=422)
    return _submit(request, desk, form) if step == "submit" else _confirm(request, desk, form)


def live(request: ActingRequest, desk: Desk) -> HttpResponse:
    """While people type: what changed on the form."""
    box = drop.Drop(drop.find(request.POST.get(drop.TOKEN), desk.role))
    return entry_live.answer(request, desk.form(request.POST, box, desk.given_in(request.POST)))


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
        "page_role": request.POST.get(opened_as.FIELD, desk.role.pk),
        "shown": entry_live.shown(form),
        "waiting": "" if form.given else issued.waiting(desk.organization),
        **desk.beside(),
    }
    return render(request, desk.template, context, status=status)


def _refuse_switched(request: ActingRequest, desk: Desk, form: EntryForm) -> HttpResponse:
    form.show_live()
    line = {"field_id": "", "label": "", "message": opened_as.refusal(request), "detail": ""}
    return _show(request, desk, form, status=409, summary=[line])


def _free(desk: Desk, form: EntryForm) -> bool:
    """Whether ID, number and post are free, asked only of an otherwise valid form; says what is taken at its field."""
    try:
        entries.require_free(
            form.kept, organization=desk.organization, key=form.key, by=desk.role, confirmed=form.confirmed
        )  # fmt: skip
    except (NumberTaken, NotIssued, PersonKnown, PostTaken) as taken:
        _say(form, taken, desk)
    return not form.errors


def _say(form: EntryForm, taken: NumberTaken | NotIssued | PersonKnown | PostTaken, desk: Desk) -> None:
    """At its field; a known person may be offered a post instead."""
    if isinstance(taken, NumberTaken):
        claiming.taken(form, taken.holding, by=desk.role)
    elif isinstance(taken, PersonKnown):
        appointment.known(form, taken.member, by=desk.role)
    else:
        form.complain(taken.problem)


def _claim(request: ActingRequest, desk: Desk, form: EntryForm) -> HttpResponse | None:
    """提交核实 on a form that is right but for its number being taken; None where the form comes back."""
    if made := claiming.filed(form):
        return redirect("dispute", made.uuid)
    taken = form.taken
    problem = form.drop.problem.message if form.drop.problem else ""
    if taken is None or not taken.may_file or not taken.read(request.POST, file_problem=problem):
        return None
    try:
        dispute = claiming.file(form, taken, remark=taken.remark.cleaned_data["remark"], by=desk.role)
    except NumberFree:
        messages.info(request, "该编号刚刚被释放，可以直接录入，请核对后提交")
        return _confirm(request, desk, form)
    return redirect("dispute", dispute.uuid) if dispute else None


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
            form.kept, organization=desk.organization, upload=form.drop.upload, key=form.key, by=desk.role,
            confirmed=form.confirmed,
        )  # fmt: skip
    except (NumberTaken, NotIssued, PersonKnown, PostTaken) as taken:  # by someone who was a moment faster
        _say(form, taken, desk)
        return _show(request, desk, form, status=422)
    except StaleState as spent:
        form.complain(Problem("file", "file_spent", str(spent)))
        return _show(request, desk, form, status=422)
    messages.success(request, f"{member.name}录入成功")
    return redirect("entered", member.uuid)


def _posted(request: ActingRequest, form: EntryForm) -> list[tuple[str, str]]:
    """What 确认信息 sends on: the typed values, what it was opened with, the file's token, the key of this form and the ticked warnings."""
    unsent = {"file", "id_number"} if form.given else {"file"}  # its page never had the whole ID number
    typed = [(name, request.POST.get(name, "")) for name in form.fields if name not in unsent]
    token = str(form.drop.upload.uuid) if form.drop.upload else ""
    given = [form.token] if form.token else []
    return [
        *typed,
        *given,
        (drop.TOKEN, token),
        ("key", str(form.key)),
        (opened_as.FIELD, str(request.role.pk)),
        *(("confirmed", code) for code in sorted(form.confirmed)),
    ]
