"""One 入团志愿书 of one member and its review."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from archives.models.upload import Upload
from members.models import Member
from orgs.models import Located, LocatedQuerySet, Notice, Organization, Role, User, new_uuid, scope_indexes
from orgs.policy import reviewer_of


class ArchiveQuerySet(LocatedQuerySet["Archive"]):
    def waiting_for(self, organization: Organization) -> Self:
        """The queue of a committee, oldest first."""
        return self.filter(reviewer=organization, state=Archive.State.WAITING).order_by("submitted_at", "pk")

    def following(self, archive: Archive) -> Self:
        """Submitted after this one."""
        return self.filter(_after(archive))

    def preceding(self, archive: Archive) -> Self:
        """Submitted before this one, the nearest first."""
        return self.exclude(_after(archive)).exclude(pk=archive.pk).order_by("-submitted_at", "-pk")

    def with_history(self) -> Self:
        """Each row with `again`: whether an earlier file of the member was submitted (and refused)."""
        return self.annotate(
            again=Exists(Archive.objects.filter(member=OuterRef("member"), pk__lt=OuterRef("pk")))
        )

    def latest_of_member(self) -> Self:
        """Without those that a later file of the same member followed."""
        return self.exclude(Exists(Archive.objects.filter(member=OuterRef("member"), pk__gt=OuterRef("pk"))))

    def open(self) -> Self:
        return self.filter(state__in=[Archive.State.CHECKING, Archive.State.WAITING])


def _after(archive: Archive) -> Q:
    # Said twice, so that the index on submitted_at is entered at the right place.
    return Q(submitted_at__gte=archive.submitted_at) & (
        Q(submitted_at__gt=archive.submitted_at) | Q(pk__gt=archive.pk)
    )


class Archive(Located):
    """One submitted file of one member. `reviewer` is stored, so that a queue is one indexed read, and rewritten when the tree changes."""

    class State(models.TextChoices):
        CHECKING = "checking", "待检查"
        WAITING = "waiting", "待审核"
        APPROVED = "approved", "通过"
        REFUSED = "refused", "未通过"
        REPLACED = "replaced", "已替换"
        WITHDRAWN = "withdrawn", "已撤回"

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="archives", verbose_name="团员")
    upload = models.OneToOneField(Upload, models.PROTECT, related_name="archive", verbose_name="文件")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKING)
    round = models.PositiveSmallIntegerField(
        "轮次", default=1, help_text="审核期间数据有修改的，重新开始一轮"
    )
    reviewer = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核组织"
    )
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    submitted_as = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="提交身份")
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_sha256 = models.CharField("审核时文件摘要", max_length=64, blank=True)
    reason = models.CharField("原因", max_length=500, blank=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入团志愿书"
        indexes: ClassVar = [
            *scope_indexes("archive"),
            models.Index(
                fields=["reviewer", "submitted_at", "id"], name="archive_queue", condition=Q(state="waiting")
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member"], condition=Q(state="approved"), name="archive_one_in_force"),
            models.UniqueConstraint(fields=["member"], condition=Q(state__in=["checking", "waiting"]), name="archive_one_open",
                                    violation_error_message="该团员已有一份入团志愿书正在审核。"),
            models.CheckConstraint(condition=Q(state__in=["checking", "waiting", "approved", "refused", "replaced", "withdrawn"]), name="archive_state"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="archive_refusal_has_reason"),
            # A decision is whole: by whom, when and on which bytes; an open one has none of them. (By the inspection: nobody, but a time.)
            models.CheckConstraint(
                condition=Q(state__in=["checking", "waiting"], decided_by=None, decided_at=None)
                | Q(state__in=["approved", "refused", "replaced", "withdrawn"], decided_at__isnull=False),
                name="archive_decision_whole",
            ),
            models.CheckConstraint(condition=Q(state="checking") | Q(reviewer__isnull=False) | Q(decided_at__isnull=False), name="archive_has_reviewer"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name}的入团志愿书"

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """The tree changed: what waits below `organization` goes to whoever reviews it now."""
        waiting = (
            cls.objects.under(organization)
            .open()
            .select_related("submitted_as__organization", "submitted_by")
        )
        for archive in waiting:
            reviewer = reviewer_of(archive.submitted_as.organization, author=archive.submitted_by)
            cls.objects.filter(pk=archive.pk).update(reviewer=reviewer)
            if reviewer:
                Notice.objects.open_todos().filter(subject=f"archive:{archive.pk}").update(
                    organization=reviewer
                )
