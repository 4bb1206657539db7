"""批量新增: a pasted list of organisations; first what would become of every line, then all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from orgs.access import ActingRequest, acting
from orgs.dictionaries import Group
from orgs.forms.organizations import PasteForm
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import Option, Organization
from orgs.pasted import COLUMNS, MOST, Line
from orgs.services.organizations_many import LinesRefused, create_many, plan_many
from orgs.services.placement import Refused
from orgs.views.organization_powers import opening
from orgs.views.organizations import PICKER
from zhtj.lib import seen as states


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: ActingRequest, pk: int) -> HttpResponse:
    """Only what was seen is made: a box that was changed since is shown again first. What was typed stays in the box."""
    above = opening(request, pk)
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, above, form)
    state = (request.role.pk, above.pk, form.cleaned_data["text"])
    seen = states.same(request.POST.get("seen", ""), *state)
    try:
        if request.POST.get("step") == "confirm" and seen:
            made = create_many(above, form.rows, by=request.role)
            messages.success(request, f"已在“{above.name}”下新增 {len(made)} 个组织")
            return redirect(PICKER.address(above.pk))
        lines = plan_many(above, form.rows, by=request.role)
    except LinesRefused as refused:
        form.add_error(None, refused.messages[0])
        return _show(request, above, form, lines=refused.lines, seen=states.token(*state))
    except Refused as refused:
        form.add_error("text", refused.messages[0])
        return _show(request, above, form)
    return _show(request, above, form, lines=lines, seen=states.token(*state))


def _show(
    request: ActingRequest,
    above: Organization,
    form: PasteForm,
    *,
    lines: Sequence[Line] = (),
    seen: str = "",
) -> HttpResponse:
    options = Option.objects.in_group(Group.INDUSTRY)
    industries = dict(options.values_list("code", "label"))
    rows = [{"line": line, "industry": industries.get(line.industry, line.industry)} for line in lines]
    wrong = sum(bool(line.problems) for line in lines)
    context = {
        "form": form, "organization": above, "back": PICKER.address(above.pk), "columns": COLUMNS, "most": MOST,
        "kinds": [kind.label for kind in Kind if kind in ALLOWED_BELOW[above.kind]],
        "rows": rows, "wrong": wrong, "seen": seen, "summary": form.summary if form.is_bound else [],
    }  # fmt: skip
    return render(request, "orgs/organization_paste.html", context, status=422 if context["summary"] else 200)
