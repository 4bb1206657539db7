"""发放: a number promised to one named person of one branch."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from numbering.domains import Domain
from numbering.models.holdings import Holding
from numbering.models.sealed import SealedPerson
from orgs.models import LocatedQuerySet, Organization, User, scope_indexes
from zhtj.lib.sealing import blind


class IssueQuerySet(LocatedQuerySet["Issue"]):
    def open(self) -> Self:
        """待录入."""
        return self.filter(state=Issue.State.OPEN)

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.exclude(state=Issue.State.WITHDRAWN)

    def with_id(self, number: str) -> Self:
        """Issued to exactly this normalised ID number."""
        return self.filter(id_blind=blind("person.id", number))


class Issue(SealedPerson):
    """`organization` is the branch it is issued to, `issuer` the committee that approved the admission.

    OPEN waits for the entry; ENTERED as long as `holding`, its own person's, stands; an entry that is withdrawn opens it again.
    """

    class State(models.TextChoices):
        OPEN = "open", "待录入"
        ENTERED = "entered", "已录入"
        WITHDRAWN = "withdrawn", "已收回"

    number = models.CharField("发展团员编号", max_length=12, db_collation="C")
    value = models.BigIntegerField("数值")
    domain = models.CharField("领域", max_length=12, choices=Domain)
    name = models.CharField("姓名", max_length=50)
    joined_on = models.DateField("入团时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    holding = models.OneToOneField(
        Holding, models.PROTECT, null=True, blank=True, related_name="issue", verbose_name="编号占用"
    )
    issuer = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="发放组织")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发放人")
    issued_at = models.DateTimeField("发放时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = IssueQuerySet.as_manager()
    settled_on = ("issues", "编号发放")

    class Meta:
        verbose_name = verbose_name_plural = "编号发放"
        indexes: ClassVar = [
            *scope_indexes("issue"),
            models.Index(fields=["organization", "-id"], name="issue_of_branch"),
            models.Index(fields=["value"], name="issue_value", condition=~Q(state="withdrawn")),
            # Also of the withdrawn ones, which the constraint below leaves out: who searches for a person finds them all.
            models.Index(fields=["id_blind"], name="issue_person"),
            models.Index(fields=["number"], name="issue_number"),
            models.Index(fields=["domain", "-id"], name="issue_domain"),
            models.Index(
                fields=["name", "id"], opclasses=["text_pattern_ops", "int8_ops"], name="issue_name"
            ),
            # 待录入 and 已收回 are few among all that were ever issued.
            models.Index(
                fields=["state", "-id"], name="issue_unsettled", condition=Q(state__in=["open", "withdrawn"])
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(state="withdrawn"), name="issue_number_once"
            ),
            models.UniqueConstraint(
                fields=["id_blind"], condition=~Q(state="withdrawn"), name="issue_person_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", holding=None, withdrawn_at=None)
                | Q(state="entered", holding__isnull=False, withdrawn_at=None)
                | Q(state="withdrawn", holding=None, withdrawn_at__isnull=False),
                name="issue_state",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """Numbers promised to its people: entered or withdrawn first."""
        count = cls.objects.of(organization).open().count()
        return f"{count} 个编号待录入" if count else ""
