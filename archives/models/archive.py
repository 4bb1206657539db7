"""One 入团志愿书 of one member and its review."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from archives.models import routing
from archives.models.upload import Upload
from members.models import Member
from orgs.models import (
    Located,
    LocatedQuerySet,
    Notice,
    Organization,
    Role,
    User,
    new_uuid,
    path_after_move,
    queue_lines,
    scope_indexes,
)


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
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements", verbose_name="替换的档案"
    )
    replace_reason = models.CharField("替换原因", max_length=500, blank=True)

    objects = ArchiveQuerySet.as_manager()
    settled_on = ("database", "电子数据库")

    class Meta:
        verbose_name = verbose_name_plural = "入团志愿书"
        indexes: ClassVar = [
            *scope_indexes("archive"),
            models.Index(
                fields=["reviewer", "submitted_at", "id"], name="archive_queue", condition=Q(state="waiting")
            ),
            models.Index(fields=["decided_by", "decided_at"], name="archive_decided"),
            # All but 通过 are few among millions.
            models.Index(fields=["state", "-id"], name="archive_unsettled", condition=~Q(state="approved")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member"], condition=Q(state="approved"), name="archive_one_in_force"),
            models.UniqueConstraint(fields=["member"], condition=Q(state__in=["checking", "waiting"]), name="archive_one_open",
                                    violation_error_message="该团员已有一份入团志愿书正在审核。"),
            models.CheckConstraint(condition=Q(state__in=["checking", "waiting", "approved", "refused", "replaced", "withdrawn"]), name="archive_state"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="archive_refusal_has_reason"),
            models.CheckConstraint(condition=Q(replaces=None, replace_reason="") | Q(replaces__isnull=False) & ~Q(replace_reason=""), name="archive_replacement_has_reason"),
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

    @property
    def is_replacement(self) -> bool:
        """Handed in for a file in force (指引 3.11): what becomes of it never touches the member."""
        return self.replaces_id is not None

    @property
    def matter(self) -> str:
        """What is submitted and decided on, in words."""
        return "档案替换" if self.is_replacement else "入团志愿书"

    def reviewer_now(self) -> Organization | None:
        """The committee that decides on this file as the tree stands now."""
        file = routing.Open(
            self.pk, self.reviewer_id, self.organization.path, self.submitted_as.organization.path, self.submitted_by_id, self.replaces_id,
        )  # fmt: skip
        return routing.reviewers([file])[0]

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """Open replacements (指引 3.11); a first file is open as long as its member is, who says so."""
        count = cls.objects.of(organization).open().filter(replaces__isnull=False).count()
        return f"{count} 件档案替换未办结" if count else ""

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """The tree changed: what waits below `organization` goes to whoever reviews it now."""
        cls._send_on(cls.objects.under(organization))

    @classmethod
    def after_staffing(cls, organization: Organization) -> None:
        """What waits here may have nobody any more; what waits above may have somebody here now."""
        above = organization.path_ids[:-1]
        cls._send_on(cls.objects.filter(reviewer=organization))
        cls._send_on(cls.objects.under(organization).filter(reviewer__in=above))

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """Open reviews, by what they are and from whose queue they go to whose."""
        files = routing.open_files(cls.objects.under(organization))
        after = routing.reviewers(files, lambda path: path_after_move(path, organization, to))
        before = Organization.objects.in_bulk({file.reviewer for file in files if file.reviewer})
        return queue_lines(
            ("档案替换审核" if file.replaces else "待审核", before.get(file.reviewer or 0), reviewer)
            for file, reviewer in zip(files, after, strict=True)
        )

    @classmethod
    def _send_on(cls, archives: ArchiveQuerySet) -> None:
        """Each to the queue it belongs in, its to-do with it: two statements for each reviewer who gets some."""
        files = routing.open_files(archives)
        for reviewer, ids in routing.changed(files, routing.reviewers(files)).items():
            cls.objects.filter(pk__in=ids).open().update(reviewer=reviewer)
            if reviewer:
                subjects = [f"archive:{pk}" for pk in ids]
                Notice.objects.open_todos().filter(subject__in=subjects).update(organization=reviewer)
