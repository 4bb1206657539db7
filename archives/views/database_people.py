"""本级新发展团员详情: the people of exactly one organisation who joined in one year (指引 3.11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from archives import database
from archives.database import Person
from archives.services import replacement, resubmission
from archives.views.database import asked, crumbs
from orgs.access import ActingRequest, acting
from orgs.models import Role
from zhtj.lib.paging import newest_first


@acting
@require_GET
def people(request: ActingRequest) -> HttpResponse:
    """The newest entry first."""
    here = asked(request)
    seen = database.people(request.role, here.organization, here.year)
    page = newest_first(seen, request.GET)
    replaces = replacement.may_replace(request.role, here.organization)
    found = database.persons(page.rows)
    context = {
        "here": here,
        "crumbs": crumbs(request, here),
        "back_url": here.address("database"),
        "rows": [_row(one, request.role, replaces=replaces) for one in found],
        "page": page,
        "total": seen.count(),
        "ask_above": ""
        if replaces or not any(one.standing.in_force for one in found)
        else replacement.ASK_ABOVE,
    }
    return render(request, "archives/database_people.html", context)


def _row(one: Person, role: Role, *, replaces: bool) -> dict[str, Any]:
    """替换档案 is a link for who may submit another file; the others read whose turn it is on the person's page.

    替换 stands there for a superior committee (`replaces`), as long as the file in force can be replaced.
    """
    member = one.member
    mine = one.standing.to_replace and not resubmission.why_not(member, by=role, last=one.latest)
    return {
        "member": member,
        "standing": one.standing,
        "reason": one.latest.reason if one.latest and (one.standing.to_replace or one.standing.note) else "",
        "resubmit_url": reverse("resubmit", args=[member.uuid]) if mine else "",
        "replace_url": reverse("replace", args=[member.uuid])
        if replaces and one.standing.replaceable
        else "",
    }
