"""占用: who holds which 发展团员编号."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from numbering.rules import LONGEST
from orgs.models import Located, LocatedQuerySet, scope_indexes


class Holding(Located):
    """One number held by one person. It knows the holder's name itself, so “taken by whom” needs nothing above this app.

    A released holding stays as history; among the others a number stands once.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", "预占"
        HELD = "held", "已占用"
        RELEASED = "released", "已释放"

    number = models.CharField("发展团员编号", max_length=LONGEST, db_collation="C")
    value = models.BigIntegerField("数值", null=True, help_text="12 位编号的数值，用于号段")
    holder = models.CharField("团员姓名", max_length=50)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RESERVED)
    created_at = models.DateTimeField("占用时间", auto_now_add=True)
    ended_at = models.DateTimeField("释放时间", null=True, blank=True)

    objects = LocatedQuerySet["Holding"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "编号占用"
        indexes: ClassVar = [
            *scope_indexes("holding"),
            models.Index(fields=["value"], name="holding_value", condition=~Q(state="released")),
            models.Index(fields=["number"], name="holding_number"),
            models.Index(fields=["state", "-id"], name="holding_unsettled", condition=~Q(state="held")),
            models.Index(fields=["holder"], name="holding_holder"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(state="released"), name="holding_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "held", "released"]), name="holding_state"
            ),
            models.CheckConstraint(
                condition=Q(state="released", ended_at__isnull=False)
                | (~Q(state="released") & Q(ended_at=None)),
                name="holding_end",
            ),
        ]

    def __str__(self) -> str:
        return self.number
