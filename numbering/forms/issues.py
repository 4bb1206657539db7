"""发放: the form of one person, and a list of people as pasted text or a workbook."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from numbering import admission
from numbering.domains import Domain
from numbering.forms.problems import ProblemForm
from numbering.id_number import holds_id, normalise
from numbering.services.issues import MOST, Line
from orgs.kinds import Kind
from orgs.models import Organization, Role
from zhtj.lib.table import TableUnreadable, read_table, under_header
from zhtj.lib.text import plain

BRANCH = "支部全称"
COLUMNS = (BRANCH, "姓名", "身份证号码", "入团时间", "领域")
LONGEST_LIST = 200_000


class IssueForm(ProblemForm):
    """One person: what is wrong, the rules and the service say."""

    def __init__(self, data: Any = None, *, today: date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        quiet: dict[str, Any] = {"autocomplete": "off"}
        days = {"type": "date", "min": f"{settings.SEGMENTS_FROM}-01-01", "max": today.isoformat()}
        self._ask("name", "姓名", forms.TextInput({**quiet, "maxlength": 60, "placeholder": "请输入姓名"}))
        self._ask(
            "id_number",
            "身份证号码",
            forms.TextInput({**quiet, "maxlength": 40, "placeholder": "请认真填写身份证号码"}),
        )
        self._ask("joined_on", "入团时间", forms.DateInput({**quiet, **days}))
        self._ask("domain", "领域", forms.Select(quiet, [("", "请选择领域"), *Domain.choices]))
        self.today = today

    def clean(self) -> dict[str, Any]:
        for problem in admission.problems(self.person, today=self.today, since=settings.SEGMENTS_FROM):
            self.complain(problem)
        return self.cleaned_data

    @property
    def person(self) -> admission.Admission:
        return admission.reading(**{name: str(self.data.get(name) or "") for name in self.fields})

    def _ask(self, name: str, label: str, widget: forms.Widget) -> None:
        made = forms.CharField(label=label, required=False, strip=False, widget=widget)
        made.zt = SimpleNamespace(required=True, error_detail="")  # type: ignore[attr-defined]
        self.fields[name] = made


class ListForm(forms.Form):
    """A list pasted or picked; `lines` after `is_valid`."""

    use_required_attribute = False

    text = forms.CharField(
        label="粘贴名单",
        required=False,
        strip=False,
        max_length=LONGEST_LIST,
        error_messages={"max_length": f"内容过多，一次最多 {MOST} 行，请分几次提交"},
        widget=forms.Textarea({"rows": 8, "autocomplete": "off", "spellcheck": "false", "wrap": "off"}),
    )
    file = forms.FileField(
        label="或选择表格文件（.xlsx）",
        required=False,
        allow_empty_file=True,
        error_messages={"invalid": "文件没有收到，请重新选择", "max_length": "文件名过长，请改短后再选择"},
        widget=forms.FileInput({"accept": ".xlsx"}),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, branch: Organization | None, by: Role, text: str = ""
    ) -> None:
        super().__init__(data, files, initial={"text": text})
        self.branch, self.by = branch, by
        self.rows: list[list[str]] = []
        self.lines: list[Line] = []
        self.tidy = ""

    def clean(self) -> dict[str, Any]:
        file: UploadedFile | None = self.cleaned_data.get("file")
        if not self.errors:
            try:
                rows = _rows(self.cleaned_data["text"], file, branch=self.branch)
            except TableUnreadable as unreadable:
                self.add_error("file" if file else "text", str(unreadable))
            else:
                self.rows, self.tidy = rows, as_text(rows)
                self.lines = _lines(rows, self.branch, self.by)
        return self.cleaned_data

    @property
    def summary(self) -> list[dict[str, str]]:
        return [
            {"field_id": self[name].auto_id, "label": "", "message": str(text), "detail": ""}
            for name in self.fields
            for text in self.errors.get(name, [])
        ]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """As Excel would paste it."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()


def _rows(text: str, file: UploadedFile | None, *, branch: Organization | None) -> list[list[str]]:
    """One list of five cells a person, with or without a header, and without the first column where a branch was chosen."""
    rows = read_table(text, file, limit=MOST + 1)
    whole = branch is None or BRANCH in [plain(cell).rstrip("*") for cell in rows[0]]
    below = under_header(rows, COLUMNS if whole else COLUMNS[1:])
    if below is not None:
        found = below if whole else [["", *row] for row in below]
    else:
        found = [_positioned(at, row, branch) for at, row in enumerate(rows, 1)]
    if not found:
        raise TableUnreadable("只有表头，没有人员，请在表头下面填写名单")
    if len(found) > MOST:
        raise TableUnreadable(f"一次最多 {MOST} 人，现有 {len(found)} 人，请分几次提交")
    return found


def _positioned(at: int, row: list[str], branch: Organization | None) -> list[str]:
    """Without a header the columns stand in their order."""
    if branch and row[0] and len(row) > 1 and len(row) < len(COLUMNS) and holds_id(normalise(row[1])):
        row = ["", *row]
    if len(row) > len(COLUMNS):
        raise TableUnreadable(f"第 {at} 行有 {len(row)} 列，应为 {len(COLUMNS)} 列：{'、'.join(COLUMNS)}")
    return row + [""] * (len(COLUMNS) - len(row))


def _lines(rows: Sequence[Sequence[str]], chosen: Organization | None, by: Role) -> list[Line]:
    """Each person with the branch that the row names, else the chosen one."""
    named = defaultdict(list)
    names = {row[0] for row in rows if row[0]}
    branches = Organization.objects.visible_to(by).active().filter(kind=Kind.BRANCH, name__in=names)
    for one in branches.select_related("parent"):
        named[one.name].append(one)
    lines = []
    for name, person, id_number, joined_on, domain in rows:
        read = admission.reading(name=person, id_number=id_number, joined_on=joined_on, domain=domain)
        found = named[name] if name else [chosen] if chosen else []
        why = "" if len(found) == 1 else _why_no_branch(name, len(found))
        lines.append(Line(found[0] if len(found) == 1 else None, read, why))
    return lines


def _why_no_branch(name: str, count: int) -> str:
    if not name:
        return f"请填写{BRANCH}，或先选择支部"
    if count:
        return f"有 {count} 个团支部都叫“{name}”，请先选择其中一个，再单独提交"
    return f"本组织范围内没有全称为“{name}”的团支部，请核对"
