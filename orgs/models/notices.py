"""操作中心: what an organisation's administrators have to do, and what became of what they submitted; what a cadre is told in person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import models
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q
from django.urls import NoReverseMatch, reverse

from orgs.models.organizations import Organization
from orgs.models.people import Duty, User

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models.people import Role


KINDS = (
    "待审核", "审核结果", "档案替换", "编号占用核实", "编号发放", "号段", "编号登记备案", "导出", "任职", "职务调整", "档案核验", "组织管理", "管理员", "信息更正",
)  # fmt: skip
"""What matters are about: the words shown and filtered by."""


class Tally(NamedTuple):
    waiting: int
    unread: int


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, role: Role) -> Self:
        """Addressed to exactly the role's organisation, or to a cadre in person: notices do not travel up or down, nor to colleagues."""
        if role.duty == Duty.CADRE:
            return self.filter(person=role.user_id)
        own = self.filter(organization=role.organization, person=None)
        return own if role.is_administrator else self.none()

    def unread_by(self, user: User) -> Self:
        return self.exclude(Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))

    def with_unread(self, user: User) -> Self:
        """Each row with `unread`, for this person."""
        return self.annotate(unread=~Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))

    def open(self) -> Self:
        """Without the to-dos that somebody has done; nothing else is ever done."""
        return self.filter(done_at=None)

    def open_todos(self) -> Self:
        return self.filter(sort=Notice.Sort.TODO, done_at=None)

    def tally(self, user: User) -> dict[str, Tally]:
        """What is open and what is unread, by kind, in one query: every page asks for it."""
        counted = (
            self.open()
            .annotate(seen=FilteredRelation("reads", condition=Q(reads__user=user)))  # at most one a row
            .values_list("kind")
            .annotate(
                todo=Count("pk", filter=Q(sort=Notice.Sort.TODO)), unseen=Count("pk", filter=Q(seen=None))
            )
            .order_by()
        )
        return {kind: Tally(waiting, unread) for kind, waiting, unread in counted}

    def over_since(self, moment: datetime) -> Self:
        """Results and news from before `moment`, and to-dos done before; one that still waits is never over."""
        told = ~Q(sort=Notice.Sort.TODO) & Q(created_at__lt=moment)
        return self.filter(told | Q(sort=Notice.Sort.TODO, done_at__lt=moment))


class Notice(models.Model):
    """Written in the transaction of what it reports. Links to pages of other apps by URL name only."""

    class Sort(models.TextChoices):
        TODO = "todo", "待我处理"
        RESULT = "result", "我提交的"
        NEWS = "news", "通知"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="notices", verbose_name="组织"
    )
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="本人",
        help_text="只发给团干部本人的；为空的发给组织的管理员",
    )  # fmt: skip
    sort = models.CharField("类别", max_length=10, choices=Sort)
    kind = models.CharField("事项", max_length=40)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    subject = models.CharField("对象", max_length=80, help_text="如 archive:12，用于在处理后关闭待办")
    link = models.CharField("页面", max_length=60, blank=True)
    link_args = models.JSONField("页面参数", default=list)
    action = models.CharField("操作", max_length=10, blank=True, help_text="按钮上的字，如 继续录入、下载")
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
            models.Index(fields=["person", "-id"], name="notice_person", condition=~Q(person=None)),
            models.Index(fields=["subject"], name="notice_subject", condition=Q(done_at=None)),
            models.Index(
                fields=["organization", "sort", "kind"], name="notice_waiting", condition=Q(done_at=None)
            ),
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
    def verb(self) -> str:
        """The word on the button: what to do with it, as long as there is something to do."""
        if self.sort == self.Sort.TODO:
            return "查看" if self.done_at else self.action or "去处理"
        return self.action or "查看"

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
