"""更新在读状况 of one student."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from members.choices import Occupation, StudyStatus
from members.layout import LABELS
from members.rules.study import education_after, is_unusual
from members.services.study import Study
from orgs.dictionaries import Group
from orgs.models import Option

Choices = list[tuple[str, str]]
HINT = "按照当前最高学历选择，例如升入普通高中后为“初中”"
UNUSUAL = "与所选在读状况一般不相符，请核对"


def options(group: Group) -> Choices:
    return list(Option.objects.in_group(group).filter(is_active=True).values_list("code", "label"))


class StudyForm(forms.Form):
    """Bound or not, `study` is what the form says; `unusual` (in words) asks for another 学历 or for a tick."""

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
        self.seen, self.unusual = seen, ""
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
        if (
            not self.errors
            and "confirmed" not in self.data
            and is_unusual(kept["study_status"], kept["education"])
        ):
            self._ask_again(kept["study_status"], kept["education"])
        return kept

    def _ask_again(self, status: str, education: str) -> None:
        """学历 left as it was goes along with the new 在读状况, on the page and to be saved by the person; one chosen is kept."""
        suggested = education_after(self.seen.study_status, status)
        self.unusual = UNUSUAL
        if education == self.seen.education:
            self.data = {name: self.data.get(name) for name in self.data} | {"education": suggested}
            self.unusual = (
                f"已随在读状况改为“{dict(options(Group.EDUCATION)).get(suggested, suggested)}”，请核对后保存"
            )
        self.fields["education"].zt.warn = self.unusual  # type: ignore[attr-defined]

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
                    "field_id": self["education"].auto_id,
                    "label": LABELS["education"],
                    "message": self.unusual,
                    "detail": "学历与在读状况确实不相符的，请勾选确认后再保存",
                }
            )
        return lines
