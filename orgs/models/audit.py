"""Who did what: append-only, refused by the database to be changed, sealed in a chain."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from orgs.models.organizations import Organization
from orgs.models.people import Role, User


class AuditEvent(models.Model):
    """One act. States and field names, never values; a note may name organisations, never people. Written in the transaction of the change."""

    at = models.DateTimeField("时间", auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="用户")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="+", verbose_name="身份")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="+", verbose_name="所涉组织"
    )
    verb = models.CharField("动作", max_length=40)
    subject = models.CharField("对象", max_length=80)
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20, blank=True)
    fields = ArrayField(models.CharField(max_length=40), verbose_name="字段", default=list)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            models.Index(fields=["user", "-id"], name="audit_user"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    def canonical(self) -> dict[str, Any]:
        """Everything the seal vouches for."""
        return {
            "id": self.pk,
            "at": self.at.isoformat(),
            "user": self.user_id,
            "role": self.role_id,
            "organization": self.organization_id,
            "verb": self.verb,
            "subject": self.subject,
            "from": self.from_state,
            "to": self.to_state,
            "fields": self.fields,
            "note": self.note,
        }


class AuditSeal(models.Model):
    """Vouches for the events numbered `first`…`last`, and through `previous` for all before.

    Opened over a range; a beat later given a horizon (the next transaction id); closed with a hash once every transaction below
    that horizon has ended, so that no event can still appear inside, and no writer ever waits for the sealing.
    """

    first = models.BigIntegerField("首条")
    last = models.BigIntegerField("末条")
    horizon = models.BigIntegerField("事务界限")
    count = models.BigIntegerField("条数", default=0)
    hash = models.BinaryField("摘要", null=True)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="next", verbose_name="前一封"
    )
    opened_at = models.DateTimeField("开启时间", auto_now_add=True)
    closed_at = models.DateTimeField("封存时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class Heartbeat(models.Model):
    """A sign of life of a background process."""

    name = models.CharField("进程", max_length=40, primary_key=True)
    at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "心跳"

    def __str__(self) -> str:
        return self.name
