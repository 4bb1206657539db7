"""待审核: the list with its filter, several files passed at once, and the addresses that keep the filter."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from archives.models import Archive
from archives.queue import Queue, Sort, decided_today, is_late, sort_of, waited
from archives.services import review as services
from members.rules import Entry
from numbering.id_number import holds_id, normalise
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from zhtj.lib.states import StaleState

SIZE = 50
SKIPPED = "review_skipped"
BOXES = ("q", "org")
ID_TYPED = "待审核不按身份证号码查询，请填姓名；按身份证号码查找团员的，请到团员列表查询"


@sensitive_post_parameters("q", "org")
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def reviews(request: ActingRequest) -> HttpResponse:
    """What waits for this committee, oldest first. Whoever comes back here begins a new pass: nothing is skipped any more.

    The filter is sent by POST: an ID number typed into it finds nobody, and stands in no address.
    """
    policy.require(request.role, Act.REVIEW, request.role.organization)
    if request.method == "POST":
        if any(holds_id(normalise(request.POST.get(box, ""))) for box in BOXES):
            messages.warning(request, ID_TYPED)
        return redirect(list_address(queue_of(request)))
    request.session.pop(SKIPPED, None)
    queue = queue_of(request)
    rows = queue.rows.with_history().select_related("member__holding", "organization", "upload")
    shown, next_url = _page(request, queue, rows)
    obstacles = _obstacles(request, queue, shown)
    context = {
        "queue": queue,
        "rows": [_row(request, queue, one, obstacles) for one in shown],
        "choosable": "" in obstacles.values() and not settings.REVIEW_CHECKS_REQUIRED,
        "sorts": Sort.choices,
        "limit": settings.REVIEW_LIMIT_DAYS,
        "total": queue.rows.count(),
        "next_url": next_url,
        "first_url": list_address(queue) if request.GET.get("after") else "",
        "start_url": address(first, queue) if (first := queue.mine.first()) else "",
        "done": decided_today(request.role),
    }
    return render(request, "archives/reviews.html", context)


@acting
@require_POST
def approve_chosen(request: ActingRequest) -> HttpResponse:
    """通过所选: each row is decided by itself, on the hash and round its tick box carried; one that fails stops no other."""
    policy.require(request.role, Act.REVIEW, request.role.organization)
    queue, chosen = queue_of(request), request.POST.getlist("chosen")[:SIZE]
    if not chosen:
        return redirect(list_address(queue))
    results = [_approve(request, one) for one in dict.fromkeys(chosen)]
    context = {
        "queue": queue,
        "results": results,
        "passed": sum(not words for _, words in results),
        "list_url": list_address(queue),
    }
    return render(request, "archives/reviews_done.html", context)


def _approve(request: ActingRequest, chosen: str) -> tuple[Archive | None, str]:
    """One row and why it was not approved; nothing of a row that was never shown to this person."""
    uuid, _, rest = chosen.partition(":")
    sha256, _, round = rest.partition(":")
    archive = _seen(request, uuid)
    if archive is None:
        return None, "没有这条待审核"
    shown = int(round) if round.isascii() and round.isdigit() and len(round) < 5 else 0
    try:
        services.approve_from_list(archive, sha256=sha256, round=shown, by=request.role)
    except (StaleState, services.Unchecked, PermissionDenied) as why:
        return archive, str(why)
    return archive, ""


def _seen(request: ActingRequest, uuid: str) -> Archive | None:
    try:
        wanted = UUID(uuid)
    except ValueError:
        return None
    joined = ("member", "upload", "organization")
    return Archive.objects.visible_to(request.role).select_related(*joined).filter(uuid=wanted).first()


def queue_of(request: ActingRequest) -> Queue:
    """The queue under the filter that the address or the form carries."""
    asked = request.POST if request.method == "POST" else request.GET
    sort = asked.get("sort", "")
    q, org = (_typed(asked.get(box, "")) for box in BOXES)
    return Queue(
        request.role,
        q=Entry.read({"name": q}).name,
        org=org.strip(),
        sort=sort if sort in Sort.values else "",
        late=asked.get("late") == "1",
        skipped=frozenset(request.session.get(SKIPPED, [])),
    )


def _typed(text: str) -> str:
    return "" if holds_id(normalise(text)) else text[:50].replace("\0", "")


def address(archive: Archive, queue: Queue) -> str:
    """A file's desk, with the filter it was reached under."""
    return _with(reverse("review", args=[archive.uuid]), queue.asked)


def list_address(queue: Queue, **more: str) -> str:
    return _with(reverse("reviews"), queue.asked | more)


def _with(url: str, asked: dict[str, str]) -> str:
    return url + (f"?{urlencode(asked)}" if asked else "")


def _obstacles(request: ActingRequest, queue: Queue, shown: list[Archive]) -> dict[int, str]:
    """By pk, why not to be passed from the list, of those this person may decide on."""
    mine = set(queue.mine.filter(pk__in=[one.pk for one in shown]).values_list("pk", flat=True))
    return services.why_not_from_list([one for one in shown if one.pk in mine], by=request.role)


def _page(request: ActingRequest, queue: Queue, rows: Any) -> tuple[list[Archive], str]:
    """Fifty rows from `?after=<uuid of the last one seen>` on, and the address of those that follow."""
    seen = _seen(request, request.GET.get("after", ""))
    found = list((rows.following(seen) if seen else rows)[: SIZE + 1])
    more = len(found) > SIZE
    return found[:SIZE], list_address(queue, after=str(found[SIZE - 1].uuid)) if more else ""


def _row(request: ActingRequest, queue: Queue, archive: Archive, obstacles: dict[int, str]) -> dict[str, Any]:
    own = ""
    if archive.pk not in obstacles:
        own = "本人提交" if archive.submitted_by_id == request.user.pk else "本人录入或修改过"
    return {
        "archive": archive,
        "waited": waited(archive),
        "late": is_late(archive.submitted_at),
        "sort": sort_of(archive).label,
        "own": own,
        "obstacle": own or obstacles[archive.pk],
        "url": address(archive, queue),
    }
