"""编号占用核实: the answer of the occupant's organisation, and the decision with its reason (指引 3.7)."""

from __future__ import annotations

from typing import Any

from django import forms

SAY_WHY = "请填写理由，不少于 5 个字，让双方知道依据"
SAY_WHAT = "请填写答复内容"


def _text(label: str, *, least: int, words: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=least,
        max_length=500,
        error_messages={"required": words, "min_length": words, "max_length": f"{label}不超过 500 字"},
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
    )


class AnswerForm(forms.Form):
    """What the occupant's organisation has to say, once."""

    answer = _text("答复", least=2, words=SAY_WHAT)


class DecisionForm(forms.Form):
    """不予释放."""

    auto_id_prefix = "dismiss"
    reason = _text("理由", least=5, words=SAY_WHY)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{self.auto_id_prefix}_%s")


class ReleaseForm(DecisionForm):
    """确认释放: cannot be undone, so the number's last four figures are typed."""

    auto_id_prefix = "release"
    tail = forms.CharField(
        label="编号后四位",
        max_length=20,
        error_messages={"required": "请输入该编号的后四位，以确认释放"},
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, number: str) -> None:
        super().__init__(data)
        self._tail = number[-4:]

    def clean_tail(self) -> str:
        tail: str = self.cleaned_data["tail"]
        if tail != self._tail:
            raise forms.ValidationError(f"“{tail}”不是该编号的后四位，请核对编号")
        return tail
