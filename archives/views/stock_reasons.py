"""常用原因: the small page on which a committee's administrators keep theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from archives.forms.review import StockReasonForm
from archives.services import stock_reasons as services
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState


@acting
@require_http_methods(["GET", "HEAD", "POST"])
def reasons(request: ActingRequest) -> HttpResponse:
    """What is kept, and one more."""
    policy.require(request.role, Act.REVIEW, request.role.organization)
    if request.method != "POST":
        return _show(request, StockReasonForm())
    form = StockReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        services.add(form.cleaned_data["text"], by=request.role)
    except StaleState as late:
        form.add_error("text", str(late))
        return _show(request, form)
    messages.success(request, "常用原因已添加")
    return redirect("stock-reasons")


@acting
@require_POST
def remove(request: ActingRequest, pk: int) -> HttpResponse:
    policy.require(request.role, Act.REVIEW, request.role.organization)
    try:
        services.remove(pk, by=request.role)
    except StaleState:
        raise Http404 from None  # another committee's, or gone: which of them is not told
    messages.success(request, "常用原因已删除")
    return redirect("stock-reasons")


def _show(request: ActingRequest, form: StockReasonForm) -> HttpResponse:
    own = services.own(request.role.organization)
    summary = [
        {"field_id": form["text"].auto_id, "label": "", "message": str(error), "detail": ""}
        for error in form["text"].errors
    ]
    context = {
        "own": own,
        "defaults": [] if own else [text for _, text in services.DEFAULTS],
        "form": form,
        "summary": summary,
    }
    return render(request, "archives/stock_reasons.html", context, status=422 if summary else 200)
