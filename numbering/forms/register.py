"""The province registers segments: one by hand, or one row of a table. Words for both come from here and from the service."""

from __future__ import annotations

from typing import Any

from django import forms

from numbering.domains import Domain
from numbering.rules import normalise_number, number_value
from zhtj.lib.text import plain

COLUMNS = ("年度", "领域", "起始编号", "终止编号")
DOMAINS = {domain.label: domain for domain in Domain}


class RegisterForm(forms.Form):
    """年度, 领域, 起始编号 and 终止编号 or 数量. Whether they fit the year, the province and what there is, the service says."""

    use_required_attribute = False

    year = forms.CharField(
        label="年度",
        max_length=10,
        help_text="4 位年份，如 2026。",
        error_messages={"required": "请填写年度"},
    )
    domain = forms.ChoiceField(
        label="领域", choices=[("", "请选择领域"), *Domain.choices], error_messages={"required": "请选择领域"}
    )
    first = forms.CharField(
        label="起始编号",
        max_length=40,
        help_text="12 位数字。",
        error_messages={"required": "请填写起始编号"},
    )
    last = forms.CharField(
        label="终止编号", max_length=40, required=False, help_text="12 位数字；与数量填写一项即可。"
    )
    count = forms.CharField(label="数量", max_length=12, required=False)

    def clean_year(self) -> int:
        text = plain(self.cleaned_data["year"]).removesuffix("年")
        if not (text.isascii() and text.isdecimal() and len(text) == 4):
            raise forms.ValidationError(f"年度应为 4 位年份，现为“{self.cleaned_data['year']}”")
        return int(text)

    def clean_first(self) -> int:
        return self._value("first", "起始编号")

    def clean_last(self) -> int | None:
        return self._value("last", "终止编号") if self.cleaned_data["last"] else None

    def clean_count(self) -> int | None:
        text = plain(self.cleaned_data["count"])
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 10**6):
            raise forms.ValidationError(f"数量应为 1 至 1000000 的整数，现为“{self.cleaned_data['count']}”")
        return int(text)

    def _value(self, name: str, label: str) -> int:
        text = normalise_number(self.cleaned_data[name])
        value = number_value(text) if text.isascii() else None
        if value is None:
            now = f"{len(text)} 位" if text.isdecimal() else "含数字以外的字符"
            raise forms.ValidationError(f"{label}应为 12 位数字，现为“{self.cleaned_data[name]}”（{now}）")
        return value

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        first, last, count = given["first"], given["last"], given["count"]
        if last is None and count is None:
            self.add_error("last", "请填写终止编号或数量")
        elif last is None:
            given["last"] = first + count - 1
        elif count is not None and last >= first and last - first + 1 != count:
            self.add_error("count", f"{first}–{last} 是 {last - first + 1} 个编号，与数量 {count} 不符")
        return given


def from_row(cells: list[str]) -> RegisterForm:
    """The form filled from one row of a table."""
    year, domain, first, last = (cells + [""] * len(COLUMNS))[: len(COLUMNS)]
    word = plain(domain).removesuffix("领域")
    form = RegisterForm({"year": year, "domain": DOMAINS.get(word, domain), "first": first, "last": last})
    form.fields["domain"].error_messages["invalid_choice"] = (
        f"领域应为{'、'.join(DOMAINS)}之一，现为“{domain[:20]}”"
    )
    for name, label in zip(("year", "domain", "first", "last"), COLUMNS, strict=True):
        form.fields[name].error_messages["required"] = f"缺少{label}"
        form.fields[name].required = True
    return form


class TableForm(forms.Form):
    """A table pasted or picked."""

    text = forms.CharField(
        label="粘贴表格",
        required=False,
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 60}),
    )
    file = forms.FileField(
        label="或选择 Excel 表格（.xlsx）", required=False, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )  # fmt: skip
