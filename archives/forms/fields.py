"""Fields as the guide shows them, drawn from `members.layout`, marked by `members.rules`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from archives.forms.drop import Drop
from members.layout import FieldSpec, Widget
from members.rules import FieldState
from orgs.dictionaries import Group
from orgs.models import Option
from zhtj.lib.problems import Problem

LIVE = frozenset({Widget.SELECT, Widget.SEGMENTED, Widget.DATE, Widget.MONTH})
LIVE_TEXT = frozenset({"name", "id_number", "id_number_again", "number", "phone", "email", "qq"})
LONGEST = {"name": 60, "id_number": 40, "id_number_again": 40, "number": 30, "phone": 30, "address": 200}


@dataclass
class Shown:
    """How crispy's field template draws one field (see templates/bootstrap5/field.html)."""

    required: bool = False
    hidden: bool = False
    hint: str = ""
    ok: str = ""
    warn: str = ""
    error_detail: str = ""
    wide: bool = False
    oob: bool = False
    drop: Drop | None = None


class RuledForm(forms.Form):
    """A form whose problems come from the rules."""

    use_required_attribute = False

    def complain(self, problem: Problem) -> None:
        """Show a problem at its field and in the summary."""
        if problem.field not in self.errors:
            self.add_error(problem.field, ValidationError(problem.message, code=problem.code))
            self._shown(problem.field).error_detail = problem.detail

    @property
    def error_lines(self) -> list[dict[str, str]]:
        """For the error summary: in the order of the page, each linked to its field."""
        return [
            {
                "field_id": self[name].auto_id,
                "label": str(self.fields[name].label),
                "message": str(text),
                "detail": self._shown(name).error_detail,
            }
            for name in self.fields
            for text in self.errors.get(name, [])
        ]

    def _shown(self, name: str) -> Shown:
        shown: Shown = self.fields[name].zt  # type: ignore[attr-defined]
        return shown


def dictionaries() -> dict[str, tuple[tuple[str, str], ...]]:
    """The editable lists as they stand now, all in one read."""
    found: dict[str, list[tuple[str, str]]] = {str(group): [] for group in Group}
    for group, code, label in Option.objects.filter(is_active=True).values_list("group", "code", "label"):
        found.setdefault(group, []).append((code, label))
    return {group: tuple(options) for group, options in found.items()}


def field_of(spec: FieldSpec, state: FieldState, today: date) -> forms.Field:
    field = forms.CharField(label=spec.label, required=False, strip=False, widget=_widget(spec, state, today))
    field.zt = Shown(  # type: ignore[attr-defined]
        required=state.required, hidden=not state.shown, hint=state.hint, ok=state.ok, wide=spec.wide
    )  # fmt: skip
    return field


def _widget(spec: FieldSpec, state: FieldState, today: date) -> forms.Widget:
    attrs: dict[str, Any] = {"autocomplete": "off", "data-help": spec.name}
    if spec.widget in LIVE or spec.name in LIVE_TEXT:
        attrs["data-live"] = True
    if spec.inputmode:
        attrs["inputmode"] = spec.inputmode
    if spec.placeholder:
        attrs["placeholder"] = spec.placeholder
    options = list(state.options or ())
    match spec.widget:
        case Widget.SELECT:
            return forms.Select(attrs, [("", spec.placeholder or "请选择"), *options])
        case Widget.SEGMENTED:
            return forms.RadioSelect({"data-live": True}, options)
        case Widget.DATE:
            # `max` with a four-digit year also keeps Chinese Chromium from swallowing typed digits.
            return forms.DateInput({**attrs, "type": "date", "min": "1900-01-01", "max": today.isoformat()})
        case Widget.MONTH:
            return forms.DateInput({**attrs, "type": "month", "min": "1900-01", "max": f"{today:%Y-%m}"})
        case Widget.FILE:
            return forms.FileInput(attrs)
        case _:
            return forms.TextInput({**attrs, "maxlength": LONGEST.get(spec.name, 100)})


def uuid_of(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
