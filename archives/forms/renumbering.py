"""登记新的编号: one field."""

from __future__ import annotations

from typing import Any

from django import forms

from archives.forms.fields import LONGEST, RuledForm, Shown
from members.layout import LABELS
from numbering.rules import normalise_number


class RenumberForm(RuledForm):
    """The rules speak through the service; here it is only read."""

    number = forms.CharField(
        label=LABELS["number"],
        required=False,
        strip=False,
        widget=forms.TextInput(
            {"autocomplete": "off", "inputmode": "numeric", "maxlength": LONGEST["number"]}
        ),
    )

    def __init__(self, data: Any = None, *, issued: str = "") -> None:
        super().__init__(data, initial={"number": issued})
        hint = "上级团委已向本人发放此编号，请与发放单核对" if issued else "请填写上级团委重新发放的编号"
        self.fields["number"].zt = Shown(required=True, hint=hint)  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        """As the rules read it."""
        return normalise_number(self.cleaned_data["number"])
