"""Forms of 号段管理: handing down one piece, handing down to many children, taking back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from numbering.models import Segment
from numbering.ruler import serial
from numbering.rules import number_value
from numbering.runs import Run
from orgs.models import Organization
from zhtj.lib.text import plain

MOST = 1_000_000
LONGEST = 12


class CountField(forms.CharField):
    """How many numbers, as people type figures; 1 to a million."""

    def __init__(self, label: str, **options: Any) -> None:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST})
        super().__init__(label=label, max_length=LONGEST, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return count_of(text) if text else None


def count_of(text: str) -> int:
    """A positive count.

    Raises:
        ValidationError: it is none.
    """
    tidy = plain(text).strip()
    if not (tidy.isascii() and tidy.isdigit() and len(tidy) <= LONGEST and 1 <= int(tidy) <= MOST):
        raise ValidationError(f"数量应为 1 至 {MOST} 的整数，现为“{text[:20]}”", code="count")
    return int(tidy)


class SegmentForm(forms.Form):
    """What these forms have in common: their errors in the order of the page."""

    use_required_attribute = False

    @property
    def summary(self) -> list[dict[str, str]]:
        lines = [
            {"field_id": self[name].auto_id, "label": str(self.fields[name].label), "message": str(text)}
            for name in self.fields
            for text in self.errors.get(name, [])
        ]
        return lines + [
            {"field_id": "", "label": "", "message": str(text)} for text in self.non_field_errors()
        ]


class ChildField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


class OwnField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.year} 年{obj.get_domain_display()}领域　{obj}"


class HandDownForm(SegmentForm):
    """号段分配 to one child: by count, or by the first number and a count."""

    to = ChildField(
        Organization.objects.none(),
        label="下级组织",
        empty_label="请选择下级组织",
        error_messages={
            "required": "请选择下级组织",
            "invalid_choice": "所选的组织不是本级的直接下级，请重新选择",
        },
    )
    segment = OwnField(
        Segment.objects.none(),
        label="领域和号段",
        empty_label="请选择号段",
        error_messages={
            "required": "请选择从哪个号段分配",
            "invalid_choice": "所选的号段不是本级的号段，请重新选择",
        },
    )
    count = CountField("数量", error_messages={"required": "请填写分配的数量"})
    first = forms.CharField(
        label="起始编号",
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": 20}),
        help_text="选填；不填的，从下一段够用的空号开始",
    )

    def __init__(
        self, data: Any = None, *, children: Any, segments: Any, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        for name, rows in (("to", children), ("segment", segments)):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean_first(self) -> int | None:
        text = plain(self.cleaned_data["first"]).strip()
        value = number_value(text) if text else None
        if text and value is None:
            raise ValidationError(f"起始编号应为 12 位数字，现为“{self.cleaned_data['first']}”")
        return value


class TakeBackForm(SegmentForm):
    """收回: how many of the unused tail."""

    count = CountField("收回数量", error_messages={"required": "请填写收回的数量"})

    def __init__(self, data: Any = None, *, tail_size: int) -> None:
        super().__init__(data, initial={"count": tail_size})
        self.tail_size = tail_size

    def clean_count(self) -> int:
        count: int = self.cleaned_data["count"]
        if count > self.tail_size:
            raise ValidationError(f"未使用的尾段有 {self.tail_size} 个编号，不能收回 {count} 个")
        return count


@dataclass(slots=True)
class Share:
    """One child's row of the batch: what was typed, what is wrong with it, and the piece of the preview."""

    child: Organization
    typed: str
    has: int = 0
    error: str = ""
    piece: Run | None = None

    @property
    def name(self) -> str:
        return f"count_{self.child.pk}"

    @property
    def count(self) -> int:
        return count_of(self.typed)

    @property
    def end(self) -> str:
        """The serial of the piece's last number."""
        return serial(self.piece[1]) if self.piece else ""


class BatchForm:
    """批量分配: a count for each child shown. Not a Django form: its fields are the children, who are not known before."""

    def __init__(
        self, data: Mapping[str, str] | None, children: Sequence[Organization], has: Mapping[int, int]
    ) -> None:
        asked = data or {}
        self.each = asked.get("each", "")
        self.problem = ""
        self.rows = [
            Share(child, asked.get(f"count_{child.pk}", "").strip(), has.get(child.pk, 0))
            for child in children
        ]

    def fill(self, left: int) -> None:
        """The same count for every child shown: the one that was typed, else the free numbers split evenly."""
        try:
            each = count_of(self.each) if self.each.strip() else left // max(1, len(self.rows))
        except ValidationError as error:
            self.problem = f"每个组织的{error.message}"
            return
        for row in self.rows:
            row.typed = str(each) if each else ""

    def is_valid(self) -> bool:
        for row in self.wanted:
            try:
                row.count  # noqa: B018 - reading is checking
            except ValidationError as error:
                row.error = str(error.message)
        if not self.wanted:
            self.problem = "请至少为一个下级组织填写数量"
        return not self.problem and not any(row.error for row in self.rows)

    @property
    def wanted(self) -> list[Share]:
        """The rows that ask for something."""
        return [row for row in self.rows if row.typed]

    @property
    def shares(self) -> list[tuple[Organization, int]]:
        return [(row.child, row.count) for row in self.wanted]

    def show(self, pieces: Iterable[Run]) -> None:
        for row, piece in zip(self.wanted, pieces, strict=True):
            row.piece = piece

    @property
    def summary(self) -> list[dict[str, str]]:
        lines = [
            {"field_id": row.name, "label": row.child.short_name, "message": row.error}
            for row in self.rows
            if row.error
        ]
        return lines + ([{"field_id": "", "label": "", "message": self.problem}] if self.problem else [])
