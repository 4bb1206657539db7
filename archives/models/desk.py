"""What a reviewer's desk remembers: stock reasons, and which pages were looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Cast
from django.utils import timezone

from archives.models.upload import Upload
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
    def remember(self, user: User, upload: Upload, page: int) -> None:
        """This page of these bytes was opened. Pages come in parallel: each is added in one UPDATE, so that none is lost."""
        look, _ = self.get_or_create(user=user, sha256=upload.sha256)
        number = Cast(Value(page), models.PositiveSmallIntegerField())
        self.filter(pk=look.pk).exclude(pages__contains=[page]).update(
            pages=Func(F("pages"), number, function="array_append"), at=timezone.now()
        )

    def whole(self, user: User, uploads: Iterable[Upload]) -> set[str]:
        """The sha256 of those of which this person opened every page."""
        pages = {upload.sha256: set(range(1, upload.pages + 1)) for upload in uploads if upload.pages}
        opened = self.filter(user=user, sha256__in=pages).values_list("sha256", "pages")
        return {sha256 for sha256, seen in opened if pages[sha256] <= set(seen)}


class Look(models.Model):
    """Which pages of which bytes a reviewer has opened: several files are passed at once only when each was looked at."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="审核人")
    sha256 = models.CharField("文件摘要", max_length=64)
    pages = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name="看过的页")
    at = models.DateTimeField("最近一次", auto_now=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审核时看过的页"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "sha256"], name="look_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.sha256[:8]}"
