"""待审核: the desk with pages beside the data, the two decisions (指引 1.1), and 跳过."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from archives import policy as archive_policy
from archives.forms.review import RefusalForm
from archives.models import Archive, Upload
from archives.policy import Check
from archives.queue import is_late, sort_of, waited
from archives.services import review as services
from archives.services import stock_reasons
from archives.views.desk import case, file_facts
from archives.views.replacement import beside
from archives.views.review_queue import SKIPPED, address, list_address, queue_of
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState

MOST_SKIPPED = 500
AHEAD = 2
"""Pages of the next file that are drawn while this one is read."""


@acting
@require_GET
def desk(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """One file beside its data; the full ID number is shown to whoever decides, and that look is recorded."""
    return _desk(request, _archive(request, uuid), RefusalForm())


@acting
@require_POST
def approve(request: ActingRequest, uuid: UUID) -> HttpResponse:
    archive, (sha256, round) = _archive(request, uuid), _seen(request)
    ticked = [one for one in request.POST.getlist("check") if one in Check.values]
    try:
        return _decide(
            request,
            archive,
            "通过",
            lambda: services.approve(archive, sha256=sha256, round=round, by=request.role, ticked=ticked),
        )
    except services.Unchecked as missing:
        messages.warning(request, str(missing))
        return _desk(request, archive, RefusalForm(), status=422, ticked=ticked)


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


@acting
@require_POST
def skip(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """On to the next file; this one is passed over until the reviewer comes back to the list."""
    archive = _archive(request, uuid)
    passed = [*request.session.get(SKIPPED, []), str(archive.uuid)]
    request.session[SKIPPED] = list(dict.fromkeys(passed))[-MOST_SKIPPED:]
    return _go_on(request, archive)


def _seen(request: ActingRequest) -> tuple[str, int]:
    """Which bytes and which round of the data the page showed; nonsense is nothing that was ever shown."""
    round = request.POST.get("round", "")
    return request.POST.get("sha256", ""), int(round) if re.fullmatch(r"[0-9]{1,4}", round) else 0


def _decide(request: ActingRequest, archive: Archive, result: str, act: Callable[[], None]) -> HttpResponse:
    """Act, say what came of it, and go on to the next file."""
    try:
        act()
    except StaleState as late:
        messages.warning(request, str(late))
        if Archive.objects.filter(pk=archive.pk, state=Archive.State.WAITING).exists():
            return redirect(address(archive, queue_of(request)))
    else:
        messages.success(request, f"{archive.member.name}的{archive.matter}审核{result}")
    return _go_on(request, archive)


def _go_on(request: ActingRequest, archive: Archive) -> HttpResponse:
    """To the next file under the same filter; at the end of the pass back to the list, in words."""
    queue = queue_of(request)
    following = queue.next(archive)
    if following:
        return redirect(address(following, queue))
    left = queue.mine.count()
    messages.success(request, f"本轮已审核完毕，跳过的 {left} 条仍待审核" if left else "全部审核完毕")
    return redirect(list_address(queue))


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


def _desk(
    request: ActingRequest,
    archive: Archive,
    form: RefusalForm,
    *,
    status: int = 200,
    ticked: Collection[str] = (),
) -> HttpResponse:
    waiting = archive.state == Archive.State.WAITING
    outcome = "" if waiting else services.outcome(archive)
    why_not = archive_policy.why_not_decide(request.role, archive) if waiting else ""
    decides = not (outcome or why_not)
    if decides:
        _record_look(request, archive)
    paper, more = case(archive, in_full=decides)
    context: dict[str, Any] = {
        "archive": archive,
        "case": paper,
        "more": more,
        "facts": file_facts(archive, by=request.role),
        "pages": range(1, archive.upload.pages + 1),
        "form": form,
        "phrases": stock_reasons.offered(request.role.organization) if decides else [],
        "checks": [(one.value, one.label, one.value in ticked) for one in Check],
        "decides": decides,
        "why_not": why_not,
        "outcome": outcome,
        "sort": sort_of(archive).label,
        "waited": waited(archive) if waiting else "",
        "late": waiting and is_late(archive.submitted_at),
        **beside(archive),
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
    queue = queue_of(request)
    found: dict[str, Any] = {"queue": queue, "list_url": list_address(queue)}
    if archive.reviewer_id == request.role.organization_id:
        before, after = queue.before(archive), queue.after(archive)
        goes_on = after or queue.oldest(archive)
        found["prev_url"] = address(before, queue) if before else ""
        found["next_url"] = address(after, queue) if after else ""
        found["ahead"] = _ahead(goes_on) if goes_on else []
        found["place"] = queue.place(archive) if archive.state == Archive.State.WAITING else None
    return found


def _ahead(archive: Archive) -> list[str]:
    """Addresses of the next file's first pages. They are not the desk's own: what is drawn ahead nobody has looked at yet."""
    if archive.upload.state != Upload.State.USABLE:
        return []
    pages = range(1, min(AHEAD, archive.upload.pages) + 1)
    return [reverse("archive-page", args=[archive.uuid, page]) for page in pages]
