"""待审核: the queue, the desk with pages beside the data, and the two decisions (指引 1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from archives import policy as archive_policy
from archives.forms.review import PHRASES, RefusalForm
from archives.models import Archive
from archives.queue import Queue, decided_today, is_late, waited
from archives.services import review as services
from archives.views.desk import case, file_facts
from members.rules import Entry
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState

SIZE = 50


@acting
@require_GET
def reviews(request: ActingRequest) -> HttpResponse:
    """What waits for this committee, oldest first."""
    policy.require(request.role, Act.REVIEW, request.role.organization)
    queue = _queue(request)
    rows = queue.rows.with_history().select_related("member__holding", "organization")
    shown, next_url = _page(request, queue, rows)
    context = {
        "queue": queue,
        "rows": [_row(request, one) for one in shown],
        "total": queue.rows.count(),
        "next_url": next_url,
        "first_url": _list_url(queue) if request.GET.get("after") else "",
        "start_url": _url(first, queue) if (first := queue.mine.first()) else "",
        "done": decided_today(request.role),
    }
    return render(request, "archives/reviews.html", context)


@acting
@require_GET
def desk(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One file beside its data; the full ID number is shown to whoever decides, and that look is recorded."""
    return _desk(request, _archive(request, uuid), RefusalForm())


@acting
@require_POST
def approve(request: ActingRequest, uuid: UUID) -> HttpResponse:
    archive, (sha256, round) = _archive(request, uuid), _seen(request)
    return _decide(
        request,
        archive,
        "通过",
        lambda: services.approve(archive, sha256=sha256, round=round, by=request.role),
    )


@acting
@require_POST
def refuse(request: ActingRequest, uuid: UUID) -> HttpResponse:
    archive, (sha256, round), form = _archive(request, uuid), _seen(request), RefusalForm(request.POST)
    if not form.is_valid():
        return _desk(request, archive, form, status=422)
    reason = form.cleaned_data["reason"]
    return _decide(
        request,
        archive,
        "未通过，已告知提交人",
        lambda: services.refuse(archive, sha256=sha256, round=round, reason=reason, by=request.role),
    )


def _seen(request: ActingRequest) -> tuple[str, int]:
    """Which bytes and which round of the data the page showed; nonsense is nothing that was ever shown."""
    round = request.POST.get("round", "")
    return request.POST.get("sha256", ""), int(round) if re.fullmatch(r"[0-9]{1,4}", round) else 0


def _decide(request: ActingRequest, archive: Archive, result: str, act: Callable[[], None]) -> HttpResponse:
    """Act, say what came of it, and go on to the next file."""
    queue = _queue(request)
    try:
        act()
    except StaleState as late:
        messages.warning(request, str(late))
        if Archive.objects.filter(pk=archive.pk, state=Archive.State.WAITING).exists():
            return redirect(_url(archive, queue))
    else:
        messages.success(request, f"{archive.member.name}的入团志愿书审核{result}")
    following = queue.next(archive)
    if following is None:
        messages.success(request, "全部审核完毕")
        return redirect(_list_url(queue))
    return redirect(_url(following, queue))


def _archive(request: ActingRequest, uuid: UUID) -> Archive:
    joined = (
        "member__organization",
        "member__holding",
        "upload",
        "organization",
        "reviewer",
        "decided_by",
        "submitted_by",
        "submitted_as__organization",
    )
    archive: Archive = get_object_or_404(
        Archive.objects.visible_to(request.role).with_history().select_related(*joined), uuid=uuid
    )
    policy.require(request.role, Act.REVIEW, archive.organization)
    return archive


def _desk(request: ActingRequest, archive: Archive, form: RefusalForm, *, status: int = 200) -> HttpResponse:
    waiting = archive.state == Archive.State.WAITING
    outcome = "" if waiting else services.outcome(archive)
    why_not = archive_policy.why_not_decide(request.role, archive) if waiting else ""
    decides = not (outcome or why_not)
    if decides:
        _record_look(request, archive)
    context: dict[str, Any] = {
        "archive": archive,
        "case": case(archive, in_full=decides),
        "facts": file_facts(archive),
        "pages": range(1, archive.upload.pages + 1),
        "form": form,
        "phrases": PHRASES,
        "decides": decides,
        "why_not": why_not,
        "outcome": outcome,
        "waited": waited(archive) if waiting else "",
        **_neighbours(request, archive),
    }
    return render(request, "archives/review.html", context, status=status)


def _record_look(request: ActingRequest, archive: Archive) -> None:
    subject = f"member:{archive.member.pk}"
    audit.record(
        role=request.role,
        verb="look",
        subject=subject,
        organization=archive.organization,
        fields=["id_number"],
    )


def _neighbours(request: ActingRequest, archive: Archive) -> dict[str, Any]:
    """Where the file stands in the reviewer's queue; to others it stands in none."""
    queue = _queue(request)
    found: dict[str, Any] = {"queue": queue, "list_url": _list_url(queue)}
    if archive.reviewer_id == request.role.organization_id:
        before, after = queue.before(archive), queue.after(archive)
        found["prev_url"] = _url(before, queue) if before else ""
        found["next_url"] = _url(after, queue) if after else ""
        found["place"] = queue.place(archive) if archive.state == Archive.State.WAITING else None
    return found


def _queue(request: ActingRequest) -> Queue:
    asked = request.POST if request.method == "POST" else request.GET
    return Queue(request.role, Entry.read({"name": asked.get("q", "")[:50].replace("\0", "")}).name)


def _page(request: ActingRequest, queue: Queue, rows: Any) -> tuple[list[Archive], str]:
    """Fifty rows from `?after=<uuid of the last one seen>` on, and the address of those that follow."""
    try:
        seen = (
            Archive.objects.visible_to(request.role).filter(uuid=UUID(request.GET.get("after", ""))).first()
        )
    except ValueError:
        seen = None
    found = list((rows.following(seen) if seen else rows)[: SIZE + 1])
    more = len(found) > SIZE
    return found[:SIZE], f"{_list_url(queue, after=str(found[SIZE - 1].uuid))}" if more else ""


def _row(request: ActingRequest, archive: Archive) -> dict[str, Any]:
    return {
        "archive": archive,
        "waited": waited(archive),
        "late": is_late(archive.submitted_at),
        "own": archive.submitted_by_id == request.user.pk,
        "url": _url(archive, _queue(request)),
    }


def _url(archive: Archive, queue: Queue) -> str:
    return reverse("review", args=[archive.uuid]) + (f"?{urlencode({'q': queue.q})}" if queue.q else "")


def _list_url(queue: Queue, **more: str) -> str:
    asked = {name: value for name, value in {"q": queue.q, **more}.items() if value}
    return reverse("reviews") + (f"?{urlencode(asked)}" if asked else "")
