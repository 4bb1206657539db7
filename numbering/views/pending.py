"""待录入: the people a number was issued to, or registered for by the province, and who are not entered yet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from numbering.models import Issue, Registration
from numbering.views.entering import entry_url
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.kinds import Kind
from orgs.models import Organization, Role
from orgs.policy import Act
from orgs.views import below as narrowing
from zhtj.lib.paging import newest_first

REGISTERED = 50
"""So many 已登记 stand below, the oldest first; the rest come up as they are entered, and the page says that there are more."""


@acting
@require_GET
def pending(request: ActingRequest) -> HttpResponse:
    """A branch sees its own people, everybody above those of all branches below."""
    role = request.role
    policy.require(role, Act.SEE_NUMBERS, role.organization)
    below = narrowing.asked(request, request.GET.get("org", ""))
    seen = Issue.objects.visible_to(role).open()
    rows = (seen.under(below) if below else seen).select_related("organization", "issuer")
    page = newest_first(rows, request.GET)
    registered = _registered(role, below)
    context = {
        "page": page,
        "rows": [(issue, entry_url(issue, role)) for issue in page.rows],
        "registered": [(one, entry_url(one, role)) for one in registered[:REGISTERED]],
        "more": REGISTERED if len(registered) > REGISTERED else 0,
        "organizations": narrowing.choices(request, below),
        "own": role.organization.kind == Kind.BRANCH,
        "may_issue": policy.grants(role, Act.ISSUE),
    }
    return render(request, "numbering/pending.html", context)


def _registered(role: Role, below: Organization | None) -> list[Registration]:
    if not policy.grants(role, Act.REGISTER):
        return []
    seen = Registration.objects.visible_to(role).to_enter()
    rows = (seen.under(below) if below else seen).select_related("organization")
    return list(rows.order_by("pk")[: REGISTERED + 1])
