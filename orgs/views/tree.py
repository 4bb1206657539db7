"""The organisation tree on a page: opened along a path, children a page at a time, search. Any page that picks an organisation uses it.

A page gives its addresses (`Picker`); it takes `?org=` (the chosen organisation), `?pages=` (of its children, without scripts) and `?q=`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from orgs.access import ActingRequest
from orgs.kinds import Kind
from orgs.models import Organization, Role

PAGE = 100
MOST_PAGES = 100
FOUND = 50
_NUMBER = re.compile(r"[0-9]{1,18}")
_INITIALS = re.compile(r"[a-z0-9]{2,20}")
_NUMERALS = {"y": "1", "e": "2", "s": "3|4|10", "w": "5", "l": "6", "q": "7", "b": "8", "j": "9"}


@dataclass(frozen=True, slots=True)
class Picker:
    """URL names of a page with the tree, of its children fragment (takes a pk) and its search fragment.

    `kinds` is what can be chosen: search finds no other, and with scripts the others only open and close.
    """

    page: str
    children: str
    search: str
    kinds: frozenset[Kind] = frozenset(Kind)

    def address(self, pk: int, **more: object) -> str:
        return f"{reverse(self.page)}?{urlencode({'org': pk, **more})}"


@dataclass(slots=True)
class Node:
    """What components/tree_node.html shows."""

    id: int
    name: str
    title: str
    kind: str
    url: str
    level: int
    has_children: bool
    children_url: str
    only_opens: bool = False
    expanded: bool = False
    current: bool = False
    children: list[Node] = field(default_factory=list)
    more_url: str = ""
    more_page_url: str = ""


def chosen(request: ActingRequest, role: Role | None = None) -> Organization:
    """The organisation that `?org=` names, the role's own (the acting one's) without it; 404 for one out of scope."""
    role = role or request.role
    asked = request.GET.get("org", "")
    if not asked:
        return role.organization
    visible = Organization.objects.visible_to(role).select_related("parent")
    return get_object_or_404(visible, pk=int(asked) if _NUMBER.fullmatch(asked) else 0)


def context(request: ActingRequest, picker: Picker, organization: Organization) -> dict[str, Any]:
    """For components/tree.html: the tree open down to `organization`, or what the search found."""
    query = request.GET.get("q", "").strip()
    pages = request.GET.get("pages", "")
    shown: dict[str, Any]
    if query:
        found = search(request.role, picker, query)
        shown = {"results": found, "results_cut": len(found) == FOUND}
    else:
        count = int(pages) if _NUMBER.fullmatch(pages) else 1
        shown = {"nodes": [_opened(request.role, picker, organization, count)]}
    return shown | {
        "q": query,
        "tree_label": "组织树",
        "search_url": reverse(picker.page),
        "tree_url": reverse(picker.search),
    }


def children_answer(request: ActingRequest, picker: Picker, pk: int) -> HttpResponse:
    """A page of the active organisations directly below `pk`, behind `?after=`, as a fragment."""
    parent = get_object_or_404(Organization.objects.visible_to(request.role), pk=pk)
    rows = Organization.objects.active().filter(parent=parent)
    after = request.GET.get("after", "")
    if after:
        last = get_object_or_404(
            Organization, parent=parent, pk=int(after) if _NUMBER.fullmatch(after) else 0
        )
        rows = rows.filter(Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk))
    found = list(_values(rows).order_by("sort_key", "pk")[: PAGE + 1])
    nodes = [_node(row, request.role, picker) for row in found[:PAGE]]
    more = _more(picker, pk, nodes, pages=2) if len(found) > PAGE else {}
    return render(request, "components/tree_nodes.html", {"nodes": nodes, **more})


def search_answer(request: ActingRequest, picker: Picker) -> HttpResponse:
    """The body of the tree for `?q=` as a fragment; an empty question brings the tree back."""
    return render(request, "components/tree_body.html", context(request, picker, request.role.organization))


def search(role: Role, picker: Picker, query: str) -> list[dict[str, str]]:
    """Organisations in scope by a part of the name or by pinyin initials, each with its full path."""
    visible = Organization.objects.visible_to(role).active().filter(_matches(query), kind__in=picker.kinds)
    found = list(visible.order_by("depth", "sort_key", "pk")[:FOUND])
    ids = {pk for one in found for pk in one.path_ids[role.organization.depth :]}
    names = dict(Organization.objects.filter(pk__in=ids).values_list("pk", "short_name"))
    return [
        {
            "name": one.short_name,
            "title": one.name,
            "kind": one.get_kind_display(),
            "url": picker.address(one.pk),
            "path": " / ".join(names[pk] for pk in one.path_ids[role.organization.depth : -1]),
        }
        for one in found
    ]


def _matches(query: str) -> Q:
    found = Q(name__icontains=query) | Q(short_name__icontains=query)
    if _INITIALS.fullmatch(query.lower()):
        words = [_word(token) for token in re.findall(r"[a-z]|[0-9]+", query.lower())]
        found |= Q(sort_key__regex="(^| )" + " ".join(words))
    return found


def _word(token: str) -> str:
    """One initial or number as the sort key may hold it: syllables, and zero-padded numbers also where the name has 一 二 三."""
    if token.isdigit():
        return f"0*{token}"
    return f"({token}[a-z]*|0*({_NUMERALS[token]}))" if token in _NUMERALS else f"{token}[a-z]*"


def _values(rows: Any, *more: str) -> QuerySet[Organization, dict[str, Any]]:
    below = Organization.objects.active().filter(parent=OuterRef("pk"))
    shown: QuerySet[Organization, dict[str, Any]] = rows.annotate(has_children=Exists(below)).values(
        "pk", "parent_id", "short_name", "name", "kind", "depth", "has_children", *more
    )
    return shown


def _node(row: dict[str, Any], role: Role, picker: Picker) -> Node:
    return Node(
        id=row["pk"],
        name=row["short_name"],
        title=row["name"],
        kind=Kind(row["kind"]).label,
        url=picker.address(row["pk"]),
        level=row["depth"] - role.organization.depth + 1,
        has_children=row["has_children"],
        children_url=reverse(picker.children, args=[row["pk"]]),
        only_opens=row["kind"] not in picker.kinds,
    )


def _more(picker: Picker, parent: int, nodes: list[Node], *, pages: int) -> dict[str, str]:
    return {
        "more_url": f"{reverse(picker.children, args=[parent])}?after={nodes[-1].id}",
        "more_page_url": picker.address(parent, pages=pages),
    }


def _opened(role: Role, picker: Picker, organization: Organization, pages: int) -> Node:
    """The role's own organisation with every level open down to `organization` and its children."""
    path = organization.path_ids[role.organization.depth :]
    limit, levels = _levels(path, PAGE * min(pages, MOST_PAGES))
    root = _node(_values(Organization.objects.filter(pk=path[0])).get(), role, picker)
    level = [root]
    for pk in path:
        at = next((node for node in level if node.id == pk), None)
        if at is None:
            break  # deactivated: the tree ends with its superior
        at.expanded, at.current = True, pk == organization.pk
        at.children = level = [_node(row, role, picker) for row in levels[pk][:limit]]
        if len(levels[pk]) > limit:
            more = _more(picker, pk, level, pages=limit // PAGE + 1)
            at.more_url, at.more_page_url = more["more_url"], more["more_page_url"]
    return root


def _levels(path: list[int], limit: int) -> tuple[int, dict[int, list[dict[str, Any]]]]:
    """The rows below each organisation of `path`, and how many of each to show: so many that the path itself is among them."""
    rows = _ranked(path, limit)
    furthest = max((row["rank"] for row in rows if row["pk"] in path), default=0)
    if furthest > limit:
        limit = math.ceil(furthest / PAGE) * PAGE
        rows = _ranked(path, limit)
    levels = defaultdict(list)
    for row in rows:
        levels[row["parent_id"]].append(row)
    return limit, levels


def _ranked(path: list[int], limit: int) -> list[dict[str, Any]]:
    """One row more than `limit`, which tells that there are more, and those of the path wherever they stand."""
    rank = Window(RowNumber(), partition_by=[F("parent")], order_by=["sort_key", "pk"])
    rows = _values(Organization.objects.active().filter(parent__in=path).annotate(rank=rank), "rank")
    return list(rows.filter(Q(rank__lte=limit + 1) | Q(pk__in=path)).order_by("parent", "rank"))
