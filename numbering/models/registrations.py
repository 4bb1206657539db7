"""Going up level by level to the province: 未使用登记 (指引 3.6) and 退伍团员备案 (指引 3.9)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from numbering.models import rising
from numbering.models.holdings import Holding
from numbering.models.sealed import SealedPerson
from orgs.models import (
    LocatedQuerySet,
    Organization,
    Role,
    User,
    scope_indexes,
)
from zhtj.lib.sealing import blind


class RegistrationQuerySet(LocatedQuerySet["Registration"]):
    def waiting_at(self, organization: Organization) -> Self:
        """What this level has to confirm or return, oldest first."""
        return self.filter(waits_at=organization, state=Registration.State.RISING).order_by("pk")

    def handled(self) -> Self:
        return self.filter(state=Registration.State.HANDLED)

    def kept(self) -> Self:
        """Which keep their number from being promised to anybody else: an 未使用登记 as long as it stands, a 退伍团员备案 once the
        province has registered it. `numbering.vacant.KEPT` is the same in SQL."""
        standing = self.exclude(state=Registration.State.WITHDRAWN)
        return standing.filter(Q(kind=Registration.Kind.UNUSED) | Q(state=Registration.State.HANDLED))

    def keeping(self, number: str) -> Self:
        """Which keep this number."""
        return self.kept().filter(number=number)

    def to_enter(self) -> Self:
        """Registered by the province, and this person does not hold the number."""
        return self.handled().with_standing().filter(Q(entered=False))

    def with_id(self, number: str) -> Self:
        """About exactly this normalised ID number."""
        return self.filter(id_blind=blind("person.id", number))

    def with_handler(self) -> Self:
        """With `handler`, the path of the organisation that filed or confirmed it last."""
        verbs = [
            RegistrationStep.Verb.FILED,
            RegistrationStep.Verb.FILED_AGAIN,
            RegistrationStep.Verb.CONFIRMED,
        ]
        steps = RegistrationStep.objects.filter(registration=OuterRef("pk"), verb__in=verbs).order_by("-pk")
        return self.annotate(handler=Subquery(steps.values("role__organization__path")[:1]))

    def with_standing(self) -> Self:
        """With `last_step`, the newest step's id, and `entered`: whether this very person holds the number now, by whatever name."""
        held = Holding.objects.exclude(state=Holding.State.RELEASED)
        return self.annotate(
            last_step=Subquery(
                RegistrationStep.objects.filter(registration=OuterRef("pk")).order_by("-pk").values("pk")[:1]
            ),
            entered=Exists(held.filter(number=OuterRef("number"), member__id_blind=OuterRef("id_blind"))),
        )


class Registration(SealedPerson):
    """`organization` is the one that will enter the person; `waits_at` the level that has to act now."""

    class Kind(models.TextChoices):
        UNUSED = "unused", "未使用登记"
        VETERAN = "veteran", "退伍团员备案"

    class State(models.TextChoices):
        RISING = "rising", "逐级上报中"
        RETURNED = "returned", "已退回"
        HANDLED = "handled", "已登记"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField("事项", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RISING)
    waits_at = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待办组织"
    )
    name = models.CharField("姓名", max_length=50)
    number = models.CharField("发展团员编号", max_length=30, db_collation="C")
    value = models.BigIntegerField("数值", null=True, help_text="12 位编号的数值，用于号段")
    developed_by = models.CharField("发展组织全称", max_length=120)
    unit = models.CharField("服役部队", max_length=120, blank=True)
    discharged_on = models.DateField("退伍时间", null=True, blank=True)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提交人")
    filed_for = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="提交组织")
    filed_at = models.DateTimeField("提交时间", auto_now_add=True)
    handled_at = models.DateTimeField("登记时间", null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()
    settled_on = ("registrations", "编号登记备案")

    class Meta:
        verbose_name = verbose_name_plural = "编号登记备案"
        indexes: ClassVar = [
            *scope_indexes("registration"),
            models.Index(fields=["waits_at", "id"], name="registration_queue", condition=Q(state="rising")),
            models.Index(fields=["id_blind"], name="registration_person"),
            models.Index(fields=["value"], name="registration_value", condition=~Q(state="withdrawn")),
            models.Index(fields=["number"], name="registration_number"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["id_blind", "number"],
                condition=~Q(state="withdrawn"),
                name="registration_once",
            ),
            models.CheckConstraint(
                condition=Q(state="rising", waits_at__isnull=False, handled_at=None)
                | Q(state__in=["returned", "withdrawn"], waits_at=None, handled_at=None)
                | Q(state="handled", waits_at=None, handled_at__isnull=False),
                name="registration_state",
            ),
            models.CheckConstraint(
                condition=Q(kind="unused", unit="", discharged_on=None)
                | Q(kind="veteran", discharged_on__isnull=False) & ~Q(unit=""),
                name="registration_kind_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """What it filed or has to confirm."""
        sides = Q(organization=organization) | Q(filed_for=organization) | Q(waits_at=organization)
        count = cls.objects.filter(sides, state__in=[cls.State.RISING, cls.State.RETURNED]).count()
        return f"{count} 件编号登记备案未办结" if count else ""

    @classmethod
    def after_move(cls, organization: Organization) -> None:
        """The tree changed: what rises from below `organization` waits at a committee above its filer, and the filer is one in
        whose sight the person is."""
        rising.settle(cls.objects.under(organization), rising.after_move)

    @classmethod
    def after_staffing(cls, organization: Organization) -> None:
        """What waits here may have nobody any more; what has passed by here may have somebody now. What was confirmed here has
        gone up and stays there."""
        above = organization.path_ids[:-1]
        waits = Q(waits_at=organization) | Q(
            **{f"at_{organization.depth}": organization.pk}, waits_at__in=above
        )
        rising.settle(cls.objects.filter(waits), rising.after_staffing)

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """What rises from below, and whose turn it will be."""
        return rising.preview(cls.objects.under(organization), organization, to)


class RegistrationStep(models.Model):
    """One step on the way up, with its reason: what the organisation that filed it sees."""

    class Verb(models.TextChoices):
        FILED = "filed", "提交"
        CONFIRMED = "confirmed", "确认上报"
        RETURNED = "returned", "退回"
        FILED_AGAIN = "filed_again", "修改后重新提交"
        HANDLED = "handled", "省级登记"
        WITHDRAWN = "withdrawn", "撤回"

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="steps")
    verb = models.CharField("动作", max_length=12, choices=Verb)
    at = models.DateTimeField("时间", auto_now_add=True)
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name="办理身份")
    reason = models.CharField("原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登记备案经过"
        indexes: ClassVar = [models.Index(fields=["registration", "id"], name="registration_steps")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(verb="returned") | ~Q(reason=""), name="registration_return_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.verb}"
