"""The reason for 撤回."""

from __future__ import annotations

from django import forms

SAY_WHY = "请填写撤回的原因，例如：录入到了错误的团支部"


class WithdrawalForm(forms.Form):
    """A reason colleagues can understand later."""

    use_required_attribute = False
    reason = forms.CharField(
        label="撤回原因",
        min_length=2,
        max_length=200,
        error_messages={"required": SAY_WHY, "min_length": SAY_WHY, "max_length": "原因不超过 200 字"},
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "maxlength": 200}),
    )
