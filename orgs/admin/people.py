"""组织, 用户 and 身份, to look at; administrators to appoint, replace and end everywhere; and passwords to reset."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from orgs.deeds import Deed, DeedForm
from orgs.forms.administrators import AdministratorForm, ResetForm, whom_of
from orgs.keepers import why_not_take_over
from orgs.models import Duty, Organization, Role, User
from orgs.policy import Act
from orgs.province import RowList, site
from orgs.services import administrators
from orgs.services.administrators import AdministratorRefused, Appointed, Whom
from orgs.views.tree_search import has_part
from zhtj.lib.states import StaleState


class SystemList(RowList):
    """Of whoever looks after the system."""

    act = Act.OPERATE


def _secret(made: Appointed, words: str) -> tuple[str, str]:
    user = made.role.user
    if not made.password:
        return f"{words}，用原有的账号 {user.username} 登录。", ""
    return (
        f"{words}。请用可靠的方式告知本人账号 {user.username} 和一次性密码，首次登录须修改。一次性密码：",
        made.password,
    )


def _whom(place: Organization, whom: Whom) -> list[str]:
    account = f"账号 {whom.username}" if whom.username else "账号按姓名的拼音生成"
    if whom.existing:
        return [f"{whom.name}用已有的{account}任“{place.name}”的管理员，已登录的页面全部退出"]
    names = "、".join(
        f"{one.user.username}（{one.organization.short_name}{one.get_duty_display()}）"
        for one in administrators.alike(place, whom.name)
    )
    lines = [
        f"为{whom.name}开通新账号（{account}），任“{place.name}”的管理员",
        "一次性密码只显示一次，首次登录须修改",
    ]
    return lines + ([f"已有同名的账号：{names}。是同一人的，请返回使用已有的账号"] if names else [])


def _appoint(place: Organization, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    made = administrators.appoint(place, whom_of(given), seen=seen, by=by)
    return _secret(made, f"{made.role.user.name}已任“{place.name}”的管理员")


def _replace(role: Role, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    made = administrators.replace(role, whom_of(given), seen=seen, by=by)
    return _secret(made, f"“{role.organization.name}”的管理员已更换为{made.role.user.name}")


def _end(role: Role, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    administrators.end(role, seen=seen, by=by)
    return f"已停用 {role.user.name} 的管理员身份。", ""


def _reset(user: User, given: dict[str, Any], seen: str, by: Role) -> tuple[str, str]:
    password = administrators.reset_password(user, seen=seen, by=by, second_factor=given["second_factor"])
    return (
        f"已重置 {user.name}（{user.username}）的密码。请用可靠的方式告知本人，首次登录须修改。新密码：",
        password,
    )


def _reset_effects(user: User, given: dict[str, Any]) -> list[str]:
    lines = [
        f"为 {user.name}（账号 {user.username}）生成新密码，原密码立即失效",
        "本人已登录的页面全部退出，因连续输错的锁定随之解除",
        "首次登录须修改密码",
    ]
    return lines + (["解除两步验证，手机和恢复码不再有效"] if given["second_factor"] else [])


REFUSALS = (AdministratorRefused, StaleState, PermissionDenied)
APPOINT = Deed(
    name="appoint", label="设置管理员", form=AdministratorForm,
    lead="为该组织设置一名管理员。一人只用一个账号，一次性密码只显示一次。",
    why_not=administrators.why_not_appoint, seen=administrators.staff_seen,
    effects=lambda place, given: _whom(place, whom_of(given)), perform=_appoint, refusals=REFUSALS,
)  # fmt: skip
REPLACE = Deed(
    name="replace", label="更换管理员", form=AdministratorForm,
    lead="停用这一名管理员，同时设置另一名，一次办理。",
    why_not=administrators.why_not_replace, seen=lambda role: administrators.staff_seen(role.organization),
    effects=lambda role, given: [*administrators.consequences(role)[:2], *_whom(role.organization, whom_of(given))],
    perform=_replace, refusals=REFUSALS,
)  # fmt: skip
END = Deed(
    name="end", label="停用管理员", form=DeedForm,
    lead="停用后不能再以该身份办理业务，账号和办理过的记录保留。",
    why_not=administrators.why_not_end, seen=lambda role: administrators.staff_seen(role.organization),
    effects=lambda role, given: administrators.consequences(role), perform=_end, refusals=REFUSALS,
)  # fmt: skip
RESET = Deed(
    name="reset", label="重置密码", form=ResetForm,
    lead="为忘记密码的人生成一个新密码，只显示一次。原密码立即失效，已登录的页面退出，首次登录须修改密码。",
    why_not=lambda user, by: why_not_take_over(user, by=by),
    seen=administrators.password_seen,
    effects=_reset_effects,
    perform=_reset, refusals=REFUSALS,
)  # fmt: skip


class ActiveFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "启用"), ("no", "已停用")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return (
            queryset
            if chosen not in {"yes", "no"}
            else queryset.filter(deactivated_at__isnull=chosen == "yes")
        )


@admin.register(Organization, site=site)
class OrganizationAdmin(SystemList):
    """The tree itself is kept in 组织管理; here it is found."""

    group = "组织"
    deeds = (APPOINT,)
    list_display = ("name", "kind", "parent", "created_at", "deactivated_at")
    list_filter = ("kind", ActiveFilter)
    list_select_related = ("parent",)
    search_fields = ("name",)
    search_help_text = "填全称开头的几个字。"
    shown = (
        "name", "short_name", "kind", "industry", "way", "below", "administrators", "created_at", "deactivated_at",
    )  # fmt: skip

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(has_part(term), name__startswith=term)

    @admin.display(description="上级组织")
    def way(self, organization: Organization) -> str:
        above = Organization.objects.ancestors_of(organization).exclude(pk=organization.pk)
        return " › ".join(above.values_list("name", flat=True)) or "无"

    @admin.display(description="直接下级（启用）")
    def below(self, organization: Organization) -> int:
        return Organization.objects.active().filter(parent=organization).count()

    @admin.display(description="在任身份")
    def administrators(self, organization: Organization) -> str:
        counted = dict(
            Role.objects.current()
            .filter(organization=organization)
            .values_list("duty")
            .annotate(count=Count("pk"))
            .order_by()
        )
        words = "、".join(f"{duty.label} {counted[duty]} 人" for duty in Duty if duty in counted) or "无"
        address = f"{reverse('admin:orgs_role_changelist')}?at={organization.pk}"
        return format_html('<a href="{}">{}</a>', address, words)


@admin.register(User, site=site)
class UserAdmin(SystemList):
    group = "用户与身份"
    deeds = (RESET,)
    list_display = ("username", "name", "is_active", "must_change_password", "created_at", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username",)
    search_help_text = "填完整的账号或姓名。"
    shown = ("username", "name", "is_active", "must_change_password", "created_at", "last_login", "duties")

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(Q(username=term) | Q(name=term))

    @admin.display(description="身份")
    def duties(self, user: User) -> str:
        current = Role.objects.current().filter(user=user).select_related("organization").order_by("pk")
        return "；".join(f"{role.organization.name} · {role.get_duty_display()}" for role in current) or "无"


class PlaceFilter(admin.SimpleListFilter):
    """One organisation, come to from its page: nobody chooses among twenty thousand in a list."""

    title = "组织"
    parameter_name = "at"

    def has_output(self) -> bool:
        return False

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or ""
        return queryset.filter(organization=asked) if asked.isdecimal() and len(asked) < 18 else queryset


@admin.register(Role, site=site)
class RoleAdmin(SystemList):
    group = "用户与身份"
    deeds = (REPLACE, END)
    list_display = ("user", "organization", "duty", "created_at", "ended_at")
    list_filter = ("duty", PlaceFilter)
    list_select_related = ("user", "organization")
    search_fields = ("user__username",)
    search_help_text = "填完整的账号或姓名。"
    shown = list_display

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(user__in=User.objects.filter(Q(username=term) | Q(name=term)))
