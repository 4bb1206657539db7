"""What can be done to one row of 省级管理: a form, a preview of what will happen, and the deed, once and on the row that was looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from orgs.models import Role


class DeedForm(forms.Form):
    """What a deed needs to know; by itself nothing."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, row: Any) -> None:
        super().__init__(data)
        self.row = row


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done.

    `seen` names the state of the row that a preview was made from; `effects` says line by line what will happen; `perform` hands it to a
    service, with that state, and answers with words for the person and, where there is one, a secret to be shown once.
    """

    name: str
    label: str
    form: type[DeedForm]
    lead: str
    why_not: Callable[[Any, Role], str]
    seen: Callable[[Any], str]
    effects: Callable[[Any, dict[str, Any]], list[str]]
    perform: Callable[[Any, dict[str, Any], str, Role], tuple[str, str]]
    refusals: tuple[type[Exception], ...] = field(default=())


def offered(model_admin: admin.ModelAdmin[Any], row: Any, role: Role) -> list[dict[str, str]]:
    """Each deed with its address, or with the reason why it cannot be done."""
    return [
        {"label": deed.label, "url": _address(model_admin, row, deed), "why_not": deed.why_not(row, role)}
        for deed in model_admin.deeds  # type: ignore[attr-defined]
    ]


def answer(model_admin: admin.ModelAdmin[Any], request: HttpRequest, row: Any, deed: Deed) -> HttpResponse:
    """The form; its preview; the deed. A refusal leads back to the form, with what was typed."""
    role = model_admin.require(request)  # type: ignore[attr-defined]
    page = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_change"
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts, "deed": deed, "row": row, "title": deed.label, "subtitle": str(row),
        "why_not": deed.why_not(row, role), "back": reverse(page, args=[row.pk]), "seen": deed.seen(row),
    }  # fmt: skip
    if request.method != "POST" or context["why_not"]:
        return _page(request, "form", context | {"form": deed.form(row=row)})
    form = deed.form(request.POST, row=row)
    if not form.is_valid():
        return _page(request, "form", context | {"form": form})
    if request.POST.get("step") != "confirm":
        shown = {"form": form, "effects": deed.effects(row, form.cleaned_data)}
        return _page(request, "preview", context | shown)
    try:
        words, secret = deed.perform(row, form.cleaned_data, request.POST.get("seen", ""), role)
    except deed.refusals as refused:
        form.add_error(None, str(refused))
        return _page(request, "form", context | {"form": form})
    if secret:
        return _page(request, "done", context | {"words": words, "secret": secret})
    messages.success(request, words)
    return redirect(page, row.pk)


def _address(model_admin: admin.ModelAdmin[Any], row: Any, deed: Deed) -> str:
    return reverse(f"admin:{model_admin.deed_name(deed)}", args=[row.pk])  # type: ignore[attr-defined]


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, f"admin/deeds/{name}.html", context)
