"""Forms of 组织管理: names, kinds, a pasted list."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from orgs import naming
from orgs.dictionaries import Group
from orgs.kinds import ALLOWED_BELOW, Kind
from orgs.models import Option, Organization
from orgs.pasted import MOST
from orgs.services.placement import Refused
from zhtj.lib.table import TableUnreadable, read_table

LONGEST_LIST = 200_000
LONGEST_TYPED = 200
"""Longer than any name, so that one that is too long comes back whole, with words."""


class OrganizationForm(forms.Form):
    """What the services refuse stands at its field where it has one; all of it above, in the order of the page."""

    use_required_attribute = False

    def refuse(self, refused: Refused) -> None:
        field = refused.code if refused.code in self.fields else None
        self.add_error(field, ValidationError(refused.messages, code=refused.code))

    @property
    def summary(self) -> list[dict[str, str]]:
        lines = [
            {"field_id": self[name].auto_id, "label": str(self.fields[name].label), "message": str(text)}
            for name in self.fields
            for text in self.errors.get(name, [])
        ]
        return lines + [
            {"field_id": "", "label": "", "message": str(text)} for text in self.non_field_errors()
        ]


class NameForm(OrganizationForm):
    """全称 and 简称, by the rules of `orgs.naming`. The short name may be left out: then it is the full one."""

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        quiet = {"autocomplete": "off", "maxlength": LONGEST_TYPED}
        self._ask("name", "全称", forms.TextInput(quiet), required=True, wide=True)
        self._ask(
            "short_name",
            "简称",
            forms.TextInput(quiet),
            hint="列表和组织树中显示；不填的，与全称相同",
            wide=True,
        )

    def _ask(self, name: str, label: str, widget: forms.Widget, **marks: Any) -> None:
        field = forms.CharField(label=label, required=False, strip=False, widget=widget)
        field.zt = SimpleNamespace(**({"required": False} | marks))  # type: ignore[attr-defined]
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        name = naming.tidy(self.cleaned_data.get("name", ""))
        short_name = naming.tidy(self.cleaned_data.get("short_name", "")) or name
        self.cleaned_data |= {"name": name, "short_name": short_name}
        for words in naming.problems(name, short_name):
            field = "short_name" if "简称" in words else "name"
            # Without a full name there is no short one either: said once.
            if field not in self.errors and (name or field == "name"):
                self.add_error(field, words)
        return self.cleaned_data


class AddForm(NameForm):
    """One new organisation below `above`: also which kind and which 单位行业, at first that of the one above."""

    def __init__(self, data: Any = None, *, above: Organization) -> None:
        kinds = [(kind.value, kind.label) for kind in Kind if kind in ALLOWED_BELOW[above.kind]]
        industries = list(
            Option.objects.in_group(Group.INDUSTRY).filter(is_active=True).values_list("code", "label")
        )
        super().__init__(
            data, initial={"kind": kinds[0][0] if len(kinds) == 1 else "", "industry": above.industry}
        )
        self._choose("kind", "类型", kinds)
        self._choose("industry", "单位行业", industries)

    def _choose(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        wrong = f"所选的{label}不能使用，请重新选择"
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[("", f"请选择{label}"), *choices],
            error_messages={"required": f"请选择{label}", "invalid_choice": wrong},
        )


class KindForm(OrganizationForm):
    """变更类型: what else the organisation may be where it stands, which under a 团总支 is nothing."""

    def __init__(self, data: Any = None, *, organization: Organization, above: Organization) -> None:
        super().__init__(data)
        kinds = [
            (kind.value, kind.label)
            for kind in Kind
            if kind in ALLOWED_BELOW[above.kind] and kind != organization.kind
        ]
        self.offers = bool(kinds)
        self.fields["kind"] = forms.ChoiceField(
            label="新的类型",
            choices=[("", "请选择类型"), *kinds],
            error_messages={"required": "请选择新的类型", "invalid_choice": "所选的类型不能使用，请重新选择"},
        )


class PasteForm(OrganizationForm):
    """批量新增: lines as people paste them; `rows` after `is_valid`."""

    text = forms.CharField(
        label="组织名单",
        required=False,
        strip=False,
        max_length=LONGEST_LIST,
        error_messages={"max_length": f"内容过多，一次最多 {MOST} 行，请分几次提交"},
        widget=forms.Textarea({"rows": 10, "autocomplete": "off", "spellcheck": "false", "wrap": "off"}),
    )
    rows: list[list[str]]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise ValidationError("请粘贴组织名单，每行一个组织")
        try:
            self.rows = read_table(text, limit=MOST + 1)  # and a header
        except TableUnreadable as unreadable:
            raise ValidationError(str(unreadable)) from None
        return text
