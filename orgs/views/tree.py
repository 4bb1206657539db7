"""The organisation tree on a page: opened along a path, children a page at a time, search. Any page that picks an organisation uses it.

A page gives its addresses (`Picker`) and its `fragments`; it takes `?org=` (the chosen organisation), `?pages=` (of its children, without
scripts), `?q=` and, where deactivated organisations can be shown, `?inactive=1`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.policy import Act
from orgs.views.picker import Picker as Picker
from orgs.views.tree_search import matches

PAGE = 100
MOST_PAGES = 100
FOUND = 50
CONSIDERED = 300
Fragment = Callable[..., HttpResponse]
_NUMBER = re.compile(r"[0-9]{1,18}")


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
    inactive: bool = False
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
    return get_object_or_404(visible, pk=_number(asked))


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if _NUMBER.fullmatch(text) else otherwise


def context(request: ActingRequest, picker: Picker, organization: Organization) -> dict[str, Any]:
    """For components/tree.html: the tree open down to `organization`, or what the search found."""
    picker = picker.asked(request)
    query = request.GET.get("q", "").strip()
    shown: dict[str, Any]
    if query:
        found = search(request.role, picker, query)
        shown = {"results": found, "results_cut": len(found) == FOUND}
    else:
        pages = _number(request.GET.get("pages", ""), 1)
        shown = {"nodes": [_opened(request.role, picker, organization, pages)]}
    return shown | {
        "q": query,
        "tree_label": "组织树",
        "search_url": picker.page_address or "?",
        "tree_url": picker.fragment(picker.search),
        "offers_inactive": picker.offers_inactive,
        "inactive": picker.inactive,
    }


def fragments(picker: Picker, act: Act) -> tuple[Fragment, Fragment]:
    """The two views behind a tree, for those who may `act`: a page of the organisations directly below one, and what a search found."""

    @acting
    @require_GET
    def children(request: ActingRequest, pk: int) -> HttpResponse:
        policy.require(request.role, act, request.role.organization)
        return _children_answer(request, picker.asked(request), pk)

    @acting
    @require_GET
    def found(request: ActingRequest) -> HttpResponse:
        policy.require(request.role, act, request.role.organization)
        # An empty question brings the tree back.
        shown = context(request, picker, request.role.organization)
        return render(request, "components/tree_body.html", shown)

    return children, found


def _children_answer(request: ActingRequest, picker: Picker, pk: int) -> HttpResponse:
    """A page of the organisations directly below `pk`, behind `?after=`."""
    parent = get_object_or_404(Organization.objects.visible_to(request.role), pk=pk)
    rows = picker.rows().filter(parent=parent)
    after = request.GET.get("after", "")
    if after:
        last = get_object_or_404(Organization, parent=parent, pk=_number(after))
        rows = rows.filter(Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk))
    found = list(_values(rows, picker).order_by("sort_key", "pk")[: PAGE + 1])
    nodes = [_node(row, request.role, picker) for row in found[:PAGE]]
    more = _more(picker, pk, nodes, pages=2) if len(found) > PAGE else {}
    return render(request, "components/tree_nodes.html", {"nodes": nodes, **more})


def search(role: Role, picker: Picker, query: str) -> list[dict[str, Any]]:
    """Organisations in scope by a part of the name or by pinyin initials, each with its full path."""
    visible = picker.rows().visible_to(role).filter(matches(query), kind__in=picker.kinds)
    # Put in order only so many: 团支部 matches nearly all of a province, and whoever typed it is asked for more anyway.
    near = visible.order_by().values("pk")[:CONSIDERED]
    found = list(Organization.objects.filter(pk__in=near).order_by("depth", "sort_key", "pk")[:FOUND])
    ids = {pk for one in found for pk in one.path_ids[role.organization.depth :]}
    names = dict(Organization.objects.filter(pk__in=ids).values_list("pk", "short_name"))
    return [
        {
            "name": one.short_name,
            "title": one.name,
            "kind": one.get_kind_display(),
            "url": picker.address(one.pk),
            "inactive": not one.is_active,
            "path": " / ".join(names[pk] for pk in one.path_ids[role.organization.depth : -1]),
        }
        for one in found
    ]


def _values(rows: Any, picker: Picker, *more: str) -> QuerySet[Organization, dict[str, Any]]:
    below = picker.rows().filter(parent=OuterRef("pk"))
    shown: QuerySet[Organization, dict[str, Any]] = rows.annotate(has_children=Exists(below)).values(
        "pk", "parent_id", "short_name", "name", "kind", "depth", "deactivated_at", "has_children", *more
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
        children_url=picker.fragment(picker.children, row["pk"]),
        only_opens=row["kind"] not in picker.kinds,
        inactive=row["deactivated_at"] is not None,
    )


def _more(picker: Picker, parent: int, nodes: list[Node], *, pages: int) -> dict[str, str]:
    return {
        "more_url": picker.fragment(picker.children, parent, after=nodes[-1].id),
        "more_page_url": picker.address(parent, pages=pages),
    }


def _opened(role: Role, picker: Picker, organization: Organization, pages: int) -> Node:
    """The role's own organisation with every level open down to `organization` and its children."""
    path = organization.path_ids[role.organization.depth :]
    limit, levels = _levels(picker, path, PAGE * min(pages, MOST_PAGES))
    root = _node(_values(Organization.objects.filter(pk=path[0]), picker).get(), role, picker)
    level = [root]
    for pk in path:
        at = next((node for node in level if node.id == pk), None)
        if at is None:
            break  # deactivated and not shown: the tree ends with its superior
        at.expanded, at.current = True, pk == organization.pk
        at.children = level = [_node(row, role, picker) for row in levels[pk][:limit]]
        if len(levels[pk]) > limit:
            more = _more(picker, pk, level, pages=limit // PAGE + 1)
            at.more_url, at.more_page_url = more["more_url"], more["more_page_url"]
    return root


def _levels(picker: Picker, path: list[int], limit: int) -> tuple[int, dict[int, list[dict[str, Any]]]]:
    """The rows below each organisation of `path`, and how many of each to show: so many that the path itself is among them."""
    rows = _ranked(picker, path, limit)
    furthest = max((row["rank"] for row in rows if row["pk"] in path), default=0)
    if furthest > limit:
        limit = math.ceil(furthest / PAGE) * PAGE
        rows = _ranked(picker, path, limit)
    levels = defaultdict(list)
    for row in rows:
        levels[row["parent_id"]].append(row)
    return limit, levels


def _ranked(picker: Picker, path: list[int], limit: int) -> list[dict[str, Any]]:
    """One row more than `limit`, which tells that there are more, and those of the path wherever they stand."""
    rank = Window(RowNumber(), partition_by=[F("parent")], order_by=["sort_key", "pk"])
    rows = _values(picker.rows().filter(parent__in=path).annotate(rank=rank), picker, "rank")
    return list(rows.filter(Q(rank__lte=limit + 1) | Q(pk__in=path)).order_by("parent", "rank"))
