"""Forms of the frame: signing in and changing one's password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

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


class PasswordForm(PasswordChangeForm):
    """修改密码: the old one once, the new one twice."""

    use_required_attribute = False
    error_messages = {
        "password_incorrect": "原密码不正确，请重新输入。",
        "password_mismatch": "两次输入的新密码不一致。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再次输入新密码"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请输入{label.removeprefix('再次输入')}"
        self.fields["new_password1"].help_text = "至少 10 位，不能只用数字，不能与账号相似，不能是常见密码。"
        self.fields["new_password2"].help_text = ""
        if self.is_bound:
            del self.fields["old_password"].widget.attrs["autofocus"]  # the focus goes to the summary

    @property
    def summary(self) -> list[dict[str, str]]:
        """What the error summary on top says."""
        return [
            {"field_id": field.auto_id, "label": str(field.label), "message": str(error)}
            for field in self
            for error in field.errors
        ]
