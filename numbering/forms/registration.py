"""Filing a 编号登记备案, returning it, and the province's returned list."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone

from numbering import filing as filings
from numbering.filing import LONGEST_TEXT, Filing
from numbering.forms.problems import ProblemForm
from numbering.models import Registration
from numbering.rules import LONGEST
from numbering.services import registrations
from orgs.models import Organization, Role
from zhtj.lib.dates import DateUnreadable, parse_date
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import mask_id
from zhtj.lib.text import plain

Kind = Registration.Kind
FIELDS: dict[str, tuple[str, str, int]] = {
    "name": ("姓名", "请输入姓名", 60),
    "id_number": ("身份证号码", "请认真填写身份证号码", 40),
    "number": ("发展团员编号", "请输入发展团员编号", LONGEST),
    "developed_by": ("发展组织全称", "请输入发展该团员的团组织全称", LONGEST_TEXT),
    "unit": ("服役部队", "请输入服役部队", LONGEST_TEXT),
    "discharged_on": ("退伍时间", "", 10),
}
"""Label, placeholder and length of each."""
VETERANS_OWN = frozenset({"unit", "discharged_on"})


class RegistrationForm(ProblemForm):
    """One person for one `organization`; with `again` one that was returned, whose ID number may be left as it is; with `known` what it
    begins with."""

    def __init__(
        self, data: Any = None, *, kind: str, organization: Organization, by: Role,
        again: Registration | None = None, known: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        initial: dict[str, Any] = dict(known or {})
        if again:
            initial |= {name: getattr(again, name) or "" for name in FIELDS if name != "id_number"}
        super().__init__(data, initial=initial)
        self.kind, self.organization, self.by, self.again = kind, organization, by, again
        self.typed: dict[str, Any] = {}
        for name, (label, placeholder, longest) in FIELDS.items():
            if name not in VETERANS_OWN or kind == Kind.VETERAN:
                self.fields[name] = self._field(name, label, placeholder, longest)

    def clean(self) -> dict[str, Any]:
        """Every problem of the rules at its field."""
        typed: dict[str, Any] = {name: str(self.data.get(name) or "") for name in self.fields}
        try:
            text = typed.pop("discharged_on", "").strip()
            typed["discharged_on"] = parse_date(text) if text else None
        except DateUnreadable as broken:
            self.complain(Problem("discharged_on", "date_unreadable", str(broken)))
        if self.again and not plain(typed["id_number"]):
            typed["id_number"] = self.again.opened_id()
        self.typed = {"kind": self.kind, **typed}
        for problem in registrations.problems(
            self.filing, organization=self.organization, by=self.by, but=self.again
        ):
            self.complain(problem)
        return self.cleaned_data

    @property
    def filing(self) -> Filing:
        """What the bound form says."""
        return filings.reading(**self.typed)

    def refuse(self, refused: registrations.FilingRefused) -> None:
        """What the service found in the end, after a colleague was faster."""
        for problem in refused.problems:
            self.complain(problem)

    def refuse_whole(self, words: str) -> None:
        """Nothing of it is done, whatever it says."""
        self.errors.clear()
        self.add_error(None, words)

    def _field(self, name: str, label: str, placeholder: str, longest: int) -> forms.Field:
        attrs: dict[str, Any] = {"autocomplete": "off", "maxlength": longest}
        if placeholder:
            attrs["placeholder"] = placeholder
        widget: forms.Widget = forms.TextInput(attrs)
        if name == "discharged_on":
            limits = {"min": "1950-01-01", "max": timezone.localdate().isoformat()}
            widget = forms.DateInput({"autocomplete": "off", "type": "date", **limits}, format="%Y-%m-%d")
        field = forms.CharField(label=label, required=False, strip=False, widget=widget)
        field.validators = []  # the rules know what is wrong, in words of their own
        hint = ""
        if self.again and name == "id_number":
            hint = f"不修改的不填，仍为 {mask_id(self.again.opened_id())}"
        field.zt = SimpleNamespace(required=not hint, hint=hint, error_detail="")  # type: ignore[attr-defined]
        return field


SAY_WHY = "请填写退回的原因，让提交组织知道要改什么"


class ReturnForm(forms.Form):
    """One reason for all that are returned together."""

    use_required_attribute = False
    reason = forms.CharField(
        label="退回原因",
        min_length=2,
        max_length=500,
        error_messages={"required": SAY_WHY, "min_length": SAY_WHY, "max_length": "原因不超过 500 字"},
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "maxlength": 500}),
    )
