"""发展团员编号已被占用: what the dialog says, and what 提交核实 asks for (指引 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from archives.models import Upload
from members.models import Member
from numbering.models import Dispute, Holding

LONG = "说明不超过 200 字，现为 %(show_value)d 字"


class RemarkForm(forms.Form):
    """The remark for the judge."""

    prefix = "claim"
    remark = forms.CharField(
        label="说明", required=False, max_length=200, error_messages={"max_length": LONG}
    )


@dataclass
class Taken:
    """The dialog over the form. `told`: whether this role may be told who holds the number.

    `own` is set where the organisation itself holds it, with the `member` who does; `case` where the number is looked into already;
    `correcting` where it was typed into a correction (修改): no case is filed for somebody who is in the system already.
    """

    holding: Holding
    told: bool
    upload: Upload | None
    own: bool = False
    member: Member | None = None
    case: Dispute | None = None
    case_is_ours: bool = False
    correcting: bool = False
    remark: RemarkForm = field(default_factory=RemarkForm)
    file_error: str = ""

    @property
    def correctable(self) -> bool:
        """Of the own organisation and not in force: put right by itself, nobody has to judge."""
        unsettled = {Member.State.PENDING, Member.State.REFUSED}
        return self.own and self.member is not None and self.member.state in unsettled

    @property
    def may_file(self) -> bool:
        return self.case is None and not self.correctable and not self.correcting

    @property
    def may_enter_anew(self) -> bool:
        """Whether the way to a case is to withdraw the entry that is being corrected, and to enter the person anew."""
        return self.case is None and not self.correctable and self.correcting

    def read(self, post: Mapping[str, Any], *, file_problem: str) -> bool:
        """What was sent with 提交核实; whether it can be filed."""
        self.remark = RemarkForm(post)
        self.file_error = file_problem or ("" if self.upload else "请选择拟录入团员的入团志愿书（PDF 版本）")
        return self.remark.is_valid() and not self.file_error
