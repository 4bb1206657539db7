"""编号发放: what was issued, one number to one person, and taking it back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from numbering.domains import Domain
from numbering.forms.issues import IssueForm
from numbering.id_number import holds_id, normalise
from numbering.models import Issue
from numbering.person import normalise_name
from numbering.rules import normalise_number, number_value
from numbering.services import issues as services
from numbering.services.issues import IssueRefused
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization
from orgs.policy import Act
from orgs.views import below as narrowing
from orgs.views import tree
from zhtj.lib.paging import Page, newest_first
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import mask_id
from zhtj.lib.states import StaleState

PICKER = tree.Picker(
    page="issue-new",
    children="issue-new-children",
    search="issue-new-search",
    kinds=frozenset({Kind.BRANCH}),
)
children, search = tree.fragments(PICKER, Act.ISSUE)
State = Issue.State
COUNTED = 999
LONGEST = 60
_UUID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class Search:
    """A state (the tab), a name's beginning, a number or an ID number, and an organisation."""

    q: str
    org: str
    state: State

    @classmethod
    def read(cls, asked: QueryDict) -> Search:
        text, state = asked.get("q", "")[:LONGEST].replace("\0", ""), asked.get("state", "")
        number = normalise(text)
        q = number if holds_id(number) else _number(text) or normalise_name(text)
        return cls(q, asked.get("org", ""), State(state) if state in State.values else State.OPEN)

    @property
    def is_id(self) -> bool:
        return holds_id(self.q)

    def narrow(self, rows: QuerySet[Issue]) -> QuerySet[Issue]:
        if number := _number(self.q):
            return rows.filter(number=number)
        return rows.filter(name__startswith=self.q) if self.q else rows

    def query(self, state: State | None = None) -> str:
        """The address of this search in `state`; an ID number stands in no address."""
        asked = {"state": state or self.state, "q": "" if self.is_id else self.q, "org": self.org}
        return urlencode({name: str(value) for name, value in asked.items() if value})


@sensitive_post_parameters("q")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def issues(request: ActingRequest) -> HttpResponse:
    """Everything issued to my branches, newest first; an ID number is searched for by POST and answered at once."""
    policy.require(request.role, Act.ISSUE, request.role.organization)
    search = Search.read(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and not search.is_id:
        return redirect(f"{reverse('issues')}?{search.query()}")
    seen = Issue.objects.visible_to(request.role)
    if request.method == "POST":
        found = seen.with_id(search.q).select_related("organization", "issuer").order_by("-pk")
        return _list(request, search, Page(list(found[:50]), "", ""), None, sought=mask_id(search.q))
    below = narrowing.asked(request, search.org)
    rows = search.narrow(seen.under(below) if below else seen).filter(state=search.state)
    if search.is_id:
        rows = rows.none()
    page = newest_first(rows.select_related("organization", "issuer"), _without_id(request.GET, search))
    return _list(request, search, page, below)


def _list(
    request: ActingRequest, search: Search, page: Page[Issue], below: Organization | None, sought: str = ""
) -> HttpResponse:
    context = {
        "tabs": [] if sought else [_tab(request, state, search, below) for state in State],
        "rows": page.rows,
        "page": page,
        "search": search,
        "sought": sought,
        "organizations": narrowing.choices(request, below),
    }
    return render(request, "numbering/issues.html", context)


def _tab(request: ActingRequest, state: State, search: Search, below: Organization | None) -> dict[str, Any]:
    seen = Issue.objects.visible_to(request.role)
    rows = search.narrow(seen.under(below) if below else seen).filter(state=state)
    # In the order of the list: else the few that wait are looked for among all that were ever issued, from the oldest on.
    count = 0 if search.is_id else rows.order_by("-pk").values("pk")[: COUNTED + 1].count()
    return {
        "label": state.label,
        "url": f"{reverse('issues')}?{search.query(state)}",
        "current": state == search.state,
        "count": f"{COUNTED}+" if count > COUNTED else count,
    }


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ActingRequest) -> HttpResponse:
    """Choose a branch in the tree; name, ID number, 入团时间 and 领域 of one person; the number stands above the next form."""
    policy.require(request.role, Act.ISSUE, request.role.organization)
    branch = tree.chosen(request)
    reason = why_not(branch)
    made = _made(request, branch)
    today = timezone.localdate()
    if made:
        kept = {"joined_on": made.joined_on.isoformat(), "domain": made.domain}
    else:
        kept = {"domain": services.only_domain(branch, request.role.organization, year=today.year)}
    form = IssueForm(request.POST if request.method == "POST" else None, today=today, initial=kept)
    if request.method == "POST" and reason:
        form.complain(Problem("branch", "branch", reason))
    elif form.is_valid() and (issue := _issued(request, form, branch)):
        return redirect(f"{PICKER.address(branch.pk)}&made={issue.uuid}")
    context = {
        "form": form,
        "branch": None if reason else branch,
        "why_not": "" if branch == request.role.organization else reason,
        "made": made,
        "summary": form.summary if form.is_bound else [],
        **tree.context(request, PICKER, branch),
    }
    return render(request, "numbering/issue_new.html", context, status=422 if context["summary"] else 200)


def _issued(request: ActingRequest, form: IssueForm, branch: Organization) -> Issue | None:
    person = form.person
    assert person.joined_on  # noqa: S101 -- else the form is not valid
    try:
        return services.issue(
            branch=branch, domain=Domain(person.domain), name=person.name, id_number=person.id_number,
            joined_on=person.joined_on, by=request.role,
        )  # fmt: skip
    except IssueRefused as refused:
        form.complain(Problem(refused.field, "refused", str(refused)))
        return None


def why_not(branch: Organization) -> str:
    """Why no number can be issued to this organisation here; empty when it can."""
    if branch.kind != Kind.BRANCH:
        return (
            f"“{branch.name}”是{branch.get_kind_display()}，编号发放到团支部，请在组织树中选择其下的团支部。"
        )
    return "" if branch.is_active else f"“{branch.name}”已停用，不能发放编号。"


def _made(request: ActingRequest, branch: Organization) -> Issue | None:
    """What was issued a moment ago, named in the address."""
    asked = request.GET.get("made", "")
    if request.method == "POST" or not _UUID.fullmatch(asked):
        return None
    try:
        uuid = UUID(asked)
    except ValueError:
        return None
    return Issue.objects.visible_to(request.role).of(branch).filter(uuid=uuid).first()


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Ask once more; take back what was not entered."""
    seen = Issue.objects.visible_to(request.role).select_related("organization", "issuer")
    issue = get_object_or_404(seen, uuid=uuid)
    policy.require(request.role, Act.ISSUE, issue.organization)
    if request.method != "POST" and issue.state == State.OPEN:
        return render(request, "numbering/issue_withdraw.html", {"issue": issue})
    try:
        if request.method != "POST":
            raise StaleState(f"{issue.name}的编号{issue.get_state_display()}，不能收回。")
        services.withdraw(issue, by=request.role)
    except StaleState as late:
        messages.warning(request, str(late))
    else:
        messages.success(request, f"已收回{issue.name}的编号 {issue.number}，可以重新发放")
    return redirect("issues")


def _number(text: str) -> str:
    """A 12-digit number, as it is stored."""
    number = normalise_number(text)
    return number if number_value(number) is not None else ""


def _without_id(query: QueryDict, search: Search) -> QueryDict:
    kept = query.copy()
    if search.is_id:
        kept.pop("q", None)
    return kept
