"""号段分配 and 收回: every one of them previewed first, and done as previewed or not at all."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import F, Func, IntegerField, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from numbering import runs, vacant
from numbering.forms.segments import BatchForm, HandDownForm, TakeBackForm
from numbering.models import Segment
from numbering.runs import Run
from numbering.services import segments
from numbering.services.figures import Figures, figures, rulers
from numbering.services.segments import SegmentRefused
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.policy import Act

PAGE = 100
READ_OR_WRITE = ["GET", "HEAD", "POST"]


@acting
@require_http_methods(READ_OR_WRITE)
def hand_down(request: ActingRequest) -> HttpResponse:
    """One piece for one child: asked, proposed, confirmed."""
    policy.require(request.role, Act.HAND_DOWN, request.role.organization)
    options: dict[str, Any] = {"children": _children(request), "segments": _own(request)}
    if request.method != "POST":
        asked = {name: request.GET.get(name, "") for name in ("to", "segment")}
        return _show_hand_down(request, HandDownForm(initial=asked, **options))
    form = HandDownForm(request.POST, **options)
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        return _show_hand_down(request, form, status=422 if form.errors and step != "edit" else 200)
    segment, to, count = (form.cleaned_data[name] for name in ("segment", "to", "count"))
    try:
        first = form.cleaned_data["first"] or segments.propose(vacant.free_runs(segment), [(to, count)])[0][0]
        piece = (first, first + count - 1)
        if step == "confirm":
            segments.hand_down(segment, to=to, first=piece[0], last=piece[1], by=request.role)
            messages.success(request, f"已将 {piece[0]}–{piece[1]} 共 {count} 个编号分配给“{to.name}”")
            return redirect(_year_url(segment))
        segments.require_free(segment, *piece)
    except SegmentRefused as refused:
        form.add_error(refused.field or None, str(refused))
        return _show_hand_down(request, form, status=422)
    (shown,) = figures([segment])
    context = {
        "form": form, "shown": shown, "to": to, "pieces": [(to, piece)], "count": count, "left": shown.left - count,
        "ruler": rulers([shown], new=[piece])[segment.pk], "first": piece[0],
    }  # fmt: skip
    return render(request, "numbering/segment_hand_down_confirm.html", context)


def _show_hand_down(request: ActingRequest, form: HandDownForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "summary": form.summary if status != 200 else [],
        "segments": figures(list(_own(request)[:PAGE])),
        "has_children": _children(request).exists(),
    }
    return render(request, "numbering/segment_hand_down.html", context, status=status)


@acting
@require_http_methods(READ_OR_WRITE)
def batch(request: ActingRequest, pk: int) -> HttpResponse:
    """Several children at once: a count for each, a preview, all of it or nothing."""
    policy.require(request.role, Act.HAND_DOWN, request.role.organization)
    segment = get_object_or_404(_own(request), pk=pk)
    query = request.GET.get("q", "").strip()[:60]
    shown, next_url, first_url = _page(request, query)
    form = BatchForm(request.POST if request.method == "POST" else None, shown, _has(segment, shown))
    (held,) = figures([segment])
    context = {"form": form, "shown": held, "q": query, "next_url": next_url, "first_url": first_url}
    step = request.POST.get("step", "")
    if step == "fill":
        form.fill(held.left)
    elif step in {"preview", "confirm"} and form.is_valid():
        try:
            return _batch_step(
                request, context, seen=request.POST.get("seen", "") if step == "confirm" else ""
            )
        except SegmentRefused as refused:
            form.problem = str(refused)
    context["summary"] = form.summary if step != "edit" else []
    return render(request, "numbering/segment_batch.html", context, status=422 if context["summary"] else 200)


def _batch_step(request: ActingRequest, context: dict[str, Any], *, seen: str) -> HttpResponse:
    form: BatchForm = context["form"]
    held: Figures = context["shown"]
    if seen:
        made = segments.hand_down_many(held.segment, form.shares, seen=seen, by=request.role)
        messages.success(request, f"已向 {len(made)} 个组织分配 {sum(one.size for one in made)} 个编号")
        return redirect(_year_url(held.segment))
    pieces = segments.propose(held.free, form.shares)
    form.show(pieces)
    asked = runs.total(pieces)
    context |= {
        "seen": runs.fingerprint(held.free), "asked": asked, "left": held.left - asked,
        "ruler": rulers([held], new=pieces)[held.segment.pk],
    }  # fmt: skip
    return render(request, "numbering/segment_batch_confirm.html", context)


@acting
@require_http_methods(READ_OR_WRITE)
def take_back(request: ActingRequest, pk: int) -> HttpResponse:
    """The unused tail of a piece that was cut from my own organisation's segment."""
    policy.require(request.role, Act.HAND_DOWN, request.role.organization)
    cut = Segment.objects.filter(parent__organization=request.role.organization)
    piece = get_object_or_404(cut.select_related("organization", "parent__organization"), pk=pk)
    (shown,) = figures([piece])
    form = TakeBackForm(request.POST if request.method == "POST" else None, tail_size=shown.tail_size)
    context: dict[str, Any] = {"form": form, "shown": shown, "list_url": _year_url(piece)}
    if not form.is_bound or not form.is_valid():
        context["summary"] = form.summary if form.is_bound else []
        return _show_take_back(request, context)
    back: Run = (piece.last - form.cleaned_data["count"] + 1, piece.last)
    try:
        if request.POST.get("step") == "confirm":
            return _taken_back(request, piece, back)
    except SegmentRefused as refused:
        context["summary"] = [{"field_id": "", "label": "", "message": str(refused)}]
        return _show_take_back(request, context)
    context |= {"back": back, "remain": piece.size - runs.length(back), "keep_last": back[0] - 1}
    return render(request, "numbering/segment_take_back_confirm.html", context)


def _taken_back(request: ActingRequest, piece: Segment, back: Run) -> HttpResponse:
    """Taken back as it was previewed: the last number is the one the page showed."""
    asked = request.POST.get("last", "")
    seen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 12 else 0
    first = seen - runs.length(back) + 1
    remain = segments.take_back(piece, first=first, last=seen, by=request.role)
    words = f"保留 {remain} 个" if remain else "该号段已全部收回"
    messages.success(
        request, f"已从“{piece.organization.name}”收回 {first}–{seen} 共 {runs.length(back)} 个编号，{words}"
    )
    return redirect(_year_url(piece))


def _show_take_back(request: ActingRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["summary"] else 200
    return render(request, "numbering/segment_take_back.html", context, status=status)


def _own(request: ActingRequest) -> Any:
    """What this role hands down from, the newest year first."""
    return (
        Segment.objects.of(request.role.organization)
        .select_related("organization")
        .order_by("-year", "domain", "span")
    )


def _children(request: ActingRequest) -> Any:
    below = Organization.objects.active().filter(parent=request.role.organization)
    return below.order_by("sort_key", "pk")


def _page(request: ActingRequest, query: str) -> tuple[list[Organization], str, str]:
    """The children a page of the batch is about, and the addresses of the next and the first page."""
    rows = _children(request)
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(short_name__icontains=query))
    asked = request.GET.get("after", "")
    if asked.isascii() and asked.isdigit() and len(asked) <= 18:
        last = get_object_or_404(_children(request), pk=int(asked))
        rows = rows.filter(Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk))
    found = list(rows[: PAGE + 1])
    more = f"?{urlencode({'q': query, 'after': found[PAGE - 1].pk})}" if len(found) > PAGE else ""
    return found[:PAGE], more, f"?{urlencode({'q': query})}" if asked else ""


def _has(segment: Segment, shown: list[Organization]) -> dict[int, int]:
    """How many numbers of this year and domain each child has already."""
    size = Func(F("span"), function="upper", output_field=IntegerField()) - Func(
        F("span"), function="lower", output_field=IntegerField()
    )
    rows = Segment.objects.filter(organization__in=shown, year=segment.year, domain=segment.domain)
    return dict(rows.values_list("organization").annotate(has=Sum(size)))


def _year_url(segment: Segment) -> str:
    """Back to the own segments of this year."""
    return f"{reverse('segments')}?{urlencode({'year': segment.year})}"
