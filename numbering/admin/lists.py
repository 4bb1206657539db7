"""What becomes of numbers, to look at: issued, held, disputed, registered. ID numbers masked; every act has its own page elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from numbering.models import Dispute, Holding, Issue, Registration
from numbering.rules import normalise_number
from orgs.province import RowList, site
from zhtj.lib.sealing import mask_id


class NumberList(RowList):
    """Found by the whole number or the whole name: what an index or one pass answers, however many rows there are."""

    group = "号段"
    person = "name"
    search_fields = ("number",)
    search_help_text = "填完整的发展团员编号或完整的姓名。"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what the page of one names: organisations and people are not asked for one by one."""
        relations = {one.name for one in self.opts.concrete_fields if one.is_relation}
        return super().get_queryset(request).select_related(*sorted(relations & {*self.shown}))

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(Q(number=normalise_number(term)) | Q(**{self.person: term}))

    @admin.display(description="身份证号码")
    def masked(self, row: Any) -> str:
        return mask_id(row.opened_id())


@admin.register(Issue, site=site)
class IssueAdmin(NumberList):
    list_display = ("number", "name", "masked", "organization", "domain", "joined_on", "state", "issued_at")
    list_filter = ("state", "domain")
    list_select_related = ("organization",)
    shown = (
        "number", "domain", "name", "masked", "joined_on", "organization", "issuer", "issued_by", "issued_at", "state", "withdrawn_at",
    )  # fmt: skip


@admin.register(Holding, site=site)
class HoldingAdmin(NumberList):
    person = "holder"
    list_display = ("number", "holder", "organization", "state", "created_at", "ended_at")
    list_filter = ("state",)
    list_select_related = ("organization",)
    shown = list_display


@admin.register(Dispute, site=site)
class DisputeAdmin(NumberList):
    """Who against whom and how far; what the sides wrote is read by the judge."""

    group = "编号占用核实"
    list_display = (
        "number",
        "name",
        "masked",
        "filed_for",
        "occupant_organization",
        "judge",
        "state",
        "filed_at",
    )
    list_filter = ("state",)
    list_select_related = ("filed_for", "occupant_organization", "judge")
    shown = (
        "number", "name", "masked", "joined_on", "organization", "filed_for", "filed_by", "filed_at", "occupant_organization", "judge",
        "state", "decided_by", "decided_at",
    )  # fmt: skip


@admin.register(Registration, site=site)
class RegistrationAdmin(NumberList):
    """待登记名单, the table that comes back and the deeds of 3.6 and 3.9 have pages of their own."""

    group = "登记备案"
    change_list_template = "admin/numbering/registration/list.html"
    list_display = ("number", "kind", "name", "masked", "filed_for", "waits_at", "state", "filed_at")
    list_filter = ("kind", "state")
    list_select_related = ("filed_for", "waits_at")
    shown = (
        "number", "kind", "name", "masked", "developed_by", "unit", "discharged_on", "organization", "filed_for", "filed_by", "filed_at",
        "waits_at", "state", "handled_at",
    )  # fmt: skip
