"""What an applicant's organisation brings forward for a number that is taken (指引 3.7)."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from archives.models.upload import Upload
from members.choices import Variant
from numbering.models import Dispute
from orgs.models import new_uuid
from zhtj.lib.sealing import SealedField, open_sealed, seal


class Claim(models.Model):
    """The filled form and the 入团志愿书, kept with the dispute whatever becomes of drafts: any colleague can go on from it.

    `key` is the form's own; the entry it becomes in the end takes it over.
    """

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    dispute = models.OneToOneField(Dispute, models.PROTECT, related_name="claim", verbose_name="编号占用核实")
    key = models.UUIDField("提交标识", db_index=True, editable=False)
    variant = models.CharField("表", max_length=1, choices=Variant)
    data = SealedField("内容")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="claims", verbose_name="入团志愿书")

    class Meta:
        verbose_name = verbose_name_plural = "编号占用核实材料"

    def __str__(self) -> str:
        return str(self.uuid)

    def keep(self, values: dict[str, Any]) -> None:
        """Seal the typed values, as one value, into this row."""
        self.data = seal(self.uuid, "archives.Claim.data", json.dumps(values, ensure_ascii=False))

    def values(self) -> dict[str, Any]:
        """What was typed."""
        kept: dict[str, Any] = json.loads(open_sealed(self.uuid, "archives.Claim.data", self.data) or "{}")
        return kept
