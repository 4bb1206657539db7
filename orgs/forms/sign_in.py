"""Forms of the frame: signing in, the code of the second factor, and changing one's password."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from orgs.models import User
from orgs.services import accounts


class SignInForm(AuthenticationForm):
    """账号 and 密码; every refusal is one line of the whole form."""

    use_required_attribute = False
    request: HttpRequest

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label, self.fields["password"].label = "账号", "密码"
        if self.is_bound:
            del self.fields["username"].widget.attrs["autofocus"]  # the focus goes to the error line

    @property
    def refusal(self) -> str:
        """Why nobody was signed in, in one line."""
        if self.non_field_errors():
            return str(self.non_field_errors()[0])
        if self.has_error("username", "max_length"):
            return "账号或密码不正确。"
        return "请输入账号和密码。" if self.errors else ""

    def clean_username(self) -> str:
        """No account is longer than its column; nor is what the lock-out keeps of it."""
        username: str = self.cleaned_data["username"]
        if len(username) > 64:
            raise ValidationError("账号不超过 64 个字符", code="max_length")
        return username

    @property
    def is_locked(self) -> bool:
        return bool(getattr(self.request, "axes_locked_out", False))

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(
            accounts.why_refused(self.request, self.cleaned_data["username"]), code="refused"
        )


def summary_of(form: forms.BaseForm) -> list[dict[str, str]]:
    """What the error summary on top says."""
    return [
        {"field_id": field.auto_id, "label": str(field.label), "message": str(error)}
        for field in form
        for error in field.errors
    ]


def _bare(password: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]", "", password).lower()


class CodeForm(forms.Form):
    """One code: of the phone, or a recovery code where `spare` ones count as well."""

    use_required_attribute = False
    code = forms.CharField(
        label="验证码",
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
        ),
        error_messages={"required": "请输入验证码", "max_length": "验证码是六位数字，恢复码是十个字符"},
    )

    def __init__(self, data: Any = None, *, spare: bool = True) -> None:
        super().__init__(data)
        self.fields["code"].help_text = "身份验证器显示的六位数字" + (
            "，或一个没有用过的恢复码。" if spare else "。"
        )

    @property
    def summary(self) -> list[dict[str, str]]:
        return summary_of(self)


class ProofForm(forms.Form):
    """The password once more, before something that would keep its person out."""

    use_required_attribute = False
    password = forms.CharField(
        label="密码",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text="再输入一次登录密码，确认是本人。",
        error_messages={"required": "请输入密码"},
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        self.request = request

    def clean_password(self) -> str:
        given = str(self.cleaned_data["password"])
        if words := accounts.why_not_proved(self.request, cast(User, self.request.user), given):
            raise ValidationError(words)
        return given

    @property
    def summary(self) -> list[dict[str, str]]:
        return summary_of(self)


class PasswordForm(PasswordChangeForm):
    """修改密码: the old one once, the new one twice."""

    use_required_attribute = False
    error_messages = {"password_mismatch": "两次输入的新密码不一致。"}
    user: User

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(request.user, data)
        self.request = request
        labels = {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再次输入新密码"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请输入{label.removeprefix('再次输入')}"
        self.fields["new_password1"].help_text = (
            "至少 10 位，不能只用数字，不能与账号、姓名相似，不能是常见密码；不能由“智慧团建”“团委”一类的词、本人或本组织的名称（及其拼音）"
            "加上年份、连续或重复的字符组成。可以用几个互不相干的词。"
        )
        self.fields["new_password2"].help_text = ""
        if self.is_bound:
            del self.fields["old_password"].widget.attrs["autofocus"]  # the focus goes to the summary

    def clean_old_password(self) -> str:
        given = str(self.cleaned_data["old_password"])
        if words := accounts.why_not_proved(self.request, self.user, given, what="原密码"):
            raise ValidationError(words)
        return given

    def validate_password_for_user(self, user: Any, password_field_name: str = "") -> None:
        """What is wrong with the new password stands where it was typed, not at its repetition."""
        super().validate_password_for_user(user, "new_password1")

    def clean(self) -> dict[str, Any]:
        """Whoever made a one-time password knows it: it is not kept as one's own, nor written a little differently."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        old, new = (_bare(given.get(name) or "") for name in ("old_password", "new_password1"))
        if old and old == new:
            self.add_error("new_password1", "新密码不能与原密码相同，只改大小写或标点也不行。")
        return given

    @property
    def summary(self) -> list[dict[str, str]]:
        return summary_of(self)
