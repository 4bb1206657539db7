"""Long work: a row that is the truth, whatever becomes of the broker and the worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from orgs.models.organizations import Organization
from orgs.models.people import Role, new_uuid

if TYPE_CHECKING:
    from datetime import datetime


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, role: Role) -> Self:
        """Of exactly the role's organisation, so that a colleague may fetch the result."""
        return self.filter(organization=role.organization) if role.is_administrator else self.none()

    def idle(self, now: datetime) -> Self:
        """To be rung (again): waiting, or running without a live lease."""
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lt=now), state__in=[Job.State.QUEUED, Job.State.RUNNING]
        )


class Job(models.Model):
    """`params` never holds personal data. `lease_until` is renewed with every progress; a run that lost it is begun anew."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    kind = models.CharField("任务", max_length=40)
    title = models.CharField("标题", max_length=120)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="组织")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="发起身份")
    params = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    lease_until = models.DateTimeField("期限", null=True, blank=True)
    error = models.CharField("原因", max_length=200, blank=True)
    file_name = models.CharField("结果文件名", max_length=120, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        indexes: ClassVar = [
            models.Index(fields=["organization", "-id"], name="job_of_organization"),
            models.Index(
                fields=["lease_until"], name="job_open", condition=Q(state__in=["queued", "running"])
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | Q(state="done", finished_at__isnull=False)
                | Q(state="failed", finished_at__isnull=False) & ~Q(error=""),
                name="job_state",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def has_file(self) -> bool:
        """Whether the result can still be fetched: it is kept for JOB_FILE_DAYS."""
        return self.state == self.State.DONE and self.path.is_file()

    @property
    def kept_until(self) -> datetime | None:
        return self.finished_at + timedelta(days=settings.JOB_FILE_DAYS) if self.finished_at else None

    @property
    def path(self) -> Path:
        """Where the result lies; named by the uuid, never by what it is about."""
        return Path(settings.JOB_DIR) / f"{self.uuid.hex}.bin"
