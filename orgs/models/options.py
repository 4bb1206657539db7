"""Dictionaries that provincial staff edit: 具体职业, 任现职方式, 在岗状态 …"""

from __future__ import annotations

from typing import Self

from django.db import models


class OptionQuerySet(models.QuerySet["Option"]):
    def in_group(self, group: str) -> Self:
        return self.filter(group=group)

    def label(self, group: str, code: str) -> str:
        """The words for a stored code, also of an entry that was switched off since; an unknown code stays as it is."""
        return self.in_group(group).filter(code=code).values_list("label", flat=True).first() or code


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
