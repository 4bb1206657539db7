"""A member's record."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from members.choices import Ethnicity, Occupation, PhoneOwner, PoliticalStatus, StudyStatus
from numbering.models import Holding
from orgs.kinds import Kind
from orgs.models import Duty, Located, LocatedQuerySet, Organization, Role, User, new_uuid, scope_indexes
from zhtj.lib.sealing import SealedField, blind, mask_address, mask_id, mask_phone, open_sealed, seal

SEALED = ("id_number", "phone", "address")
M = TypeVar("M", bound=models.Model, covariant=True)


class PeopleQuerySet(LocatedQuerySet[M]):
    """Rows of people, found by what is known of the person; `person` is the way from the row to them."""

    person: ClassVar[str] = ""

    def with_id(self, number: str) -> Self:
        """People with exactly this normalised ID number."""
        return self.filter(**{f"{self.person}id_blind": blind("person.id", number)})

    def named(self, start: str) -> Self:
        """Whose name is or begins with `start`."""
        return self.filter(**{f"{self.person}name__startswith": start})

    def numbered(self, number: str) -> Self:
        """Who holds exactly this 发展团员编号."""
        return self.filter(**{f"{self.person}holding__number": number})

    def in_state(self, *states: str) -> Self:
        return self.filter(**{f"{self.person}state__in": states})

    def at_most(self, limit: int) -> int:
        """How many there are, counted no further than `limit`: cheap however long the list is."""
        # Nothing but the id, so that a state's index answers without the rows.
        return self.order_by().values("pk")[:limit].count()


class MemberQuerySet(PeopleQuerySet["Member"]):
    def listed(self) -> Self:
        """Those of 团员列表: entered into a branch. Form C alone never puts anyone there."""
        return self.filter(is_branch_member=True)

    def own_of(self, role: Role) -> Self:
        """The one person a cadre's account belongs to, for whoever acts in person; for everybody else nobody."""
        return self.filter(account__user=role.user_id) if role.duty == Duty.CADRE else self.none()

    def developed_in(self, year: int) -> Self:
        """新发展团员 of a year, whatever became of the file: only a withdrawn entry is none."""
        start, end = date(year, 1, 1), date(year, 12, 31)
        return self.filter(joined_on__range=(start, end)).exclude(state=Member.State.WITHDRAWN)


class Member(Located):
    """One person, entered once. Changed only through `members.services`; its state is moved by them on behalf of archives."""

    class State(models.TextChoices):
        PENDING = "pending", "审核中"
        ACTIVE = "active", "在册"
        REFUSED = "refused", "未通过"
        WITHDRAWN = "withdrawn", "已撤回"

    uuid = models.UUIDField(default=new_uuid, unique=True, editable=False)
    entry_key = models.UUIDField(
        "提交标识", unique=True, editable=False, help_text="同一张表单再次提交不会重复录入"
    )
    state = models.CharField("状态", max_length=10, choices=State)
    is_branch_member = models.BooleanField("支部团员", default=True)
    name = models.CharField("姓名", max_length=50)
    id_number = SealedField("身份证号码")
    id_blind = models.BinaryField("身份证号码盲索引", max_length=32, editable=False)
    id_county_unverified = models.BooleanField("身份证号码地区未核", default=False)
    ethnicity = models.CharField("民族", max_length=20, choices=Ethnicity)
    occupation = models.CharField("职业", max_length=20, choices=Occupation)
    study_status = models.CharField("在读状况", max_length=20, choices=StudyStatus, blank=True)
    occupation_detail = models.CharField("具体职业", max_length=40, blank=True)
    education = models.CharField("学历", max_length=40)
    political_status = models.CharField("政治面貌", max_length=20, choices=PoliticalStatus)
    joined_on = models.DateField("入团时间")
    holding = models.OneToOneField(
        Holding, models.PROTECT, null=True, blank=True, related_name="member", verbose_name="发展团员编号"
    )
    number_due = models.BooleanField(
        "编号待更正", default=False, help_text="编号经核实释放给他人，须登记新的编号（指引 3.7）"
    )
    joined_party_on = models.DateField("入党时间", null=True, blank=True)
    phone = SealedField("手机号码")
    phone_owner = models.CharField("手机号码归属", max_length=10, choices=PhoneOwner, blank=True)
    address = SealedField("户籍地址")
    email = models.EmailField("电子邮箱", blank=True)
    qq = models.CharField("QQ", max_length=12, blank=True)
    wechat = models.CharField("微信", max_length=40, blank=True)
    weibo = models.CharField("微博", max_length=60, blank=True)
    applied = models.BooleanField("是否递交入党申请书", null=True, blank=True)
    applied_on = models.DateField("递交入党申请书时间", null=True, blank=True)
    volunteer = models.BooleanField("是否成为注册志愿者")
    volunteer_since = models.DateField("成为注册志愿者的时间", null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)

    objects = MemberQuerySet.as_manager()
    settled_on = ("members", "团员列表")

    class Meta:
        verbose_name = verbose_name_plural = "团员"
        indexes: ClassVar = [
            *scope_indexes("member"),
            models.Index(fields=["organization", "-id"], name="member_organization"),
            models.Index(fields=["organization", "joined_on"], name="member_of_year"),
            # All but 在册 are few among millions; a name is asked for by its beginning.
            models.Index(fields=["state", "-id"], name="member_not_active", condition=~Q(state="active")),
            models.Index(fields=["-id"], name="member_number_is_due", condition=Q(number_due=True)),
            models.Index(
                fields=["name", "id"], opclasses=["text_pattern_ops", "int8_ops"], name="member_name"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["id_blind"], condition=~Q(state="withdrawn"), name="member_id_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "active", "refused", "withdrawn"]), name="member_state"
            ),
            models.CheckConstraint(condition=Q(number_due=False) | Q(holding=None), name="member_number_due"),
            models.CheckConstraint(
                condition=Q(occupation="student", occupation_detail="") & ~Q(study_status="")
                | Q(occupation="worker", study_status="") & ~Q(occupation_detail=""),
                name="member_occupation_whole",
            ),
            models.CheckConstraint(
                condition=Q(volunteer=True) | Q(volunteer_since=None), name="member_volunteer_whole"
            ),
            models.CheckConstraint(
                condition=Q(applied=True) | Q(applied_on=None), name="member_application_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def blocks_deactivation(cls, organization: Organization) -> str:
        """Entries without an outcome: nobody could upload again, or would learn of the decision."""
        unsettled = Q(state__in=[cls.State.PENDING, cls.State.REFUSED])
        count = cls.objects.of(organization).filter(unsettled).count()
        return f"{count} 名团员审核中或未通过" if count else ""

    @classmethod
    def blocks_kind(cls, organization: Organization, kind: str) -> str:
        """Members belong to a 团支部 only; it goes as it is under what is set up above it."""
        if kind == Kind.BRANCH:
            return ""
        count = cls.objects.of(organization).listed().in_state(cls.State.ACTIVE).count()
        wanted = f"请在上级组织下另设{Kind(kind).label}，再把“{organization.short_name}”移到其下"
        return f"有 {count} 名在册团员，团员只属于团支部，{wanted}" if count else ""

    @classmethod
    def moves_along(cls, organization: Organization, to: Organization) -> list[str]:
        """How many there are, by the index alone, and how many of them are not settled."""
        below = cls.objects.under(organization)
        if not (count := below.count()):
            return []
        pending = below.in_state(cls.State.PENDING).count()
        return [f"团员信息 {count} 条" + (f"，其中审核中 {pending} 名" if pending else "")]

    def seal_fields(self, **values: str) -> None:
        """Seal personal data into this row's columns; the blind index follows the ID number."""
        for field, text in values.items():
            setattr(self, field, seal(self.uuid, f"members.Member.{field}", text))
        if "id_number" in values:
            self.id_blind = blind("person.id", values["id_number"])

    def opened(self, field: str) -> str:
        """The plain text of a sealed field. Whoever shows it in full records the look in the audit.

        Raises:
            BrokenSeal: the value was altered or belongs to another row.
        """
        return open_sealed(self.uuid, f"members.Member.{field}", getattr(self, field))

    @property
    def masked_id(self) -> str:
        return mask_id(self.opened("id_number"))

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.opened("phone"))

    @property
    def masked_address(self) -> str:
        return mask_address(self.opened("address"))

    @property
    def number(self) -> str:
        return self.holding.number if self.holding else ""
