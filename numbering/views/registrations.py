"""编号登记备案: the lists of one organisation, one registration with all its steps, and what a level decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from numbering.forms.registration import ReturnForm
from numbering.models import Registration, RegistrationStep
from numbering.services import registrations as services
from numbering.services.registrations import Chosen
from numbering.views.entering import entry_url
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Role
from orgs.policy import Act
from zhtj.lib.paging import Page, newest_first

State = Registration.State
QUEUE = 100
"""So many of what waits stand on one page, the oldest first; what is decided makes room for the next."""
SHOWN_LATE = 5
JOINED = ("organization", "filed_for", "waits_at")
_TICK = re.compile(r"([0-9a-f-]{36}):([0-9]{1,18})")
STEPS = {
    RegistrationStep.Verb.FILED: ("edit", ""),
    RegistrationStep.Verb.CONFIRMED: ("tick", ""),
    RegistrationStep.Verb.RETURNED: ("no", "danger"),
    RegistrationStep.Verb.FILED_AGAIN: ("undo", ""),
    RegistrationStep.Verb.HANDLED: ("ok", "success"),
    RegistrationStep.Verb.WITHDRAWN: ("undo", ""),
}
"""Icon and tone of each step."""
DECISIONS = {
    "pass": (Act.PASS_UP, "确认上报", "上报到上一级团组织"),
    "handle": (Act.HANDLE_REGISTRATION, "登记", "登记后即可录入，不能撤销"),
    "return": (Act.PASS_UP, "退回", "原因发到提交组织的操作中心，对方修改后可以重新提交"),
}
"""What is asked for, in words, and what comes of it."""
WHICH = frozenset({"", "ticked", "all"})
"""What is ticked, at once; or asked once more, for what is ticked or for all that the page showed."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: its words, and which rows of those in sight it has."""

    key: str
    label: str
    rows: Callable[[QuerySet[Registration], Role], QuerySet[Registration]]


def tabs_of(role: Role) -> list[Tab]:
    """A level that confirms has what waits first; what passed through it stays among 全部."""
    own = role.organization
    todo = Tab("todo", "待我处理", lambda rows, _: rows.filter(waits_at=own, state=State.RISING))
    if policy.grants(role, Act.HANDLE_REGISTRATION):
        todo = Tab("todo", "待省级登记", todo.rows)
    found = [
        Tab("mine", "我提交的", lambda rows, _: rows.filter(filed_for=own)),
        Tab("done", "已登记", lambda rows, _: rows.filter(state=State.HANDLED)),
        Tab("all", "全部", lambda rows, _: rows),
    ]
    return [todo, *found] if policy.grants(role, Act.PASS_UP) else found


@acting
@require_GET
def registrations(request: ActingRequest) -> HttpResponse:
    """One tab."""
    policy.require(request.role, Act.REGISTER, request.role.organization)
    tabs = tabs_of(request.role)
    tab = next((one for one in tabs if one.key == request.GET.get("tab")), tabs[0])
    seen = Registration.objects.visible_to(request.role).select_related(*JOINED)
    rows = tab.rows(seen, request.role)
    waiting = tabs[0].rows(seen, request.role).count() if tabs[0].key == "todo" else None
    page: Page[Registration]
    if tab.key == "todo":
        page = Page(list(rows.with_standing().order_by("pk")[:QUEUE]), "", "")  # type: ignore[attr-defined]
    else:
        page = newest_first(rows.with_standing(), request.GET)  # type: ignore[attr-defined]
    context = {
        "tabs": [_tab(one, tab, waiting) for one in tabs],
        "tab": tab,
        "page": page,
        "waiting": waiting,
        "decides": tab.key == "todo",
        "handles": policy.grants(request.role, Act.HANDLE_REGISTRATION),
        "own": request.role.organization_id,
    }
    return render(request, "numbering/registrations.html", context)


@acting
@require_GET
def registration(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One registration: what was filed, where it stands, and every step so far."""
    one = registration_of(request, uuid)
    own = request.role.organization_id
    filer = one.filed_for_id == own
    context = {
        "one": one,
        "events": _events(one),
        "standing": services.standing(one) if one.state == State.RISING else "",
        "decides": one.waits_at_id == own and policy.may(request.role, Act.PASS_UP, one.organization),
        "handles": policy.grants(request.role, Act.HANDLE_REGISTRATION),
        "may_edit": filer and one.state == State.RETURNED,
        "may_withdraw": filer and one.state in services.OPEN,
        "enter_url": _enter_url(one, request.role),
    }
    return render(request, "numbering/registration.html", context)


@acting
@require_POST
def decide(request: ActingRequest) -> HttpResponse:
    """确认上报, 登记 or 退回 what is ticked; all that the page showed, and what cannot be undone, only when asked once more; returning with its reason."""
    asked = request.POST.get("step", "")
    step, _, which = asked.partition("_")
    if step not in DECISIONS or which not in WHICH:
        raise Http404
    act, words, _ = DECISIONS[step]
    policy.require(request.role, act, request.role.organization)
    chosen = _chosen(request, every=which == "all")
    if step == "return":
        return _return(request, chosen)
    if chosen and which:
        return _confirm(request, chosen, step)
    service = services.pass_up if step == "pass" else services.handle
    return _done(request, chosen, lambda one, seen: service(one, by=request.role, seen=seen), f"已{words}")


def registration_of(request: ActingRequest, uuid: UUID) -> Registration:
    """One in the role's sight, whichever tab it stands in."""
    policy.require(request.role, Act.REGISTER, request.role.organization)
    seen = Registration.objects.visible_to(request.role).with_standing().select_related(*JOINED)
    found: Registration = get_object_or_404(seen, uuid=uuid)
    return found


def _return(request: ActingRequest, chosen: list[Chosen]) -> HttpResponse:
    form = ReturnForm(request.POST if "reason" in request.POST else None)
    if chosen and not form.is_valid():
        return _confirm(request, chosen, "return", form)
    reason = form.cleaned_data["reason"] if chosen else ""
    return _done(
        request,
        chosen,
        lambda one, seen: services.return_(one, reason=reason, by=request.role, seen=seen),
        "已退回",
    )


def _confirm(
    request: ActingRequest, chosen: list[Chosen], step: str, form: ReturnForm | None = None
) -> HttpResponse:
    _, verb, says = DECISIONS[step]
    errors = form["reason"].errors if form else []
    context = {
        "chosen": chosen,
        "step": step,
        "verb": verb,
        "says": says,
        "page": request.POST.get("page", ""),
        "form": form,
        "summary": [
            {"field_id": "id_reason", "label": "退回原因", "message": str(error)} for error in errors
        ],
    }
    return render(request, "numbering/registrations_confirm.html", context, status=422 if errors else 200)


def _done(
    request: ActingRequest, chosen: list[Chosen], act: Callable[[Registration, int | None], None], words: str
) -> HttpResponse:
    """Act on each, and say what came of it."""
    if not chosen:
        messages.warning(request, "没有勾选要办理的行，请先勾选。")
        return redirect("registrations")
    done, late = services.each(chosen, act)
    if done:
        one = f"{chosen[0][0].name}的{chosen[0][0].get_kind_display()}"
        messages.success(request, f"{one}{words}" if len(chosen) == 1 else f"{words} {done} 条")
    if late:
        more = f" 等 {len(late)} 条" if len(late) > SHOWN_LATE else ""
        messages.warning(request, f"没有办理：{'；'.join(late[:SHOWN_LATE])}{more}")
    if request.POST.get("page") == "one":
        return redirect("registration", chosen[0][0].uuid)
    return redirect("registrations")


def _chosen(request: ActingRequest, *, every: bool) -> list[Chosen]:
    """Ticked rows (or all of the page), each with the newest step its page showed; what is out of sight does not exist."""
    seen: dict[UUID, int] = {}
    for tick in request.POST.getlist("all" if every else "tick"):
        if (match := _TICK.fullmatch(tick)) and (uuid := _uuid(match[1])):
            seen[uuid] = int(match[2])
    rows = Registration.objects.visible_to(request.role).filter(uuid__in=seen)
    chosen: list[Chosen] = [(one, seen[one.uuid]) for one in rows.select_related(*JOINED).order_by("pk")]
    if seen and not chosen:
        raise Http404
    return chosen


def _enter_url(one: Registration, role: Role) -> str:
    """Where the person can be entered by this role now that the province has registered them; empty where they are, or cannot be."""
    return "" if one.state != State.HANDLED or one.entered else entry_url(one, role)  # type: ignore[attr-defined]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tab(one: Tab, current: Tab, waiting: int | None) -> dict[str, Any]:
    todo = one.key == "todo"
    return {
        "label": one.label,
        "url": f"?tab={one.key}",
        "current": one.key == current.key,
        "count": waiting if todo else None,
        "hot": todo and bool(waiting),
    }


def _events(one: Registration) -> list[dict[str, Any]]:
    """For components/timeline.html, the newest first."""
    steps = one.steps.select_related("role__user", "role__organization").order_by("-pk")
    return [
        {
            "icon": STEPS[RegistrationStep.Verb(step.verb)][0],
            "tone": STEPS[RegistrationStep.Verb(step.verb)][1],
            "title": step.get_verb_display(),
            "at": step.at,
            "who": f"{step.role.user.name}，{step.role.organization.short_name}",
            "note": step.reason,
        }
        for step in steps
    ]
