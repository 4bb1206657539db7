"""What the province's deeds on a member need to know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from members.models import Member
from numbering.id_number import IdNumberError, first_difference, normalise, parse
from numbering.person import joining_problem, name_problem, normalise_name
from numbering.rules import normalise_number
from orgs.deeds import DeedForm

LEAST = 5
QUIET = {"autocomplete": "off", "spellcheck": "false"}


def _reason() -> forms.CharField:
    return forms.CharField(
        label="原因", max_length=200, min_length=LEAST, widget=forms.Textarea({"rows": 3}),
        error_messages={
            "required": "请填写原因", "min_length": f"原因不少于 {LEAST} 个字，请写明依据", "max_length": "原因不超过 200 个字，请写短一些",
            "null_characters_not_allowed": "原因中有看不见的字符，请重新填写",
        },
    )  # fmt: skip


class ReleaseForm(DeedForm):
    """释放编号: the number once more by hand, and why."""

    number = forms.CharField(
        label="再次填写发展团员编号", max_length=40, widget=forms.TextInput(QUIET),
        error_messages={"required": "请填写要释放的发展团员编号", "max_length": "发展团员编号过长，请核对"},
    )  # fmt: skip
    reason = _reason()

    def clean_number(self) -> str:
        number = normalise_number(str(self.cleaned_data["number"]))
        if number != self.row.number:
            raise forms.ValidationError(f"现为“{number}”，与该团员的编号不一致，请核对")
        return number


class IdentityForm(DeedForm):
    """更正姓名或身份证号码: the ID number twice, or not at all where it is right."""

    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput(QUIET),
        error_messages={"required": "请填写姓名", "max_length": "姓名过长，请核对"},
    )  # fmt: skip
    id_number = forms.CharField(
        label="新的身份证号码", max_length=40, required=False, widget=forms.TextInput(QUIET),
        help_text="不改的不填。", error_messages={"max_length": "身份证号码过长，请核对"},
    )  # fmt: skip
    id_number_again = forms.CharField(
        label="再次填写身份证号码", max_length=40, required=False, widget=forms.TextInput(QUIET),
        error_messages={"max_length": "身份证号码过长，请核对"},
    )  # fmt: skip
    reason = _reason()

    def __init__(self, data: Any = None, *, row: Member) -> None:
        super().__init__(data, row=row)
        self.fields["name"].initial = row.name

    def clean_name(self) -> str:
        name = normalise_name(str(self.cleaned_data["name"]))
        if problem := name_problem(name):
            raise forms.ValidationError(problem[1])
        return name

    def clean_id_number(self) -> str:
        number = normalise(str(self.cleaned_data["id_number"]))
        if number:
            try:
                person = parse(number, today=timezone.localdate())
            except IdNumberError as wrong:
                raise forms.ValidationError(wrong.message) from None
            if problem := joining_problem(person, self.row.joined_on):
                raise forms.ValidationError(f"{problem.message}（{problem.detail}）")
        return number

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        again = normalise(str(given.get("id_number_again") or ""))
        if "id_number" in given and (place := first_difference(given["id_number"], again)):
            self.add_error("id_number_again", f"两次填写的身份证号码不一致，从第 {place} 位起不同，请核对")
        if given.get("name") == self.row.name and given.get("id_number") in {
            "",
            self.row.opened("id_number"),
        }:
            self.add_error(None, "姓名和身份证号码都没有改动。")
        return given


class FindForm(forms.Form):
    """An ID number to look for: sent in the body, since it may stand in no address."""

    use_required_attribute = False

    id_number = forms.CharField(
        label="身份证号码", max_length=40, widget=forms.TextInput(QUIET),
        error_messages={"required": "请填写身份证号码", "max_length": "身份证号码过长，请核对"},
    )  # fmt: skip

    def clean_id_number(self) -> str:
        try:
            return parse(str(self.cleaned_data["id_number"]), today=timezone.localdate()).value
        except IdNumberError as wrong:
            raise forms.ValidationError(wrong.message) from None
