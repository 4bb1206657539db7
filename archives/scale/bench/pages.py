"""The rivals' pages: an empty one, 电子数据库 with a live count, and a list of ORM objects with one include a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone

from archives.views import database
from members.models import Member
from numbering.domains import Domain
from numbering.models import Holding, Segment
from orgs.access import ActingRequest, acting
from orgs.models import Organization

ROW = """<tr><th scope="row"><a href="{% url 'member' row.uuid %}">{{ row.name }}</a></th><td>{{ row.masked_id }}</td>\
<td title="{{ row.organization.name }}">{{ row.organization.short_name }}</td>\
<td>{{ row.get_occupation_display }} {{ row.get_study_status_display }}</td><td>{{ row.joined_on|date:"Y-m-d" }}</td>\
<td>{{ row.number }}</td><td>{{ row.get_state_display }}</td>\
<td><a href="{% url 'member' row.uuid %}">查看</a></td></tr>"""
PAGE = """{% extends "page.html" %}{% block title %}团员列表{% endblock %}{% block heading %}团员列表{% endblock %}
{% block content %}<table class="zt-table"><thead><tr><th>姓名</th><th>身份证号码</th><th>组织</th><th>职业 / 在读状况</th><th>入团时间</th>\
<th>发展团员编号</th><th>状态</th><th>操作</th></tr></thead><tbody>{% for row in rows %}{% include line %}{% endfor %}</tbody></table>{% endblock %}"""
SHOWN = 50


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing but what stands before it: session, person and role, or, asked for `bare`, nothing at all."""
    return HttpResponse("")


@acting
def live(request: ActingRequest) -> HttpResponse:
    """The same page as `database`, after counting what the product reads from its counts."""
    counted(request.role.organization, timezone.localdate().year)
    return database.table(request)


@acting
def plain(request: ActingRequest) -> HttpResponse:
    """As it is usually written."""
    page, line = _templates()
    return HttpResponse(page.render({"rows": newest(request.role.organization), "line": line}, request))


def newest(organization: Organization) -> QuerySet[Member]:
    rows = Member.objects.under(organization).listed().filter(state=Member.State.ACTIVE)
    return rows.select_related("organization", "holding").order_by("-pk")[:SHOWN]


def counted(organization: Organization, year: int) -> dict[int, dict[Domain, int]]:
    """号段内已录入 of the organisation and of everyone directly below, by domain: django-mptt's `add_related_count`, over the range of
    the numbers of django-mptt, once for each domain. Its own subqueries take no OR, so these are written out."""
    rows = Organization.objects.active().filter(Q(pk=organization.pk) | Q(parent=organization)).order_by("pk")
    for domain, numbers in _numbers(year).items():
        inside = Holding.objects.filter(
            numbers,
            state=Holding.State.HELD,
            organization__tree_id=OuterRef("tree_id"),
            organization__lft__gte=OuterRef("lft"),
            organization__rght__lte=OuterRef("rght"),
        )
        each = inside.order_by().annotate(number_of=Func("pk", function="COUNT")).values("number_of")
        rows = rows.annotate(**{f"held_{domain.value}": Coalesce(Subquery(each), Value(0))})
    names = {f"held_{domain.value}": domain for domain in _numbers(year)}
    found: list[Mapping[str, Any]] = list(rows.values("pk", *names))
    return {row["pk"]: {domain: row[name] for name, domain in names.items()} for row in found}


def _numbers(year: int) -> dict[Domain, Q]:
    """The numbers of each domain, by the province's segments of the year."""
    found: dict[Domain, Q] = {}
    for one in Segment.objects.of_year(year).filter(depth=0).order_by("pk"):
        inside = Q(value__gte=one.first, value__lte=one.last)
        domain = Domain(one.domain)
        found[domain] = found[domain] | inside if domain in found else inside
    return found


@cache
def _templates() -> tuple[Any, Any]:
    engine = engines["django"]
    return engine.from_string(PAGE), engine.from_string(ROW)
