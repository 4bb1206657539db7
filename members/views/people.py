"""What 团员列表 and 干部列表 have in common: tabs by state, one search box, organisations below, pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from members.models import Member
from members.models.member import PeopleQuerySet
from members.views.search import TABS, Search
from orgs.access import ActingRequest
from orgs.models import Organization
from orgs.views import below as narrowing
from zhtj.lib.paging import Page, newest_first
from zhtj.lib.sealing import mask_id, open_sealed

COUNTED = 999
PERSON = ("uuid", "state", "name", "id_number")
ORGANIZATION = ("pk", "organization__short_name", "organization__name")


@dataclass(frozen=True, slots=True)
class PeopleList:
    """One list: its URL name, title and template, whom it lists, its own columns and how these read in words."""

    name: str
    title: str
    template: str
    whom: str
    columns: tuple[str, ...]
    in_words: Callable[[list[Any]], list[dict[str, Any]]]


def answer(
    request: ActingRequest, people: PeopleList, seen: PeopleQuerySet[Any], **beside: Any
) -> HttpResponse:
    """The list; an ID number is searched for by POST and answered at once, so that it never stands in an address."""
    desk = _Desk(request, people, beside)
    if request.method != "POST":
        return desk.list(seen, Search.read(request.GET))
    search = Search.read(request.POST)
    if not search.is_id:
        return redirect(f"{reverse(people.name)}?{search.query()}")
    return desk.found_by_id(seen, search)


def columns(rows: PeopleQuerySet[Any], people: PeopleList) -> Any:
    """What the list shows of these rows: plain columns instead of objects, since a page of fifty costs a tenth."""
    person = (rows.person + column for column in PERSON)
    return rows.values_list(*ORGANIZATION, *person, *people.columns, named=True)


def person_in_words(row: Any, way: str = "") -> dict[str, Any]:
    """The cells every list of people has; `way` is how the row's columns call the person."""
    uuid, state, name, sealed = (getattr(row, way + column) for column in PERSON)
    return {
        "uuid": uuid,
        "name": name,
        "id_number": mask_id(open_sealed(uuid, "members.Member.id_number", sealed)),
        "organization": row.organization__short_name,
        "full_organization": row.organization__name,
        "state": Member.State(state),
    }


@dataclass(frozen=True, slots=True)
class _Desk:
    """One request of one list."""

    request: ActingRequest
    people: PeopleList
    beside: dict[str, Any]

    def list(self, seen: PeopleQuerySet[Any], search: Search) -> HttpResponse:
        below = narrowing.asked(self.request, search.org)
        if below:
            seen = seen.under(below)
        matching = seen.none() if search.is_id else search.narrow(seen)
        counts = {state: matching.in_state(state).at_most(COUNTED + 1) for state in TABS}
        rows = columns(matching.in_state(search.state), self.people)
        page = newest_first(rows, _without_id(self.request.GET, search))
        nothing = not page.rows and not search.is_narrow and not below
        return self._answer(search, page, counts, below=below, nothing=nothing)

    def found_by_id(self, seen: PeopleQuerySet[Any], search: Search) -> HttpResponse:
        """The one person with this ID number, in whatever state; the number itself is not shown again."""
        rows = list(columns(search.narrow(seen.in_state(*TABS)), self.people))
        states = [Member.State(getattr(row, f"{seen.person}state")) for row in rows]
        search.state = states[0] if states else search.state
        counts = {state: states.count(state) for state in TABS}
        return self._answer(search, Page(rows, "", ""), counts, sought=mask_id(search.q))

    def _answer(
        self, search: Search, page: Page[Any], counts: dict[Member.State, int], *,
        below: Organization | None = None, nothing: bool = False, sought: str = "",
    ) -> HttpResponse:  # fmt: skip
        context = {
            "tabs": [_tab(self.people.name, state, counts[state], search) for state in TABS],
            "rows": self.people.in_words(page.rows),
            "page": page,
            "search": search,
            "sought": sought,
            "nothing": nothing,
            "list_url": reverse(self.people.name),
            "clear_url": f"?{urlencode({'state': search.state.value})}",
            "organizations": narrowing.choices(self.request, below),
            "list_title": self.people.title,
            "whom": self.people.whom,
            **self.beside,
        }
        return render(self.request, self.people.template, context)


def _tab(name: str, state: Member.State, count: int, search: Search) -> dict[str, Any]:
    return {
        "label": state.label,
        "url": f"{reverse(name)}?{search.query(state=state)}",
        "current": state == search.state,
        "count": f"{COUNTED}+" if count > COUNTED else count,
    }


def _without_id(query: QueryDict, search: Search) -> QueryDict:
    """Links to other pages repeat what was asked for, but never an ID number."""
    kept = query.copy()
    if search.is_id:
        kept.pop("q", None)
    return kept
