"""The province's desk: segments."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from numbering import rollup
from numbering.domains import Domain
from numbering.forms.register import COLUMNS, RegisterForm, TableForm, from_row
from numbering.models import Segment
from numbering.rules import normalise_number, number_value
from numbering.services import segment_table, segments
from numbering.services.segment_table import Fate, Line, Row, Wanted
from numbering.services.segments import SegmentRefused
from orgs.models import Organization
from orgs.province import BoundedPaginator, ProvinceModelAdmin, acting_role, site
from orgs.views.tree_search import matches
from zhtj.lib.table import TableUnreadable, read_table, under_header

PIECES_SHOWN = 100


class YearFilter(admin.SimpleListFilter):
    """From the first year with segments to the next one, without asking the table which there are."""

    title = "年度"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = timezone.localdate().year + 1
        return [(str(year), str(year)) for year in range(newest, settings.SEGMENTS_FROM - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(year=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class DepthFilter(admin.SimpleListFilter):
    """The length of the hand-down chain."""

    title = "层级"
    parameter_name = "depth"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "省级登记"), *((str(depth), f"第{depth}次分配") for depth in range(1, 7))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(depth=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(Segment, site=site)
class SegmentAdmin(ProvinceModelAdmin):
    group = "号段"
    list_display = (
        "span_words",
        "year",
        "domain",
        "organization",
        "step",
        "total",
        "held",
        "reserved",
        "issued",
    )
    list_display_links = ("span_words",)
    list_filter = (YearFilter, "domain", DepthFilter)
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    paginator = BoundedPaginator
    search_help_text = "填 12 位发展团员编号，列出包含它的各级号段；或填组织名称中的几个字。"
    ordering = ("-year", "span", "depth", "-pk")
    sortable_by = ()
    fields = (
        "span_words", "year", "domain", "organization", "chain_words", "total", "held", "reserved", "issued", "created_at",
    )  # fmt: skip
    change_list_template = "admin/numbering/segment/list.html"
    change_form_template = "admin/numbering/segment/page.html"

    # Columns; `used` is set for a whole page of rows at once.

    @admin.display(description="号段", ordering="span")
    def span_words(self, segment: Segment) -> str:
        return str(segment)

    @admin.display(description="层级")
    def step(self, segment: Segment) -> str:
        return f"第{segment.depth}次分配" if segment.depth else "省级登记"

    @admin.display(description="上级号段")
    def chain_words(self, segment: Segment) -> str:
        above = Segment.objects.containing(segment.first).filter(depth__lt=segment.depth)
        return "；".join(f"{one.organization}：{one}" for one in above.select_related("organization"))

    @admin.display(description="号段总数")
    def total(self, segment: Segment) -> int:
        return segment.size

    @admin.display(description="已占用")
    def held(self, segment: Any) -> int:
        return int(segment.used.held)

    @admin.display(description="审核中")
    def reserved(self, segment: Any) -> int:
        return int(segment.used.reserved)

    @admin.display(description="待录入")
    def issued(self, segment: Any) -> int:
        return int(segment.used.issued)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.result_list = with_counts(found.result_list)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return with_counts([super().get_object(request, object_id, from_field)])[0]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        value = number_value(normalise_number(search_term)) if search_term.strip() else None
        if value is not None:
            return queryset.filter(span__contains=value), False
        owners = Organization.objects.filter(matches(search_term.strip())).order_by().values("pk")
        return (queryset.filter(organization__in=owners) if search_term.strip() else queryset), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    # Registering

    def get_urls(self) -> list[Any]:
        table = path("table/", site.admin_view(self.table_view), name="numbering_segment_table")
        return [table, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One segment; refused, the form comes back as it was typed."""
        self.require(request)
        first = {"year": str(timezone.localdate().year)}
        form = RegisterForm(request.POST) if request.method == "POST" else RegisterForm(initial=first)
        if request.method == "POST" and form.is_valid():
            wanted, by = wanted_of(form), acting_role(request)
            try:
                segment = segments.register(
                    domain=wanted.domain, year=wanted.year, first=wanted.first, last=wanted.last,
                    province=by.organization, by=by,
                )  # fmt: skip
            except SegmentRefused as refused:
                form.add_error(None, str(refused))
            else:
                label = wanted.domain.label
                messages.success(
                    request, f"已登记 {segment.year} 年{label}领域号段 {segment}，共 {segment.size} 个编号。"
                )
                return redirect("admin:numbering_segment_changelist")
        return self._page(request, "register", "登记号段", form=form)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The segment with the pieces cut out of it."""
        self.require(request)
        segment = self.get_object(request, object_id)
        pieces = segment.pieces.select_related("organization").order_by("span")
        context = {
            "pieces": with_counts(pieces[:PIECES_SHOWN]), "pieces_count": pieces.count(), "pieces_shown": PIECES_SHOWN,
            "title": f"{segment.year} 年{segment.get_domain_display()}领域号段", "subtitle": str(segment),
        }  # fmt: skip
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def table_view(self, request: HttpRequest) -> HttpResponse:
        """从表格登记: paste or pick, look at what would become of each row, confirm."""
        self.require(request)
        title = "从表格登记号段"
        if request.method != "POST":
            return self._page(request, "table", title, form=TableForm())
        form = TableForm(request.POST, request.FILES)
        try:
            rows = read_rows(form)
        except TableUnreadable as unreadable:
            form.add_error(None, str(unreadable))
            return self._page(request, "table", title, form=form)
        by = acting_role(request)
        confirmed = request.POST.get("step") == "confirm"
        act = segment_table.register_all if confirmed else segment_table.examine
        lines = act(rows, province=by.organization, by=by)
        return self._page(
            request, "table_result" if confirmed else "table_preview", title,
            lines=lines, columns=COLUMNS, tally=tally(lines), text="\n".join("\t".join(line.cells) for line in lines),
        )  # fmt: skip

    def _page(self, request: HttpRequest, name: str, title: str, **context: Any) -> TemplateResponse:
        shown = {**site.each_context(request), "opts": self.opts, "title": title, **context}
        shown["list_url"] = reverse("admin:numbering_segment_changelist")
        return TemplateResponse(request, f"admin/numbering/segment/{name}.html", shown)


def with_counts(found: Any) -> list[Any]:
    """The segments with what is used of each, in one question."""
    rows = list(found)
    used = rollup.counts(rows)
    for row in rows:
        row.used = used[row.pk]
    return rows


def wanted_of(form: RegisterForm) -> Wanted:
    given = form.cleaned_data
    return Wanted(given["year"], Domain(given["domain"]), given["first"], given["last"])


def read_rows(form: TableForm) -> list[Row]:
    """The rows below the header, or all where there is none.

    Raises:
        TableUnreadable: nothing there, or not a table.
    """
    if not form.is_valid():
        raise TableUnreadable("表格没有读取，请按下面的提示修改")
    cells = read_table(form.cleaned_data["text"], form.cleaned_data["file"])
    below = under_header(cells, COLUMNS)
    if below == []:
        raise TableUnreadable("表头下面没有内容，请填写要登记的号段")
    return [_row(line) for line in (cells if below is None else below)]


def _row(cells: list[str]) -> Row:
    padded = (cells + [""] * len(COLUMNS))[: max(len(cells), len(COLUMNS))]
    if len(cells) > len(COLUMNS):
        return padded, None, f"应有 {len(COLUMNS)} 列（{'、'.join(COLUMNS)}），现有 {len(cells)} 列"
    form = from_row(cells)
    if form.is_valid():
        return padded, wanted_of(form), ""
    return padded, None, "；".join(str(words) for errors in form.errors.values() for words in errors)


def tally(lines: list[Line]) -> dict[str, int]:
    """How many rows there are of each fate, and how many numbers the good ones have."""
    found = {fate.value: sum(line.fate is fate for line in lines) for fate in Fate}
    return found | {"numbers": sum(line.size for line in lines if line.fate is Fate.GOOD)}
