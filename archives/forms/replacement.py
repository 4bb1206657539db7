"""The reason for 替换."""

from __future__ import annotations

from django import forms

SAY_WHY = "请填写替换原因，说明原档案错在哪里，不少于 5 个字"


class ReplacementForm(forms.Form):
    """A reason whoever reviews can check against the two files."""

    use_required_attribute = False
    reason = forms.CharField(
        label="替换原因",
        min_length=5,
        max_length=500,
        error_messages={"required": SAY_WHY, "min_length": SAY_WHY, "max_length": "替换原因不超过 500 字"},
        widget=forms.Textarea({"rows": 4, "autocomplete": "off", "maxlength": 500}),
    )
