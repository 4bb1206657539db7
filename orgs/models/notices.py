"""操作中心: what an organisation's administrators have to do, and what became of what they submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse

from orgs.models.organizations import Organization
from orgs.models.people import User

if TYPE_CHECKING:
    from orgs.models.people import Role


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, role: Role) -> Self:
        """Addressed to exactly the role's organisation: notices do not travel up or down."""
        return self.filter(organization=role.organization) if role.is_administrator else self.none()

    def unread_by(self, user: User) -> Self:
        return self.exclude(Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))

    def with_unread(self, user: User) -> Self:
        """Each row with `unread`, for this person."""
        return self.annotate(unread=~Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))

    def open(self) -> Self:
        """Without the to-dos that somebody has done."""
        return self.exclude(sort=Notice.Sort.TODO, done_at__isnull=False)

    def open_todos(self) -> Self:
        return self.filter(sort=Notice.Sort.TODO, done_at=None)


class Notice(models.Model):
    """Written in the transaction of what it reports. Links to pages of other apps by URL name only."""

    class Sort(models.TextChoices):
        TODO = "todo", "待我处理"
        RESULT = "result", "我提交的"
        NEWS = "news", "通知"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="notices", verbose_name="组织"
    )
    sort = models.CharField("类别", max_length=10, choices=Sort)
    kind = models.CharField("事项", max_length=40)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    subject = models.CharField("对象", max_length=80, help_text="如 archive:12，用于在处理后关闭待办")
    link = models.CharField("页面", max_length=60, blank=True)
    link_args = models.JSONField("页面参数", default=list)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    done_at = models.DateTimeField("处理时间", null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作中心事项"
        indexes = [
            models.Index(fields=["organization", "-id"], name="notice_inbox"),
            models.Index(fields=["subject"], name="notice_subject", condition=Q(done_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject", "kind"],
                condition=Q(sort="todo", done_at=None),
                name="notice_one_open_todo",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        """Where the matter is dealt with; empty when that page does not exist."""
        args: list[Any] = self.link_args
        try:
            return reverse(self.link, args=args) if self.link else ""
        except NoReverseMatch:
            return ""


class NoticeRead(models.Model):
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "已读"
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}"
