"""确认信息: every value in reading order, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from archives.forms import issued
from archives.forms.entry import EntryForm
from members import layout
from members.layout import Widget
from zhtj.lib.dates import say_date, say_month


def confirmation(form: EntryForm) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Sections of (field, label, words): what applies and is filled in, options by their labels."""
    found = []
    for section in layout.sections(form.variant):
        rows = [
            (spec.name, spec.label, words)
            for spec in section.fields
            if spec.name != issued.TWICE and (words := _words(form, spec.name, spec.widget))
        ]
        if rows:
            found.append((section.legend, rows))
    return found


def _words(form: EntryForm, name: str, widget: Widget) -> str:
    state = form.states[name]
    if not state.shown:
        return ""
    if name == "file":
        return _file_words(form)
    if name == "id_number" and form.given:
        return form.given.masked_id
    value: Any = getattr(form.entry, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return say_month(value) if widget == Widget.MONTH else say_date(value)
    return dict(state.options).get(value, value) if state.options and value else value or ""


def _file_words(form: EntryForm) -> str:
    upload = form.drop.upload
    if upload is None:
        return ""
    return f"{upload.name}（{upload.pages} 页）" if upload.pages else upload.name
