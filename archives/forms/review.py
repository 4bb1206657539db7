"""The reason for 不通过, and those kept for the next time."""

from __future__ import annotations

from django import forms

SAY_WHY = "请填写不通过的原因，让提交人知道要改什么"


class RefusalForm(forms.Form):
    """A reason someone can act on."""

    reason = forms.CharField(
        label="原因",
        min_length=2,
        max_length=500,
        error_messages={"required": SAY_WHY, "min_length": SAY_WHY, "max_length": "原因不超过 500 字"},
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
    )


class StockReasonForm(forms.Form):
    """One 常用原因."""

    text = forms.CharField(
        label="常用原因",
        min_length=2,
        max_length=200,
        error_messages={
            "required": "请填写常用原因",
            "min_length": "请填写至少 2 个字，让提交人知道要改什么",
            "max_length": "常用原因不超过 200 字，现为 %(show_value)d 字",
        },
        widget=forms.TextInput({"autocomplete": "off", "maxlength": 200}),
    )
