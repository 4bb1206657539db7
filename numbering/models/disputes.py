"""编号占用核实: somebody else holds the number an applicant was given (指引 3.7)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from numbering.models.holdings import Holding
from numbering.models.sealed import SealedPerson
from orgs.models import LocatedQuerySet, Organization, Role, User, scope_indexes


class DisputeQuerySet(LocatedQuerySet["Dispute"]):
    def concerning(self, role: Role) -> Self:
        """Those in which the role's own organisation is applicant, occupant or judge: nobody else reads them."""
        own = role.organization_id
        sides = Q(filed_for=own) | Q(organization=own) | Q(occupant_organization=own) | Q(judge=own)
        return self.filter(sides) if role.is_administrator else self.none()

    def open(self) -> Self:
        return self.filter(state=Dispute.State.OPEN)


class Dispute(SealedPerson):
    """`organization` is the one the applicant would be entered into, `filed_for` the one whose administrator filed it.

    `holding` is the occupant's. What the applicant's form held and which file proves it lies in `archives.Claim`.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核实"
        UPHELD = "upheld", "已释放"
        DISMISSED = "dismissed", "不予释放"
        WITHDRAWN = "withdrawn", "已撤销"

    number = models.CharField("发展团员编号", max_length=30, db_collation="C")
    holding = models.ForeignKey(
        Holding, models.PROTECT, related_name="disputes", verbose_name="占用方的编号占用"
    )
    occupant_organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="占用编号的组织"
    )
    judge = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="核实组织")
    name = models.CharField("申请人姓名", max_length=50)
    joined_on = models.DateField("入团时间")
    remark = models.CharField("说明", max_length=200, blank=True)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    filed_as = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="提交身份")
    filed_for = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="提交组织")
    filed_at = models.DateTimeField("提交时间", auto_now_add=True)
    answer = models.CharField("占用方的答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人"
    )
    decided_at = models.DateTimeField("核实时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)

    objects = DisputeQuerySet.as_manager()
    settled_on = ("disputes", "编号占用核实")

    class Meta:
        verbose_name = verbose_name_plural = "编号占用核实"
        indexes: ClassVar = [
            *scope_indexes("dispute"),
            models.Index(fields=["judge", "filed_at"], name="dispute_queue", condition=Q(state="open")),
            models.Index(fields=["occupant_organization", "-id"], name="dispute_of_occupant"),
            models.Index(fields=["filed_for", "-id"], name="dispute_of_filer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], condition=Q(state="open"), name="dispute_one_open"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | Q(state="withdrawn", decided_at__isnull=False)
                | Q(state__in=["upheld", "dismissed"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(reason=""),
                name="dispute_decision_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} 占用核实"

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """Open cases it is a party to or decides."""
        sides = Q(organization=organization) | Q(filed_for=organization) | Q(judge=organization)
        count = cls.objects.open().filter(sides | Q(occupant_organization=organization)).count()
        return f"{count} 件编号占用核实未办结" if count else ""

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """Who decides, and for whom it was filed, depends on who stands above."""
        from numbering import judging  # reads the segments too, and so stands above the models

        judging.after_move(organization)

    @classmethod
    def after_staffing(cls, organization: Organization) -> None:
        """Who decides depends on who has an administrator."""
        from numbering import judging

        judging.after_staffing(organization)

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """What is looked into about numbers from below, and who will decide it."""
        from numbering import judging

        return judging.preview(organization, to)
