"""Forms A, B and C: fields from `members.layout`, every mark and verdict from `members.rules`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property

from archives.forms.drop import Drop
from members import layout, rules
from members.choices import Variant
from members.guide import HELP
from members.layout import FieldSpec, Widget
from members.rules import Context, Entry, FieldState
from orgs.dictionaries import Group
from orgs.models import Option, Organization
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


class EntryForm(forms.Form):
    """One entry by form A, B or C into one organisation.

    Bound or not, it always knows `entry`, `states` and, when bound, `found`: all that is to be put right.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        variant: Variant,
        organization: Organization,
        today: date,
        drop: Drop,
    ) -> None:
        super().__init__(data)
        self.variant, self.organization, self.drop = variant, organization, drop
        values: Mapping[str, Any] = layout.initial(variant) if data is None else data
        self.key = _uuid(values.get("key")) or uuid.uuid4()
        self.confirmed = frozenset(data.getlist("confirmed")) if isinstance(data, QueryDict) else frozenset()
        self.entry = Entry.read(values)
        self.context = Context(
            variant=variant,
            today=today,
            kind=organization.kind,
            province_code=organization.province_code,
            has_file=drop.has_file,
            confirmed=self.confirmed,
            dictionaries=dictionaries(),
        )
        self.states = rules.field_states(self.entry, self.context)
        for section in layout.sections(variant):
            for spec in section.fields:
                self.fields[spec.name] = _field(spec, self.states[spec.name], today)
                self.initial[spec.name] = values.get(spec.name, "")
        self.fields["file"].zt.drop = drop  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The rules speak at their fields; a field that is broken by itself has spoken already."""
        for problem in self.found:
            if problem.warning:
                self._shown(problem.field).warn = problem.message
                self.add_error(None, ValidationError(problem.message, code=problem.code))
            else:
                self.complain(problem)
        return self.cleaned_data

    @cached_property
    def found(self) -> list[Problem]:
        found = rules.problems(self.entry, self.context)
        if self.drop.problem:
            found = [one for one in found if one.field != "file"] + [self.drop.problem]
        return found

    @property
    def warnings(self) -> list[Problem]:
        """What may be confirmed, each by its own tick."""
        return [one for one in self.found if one.warning] if self.is_bound else []

    @property
    def kept(self) -> Entry:
        """What is stored: without the fields the form does not ask (any more)."""
        return rules.cleared(self.entry, self.context)

    def complain(self, problem: Problem) -> None:
        """Show a problem at its field and in the summary."""
        if problem.field not in self.errors:
            self.add_error(problem.field, ValidationError(problem.message, code=problem.code))
            self._shown(problem.field).error_detail = problem.detail

    def show_live(self, *, oob: frozenset[str] = frozenset()) -> None:
        """While people type: judge only what is filled in, and never that something is missing."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data = {}
        for problem in self.found:
            if problem.code.endswith("_missing"):
                continue
            if problem.warning:
                self._shown(problem.field).warn = problem.message
            else:
                self.complain(problem)
        for name in oob:
            self._shown(name).oob = True

    @property
    def summary(self) -> list[dict[str, str]]:
        """For the error summary: in the order of the page, each linked to its field; warnings to their ticks."""
        lines = []
        for name in self.fields:
            for text in self.errors.get(name, []):
                shown = self._shown(name)
                lines.append(
                    {
                        "field_id": self[name].auto_id,
                        "label": layout.LABELS[name],
                        "message": str(text),
                        "detail": shown.error_detail,
                    }
                )
        for one in self.warnings:
            label = layout.LABELS[one.field]
            lines.append(
                {
                    "field_id": f"confirm_{one.code}",
                    "label": label,
                    "message": one.message,
                    "detail": "核对无误的，请勾选确认后再提交",
                }
            )
        return lines

    @property
    def missing(self) -> list[FieldSpec]:
        """Required fields that are still empty, in order: what the foot of the page counts."""
        return [
            spec
            for section in layout.sections(self.variant)
            for spec in section.fields
            if self._is_missing(spec.name)
        ]

    def _is_missing(self, name: str) -> bool:
        if not self.states[name].required:
            return False
        return not self.drop.has_file if name == "file" else getattr(self.entry, name) in {None, ""}

    @property
    def helps(self) -> list[tuple[str, str, Any]]:
        """填写说明: (field, label, passages of the guide), each passage under the first field it is about."""
        seen: set[Any] = set()
        found = []
        for name in self.fields:
            fresh = [one for one in HELP.get(name, ()) if one not in seen]
            seen.update(fresh)
            if fresh:
                found.append((name, layout.LABELS[name], fresh))
        return found

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        sections = [
            Fieldset(section.legend, *(spec.name for spec in section.fields), css_id=f"section-{number}")
            for number, section in enumerate(layout.sections(self.variant), 1)
        ]
        helper.layout = Layout(*sections)
        return helper

    def _shown(self, name: str) -> Shown:
        shown: Shown = self.fields[name].zt  # type: ignore[attr-defined]
        return shown


def dictionaries() -> dict[str, tuple[tuple[str, str], ...]]:
    """The editable lists as they stand now, all in one read."""
    found: dict[str, list[tuple[str, str]]] = {str(group): [] for group in Group}
    for group, code, label in Option.objects.filter(is_active=True).values_list("group", "code", "label"):
        found.setdefault(group, []).append((code, label))
    return {group: tuple(options) for group, options in found.items()}


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _field(spec: FieldSpec, state: FieldState, today: date) -> forms.Field:
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
