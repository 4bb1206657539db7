"""重新选择现任职务: the cadres with an old title, each row saved by itself; with scripts and without."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from members import middleware, sheet
from members.models import Post
from members.rules.titles import suggestion
from members.services import titles as services
from members.services.posts import PostTaken
from orgs import policy
from orgs.access import ActingRequest, acting, address_of_ours
from orgs.models import Duty, ProvinceSettings
from orgs.policy import Act
from zhtj.lib.states import StaleState

MOST = 300


@acting
@require_GET
def titles(request: ActingRequest) -> HttpResponse:
    """Everybody it concerns, the open ones first."""
    policy.require(request.role, Act.CHOOSE_TITLE, request.role.organization)
    known = middleware.state(request, request.role)
    middleware.note(request, request.role, later=known["later"])
    return _page(request)


@acting
@require_POST
def choose(request: ActingRequest, pk: int) -> HttpResponse:
    """保存 of one row: the row alone for htmx, the whole page otherwise."""
    policy.require(request.role, Act.CHOOSE_TITLE, request.role.organization)
    joined = services.rows_of(request.role).select_related("member", "organization")
    post = get_object_or_404(joined.exclude(old_title=""), pk=pk)
    title, problem, late = request.POST.get("title", "")[:40], "", ""
    try:
        services.choose(post, title, by=request.role)
    except PostTaken as taken:
        problem = "。".join(filter(None, (taken.problem.message, taken.problem.detail)))
    except StaleState as stale:
        late = str(stale)
    known = middleware.state(request, request.role)
    middleware.note(request, request.role, later=known["later"])
    wrong = {pk: (title, problem)} if problem else {}
    if request.htmx:
        post = Post.objects.select_related("member", "organization").get(pk=pk)
        row = _row(post, _options(post, {}), sheet.labels(), wrong) | {"late": late}
        context = {"row": row, "swap": True, "next": _next(request), "own": _own(request)}
        context |= _progress(request)
        return render(request, "members/titles_row.html", context)
    if problem:
        return _page(request, wrong, status=422)
    if late:
        messages.warning(request, late)
    else:
        messages.success(request, f"已保存{post.member.name}的现任职务")
    return redirect(_back(request))


@acting
@require_POST
def suggested(request: ActingRequest) -> HttpResponse:
    """全部采用建议."""
    policy.require(request.role, Act.CHOOSE_TITLE, request.role.organization)
    done, others = services.choose_suggested(request.role)
    known = middleware.state(request, request.role)
    middleware.note(request, request.role, later=known["later"])
    if done:
        messages.success(request, f"已按建议保存 {done} 名团干部的现任职务")
    elif not others:
        messages.info(request, "没有可以采用的建议，请逐行选择")
    if others:
        return _page(request, {one.post.pk: ("", one.problem) for one in others}, status=422)
    return redirect(_back(request))


@acting
@require_POST
def later(request: ActingRequest) -> HttpResponse:
    """稍后处理: once for this session, until the province's deadline."""
    policy.require(request.role, Act.CHOOSE_TITLE, request.role.organization)
    if not middleware.may_wait():
        messages.warning(request, "已过全省规定的截止日期，须先重新选择现任职务")
        return redirect(_back(request))
    middleware.note(request, request.role, later=True)
    return redirect(_next(request) or "home")


def _page(
    request: ActingRequest, wrong: dict[int, tuple[str, str]] | None = None, *, status: int = 200
) -> HttpResponse:
    joined = services.rows_of(request.role).exclude(old_title="").select_related("member", "organization")
    open_ones = list(joined.filter(title="").order_by("pk")[:MOST])
    done = list(joined.exclude(title="").order_by("-pk")[: MOST - len(open_ones)])
    words, options = sheet.labels(), {}  # type: ignore[var-annotated]
    rows = [_row(post, _options(post, options), words, wrong or {}) for post in [*open_ones, *done]]
    known = middleware.state(request, request.role)
    context = {
        "rows": rows,
        "own": _own(request),
        "may_suggest": sum(1 for row in rows if row["open"] and row["suggested"]) > 1,
        "may_wait": middleware.may_wait() and not known["later"],
        "due_on": ProvinceSettings.now().titles_due_on,
        "next": _next(request),
        "summary": [
            {"field_id": f"title_{row['pk']}", "label": row["name"], "message": row["problem"], "detail": ""}
            for row in rows
            if row["problem"]
        ],
        **_progress(request),
    }
    return render(request, "members/titles.html", context, status=status)


def _options(post: Post, known: dict[int, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The list of the post's organisation, read once a page."""
    if post.organization_id not in known:
        known[post.organization_id] = services.offered(post.organization)
    return known[post.organization_id]


def _row(
    post: Post,
    options: list[tuple[str, str]],
    words: dict[tuple[str, str], str],
    wrong: dict[int, tuple[str, str]],
) -> dict[str, Any]:
    code = suggestion(post.old_title, dict(options))
    typed, problem = wrong.get(post.pk, ("", ""))
    return {
        "pk": post.pk,
        "uuid": post.member.uuid,
        "name": post.member.name,
        "organization": post.organization.name,
        "old_title": post.old_title,
        "suggested": dict(options).get(code, ""),
        "options": options,
        "chosen": typed or code,
        "open": not post.title and post.ended_on is None,
        "title": sheet.post_title(post.title, post.organization.kind, words),
        "problem": problem,
    }


def _progress(request: ActingRequest) -> dict[str, int]:
    total = services.rows_of(request.role).exclude(old_title="").count()
    return {"total": total, "done": total - services.left(request.role)}


def _next(request: ActingRequest) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    return address_of_ours(request, request.POST.get("next", "") or request.GET.get("next", ""))[:500]


def _back(request: ActingRequest) -> str:
    wanted = _next(request)
    return f"{reverse('titles')}?{urlencode({'next': wanted})}" if wanted else reverse("titles")


def _own(request: ActingRequest) -> bool:
    return bool(request.role.duty == Duty.CADRE)
