"""A person's history with values: who changed what from what to what."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from members.models.member import Member
from orgs.models import Role, User, new_uuid
from zhtj.lib.sealing import SealedField, open_sealed, seal


class Change(models.Model):
    """One field of one person, changed once. Both values are sealed, whatever the field: one rule, and nothing to forget."""

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="changes", verbose_name="团员")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="修改人")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="身份")
    at = models.DateTimeField("时间", auto_now_add=True)
    field = models.CharField("字段", max_length=40)
    old = SealedField("原值")
    new = SealedField("新值")

    class Meta:
        verbose_name = verbose_name_plural = "变更记录"
        indexes: ClassVar = [models.Index(fields=["member", "-id"], name="change_member")]

    def __str__(self) -> str:
        return self.field

    def keep(self, old: str, new: str) -> None:
        """Seal both values into this row, before it is saved."""
        self.old = seal(self.uuid, "members.Change.old", old)
        self.new = seal(self.uuid, "members.Change.new", new)

    def opened(self) -> tuple[str, str]:
        """(old, new) as plain text; whoever shows ID numbers, phones or addresses of it masks them."""
        return (
            open_sealed(self.uuid, "members.Change.old", self.old),
            open_sealed(self.uuid, "members.Change.new", self.new),
        )
