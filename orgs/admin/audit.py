"""审计: read, and read only, by whoever looks after nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from orgs.models import AuditEvent, AuditSeal, User
from orgs.policy import Act
from orgs.province import RowList, site

SORTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "looks": (
        "查看与下载",
        ("look", "download", "edit_open", "export", "show_number_holder", "show_number_holder_withheld", "show_known_person", "show_known_person_withheld"),
    ),
    "sessions": (
        "登录与身份",
        (
            *("log_in", "log_in_failed", "log_out", "act_as"),
            *(f"second_factor.{one}" for one in ("set_up", "verify", "recovery_code", "fail", "new_codes", "remove")),
        ),
    ),
    "accounts": (
        "账号与任命",
        ("appoint_administrator", "appoint_duty", "end_duty", "open_account", "change_password", "set_password", "reset_password", "renew_password",
         "administrator.appoint", "administrator.replace", "administrator.end", "administrator.unmatched"),
    ),
    "people": ("录入与任职", ("enter", "upload", "submit", "study", "appoint", "change_post", "choose_title", "leave", "load_title")),
    "reviews": (
        "审核与更正",
        ("approve", "refuse", "correct", "identity.correct", "withdraw", "replace", "resubmit", "retire", "returned", "inspect", "add_reason", "remove_reason"),
    ),
    "numbers": (
        "编号",
        ("number.lose", "number.release", "number.register", "issue", "issue.correct", "issue.withdraw", "segment.register", "segment.hand_down", "segment.take_back"),
    ),
    "disputes": ("编号占用核实", tuple(f"dispute.{one}" for one in ("file", "answer", "withdraw", "dismiss", "uphold"))),
    "registrations": (
        "编号登记备案",
        tuple(f"registration.{one}" for one in ("filed", "confirmed", "returned", "filed_again", "handled", "corrected", "withdrawn")),
    ),
    "organizations": (
        "组织",
        (
            *(f"organization.{one}" for one in ("create", "create_many", "bulk_load", "rename", "move", "change_kind", "deactivate", "reactivate")),
            "move_organization.start",
        ),
    ),
    "system": ("系统", ("job", "job.rerun", "settings.change", "option.add", "option.change", "purge", "verify")),
}  # fmt: skip
"""By kind of work, every verb that a service writes."""


class AuditList(RowList):
    group = "审计"
    act = Act.AUDIT


class SortFilter(admin.SimpleListFilter):
    title = "类别"
    parameter_name = "sort"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in SORTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return queryset.filter(verb__in=SORTS[chosen][1]) if chosen in SORTS else queryset


class DayFilter(admin.ListFilter):
    """From one day to another, both included; two fields instead of a list of days."""

    title = "时间"
    template = "admin/days.html"
    names = ("from", "to")

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: admin.ModelAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        given = {name: params.pop(name)[-1] for name in self.names if name in params}
        self.days = {name: _day(text) for name, text in given.items()}
        self.used_parameters.update({name: day.isoformat() for name, day in self.days.items() if day})

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {
            "first": self.used_parameters.get("from", ""),
            "last": self.used_parameters.get("to", ""),
            "kept": [
                (name, value)
                for name, value in changelist.get_filters_params().items()
                if name not in self.names
            ],
            "query": changelist.query,
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self.days.get("from"), self.days.get("to")
        if first:
            queryset = queryset.filter(at__gte=_start(first))
        return queryset.filter(at__lt=_start(last + timedelta(days=1))) if last else queryset


def _day(text: str) -> date | None:
    """Nonsense asks for nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@admin.register(AuditEvent, site=site)
class AuditEventAdmin(AuditList):
    """Who did what to which row; values are in no event."""

    list_display = ("at", "user", "role", "verb", "subject", "organization", "from_state", "to_state", "note")
    list_filter = (SortFilter, DayFilter)
    list_select_related = ("user", "role__organization", "organization")
    shown = (
        "at",
        "user",
        "role",
        "verb",
        "subject",
        "organization",
        "from_state",
        "to_state",
        "fields",
        "note",
    )
    search_fields = ("subject",)
    search_help_text = "填完整的账号、动作（如 look）或对象（如 member:12）。"

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """One index each: what has a colon is an object, what is an account is that person, anything else a verb."""
        if ":" in term:
            return rows.filter(subject=term)
        user = User.objects.filter(username=term).first()
        return rows.filter(user=user) if user else rows.filter(verb=term)


@admin.register(AuditSeal, site=site)
class AuditSealAdmin(AuditList):
    list_display = ("first", "last", "count", "opened_at", "closed_at")
    shown = ("first", "last", "count", "opened_at", "closed_at", "digest")

    @admin.display(description="摘要")
    def digest(self, seal: AuditSeal) -> str:
        return bytes(seal.hash).hex() if seal.hash else "尚未封存"
