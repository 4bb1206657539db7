"""电子数据库: how much of the segments is entered, organisation by organisation (指引 3.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from archives import database, exports
from archives.database import Row
from archives.services import exports as export_services
from numbering.domains import SCHOOL_DOMAINS, Domain
from numbering.progress import Figures
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.models import Option, Organization
from orgs.policy import Act
from zhtj.lib.addresses import address
from zhtj.lib.paging import in_order

SERIAL = 1_000_000
KINDS = {"table": exports.TABLE, "people": exports.PEOPLE}
_NUMBER = re.compile(r"[0-9]{1,18}")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The organisation and the year a page of 电子数据库 is about."""

    organization: Organization
    year: int
    years: list[int]

    def address(self, name: str, **more: object) -> str:
        return f"{address(name)}?{urlencode(self.query | more)}"

    @property
    def query(self) -> dict[str, Any]:
        return {"org": self.organization.pk, "year": self.year}


def asked(request: ActingRequest) -> Asked:
    """From `?org=` and `?year=`: my own organisation and this year without them, 404 out of scope or where there is nothing."""
    sent = request.POST if request.method == "POST" else request.GET
    organization = request.role.organization
    if pk := sent.get("org", ""):
        visible = Organization.objects.visible_to(request.role)
        organization = get_object_or_404(visible, pk=int(pk) if _NUMBER.fullmatch(pk) else 0)
    policy.require(request.role, Act.SEE_DATABASE, organization)
    this_year = timezone.localdate().year
    years = database.years(organization, this_year=this_year)
    text = sent.get("year", "") or str(this_year)
    if not _YEAR.fullmatch(text) or int(text) not in years:
        raise Http404
    return Asked(organization, int(text), years)


def crumbs(request: ActingRequest, here: Asked) -> list[dict[str, Any]]:
    """The way from my own organisation down to the chosen one."""
    way = Organization.objects.visible_to(request.role).ancestors_of(here.organization)
    return [
        {
            "name": one.short_name,
            "url": Asked(one, here.year, here.years).address("database"),
            "here": one.pk == here.organization.pk,
        }
        for one in way
    ]


@acting
@require_GET
def table(request: ActingRequest) -> HttpResponse:
    """One row for the chosen organisation, one for each directly below, and the total of all of these."""
    here = asked(request)
    page = in_order(database.below(here.organization), request.GET, "sort_key")
    shown = database.rows([here.organization, *page.rows], here.year)
    industries = Option.objects.in_group(Group.INDUSTRY).values_list("code", "label")
    context = {
        "here": here,
        "crumbs": crumbs(request, here),
        "domains": [(domain, domain == Domain.SOCIETY) for domain in Domain],
        "schools": len(SCHOOL_DOMAINS),
        "rows": [_row(row, here, dict(industries)) for row in shown],
        "total": _total(here) if page.rows else None,
        "page": page,
        "now": timezone.now(),
    }
    return render(request, "archives/database.html", context)


@acting
@require_POST
def export(request: ActingRequest) -> HttpResponse:
    """导出: the whole table, or the people of one organisation, as a job."""
    here = asked(request)
    kind = KINDS.get(request.POST.get("what", ""))
    if kind is None:
        raise Http404
    job = export_services.start(kind, here.organization, here.year, by=request.role)
    return redirect("job", job.uuid)


def _row(row: Row, here: Asked, industries: dict[str, str]) -> dict[str, Any]:
    one = row.organization
    there = Asked(one, here.year, here.years)
    return {
        "name": one.short_name,
        "title": one.name,
        "kind": one.get_kind_display(),
        "industry": industries.get(one.industry, ""),
        "own": one.pk == here.organization.pk,
        "url": there.address("database"),
        "cells": [_cell(row.of(domain), there, domain) for domain in Domain],
        "total": row.total,
        "people": row.people,
        "people_url": there.address("database-people"),
    }


def _cell(figures: Figures, there: Asked, domain: Domain) -> dict[str, Any]:
    return {
        "domain": domain.label,
        "society": domain == Domain.SOCIETY,
        "figures": figures,
        "numbers": _numbers(figures),
        "url": there.address("database-numbers", domain=domain.value),
    }


def _numbers(figures: Figures) -> str:
    """The serials of the one segment, or how many there are."""
    if figures.pieces > 1:
        return f"{figures.pieces} 个号段"
    return f"{figures.first % SERIAL:06}–{figures.last % SERIAL:06}"


def _total(here: Asked) -> dict[str, Any]:
    total = database.total_below(here.organization, here.year)
    return {
        "cells": [(domain, total.of(domain), domain == Domain.SOCIETY) for domain in Domain],
        "all": total.total,
        "people": total.people,
    }
