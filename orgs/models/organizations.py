"""The organisation tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from mptt.models import TreeForeignKey

from orgs.kinds import COMMITTEES, MAX_LEVELS, Kind
from orgs.tree import CHILD_SLICES, SparseNode, SparseTreeManager, SparseTreeQuerySet

if TYPE_CHECKING:
    from orgs.models.people import Role


class OrganizationQuerySet(SparseTreeQuerySet):
    def visible_to(self, role: Role) -> Self:
        """The role's own organisation and everything below it."""
        return self.under(role.organization)

    def under(self, organization: Organization) -> Self:
        """This organisation and everything below it."""
        return self.filter(path__startswith=organization.path)

    def ancestors_of(self, organization: Organization) -> Self:
        """From the root down to and including this organisation; by path, since `get_ancestors` costs 150 times more."""
        return self.filter(pk__in=organization.path_ids).order_by("depth")

    def active(self) -> Self:
        return self.filter(deactivated_at=None)


class Organization(SparseNode):
    """One 团组织. Created, renamed, moved and deactivated only through `orgs.services.organizations`."""

    parent = TreeForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="children",
        verbose_name="上级组织",
    )
    kind = models.CharField("类型", max_length=20, choices=Kind)
    name = models.CharField("全称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    industry = models.CharField("单位行业", max_length=40, blank=True)
    province_code = models.CharField("省级代码", max_length=2)
    path = models.CharField("路径", max_length=220, editable=False, db_collation="C")
    sort_key = models.CharField("排序", max_length=400, editable=False, db_collation="C")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    deactivated_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = SparseTreeManager.from_queryset(OrganizationQuerySet)()

    class MPTTMeta:
        level_attr = "depth"

    class Meta:
        verbose_name = verbose_name_plural = "组织"
        indexes = [
            models.Index(fields=["parent", "sort_key", "id"], name="organization_children"),
            # Collated "C", so that the prefix search of `under` uses it. Not unique: then an UPDATE of the path, which says the
            # id anyway, would lock out everyone who writes a foreign key to the organisation.
            models.Index(fields=["path"], name="organization_path"),
            CHILD_SLICES,
            models.Index(fields=["kind", "-id"], name="organization_kind_newest"),
            models.Index(
                fields=["-id"], name="organization_closed", condition=Q(deactivated_at__isnull=False)
            ),
            # Part of a name, or initials: the pieces are made by a function of ours (migration 0010).
            GinIndex(
                Func(F("name"), F("short_name"), F("sort_key"), function="orgs_search_pieces"),
                name="organization_search",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["depth"], condition=Q(parent=None), name="organization_one_root",
                                    violation_error_message="一个系统只服务一个省，省级组织已经建立。"),
            models.CheckConstraint(condition=Q(depth__lt=MAX_LEVELS), name="organization_ten_levels"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="organization_kind"),
            models.UniqueConstraint(fields=["parent", "name"], condition=Q(deactivated_at=None), name="organization_name",
                                    violation_error_message="同一上级组织下已有同名组织。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def path_ids(self) -> list[int]:
        """Ids from the root down to this organisation."""
        return [int(part) for part in self.path.strip("/").split("/") if part]

    def is_at_or_below(self, other: Organization) -> bool:
        return self.path.startswith(other.path)

    @property
    def is_committee(self) -> bool:
        """团委, 团工委 or 领导机关: those that review."""
        return self.kind in COMMITTEES

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None
