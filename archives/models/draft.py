"""A form somebody has not finished: kept on the server while they type."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from django.db import models

from archives.models.upload import Upload
from members.choices import Variant
from orgs.models import Located, LocatedQuerySet, Role, User, new_uuid, scope_indexes
from zhtj.lib.sealing import SealedField, open_sealed, seal


class DraftQuerySet(LocatedQuerySet["Draft"]):
    def of_person(self, role: Role) -> Self:
        """What this person left unfinished in this role's organisation: drafts are nobody else's business."""
        return self.filter(user=role.user, kept_by=role.organization)


class Draft(Located):
    """`organization` is the one entered into; `kept_by` the one that enters. `key` is the form's own: the entry it becomes takes it over."""

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    key = models.UUIDField("提交标识", unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    kept_by = models.ForeignKey(
        "orgs.Organization", models.PROTECT, related_name="+", verbose_name="录入组织"
    )
    variant = models.CharField("表", max_length=1, choices=Variant)
    data = SealedField("内容")
    upload = models.ForeignKey(
        Upload, models.SET_NULL, null=True, blank=True, related_name="drafts", verbose_name="文件"
    )
    created_at = models.DateTimeField("开始时间", auto_now_add=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        indexes: ClassVar = [
            *scope_indexes("draft"),
            models.Index(fields=["user", "kept_by", "-saved_at"], name="draft_of_person"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def keep(self, values: dict[str, Any]) -> None:
        """Seal the typed values, as one value, into this row."""
        self.data = seal(self.uuid, "archives.Draft.data", json.dumps(values, ensure_ascii=False))

    def values(self) -> dict[str, Any]:
        """What was typed."""
        kept: dict[str, Any] = json.loads(open_sealed(self.uuid, "archives.Draft.data", self.data) or "{}")
        return kept
