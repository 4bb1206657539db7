"""Dictionaries that provincial staff edit: 具体职业, 任现职方式, 在岗状态 …"""

from __future__ import annotations

from typing import Self

from django.db import models


class OptionQuerySet(models.QuerySet["Option"]):
    def choices(self, group: str, *, keep: str = "") -> list[tuple[str, str]]:
        """(code, label) of a dictionary in its order; `keep` stays in although it was switched off since."""
        rows = self.filter(group=group).filter(models.Q(is_active=True) | models.Q(code=keep))
        return list(rows.values_list("code", "label"))

    def in_group(self, group: str) -> Self:
        return self.filter(group=group)


class Option(models.Model):
    """One entry of a dictionary. Switched off, never deleted: old records still name it."""

    group = models.CharField("字典", max_length=40)
    code = models.CharField("代码", max_length=40)
    label = models.CharField("名称", max_length=60)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("启用", default=True)

    objects = OptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "字典"
        ordering = ["group", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="option_code"),
            models.UniqueConstraint(fields=["group", "label"], name="option_label"),
        ]

    def __str__(self) -> str:
        return self.label
