"""The province's desk: dictionaries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from orgs.dictionaries import Group
from orgs.models import Option
from orgs.policy import Act
from orgs.province import ProvinceModelAdmin, acting_role, site
from orgs.services import dictionaries
from orgs.services.dictionaries import OptionRefused

OLD_RECORDS = (
    "改名后，已录入的信息也显示新的名称；停用后，录入时不再列出，已录入的信息仍显示原来的名称。"
    "代码供系统识别，添加后不能修改；选项不能删除，只能停用。改动立即生效。"
)


REQUIRED = {
    name: {"required": f"请填写{label}"}
    for name, label in (("label", "名称"), ("order", "顺序"), ("code", "代码"))
}


class OptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One entry, in the list or on its page; what may not be is asked of the service before anything is saved."""

    class Meta:
        model = Option
        fields = ("label", "order", "is_active")
        error_messages = REQUIRED

    def clean_label(self) -> str:
        return " ".join(str(self.cleaned_data["label"]).split())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("label") and (
            words := dictionaries.problem(
                self.instance.group, label=given["label"], is_active=given["is_active"], pk=self.instance.pk
            )
        ):
            self.add_error("label", words)
        return given


class OptionLine(OptionForm):
    """One entry in the list, where the head of the column is the label of every field: each says of which entry it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{self.instance.label}：{field.label}"


class NewOptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """An entry to add."""

    group = forms.ChoiceField(
        label="字典", choices=[("", "请选择字典"), *Group.choices], error_messages={"required": "请选择字典"}
    )

    class Meta:
        model = Option
        fields = ("group", "code", "label", "order")
        error_messages = REQUIRED
        help_texts = {
            "code": "小写字母开头，只含小写字母、数字和下划线，如 courier；添加后不能修改。",
            "order": "从小到大排列。",
        }

    def clean_label(self) -> str:
        return " ".join(str(self.cleaned_data["label"]).split())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        group = given.get("group")
        if group and given.get("code") and (words := dictionaries.code_problem(group, given["code"])):
            self.add_error("code", words)
        if (
            group
            and given.get("label")
            and (words := dictionaries.problem(group, label=given["label"], is_active=True))
        ):
            self.add_error("label", words)
        return given

    def validate_constraints(self) -> None:
        """Said by `clean`, with what it is that has the code or the label."""


class GroupFilter(admin.SimpleListFilter):
    title = "字典"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Group.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(group=self.value()) if self.value() else queryset


@admin.register(Option, site=site)
class OptionAdmin(ProvinceModelAdmin):
    group = "字典"
    act = Act.OPERATE
    refusals = (OptionRefused,)
    list_display = ("label", "order", "is_active", "code", "group_label")
    list_display_links = ("code",)
    list_editable = ("label", "order", "is_active")
    list_filter = (GroupFilter, "is_active")
    list_per_page = 100
    search_fields = ("label", "code")
    search_help_text = OLD_RECORDS

    @admin.display(description="字典", ordering="group")
    def group_label(self, option: Option) -> str:
        return str(Group(option.group).label) if option.group in Group else option.group

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("group_label", "code", "label", "order", "is_active")
        return [(None, {"fields": shown if obj else NewOptionForm.Meta.fields, "description": OLD_RECORDS})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("group_label", "code") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=OptionForm if obj else NewOptionForm, **kwargs)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return OptionLine

    def save_model(self, request: HttpRequest, obj: Option, form: Any, change: bool) -> None:
        given, by = form.cleaned_data, acting_role(request)
        if change:
            dictionaries.change(
                obj.pk, label=given["label"], order=given["order"], is_active=given["is_active"], by=by
            )
        else:
            added = dictionaries.add(
                group=given["group"], code=given["code"], label=given["label"], order=given["order"], by=by
            )
            obj.pk = added.pk
