"""更新在读状况 of one student."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from members.choices import Occupation, StudyStatus
from members.layout import LABELS
from members.rules.study import is_unusual
from members.services.study import Study
from orgs.dictionaries import Group
from orgs.models import Option

Choices = list[tuple[str, str]]
HINT = "按照当前最高学历选择，例如升入普通高中后为“初中”"
UNUSUAL = "与所选在读状况一般不相符，请核对"


def options(group: Group) -> Choices:
    return list(Option.objects.in_group(group).filter(is_active=True).values_list("code", "label"))


class StudyForm(forms.Form):
    """Bound or not, `study` is what the form says; `unusual` asks for a tick."""

    use_required_attribute = False
    occupation = forms.ChoiceField(
        label=LABELS["occupation"], choices=Occupation.choices[::-1], widget=forms.RadioSelect
    )
    study_status = forms.ChoiceField(label=LABELS["study_status"], required=False)
    occupation_detail = forms.ChoiceField(label=LABELS["occupation_detail"], required=False)
    education = forms.ChoiceField(label=LABELS["education"], help_text=HINT)

    def __init__(self, data: Any = None, *, seen: Study) -> None:
        super().__init__(
            data, initial={name: getattr(seen, name) for name in Study.__slots__ if name in self.base_fields}
        )
        self.unusual = False
        blank = [("", "请选择")]
        lists: dict[str, Choices] = {
            "study_status": [*blank, *StudyStatus.choices],
            "occupation_detail": [*blank, *options(Group.OCCUPATION)],
            "education": [*blank, *options(Group.EDUCATION)],
        }
        for name, choices in lists.items():
            field = self.fields[name]
            field.choices = choices  # type: ignore[attr-defined]
            field.error_messages["required"] = f"请选择{field.label}"
            field.zt = SimpleNamespace(required=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two, the other cleared; 学历 once more before it is saved when it does not fit."""
        kept = super().clean() or {}
        student = kept.get("occupation") == Occupation.STUDENT
        asked, other = ("study_status", "occupation_detail")[:: 1 if student else -1]
        kept[other] = ""
        self.errors.pop(other, None)
        if "occupation" in kept and not kept.get(asked) and asked not in self.errors:
            self.add_error(asked, ValidationError(f"请选择{LABELS[asked]}", code=f"{asked}_missing"))
        if not self.errors and is_unusual(kept["study_status"], kept["education"]):
            self.unusual = "confirmed" not in self.data
        if self.unusual:
            self.fields["education"].zt.warn = UNUSUAL  # type: ignore[attr-defined]
        return kept

    @property
    def study(self) -> Study:
        return Study(**{name: self.cleaned_data[name] for name in Study.__slots__})

    @property
    def summary(self) -> list[dict[str, str]]:
        """For the error summary; the tick stands for a warning."""
        lines = [
            {"field_id": self[name].auto_id, "label": LABELS[name], "message": str(text), "detail": ""}
            for name, texts in self.errors.items()
            for text in texts
        ]
        if self.unusual:
            lines.append(
                {
                    "field_id": "confirmed",
                    "label": LABELS["education"],
                    "message": UNUSUAL,
                    "detail": "核对无误的，请勾选确认后再保存",
                }
            )
        return lines
