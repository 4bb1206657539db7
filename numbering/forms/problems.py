"""A form whose rules lie elsewhere: their problems at its fields, and all of them above it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from zhtj.lib.problems import Problem


class ProblemForm(forms.Form):
    """Each field has a `zt` for the template, with `error_detail`."""

    use_required_attribute = False

    def complain(self, problem: Problem) -> None:
        """Show a problem at its field, the first of each; one about something else stands for the whole form."""
        name = problem.field if problem.field in self.fields else None
        if (name or "__all__") in self.errors:
            return
        self.add_error(name, ValidationError(problem.message, code=problem.code))
        if name:
            self.fields[name].zt.error_detail = problem.detail  # type: ignore[attr-defined]

    @property
    def summary(self) -> list[dict[str, str]]:
        """For the error summary, in the order of the page."""
        return [
            {
                "field_id": self[name].auto_id if name in self.fields else "",
                "label": str(self.fields[name].label) if name in self.fields else "",
                "message": str(text),
                "detail": self.fields[name].zt.error_detail if name in self.fields else "",  # type: ignore[attr-defined]
            }
            for name in (*self.fields, "__all__")
            for text in self.errors.get(name, [])
        ]
