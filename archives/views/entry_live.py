"""While people type: the fields whose marks, hints or verdicts changed, and the words for the live region."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from archives.forms.entry import EntryForm
from members import rules
from members.rules import FieldState, Need
from orgs.access import ActingRequest

Marks = dict[str, tuple[str, str]]


def answer(request: ActingRequest, form: EntryForm) -> HttpResponse:
    """What differs from what the page says it shows."""
    before = _remembered(request.POST.get("shown", ""))
    form.show_live()
    now = _fingerprints(form)
    changed = frozenset(name for name, mark in now.items() if before.get(name) != mark)
    form.show_live(oob=changed)
    said = (
        rules.announce({name: FieldState(Need(mark[0])) for name, mark in before.items()}, form.states)
        if before
        else []
    )
    return render(
        request,
        "archives/enter_fields.html",
        {
            "form": form,
            "changed": [form[n] for n in now if n in changed],
            "shown": json.dumps(now),
            "said": said,
        },
    )


def shown(form: EntryForm) -> str:
    """What a page with this form shows, for it to say when it asks."""
    return json.dumps(_fingerprints(form))


def _fingerprints(form: EntryForm) -> Marks:
    """Per field its need and everything else that is drawn of it but the value: two equal ones need no redrawing."""
    marks: Marks = {}
    for name, state in form.states.items():
        if name in form.fields:
            drawn = form.fields[name].zt  # type: ignore[attr-defined]
            parts = [
                state.options,
                drawn.hint,
                drawn.ok,
                drawn.warn,
                drawn.error_detail,
                form.errors.get(name, []) if form.is_bound else [],
            ]
            marks[name] = (state.need.value, f"{_hash_of(parts):08x}")
    return marks


def _hash_of(parts: list[Any]) -> int:
    """A short, stable fingerprint; it saves redrawing and guards nothing."""
    return zlib.crc32(json.dumps(parts, ensure_ascii=False, default=str).encode())


def _remembered(text: str) -> Marks:
    """What the page says it shows; a page that says nonsense is simply redrawn whole."""
    try:
        return {str(name): (Need(mark[0]).value, str(mark[1])) for name, mark in json.loads(text).items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}
