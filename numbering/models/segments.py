"""号段: runs of numbers handed down the tree, and how much of each is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, IntegerRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Count, F, Func, Q, Value
from django.db.models.functions import Cast

from numbering.domains import Domain
from orgs.models import Located, LocatedQuerySet, Organization, scope_indexes

if TYPE_CHECKING:
    from django.db.backends.postgresql.psycopg_any import NumericRange  # type: ignore[import-untyped]

YEAR_STEP = 100_000_000
"""A number is year × this + province and serial."""
YEAR = Cast("year", models.BigIntegerField())


class SegmentQuerySet(LocatedQuerySet["Segment"]):
    def containing(self, value: int) -> Self:
        """The chain a number lies in, the province's first, its owner's last."""
        return self.filter(span__contains=value).order_by("depth")

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)


class Segment(Located):
    """A run of numbers of one year and domain owned by `organization`, cut out of `parent`'s (the province's have none).

    Written only by `numbering.services.segments`. `span` is half-open; `depth` is the length of the hand-down chain above.
    """

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="pieces", verbose_name="上级号段"
    )
    year = models.PositiveSmallIntegerField("年度")
    domain = models.CharField("领域", max_length=12, choices=Domain)
    span = BigIntegerRangeField("号段")
    depth = models.PositiveSmallIntegerField("层级")
    created_at = models.DateTimeField("下发时间", auto_now_add=True)

    objects = SegmentQuerySet.as_manager()
    settled_on = ("segments", "号段管理")

    class Meta:
        verbose_name = verbose_name_plural = "号段"
        indexes: ClassVar = [
            *scope_indexes("segment"),
            models.Index(fields=["organization", "year", "domain"], name="segment_of_owner"),
            GistIndex(fields=["span"], name="segment_span"),
            models.Index(fields=["-year", "span", "depth", "-id"], name="segment_in_order"),
        ]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="segment_no_overlap",
                expressions=[
                    (
                        Func(
                            F("depth"),
                            F("depth"),
                            Value("[]"),
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(depth=0, parent=None) | Q(depth__gt=0, parent__isnull=False), name="segment_chain"
            ),
            # A missing bound would be NULL in the comparison below, which is not false.
            models.CheckConstraint(
                condition=Q(span__lower_inf=False, span__upper_inf=False), name="segment_bounded"
            ),
            # Not empty, and every number of it is of the segment's year.
            models.CheckConstraint(
                condition=Q(span__startswith__gte=YEAR * YEAR_STEP)
                & Q(span__endswith__lte=(YEAR + 1) * YEAR_STEP)
                & Q(span__isempty=False),
                name="segment_of_one_year",
            ),
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="segment_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"

    @property
    def first(self) -> int:
        span: NumericRange = self.span
        return int(span.lower)

    @property
    def last(self) -> int:
        span: NumericRange = self.span
        return int(span.upper) - 1

    @property
    def size(self) -> int:
        """号段总数."""
        return self.last - self.first + 1

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """Its numbers would have no owner; the superior takes unused ones back first."""
        count = cls.objects.of(organization).count()
        return f"持有 {count} 个号段" if count else ""

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """Segments stay whose they are; those cut by somebody who is not above any more are still theirs to take back (指引 3.8)."""
        cut = cls.objects.under(organization).filter(parent__isnull=False)
        from_outside = cut.exclude(parent__organization__path__startswith=organization.path)
        counted = from_outside.values_list("parent__organization__name").annotate(Count("pk"))
        return [
            f"号段 {count} 个：仍归原来的组织使用，未使用的尾段由“{name}”收回"
            for name, count in counted.order_by("parent__organization__name")
        ]


class SegmentCount(models.Model):
    """Roll-up of one segment, its pieces included, but for the deltas not yet folded in (`numbering.rollup`)."""

    segment = models.OneToOneField(Segment, models.CASCADE, primary_key=True, related_name="count")
    held = models.IntegerField("已占用", default=0)
    reserved = models.IntegerField("审核中", default=0)
    issued = models.IntegerField("待录入", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "号段汇总"

    def __str__(self) -> str:
        return f"{self.segment_id}"


class Delta(models.Model):
    """One change of one number, appended in the transaction that makes it: no writer waits for another's counters."""

    value = models.BigIntegerField()
    held = models.SmallIntegerField(default=0)
    reserved = models.SmallIntegerField(default=0)
    issued = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "号段汇总增量"

    def __str__(self) -> str:
        return f"{self.value}"
