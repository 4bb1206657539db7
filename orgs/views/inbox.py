"""操作中心: what waits for this organisation's administrators, and what became of what they submitted."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orgs.access import ActingRequest, acting
from orgs.models import Notice
from orgs.services import notices
from zhtj.lib.paging import newest_first

Sort = Notice.Sort


@acting
@require_GET
def inbox(request: ActingRequest) -> HttpResponse:
    """One tab, the newest first, by day. To-dos that are done stand apart."""
    sort = _sort(request)
    done = sort == Sort.TODO and "done" in request.GET
    rows = (
        Notice.objects.visible_to(request.role)
        .filter(sort=sort)
        .with_unread(request.user)
        .select_related("done_by")
    )
    if sort == Sort.TODO:
        rows = rows.filter(done_at__isnull=not done)
    page = newest_first(rows, request.GET)
    context = {
        "page": page,
        "days": [(day, list(found)) for day, found in groupby(page.rows, _day)],
        "today": timezone.localdate(),
        "tabs": _tabs(request, sort),
        "done": done,
        "is_todo": sort == Sort.TODO,
    }
    return render(request, "orgs/inbox.html", context)


@acting
@require_POST
def open_notice(request: ActingRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the matter is dealt with."""
    notice = get_object_or_404(Notice.objects.visible_to(request.role), pk=pk)
    notices.mark_read([notice], by=request.user)
    return redirect(notice.url or f"{reverse('inbox')}?tab={notice.sort}")


@acting
@require_POST
def read_all(request: ActingRequest) -> HttpResponse:
    """全部标为已读, for this person; colleagues have their own marks."""
    unread = list(Notice.objects.visible_to(request.role).unread_by(request.user))
    notices.mark_read(unread, by=request.user)
    messages.success(request, f"已将 {len(unread)} 条事项标为已读。" if unread else "没有未读事项。")
    return redirect("inbox")


def _sort(request: ActingRequest) -> str:
    asked = request.GET.get("tab", "")
    return asked if asked in Sort.values else Sort.TODO


def _day(notice: Notice) -> date:
    return timezone.localdate(notice.created_at)


def _tabs(request: ActingRequest, current: str) -> list[dict[str, object]]:
    """待我处理 counts what is open, the other tabs what is unread."""
    visible = Notice.objects.visible_to(request.role).open().with_unread(request.user)
    counted = visible.values("sort").annotate(count=Count("pk", filter=Q(sort=Sort.TODO) | Q(unread=True)))
    counts = {row["sort"]: row["count"] for row in counted.order_by()}
    return [
        {
            "label": sort.label,
            "url": f"?tab={sort}",
            "current": sort == current,
            "count": counts.get(sort, 0),
            "hot": sort == Sort.TODO and bool(counts.get(sort)),
        }
        for sort in Sort
    ]
