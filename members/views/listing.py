"""团员列表: the people of my organisation and below, by state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from members import layout
from members.choices import Occupation, StudyStatus
from members.models import Member
from members.models.member import MemberQuerySet
from members.views.search import TABS, Search
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.models import Option, Organization
from orgs.policy import Act, grants
from zhtj.lib.paging import Page, newest_first
from zhtj.lib.sealing import mask_id, open_sealed

COUNTED = 999
MOST_CHOICES = 300
COLUMNS = (
    *("pk", "uuid", "state", "name", "id_number", "organization__short_name", "organization__name"),
    *("occupation", "study_status", "occupation_detail", "joined_on", "holding__number"),
)


@sensitive_post_parameters("q")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: ActingRequest) -> HttpResponse:
    """The list; an ID number is searched for by POST and answered at once, so that it never stands in an address."""
    policy.require(request.role, Act.SEE_MEMBERS, request.role.organization)
    seen = Member.objects.visible_to(request.role).listed()
    if request.method != "POST":
        return _list(request, seen, Search.read(request.GET))
    search = Search.read(request.POST)
    if not search.is_id:
        return redirect(f"{reverse('members')}?{search.query()}")
    return _found_by_id(request, seen, search)


def _list(request: ActingRequest, seen: MemberQuerySet, search: Search) -> HttpResponse:
    below = _organization(request, search.org)
    if below:
        seen = seen.under(below)
    matching = seen.none() if search.is_id else search.narrow(seen)
    counts = {state: matching.filter(state=state).at_most(COUNTED + 1) for state in TABS}
    page = newest_first(_columns(matching.filter(state=search.state)), _without_id(request.GET, search))
    nothing = not page.rows and not search.is_narrow and not below
    return _answer(request, search, page, counts, below=below, nothing=nothing)


def _found_by_id(request: ActingRequest, seen: MemberQuerySet, search: Search) -> HttpResponse:
    """The one person with this ID number, in whatever state; the number itself is not shown again."""
    matching = search.narrow(seen.filter(state__in=TABS))
    rows = list(_columns(matching))
    search.state = Member.State(rows[0].state) if rows else search.state
    counts = {state: sum(row.state == state for row in rows) for state in TABS}
    return _answer(request, search, Page(rows, "", ""), counts, sought=mask_id(search.q))


def _columns(rows: MemberQuerySet) -> Any:
    """Plain columns instead of objects: a page of fifty costs a tenth."""
    return rows.values_list(*COLUMNS, named=True)


def _answer(
    request: ActingRequest, search: Search, page: Page[Any], counts: dict[Member.State, int], *,
    below: Organization | None = None, nothing: bool = False, sought: str = "",
) -> HttpResponse:  # fmt: skip
    context = {
        "tabs": [_tab(state, counts[state], search) for state in TABS],
        "rows": _Words().rows(page.rows),
        "page": page,
        "search": search,
        "sought": sought,
        "nothing": nothing,
        "clear_url": f"?{urlencode({'state': search.state.value})}",
        "organizations": _choices(request, below),
        "may_enter": grants(request.role, Act.ENTER),
        "number_label": layout.LABELS["number"],
    }
    return render(request, "members/list.html", context)


def _tab(state: Member.State, count: int, search: Search) -> dict[str, Any]:
    return {
        "label": state.label,
        "url": f"{reverse('members')}?{search.query(state=state)}",
        "current": state == search.state,
        "count": f"{COUNTED}+" if count > COUNTED else count,
    }


def _organization(request: ActingRequest, chosen: str) -> Organization | None:
    if not chosen:
        return None
    found: Organization = get_object_or_404(Organization.objects.visible_to(request.role), pk=chosen)
    return None if found.pk == request.role.organization_id else found


def _choices(request: ActingRequest, below: Organization | None) -> list[tuple[int, str, bool]]:
    """(id, words, chosen): the way from my organisation down to the chosen one, then what stands directly below it."""
    mine, here = request.role.organization, below or request.role.organization
    way = (
        [one for one in Organization.objects.ancestors_of(here) if one.depth >= mine.depth]
        if below
        else [mine]
    )
    children = Organization.objects.filter(parent=here).active().order_by("sort_key", "pk")[:MOST_CHOICES]
    found = [
        (one.pk, f"{'　' * (one.depth - mine.depth)}{one.short_name}", one.pk == here.pk)
        for one in [*way, *children]
    ]
    return found if len(found) > 1 else []


def _without_id(query: QueryDict, search: Search) -> QueryDict:
    """Links to other pages repeat what was asked for, but never an ID number."""
    kept = query.copy()
    if search.is_id:
        kept.pop("q", None)
    return kept


@dataclass
class _Words:
    """Codes of the list's columns in words; the dictionary is read once a page, and only when a row needs it."""

    _occupations: dict[str, str] | None = None

    def rows(self, rows: list[Any]) -> list[dict[str, Any]]:
        return [self._row(row) for row in rows]

    def _row(self, row: Any) -> dict[str, Any]:
        return {
            "uuid": row.uuid,
            "name": row.name,
            "id_number": mask_id(open_sealed(row.uuid, "members.Member.id_number", row.id_number)),
            "organization": row.organization__short_name,
            "full_organization": row.organization__name,
            "occupation": self._occupation(row),
            "joined_on": row.joined_on,
            "number": row.holding__number,
            "state": Member.State(row.state),
        }

    def _occupation(self, row: Any) -> str:
        if row.occupation == Occupation.STUDENT:
            return str(StudyStatus(row.study_status).label)
        if self._occupations is None:
            self._occupations = dict(Option.objects.in_group(Group.OCCUPATION).values_list("code", "label"))
        code: str = row.occupation_detail
        return self._occupations.get(code, code)
