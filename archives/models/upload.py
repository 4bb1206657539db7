"""The bytes of one uploaded file, before and beside any member."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from orgs.models import Located, LocatedQuerySet, Role, User, new_uuid, scope_indexes


class UploadQuerySet(LocatedQuerySet["Upload"]):
    def at_hand(self, role: Role) -> Self:
        """What a form of this role may carry: their own files, and those their organisation brought forward for a taken number."""
        if not role.is_administrator:  # 团干部本人 of the same organisation fills in no form
            return self.none()
        claimed = Q(claims__dispute__filed_for=role.organization_id)
        return self.visible_to(role).filter(Q(uploader=role.user) | claimed).distinct()


class Upload(Located):
    """A file on disk and what the inspection found. Stored in its own transaction before any form is validated."""

    class State(models.TextChoices):
        CHECKING = "checking", "检查中"
        USABLE = "usable", "可用"
        UNUSABLE = "unusable", "不可用"
        BY_HAND = "by_hand", "待人工检查"

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    uploader = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    name = models.CharField("文件名", max_length=120)  # as `file_names.safe` gives it: no ID number
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKING)
    reason = models.CharField("原因", max_length=40, blank=True)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    warnings = models.JSONField("提示", default=list)
    findings = models.JSONField("审核提示", default=dict, help_text="空白页、横向页、分辨率等；只供参考")
    attempts = models.PositiveSmallIntegerField("检查次数", default=0)
    lease_until = models.DateTimeField("检查期限", null=True, blank=True)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上传文件"
        indexes: ClassVar = [
            *scope_indexes("upload"),
            models.Index(fields=["lease_until"], name="upload_checking", condition=Q(state="checking")),
            models.Index(fields=["sha256"], name="upload_sha256"),
            models.Index(fields=["state", "-id"], name="upload_not_usable", condition=~Q(state="usable")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "usable", "unusable", "by_hand"]), name="upload_state"
            ),
            models.CheckConstraint(
                condition=Q(state="unusable") | Q(reason="") | Q(state="by_hand"), name="upload_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def relative_path(self) -> str:
        """Inside the archive folder; made from the uuid, never from what the person called the file."""
        return f"{self.uuid.hex[:2]}/{self.uuid.hex}.pdf"

    @property
    def path(self) -> Path:
        return Path(settings.ARCHIVE_DIR) / self.relative_path
