"""省级管理: the province's desk in Django's admin. Entered by role, read like any list, written only through services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.debug import sensitive_post_parameters

from orgs import deeds, policy
from orgs.access import ActingRequest, acting
from orgs.deeds import Deed
from orgs.models import Role
from orgs.policy import Act

GROUPS = (
    "组织",
    "用户与身份",
    "字典",
    "号段",
    "登记备案",
    "编号占用核实",
    "团员",
    "档案",
    "后台任务",
    "设置",
    "审计",
)
"""The index from top to bottom; every registered admin says which it belongs to."""
OWN_PAGES = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site"})
"""Pages of Django's that we have ourselves, under the rules of every other login."""


class ProvinceSite(admin.AdminSite):
    """Open to whoever has a duty at the province; which part, each admin says. The rights come from the role, not from flags of the account."""

    site_title = "智慧团建"
    site_header = "智慧团建 省级管理"
    index_title = "省级管理"

    def has_permission(self, request: HttpRequest) -> bool:
        role: Role | None = getattr(request, "role", None)
        return role is not None and not role.user.must_change_password and policy.grants(role, Act.DESK)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Sign-in, password and role as on all pages; without the right, our page that names it."""
        shown = super().admin_view(view, cacheable)

        @acting
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            role = acting_role(request)
            policy.require(role, Act.DESK, role.organization)
            return cast(HttpResponse, shown(request, *args, **kwargs))

        return guarded

    def get_urls(self) -> list[Any]:
        return [one for one in super().get_urls() if getattr(one, "name", None) not in OWN_PAGES]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By subject rather than by app."""
        grouped: dict[str, dict[str, Any]] = {}
        for app in super().get_app_list(request, app_label):
            for model in app["models"]:
                title = self._registry[model["model"]].group  # type: ignore[attr-defined]
                grouped.setdefault(title, {**app, "name": title, "models": []})["models"].append(model)
        return [grouped[title] for title in GROUPS if title in grouped]


site = ProvinceSite(name="admin")


def acting_role(request: HttpRequest) -> Role:
    """The role of a request that came past the guard of the site."""
    return cast(ActingRequest, request).role


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages: a table of millions is counted in as many rows as this. What lies beyond is searched for."""

    LIMIT = 10_000

    @cached_property
    def count(self) -> int:
        return int(self.object_list[: self.LIMIT].count())  # type: ignore[attr-defined]


class ProvinceModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list and a page to look at. What may be written is switched on by a subclass, which hands it to a service.

    Nothing is deleted here, nothing is saved by the admin itself, and Django's own log is not kept: the services write the audit.
    """

    group = ""
    act = Act.ADMINISTER
    """Whoever may do this may open these pages; nobody else sees them named."""
    refusals: tuple[type[Exception], ...] = ()
    """What the services of this admin raise with words for the person, when somebody else was faster than the form."""
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    actions = ()
    deeds: tuple[Deed, ...] = ()
    change_form_template = "admin/row.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return policy.grants(acting_role(request), self.act)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return policy.grants(acting_role(request), self.act)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By the filters on the page and nothing else: from `?password__startswith=` a hash could be read letter by letter."""
        columns = {one for one in self.list_filter if isinstance(one, str)}
        others: list[Any] = [one for one in self.list_filter if not isinstance(one, str)]
        named = {name for one in others for name in getattr(one, "names", None) or [one.parameter_name]}
        known = lookup in named or lookup.split("__")[0] in columns
        return known and (request is None or super().lookup_allowed(lookup, value, request))

    def get_urls(self) -> list[URLPattern]:
        """List, form and page: no address that deletes. And a page for each deed."""
        kept = ("_changelist", "_add", "_change")
        pages = [
            path(
                f"<path:object_id>/{deed.name}/", site.admin_view(self.deed_view), {"deed": deed}, name=self.deed_name(deed)
            )
            for deed in self.deeds
        ]  # fmt: skip
        return pages + [one for one in super().get_urls() if one.name and one.name.endswith(kept)]

    def deed_name(self, deed: Deed) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{deed.name}"

    @method_decorator(sensitive_post_parameters())
    def deed_view(self, request: HttpRequest, object_id: str, deed: Deed) -> HttpResponse:
        """The form, what it would do, and after another look the deed."""
        self.require(request)
        row = self.get_object(request, object_id)
        return deeds.answer(self, request, row, deed)

    def require(self, request: HttpRequest) -> Role:
        """Insist on the right to these pages, in words. For every view that is not Django's own."""
        role = acting_role(request)
        policy.require(role, self.act, role.organization)
        return role

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one row, with what can be done to it."""
        context = extra_context or {}
        if self.deeds:
            role, row = self.require(request), self.get_object(request, object_id)
            context["deeds"] = deeds.offered(self, row, role)
        return super().change_view(request, object_id, form_url, context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What belongs to another duty is named, without a link that would only be refused."""
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return found
        return [
            (title, {**options, "fields": [self._named(one, request) for one in options["fields"]]})
            for title, options in found
        ]

    def _named(self, name: Any, request: HttpRequest) -> Any:
        column = next(
            (one for one in self.opts.concrete_fields if one.name == name and one.is_relation), None
        )
        other = self.admin_site._registry.get(column.related_model) if column else None  # type: ignore[arg-type]
        if column is None or other is None or other.has_view_permission(request):
            return name

        @admin.display(description=column.verbose_name)
        def named(row: Any) -> Any:
            return getattr(row, column.name)

        return named

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"title": self.opts.verbose_name_plural, **(extra_context or {})}
        return self._told(request, lambda: super(ProvinceModelAdmin, self).changelist_view(request, context))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return self._told(
            request, lambda: super(ProvinceModelAdmin, self).changeform_view(request, *args, **kwargs)
        )

    def _told(self, request: HttpRequest, answer: Callable[[], Any]) -> Any:
        self.require(request)
        try:
            return answer()
        except self.refusals as refused:
            messages.error(request, str(refused))
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        raise NotImplementedError("what the province writes goes through a service")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written the audit."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service has written the audit."""


class RowList(ProvinceModelAdmin):
    """Newest first, however many rows there are; found by what an index answers; the page of one shows the columns that are named."""

    paginator = BoundedPaginator
    ordering = ("-pk",)
    sortable_by = ()
    shown: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Never all of the model: a sealed column is not for reading."""
        return self.shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (self.find(queryset, term) if term else queryset), False

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        """The rows that the words in the search box mean."""
        return rows
