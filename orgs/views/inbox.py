"""操作中心: what waits for this organisation's administrators, and what became of what they submitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orgs.access import ActingRequest, acting
from orgs.models import Duty, Notice, User
from orgs.models.notices import KINDS, NoticeQuerySet
from orgs.services import notices
from zhtj.lib.dates import say_date
from zhtj.lib.paging import newest_first

Sort = Notice.Sort


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the inbox is shown; it stands in the address, so that a page can be kept and shared among colleagues."""

    sort: Sort
    done: bool
    kind: str
    unread: bool

    @classmethod
    def of(cls, query: QueryDict, *, first: Sort) -> Choice:
        """Nonsense shows everything of the first tab."""
        asked, kind = query.get("tab", ""), query.get("kind", "")
        sort = Sort(asked) if asked in Sort.values else first
        done = sort == Sort.TODO and "done" in query
        return cls(sort, done, kind if kind in KINDS else "", "unread" in query and not done)

    @property
    def bare_url(self) -> str:
        """The same tab without a filter."""
        return Choice(self.sort, self.done, "", False).url_of(self.sort, done=self.done)

    def url_of(self, sort: Sort, *, done: bool = False) -> str:
        """Another tab under the same filter."""
        query = QueryDict(mutable=True)
        query["tab"] = str(sort)
        for name, value in (("done", done), ("kind", self.kind), ("unread", self.unread and not done)):
            if value:
                query[name] = str(value) if name == "kind" else "1"
        return f"{reverse('inbox')}?{query.urlencode()}"

    def among(self, rows: NoticeQuerySet, user: User) -> NoticeQuerySet:
        """Those that are asked for, whichever tab they are in."""
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return rows.unread_by(user) if self.unread else rows


@acting
@require_GET
def inbox(request: ActingRequest) -> HttpResponse:
    """One tab, the newest first, by day. To-dos that are done stand apart."""
    # A cadre in person is told, and has nothing to do here.
    choice = Choice.of(request.GET, first=Sort.NEWS if request.role.duty == Duty.CADRE else Sort.TODO)
    asked = choice.among(Notice.objects.visible_to(request.role), request.user).with_unread(request.user)
    rows = asked.filter(sort=choice.sort).select_related("done_by")
    if choice.sort == Sort.TODO:
        rows = rows.filter(done_at__isnull=not choice.done)
    page = newest_first(rows, request.GET)
    context = {
        "page": page,
        "days": [(day, list(found)) for day, found in groupby(page.rows, _day)],
        "today": timezone.localdate(),
        "tabs": list(_tabs(choice, asked)),
        "choice": choice,
        "kinds": KINDS,
        "is_todo": choice.sort == Sort.TODO,
        "waiting_url": choice.url_of(Sort.TODO),
        "done_url": choice.url_of(Sort.TODO, done=True),
    }
    return render(request, "orgs/inbox.html", context)


@acting
@require_POST
def open_notice(request: ActingRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the matter is dealt with; a to-do that somebody has done meanwhile says so instead."""
    notice = _notice(request, pk)
    notices.mark_read([notice], by=request.user)
    if notice.done_at and "done" not in request.POST:
        messages.info(request, _already(notice))
        return redirect(f"{reverse('inbox')}?tab={Sort.TODO}&done=1")
    return redirect(notice.url or f"{reverse('inbox')}?tab={notice.sort}")


@acting
@require_POST
def read_one(request: ActingRequest, pk: int) -> HttpResponse:
    """标为已读 without opening."""
    notices.mark_read([_notice(request, pk)], by=request.user)
    return redirect(_came_from(request))


@acting
@require_POST
def read_all(request: ActingRequest) -> HttpResponse:
    """全部标为已读, for this person; colleagues have their own marks."""
    unread = list(Notice.objects.visible_to(request.role).unread_by(request.user))
    notices.mark_read(unread, by=request.user)
    messages.success(request, f"已将 {len(unread)} 条事项标为已读。" if unread else "没有未读事项。")
    return redirect(_came_from(request))


def _notice(request: ActingRequest, pk: int) -> Notice:
    return get_object_or_404(Notice.objects.visible_to(request.role).select_related("done_by"), pk=pk)


def _already(notice: Notice) -> str:
    when = timezone.localtime(notice.done_at)
    return f"“{notice.title}”已由 {notice.done_by.name if notice.done_by else '系统'} 于 {say_date(when)} {when:%H:%M} 处理，无需再处理。"


def _came_from(request: ActingRequest) -> str:
    """The page the button stood on: tab, filter, place in the list."""
    sent = QueryDict(request.POST.get("from", ""))
    kept = QueryDict(mutable=True)
    for name in ("tab", "done", "kind", "unread", "before", "after"):
        if name in sent:
            kept[name] = sent[name][:20]
    return f"{reverse('inbox')}?{kept.urlencode()}".rstrip("?")


def _day(notice: Notice) -> date:
    return timezone.localdate(notice.created_at)


def _tabs(choice: Choice, asked: NoticeQuerySet) -> Iterator[dict[str, object]]:
    """待我处理 counts what is open, the other tabs what is unread; both under the filter."""
    rows = asked.open().values("sort")
    counted = rows.annotate(count=Count("pk", filter=Q(sort=Sort.TODO) | Q(unread=True))).order_by()
    counts = {row["sort"]: row["count"] for row in counted}
    for sort in Sort:
        yield {
            "label": sort.label,
            "url": choice.url_of(sort),
            "current": sort == choice.sort,
            "count": counts.get(sort, 0),
            "hot": sort == Sort.TODO and bool(counts.get(sort)),
        }
