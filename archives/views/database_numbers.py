"""录入明细: who was entered with the numbers of a cell of 电子数据库, and which are not used yet (指引 3.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from archives.views.database import SERIAL, Asked, asked, crumbs
from members.models import Member
from members.rules import Entry
from numbering import progress, usage
from numbering.domains import Domain
from numbering.id_number import holds_id, normalise
from numbering.models import Holding, Segment
from numbering.progress import Figures
from numbering.rules import normalise_number
from orgs.access import ActingRequest, acting

SIZE = 50
LONGEST = 50
DIGITS = 12
TABS = {"entered": "录入明细", "unused": "未使用编号"}
_NUMBER = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Cell:
    """The segments of one organisation, year and domain, and what of them is looked at."""

    here: Asked
    domain: Domain
    segments: list[Segment]
    tab: str
    q: str

    @property
    def is_id(self) -> bool:
        """Whether an ID number was typed where a name or a number is asked for: it finds nobody, and stands in no address."""
        return holds_id(normalise(self.q))

    def address(self, **more: object) -> str:
        kept = {"domain": self.domain.value, "tab": self.tab}
        if self.q and not self.is_id:
            kept["q"] = self.q
        return self.here.address("database-numbers", **(kept | more))


@sensitive_post_parameters("q")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def numbers(request: ActingRequest) -> HttpResponse:
    """A page of its own; to htmx, the content of the sheet beside the table. What is searched for is sent by POST."""
    cell = _cell(request)
    if request.method == "POST" and not cell.is_id:
        return redirect(cell.address())
    one, year = cell.here.organization, cell.here.year
    figures = progress.of_organizations([one.pk], year).get(one.pk, {}).get(cell.domain, Figures())
    start = request.GET.get("from", "")
    first = int(start) if _NUMBER.fullmatch(start) else 0
    context = {
        "cell": cell,
        "figures": figures,
        "title": f"{one.short_name} {cell.domain.label}领域",
        "tabs": _tabs(cell, figures),
        "first_url": cell.address() if first else "",
        "form_url": reverse("database-numbers"),
        **_lines(request, cell, first, figures.unused),
    }
    if request.htmx:
        answer = render(request, "archives/database_sheet.html", context)
        answer["HX-Push-Url"] = "false"  # the address stays the table's: going back, or a reload, comes there
        return answer
    beside = {"crumbs": crumbs(request, cell.here), "back_url": cell.here.address("database")}
    return render(request, "archives/database_numbers.html", context | beside)


def _cell(request: ActingRequest) -> Cell:
    here, query = asked(request), request.POST if request.method == "POST" else request.GET
    if query.get("domain") not in Domain.values:
        raise Http404
    domain = Domain(query["domain"])
    tab = query.get("tab", "")
    return Cell(
        here,
        domain,
        progress.own_segments(here.organization, year=here.year, domain=domain),
        tab if tab in TABS else "entered",
        query.get("q", "").replace("\0", "")[:LONGEST].strip(),
    )


def _tabs(cell: Cell, figures: Figures) -> list[dict[str, Any]]:
    counts = {"entered": figures.held + figures.reserved, "unused": figures.unused}
    return [
        {
            "label": label,
            "url": cell.here.address("database-numbers", domain=cell.domain.value, tab=tab),
            "current": tab == cell.tab,
            "count": counts[tab],
        }
        for tab, label in TABS.items()
    ]


def _lines(request: ActingRequest, cell: Cell, start: int, unused: int) -> dict[str, Any]:
    if cell.tab == "unused":
        return _unused(request, cell, start, unused)
    return {} if cell.is_id else _entered(request, cell, start)


def _entered(request: ActingRequest, cell: Cell, start: int) -> dict[str, Any]:
    found = usage.entered(cell.segments, start=start, limit=SIZE + 1, **_narrowed(cell))
    mine = request.role.organization
    return {
        "rows": [_row(one, in_sight=getattr(one, f"at_{mine.depth}") == mine.pk) for one in found[:SIZE]],
        "next_url": _next(cell, found[SIZE].value) if len(found) > SIZE else "",
    }


def _unused(request: ActingRequest, cell: Cell, start: int, unused: int) -> dict[str, Any]:
    mine = request.role.organization
    # Where every number is held there is nothing to look for among a million.
    found = usage.unused(cell.segments, start=start, limit=SIZE + 1, seen_from=mine) if unused else []
    return {
        "lines": found[:SIZE],
        "next_url": _next(cell, found[SIZE].first) if len(found) > SIZE else "",
    }


def _next(cell: Cell, value: int | None) -> str:
    return cell.address(**{"from": value})


def _row(one: Holding, *, in_sight: bool) -> dict[str, Any]:
    """Somebody who was entered, or moved, beyond my reach has a number here, but no name."""
    member = getattr(one, "member", None)
    return {
        "name": one.holder if in_sight else "其他组织的团员",
        "url": reverse("member", args=[member.uuid]) if member and in_sight else "",
        "number": one.number,
        "organization": one.organization.short_name if in_sight else "—",
        "state": _state(one, member if in_sight else None),
    }


def _state(one: Holding, member: Member | None) -> str:
    """A number kept for somebody stays 预占 when they are refused; only the person tells which."""
    if one.state == Holding.State.HELD:
        return "已录入"
    return member.get_state_display() if member else "审核中"


def _narrowed(cell: Cell) -> dict[str, Any]:
    """What was searched for: a number, its last six figures or its beginning; else the beginning of a name."""
    text = normalise_number(cell.q)
    if not _NUMBER.fullmatch(text):
        name = Entry.read({"name": cell.q}).name
        return {"holder__startswith": name} if name else {}
    if len(text) <= len(str(SERIAL - 1)) and cell.segments and not text.startswith(str(cell.here.year)):
        return {"value": cell.segments[0].first // SERIAL * SERIAL + int(text)}
    step = 10 ** (DIGITS - len(text))
    return {"value__range": (int(text) * step, (int(text) + 1) * step - 1)}
