"""草稿: saved while people type, opened again, deleted; and what a fresh form starts with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archives.forms import drop
from archives.forms.entry import EntryForm
from archives.models import Draft
from archives.services import drafts
from archives.services.drafts import DraftRefused
from archives.views import claiming, issued
from members.choices import Variant
from members.layout import HEADINGS, LABELS
from members.models import Member
from numbering.models import Registration
from numbering.views import registration_filing
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.views import opened_as

PAGES = {Variant.A: "enter", Variant.B: "enter-below", Variant.C: "enter-cadre"}
NAMELESS = "未填姓名"


@sensitive_post_parameters()
@acting
@require_POST
def save(request: ActingRequest) -> HttpResponse:
    """What draft.js sends: the address names the organisation, the answer holds the words for the foot of the page."""
    key = _uuid(request.POST.get("key"))
    place = Organization.objects.visible_to(request.role).filter(pk=_number(request.GET.get("org"))).first()
    if key is None or place is None:
        raise Http404
    if opened_as.is_switched(request):
        return _unsaved("您已在其他页面切换组织，草稿未保存。请先切换回来")
    upload = drop.find(request.POST.get(drop.TOKEN), request.role)
    try:
        draft = drafts.save(request.POST, key=key, organization=place, upload=upload, by=request.role)
    except DraftRefused as refused:
        return _unsaved(str(refused))
    return JsonResponse({"said": said(draft), "url": address(draft)})


@acting
@require_http_methods(["GET", "POST"])
def delete(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """Asks, and deletes; the file of the draft goes with the unused ones."""
    draft = _own(request, uuid)
    if request.method != "POST":
        return render(request, "archives/draft_delete.html", {"draft": draft, "shown": describe(draft)})
    draft.delete()
    messages.success(request, "草稿已删除")
    return redirect("home")


@acting
@require_GET
def register(request: ActingRequest, uuid: UUID) -> HttpResponse:
    """办理未使用登记 for the person of a draft (指引 3.6): what is known of them is filled in, and nothing of it in the address."""
    draft = _own(request, uuid)
    typed = issued.without(draft.values())
    known = {name: str(typed.get(name, "")) for name in ("name", "id_number", "number")}
    return registration_filing.begin(
        request, Registration.Kind.UNUSED, draft.organization, known | {"developed_by": draft.organization.name}
    )  # fmt: skip


def keep(request: ActingRequest, form: EntryForm) -> Draft | None:
    """保存草稿 without JavaScript: says what came of it above the form; None where it was not saved."""
    try:
        draft = drafts.save(
            request.POST, key=form.key, organization=form.organization, upload=form.drop.upload, by=request.role
        )  # fmt: skip
    except DraftRefused as refused:
        messages.warning(request, str(refused))
        return None
    messages.success(request, said(draft))
    return draft


@contextmanager
def rescued(request: ActingRequest, form: EntryForm) -> Iterator[None]:
    """Should the answer to this form break down, what was typed is kept as a draft, and the 500 page says so."""
    try:
        yield
    except (Http404, PermissionDenied):
        raise
    except Exception:
        with suppress(Exception):  # the first failure is the one to report
            drafts.save(
                request.POST, key=form.key, organization=form.organization, upload=form.drop.upload, by=request.role
            )  # fmt: skip
            request.kept = True
        raise


def opening(request: ActingRequest, organization: Organization) -> tuple[dict[str, str] | None, drop.Drop]:
    """What a form begins with: a draft and its file (`?draft=`), a claim and its file (`?claim=`), what a class has in common
    (`?like=`), or nothing."""
    if "claim" in request.GET:
        return claiming.opening(request, organization)
    if "draft" in request.GET:
        draft = _own(request, _uuid(request.GET["draft"]), organization=organization)
        upload = drop.find(draft.upload.uuid, request.role) if draft.upload else None
        return {**draft.values(), "key": str(draft.key)}, drop.Drop(upload)
    if "like" in request.GET:
        entered = Member.objects.visible_to(request.role).of(organization).filter(entered_by=request.user)
        member = get_object_or_404(entered, uuid=_uuid(request.GET["like"]))
        common = drafts.common_fields(member)
        if "issue" in request.GET:
            common.pop("joined_on", None)  # the issue says it
        labels = "、".join(LABELS[name] for name in common)
        messages.info(request, f"已带入上一人的公共项：{labels}。与本人情况不符的请修改")
        return common, drop.Drop()
    return None, drop.Drop()


def said(draft: Draft) -> str:
    return f"草稿已保存 {timezone.localtime(draft.saved_at):%H:%M}"


def address(draft: Draft) -> str:
    """Where the draft is filled in further."""
    branch = f"org={draft.organization_id}&" if draft.variant == Variant.B else ""
    return f"{reverse(PAGES[Variant(draft.variant)])}?{branch}draft={draft.uuid}"


def describe(draft: Draft) -> dict[str, str]:
    """A draft as 工作台 lists it: whose, which form, where."""
    return {
        "name": draft.values().get("name", "").strip() or NAMELESS,
        "form": HEADINGS[draft.variant],
        "place": draft.organization.name,
        "url": address(draft),
    }


def _own(request: ActingRequest, uuid: UUID | None, **where: object) -> Draft:
    mine = Draft.objects.of_person(request.role).select_related("organization", "upload")
    return get_object_or_404(mine, uuid=uuid, **where)


def _unsaved(words: str) -> JsonResponse:
    return JsonResponse({"said": words}, status=409)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
