"""Who is to be administrator, and what is reset: the same forms in 组织管理 and in 省级管理."""

from __future__ import annotations

from typing import Any

from django import forms

from orgs.deeds import DeedForm
from orgs.services import credentials
from orgs.services.administrators import Whom
from zhtj.lib.text import normalise_name

NEW, EXISTING = "new", "existing"
QUIET = {"autocomplete": "off", "spellcheck": "false"}


class AdministratorForm(DeedForm):
    """A person, and the account: a new one, or the one the person has."""

    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput(QUIET),
        error_messages={"required": "请填写管理员的姓名", "max_length": "姓名过长，请核对"},
    )  # fmt: skip
    account = forms.ChoiceField(
        label="账号类型", choices=[(NEW, "开通新账号"), (EXISTING, "使用本人已有的账号")], initial=NEW, widget=forms.RadioSelect,
        help_text="一人只用一个账号：本人在别的组织任管理员，或已开通团干部本人账号的，使用已有的账号。",
        error_messages={"required": "请选择账号类型", "invalid_choice": "请选择账号类型"},
    )  # fmt: skip
    username = forms.CharField(
        label="账号", max_length=64, required=False, widget=forms.TextInput({**QUIET, "autocapitalize": "none"}),
        help_text="新账号可以不填，按姓名的拼音生成；已有的账号须向本人问清后填写。",
        error_messages={"max_length": "账号不超过 64 个字符"},
    )  # fmt: skip

    def clean_name(self) -> str:
        name = normalise_name(str(self.cleaned_data["name"]))
        if words := credentials.name_problem(name):
            raise forms.ValidationError(words)
        return name

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        username, account = given.get("username"), given.get("account")
        if account == EXISTING and username == "":
            self.add_error("username", "请填写本人已有的账号")
        elif account == NEW and username:
            given["username"] = credentials.normalise_username(username)
            if words := credentials.username_problem(given["username"]):
                self.add_error("username", words)
        return given

    @property
    def summary(self) -> list[dict[str, str]]:
        """What the error summary on top says, in the order of the page."""
        lines = [
            {"field_id": self[name].auto_id, "label": str(self.fields[name].label), "message": str(text)}
            for name in self.fields
            for text in self.errors.get(name, [])
        ]
        return lines + [
            {"field_id": "", "label": "", "message": str(text)} for text in self.non_field_errors()
        ]


class ResetForm(DeedForm):
    """A new password, and whether the phone is forgotten too."""

    second_factor = forms.BooleanField(
        label="同时解除两步验证",
        required=False,
        help_text="手机丢失或更换、恢复码也找不到的，勾选。解除前请确认是本人。",
    )


def whom_of(given: dict[str, Any]) -> Whom:
    """The person of a form that was right."""
    return Whom(given["name"], given["username"], existing=given["account"] == EXISTING)
