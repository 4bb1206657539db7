"""The reason for 不通过."""

from __future__ import annotations

from typing import Final

from django import forms

PHRASES: Final[tuple[tuple[str, str], ...]] = (
    ("缺页", "缺页，请补齐后重新扫描上传"),
    ("模糊", "字迹模糊，请重新扫描"),
    ("无公章", "无公章，请加盖公章后重新扫描上传"),
    ("与录入信息不符", "与录入信息不符，请核对后重新上传"),
    ("非入团志愿书", "上传的文件不是入团志愿书，请重新选择文件"),
)
"""Stock phrases: (button, text), a start that is edited before it is sent."""

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
