"""后台任务 and 全省设置."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from orgs.admin.people import SystemList
from orgs.deeds import Deed, DeedForm
from orgs.models import Duty, Job, ProvinceSettings, Role
from orgs.province import site
from orgs.services import province, second_factor
from zhtj.lib.dates import say_date
from zhtj.lib.states import StaleState


def _rerun(job: Job, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    province.rerun(job, seen=seen, by=by)
    return f"“{job.title}”已重新排队。", ""


def _why_not_rerun(job: Job, by: Role) -> str:
    return (
        "" if job.state == Job.State.FAILED else f"任务{job.get_state_display()}，只有未完成的可以重新执行。"
    )


RERUN = Deed(
    name="rerun", label="重新执行任务", form=DeedForm,
    lead="未完成的任务重新排队，仍以原来提交时的身份执行，结果仍归原来的组织。",
    why_not=_why_not_rerun,
    seen=province.job_seen,
    effects=lambda job, given: [
        f"“{job.title}”重新排队，最多自动尝试 3 次", f"以“{job.role}”的身份执行，结果由{job.organization}下载", f"上次的原因“{job.error}”不再显示",
    ],
    perform=_rerun,
    refusals=(StaleState, PermissionDenied),
)  # fmt: skip


@admin.register(Job, site=site)
class JobAdmin(SystemList):
    """What became of long work; the results are the organisations' own."""

    group = "后台任务"
    deeds = (RERUN,)
    list_display = ("title", "organization", "state", "attempts", "created_at", "finished_at")
    list_display_links = ("title",)
    list_filter = ("state",)
    list_select_related = ("organization",)
    shown = (
        "title",
        "kind",
        "organization",
        "role",
        "state",
        "done",
        "total",
        "attempts",
        "error",
        "created_at",
        "finished_at",
    )


class DeadlineForm(DeedForm):
    titles_due_on = forms.DateField(
        label="截止日期", required=False, widget=forms.DateInput({"type": "date"}),
        help_text="此日之后不能再推迟；不填则不设期限。",
        error_messages={"invalid": "截止日期应为存在的日期，如 2026-12-31"},
    )  # fmt: skip


def _set_due(found: ProvinceSettings, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    province.set_titles_due(given["titles_due_on"], seen=seen, by=by)
    return f"重新选择现任职务：{_until(given['titles_due_on'])}。", ""


def _until(day: Any) -> str:
    return f"可以推迟到 {say_date(day)}，此后登录须先选择" if day else "不设截止日期，可以一直推迟"


DEADLINE = Deed(
    name="deadline", label="设定重新选择现任职务的截止日期", form=DeadlineForm,
    lead="团内现任职务选项调整后，有原职务的组织登录时须重新选择；在截止日期之前可以稍后处理。",
    why_not=lambda found, by: "",
    seen=province.settings_seen,
    effects=lambda found, given: [f"现在：{_until(found.titles_due_on)}", f"改为：{_until(given['titles_due_on'])}", "立即对全省生效"],
    perform=_set_due,
    refusals=(StaleState, PermissionDenied),
)  # fmt: skip


class AdministratorsForm(DeedForm):
    administrators_each = forms.IntegerField(
        label="每个组织至多几名管理员", min_value=1, max_value=9,
        error_messages={"required": "请填写人数", "invalid": "人数应为 1 至 9 的整数", "min_value": "至少 1 名", "max_value": "至多 9 名"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, row: Any) -> None:
        super().__init__(data, row=row)
        self.fields["administrators_each"].initial = row.administrators_each


def _set_each(found: ProvinceSettings, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    province.set_administrators_each(given["administrators_each"], seen=seen, by=by)
    return f"每个组织至多 {given['administrators_each']} 名管理员。", ""


def _each_effects(found: ProvinceSettings, given: dict[str, Any]) -> list[str]:
    count = given["administrators_each"]
    many = province.more_than(count)
    over = (
        f"现有 {many} 个组织超过此数：已有的管理员不受影响，停用到此数以下才能再设置"
        if many
        else "现在没有组织超过此数"
    )
    return [f"现在：至多 {found.administrators_each} 名", f"改为：至多 {count} 名", over]


ADMINISTRATORS = Deed(
    name="administrators", label="设定每个组织的管理员人数", form=AdministratorsForm,
    lead="一个组织同时在任的管理员至多几名。",
    why_not=lambda found, by: "",
    seen=province.settings_seen, effects=_each_effects, perform=_set_each, refusals=(StaleState, PermissionDenied),
)  # fmt: skip


class SecondFactorForm(DeedForm):
    second_factor = forms.MultipleChoiceField(
        label="须两步验证的身份", required=False, choices=Duty.choices, widget=forms.CheckboxSelectMultiple,
        help_text="没有勾选的身份，本人仍可自愿设置。",
        error_messages={"invalid_choice": "没有“%(value)s”这种身份，请重新勾选"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, row: Any) -> None:
        super().__init__(data, row=row)
        self.fields["second_factor"].initial = row.second_factor


def _set_second_factor(
    found: ProvinceSettings, given: dict[str, Any], seen: str, by: Role
) -> tuple[str, str]:
    duties = [Duty(one) for one in given["second_factor"]]
    province.set_second_factor(duties, seen=seen, by=by)
    return f"须两步验证的身份：{_duties(duties)}。", ""


def _second_factor_effects(found: ProvinceSettings, given: dict[str, Any]) -> list[str]:
    before, after = set(found.second_factor), set(given["second_factor"])
    lines = [f"现在：{_duties(before)}", f"改为：{_duties(after)}"]
    for duty in Duty:
        if duty in after:
            people, bare = second_factor.without(duty)
            lines.append(f"{duty.label}：现有 {people} 人，其中 {bare} 人还没有设置两步验证")
        elif duty in before:
            lines.append(f"{duty.label}：不再要求；已设置的登录时仍须验证码，本人可以停用")
    if after - before:
        lines.append(
            "还没有设置的人，下一次打开页面或提交时先到设置页，用手机设置后才能以该身份继续；正在填写、尚未提交的内容会中断，请在业务较少时办理"
        )
    if Duty.SYSTEM in after:
        lines.append(
            "包括您自己。手机和恢复码都丢失的系统管理员，由另一名系统管理员重置，或在服务器上用 appoint_duty --reset 解除，所以不会全部锁在外面"
        )
    return lines


def _duties(chosen: Iterable[str]) -> str:
    return "、".join(duty.label for duty in Duty if duty in set(chosen)) or "没有身份须两步验证"


SECOND_FACTOR = Deed(
    name="second-factor", label="设定须两步验证的身份", form=SecondFactorForm,
    lead="除密码外，登录时还须输入手机上身份验证器的六位数字（两步验证）。",
    why_not=lambda found, by: "",
    seen=province.settings_seen, effects=_second_factor_effects, perform=_set_second_factor,
    refusals=(StaleState, PermissionDenied),
)  # fmt: skip


@admin.register(ProvinceSettings, site=site)
class SettingsAdmin(SystemList):
    """One row, shown at once; before anybody has set anything, with the first values."""

    group = "设置"
    deeds = (DEADLINE, ADMINISTRATORS, SECOND_FACTOR)
    shown = ("titles_due_on", "administrators_each", "duties")

    @admin.display(description="须两步验证的身份")
    def duties(self, found: ProvinceSettings) -> str:
        return _duties(found.second_factor)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require(request)
        return redirect(reverse("admin:orgs_provincesettings_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return (
            ProvinceSettings.now() if object_id == "1" else super().get_object(request, object_id, from_field)
        )
