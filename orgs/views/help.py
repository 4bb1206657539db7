"""帮助: the whole guide, with the anchors that the passages on the pages lead to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from orgs import guide
from orgs.access import ActingRequest, signed_in


@signed_in
@require_GET
def guide_page(request: ActingRequest) -> HttpResponse:
    """For everyone who is signed in, in whichever role or in none yet."""
    layout = "page.html" if request.role and not request.user.must_change_password else "gate.html"
    return render(request, "orgs/help.html", {"layout": layout, "guide": guide})
