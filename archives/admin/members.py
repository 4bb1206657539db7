"""团员, to look at, masked; and what the province alone does to one: 释放编号, 更正姓名或身份证号码."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from archives.admin.forms import FindForm, IdentityForm, ReleaseForm
from archives.services import identity, release
from members.models import Member
from members.services.entry import PersonKnown
from numbering.rules import normalise_number
from orgs.deeds import Deed
from orgs.models import Role
from orgs.province import RowList, site
from zhtj.lib.states import StaleState


class IdKnown(Exception):
    """The new ID number is somebody else's, in words."""


def _release(member: Member, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    release.release(member, reason=given["reason"], seen=seen, by=by)
    return f"已释放编号 {given['number']}，{member.name}标为“编号待更正”。", ""


def _release_effects(member: Member, given: dict[str, Any]) -> list[str]:
    told = "、".join(f"“{one.name}”" for one in release.entered_by(member))
    return [
        f"编号 {member.number} 不再由 {member.name}（{member.organization.name}）占用",
        "该编号发放给本人的，一并收回；此后可以发放给他人",
        f"{member.name}标为“编号待更正”，由{told}登记新的编号，操作中心会收到通知和原因",
        f"原因：{given['reason']}",
    ]


RELEASE = Deed(
    name="release", label="释放编号", form=ReleaseForm,
    lead="从一名在册团员收回错误占用的发展团员编号。团员信息保留，标为“编号待更正”。释放后不能撤销。",
    why_not=lambda member, by: release.why_not(member),
    seen=release.seen, effects=_release_effects, perform=_release,
    refusals=(StaleState, PermissionDenied),
)  # fmt: skip


def _correct(member: Member, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    try:
        identity.correct(
            member, name=given["name"], id_number=given["id_number"], reason=given["reason"], seen=seen, by=by
        )
    except PersonKnown as known:
        raise IdKnown(
            f"该身份证号码已在系统中，所在组织：{known.member.organization.name}。请核实是否同一人。"
        ) from None
    return f"已更正 {given['name']} 的信息。", ""


def _correct_effects(member: Member, given: dict[str, Any]) -> list[str]:
    lines = []
    if given["name"] != member.name:
        lines.append(f"姓名：{member.name} 改为 {given['name']}")
    number = given["id_number"]
    if number and number != member.opened("id_number"):
        lines.append(f"身份证号码：{member.masked_id} 改为 {number[:6]} {number[6:14]} {number[14:]}")
    if member.number:
        lines.append(f"编号 {member.number} 的占用人随之更正，发放给本人、为本人登记的一并更正")
    lines += [
        f"另发放给该身份证号码、尚未录入的编号 {one.number}（{one.organization.name}）一并收回"
        for one in identity.fate(member, number).dropped
    ]
    return [*lines, "原值和新值记入变更记录", f"原因：{given['reason']}"]


CORRECT = Deed(
    name="identity", label="更正姓名或身份证号码", form=IdentityForm,
    lead="更正在册团员的姓名或身份证号码，须有依据。身份证号码填写两次。",
    why_not=lambda member, by: identity.why_not(member),
    seen=identity.seen, effects=_correct_effects, perform=_correct,
    refusals=(StaleState, PermissionDenied, IdKnown),
)  # fmt: skip


@admin.register(Member, site=site)
class MemberAdmin(RowList):
    group = "团员"
    deeds = (RELEASE, CORRECT)
    list_display = ("name", "masked_id", "organization", "joined_on", "number_words", "state", "entered_at")
    list_filter = ("state", "number_due")
    list_select_related = ("organization", "holding")
    search_fields = ("name",)
    search_help_text = "填完整的发展团员编号，或姓名开头的几个字。按身份证号码查找请用右上方的按钮。"
    change_list_template = "admin/archives/members.html"
    shown = (
        "name", "masked_id", "organization", "state", "joined_on", "number_words", "number_due", "occupation", "study_status",
        "masked_phone", "entered_by", "entered_at",
    )  # fmt: skip

    @admin.display(description="身份证号码")
    def masked_id(self, member: Member) -> str:
        return member.masked_id

    @admin.display(description="手机号码")
    def masked_phone(self, member: Member) -> str:
        return member.masked_phone or "未填写"

    @admin.display(description="发展团员编号")
    def number_words(self, member: Member) -> str:
        return "编号待更正" if member.number_due else member.number or "无"

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        number = normalise_number(term)
        return (
            rows.filter(holding__number=number) if number.isdecimal() else rows.filter(name__startswith=term)
        )

    def get_urls(self) -> list[Any]:
        return [
            path("find/", site.admin_view(self.find_view), name="members_member_find"),
            *super().get_urls(),
        ]

    @method_decorator(sensitive_post_parameters())
    def find_view(self, request: HttpRequest) -> HttpResponse:
        """按身份证号码查找."""
        self.require(request)
        form = FindForm(request.POST) if request.method == "POST" else FindForm()
        if request.method == "POST" and form.is_valid():
            people = Member.objects.with_id(form.cleaned_data["id_number"]).order_by("state", "-pk")
            found = people.exclude(state=Member.State.WITHDRAWN).first() or people.first()
            if found:
                return redirect("admin:members_member_change", found.pk)
            form.add_error("id_number", "系统中没有该身份证号码的人员，请核对")
        shown = {**site.each_context(request), "opts": self.opts, "title": "按身份证号码查找", "form": form}
        shown["back"] = reverse("admin:members_member_changelist")
        return TemplateResponse(request, "admin/archives/find.html", shown)
