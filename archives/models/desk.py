"""What a reviewer's desk remembers: stock reasons, and which pages were looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast
from django.utils import timezone

from archives.models.archive import Archive
from orgs.models import Organization, User


class StockReason(models.Model):
    """A reason for 不通过 that a committee uses again and again."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="审核组织")
    text = models.CharField("原因", max_length=200)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "常用原因"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "text"], name="stock_reason_once")
        ]

    def __str__(self) -> str:
        return self.text


class LookQuerySet(models.QuerySet["Look"]):
    def remember(self, user: User, archive: Archive, page: int) -> None:
        """This page was opened beside the data of this round. Pages come in parallel: each is added in one UPDATE, so that none is lost."""
        look, _ = self.get_or_create(user=user, archive=archive, round=archive.round)
        number = Cast(Value(page), models.PositiveSmallIntegerField())
        self.filter(pk=look.pk).exclude(pages__contains=[page]).update(
            pages=Func(F("pages"), number, function="array_append"), at=timezone.now()
        )

    def whole(self, user: User, archives: Iterable[Archive]) -> set[tuple[int, int]]:
        """Of which of these files, and beside the data of which round, this person opened every page: (pk, round)."""
        pages = {one.pk: set(range(1, one.upload.pages + 1)) for one in archives if one.upload.pages}
        opened = self.filter(user=user, archive__in=pages).values_list("archive", "round", "pages")
        return {(pk, round) for pk, round, seen in opened if pages[pk] <= set(seen)}


class Look(models.Model):
    """Which pages of a file a reviewer has opened beside which data: several are passed at once only when each was looked at as it is.

    A file never changes, its data do, and then a new round begins: what was opened before it was compared with other data.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="审核人")
    archive = models.ForeignKey(Archive, models.CASCADE, related_name="+", verbose_name="入团志愿书")
    round = models.PositiveSmallIntegerField("轮次")
    pages = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name="看过的页")
    at = models.DateTimeField("最近一次", auto_now=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审核时看过的页"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "archive", "round"], name="look_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.archive_id}:{self.round}"
