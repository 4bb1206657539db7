"""A cadre's posts: a row each, not eight nullable columns of the person."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import BooleanField, F, Func, Q

from members.choices import CadreNature
from members.models.member import Member, PeopleQuerySet
from orgs.models import Located, scope_indexes

SECRETARY = "secretary"
"""One per organisation; the same code in both lists of 团内现任职务."""


class PostQuerySet(PeopleQuerySet["Post"]):
    person = "member__"

    def in_state(self, *states: str) -> Self:
        """As for members. Nearly everybody with a post is 在册: of the others the few people are found first, else all posts would be read."""
        found = super().in_state(*states)
        if Member.State.ACTIVE in states:
            return found
        few = ArraySubquery(Member.objects.filter(state__in=states).order_by().values("pk"))
        among = Func(
            F("member"),
            Func(few, function="ANY"),
            template="%(expressions)s",
            arg_joiner=" = ",
            output_field=BooleanField(),
        )
        return found.filter(among)

    def current(self) -> Self:
        return self.filter(ended_on=None)

    def to_choose(self) -> Self:
        """Current posts with an old title, for which 团内现任职务 is to be chosen again (指引 1.3（4）)."""
        return self.current().filter(title="")


class Post(Located):
    """One post of one person in one organisation; history stays when it ends."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="posts", verbose_name="团干部")
    title = models.CharField("团内现任职务", max_length=40, blank=True, help_text="待重新选择的为空")
    old_title = models.CharField(
        "原职务", max_length=60, blank=True, help_text="2023 年规范调整之前的职务，保留在任职记录中"
    )
    since = models.DateField("任现职年月")
    appointed_by = models.CharField("任现职方式", max_length=40)
    nature = models.CharField("团干部性质", max_length=20, choices=CadreNature)
    on_party_committee = models.BooleanField("是否同级党（工）委（党支部）委员")
    on_duty = models.CharField("在岗状态", max_length=40, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    ended_on = models.DateField("离任年月", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        indexes: ClassVar = [
            *scope_indexes("post"),
            models.Index(
                fields=["organization"], name="post_to_choose", condition=Q(title="", ended_on=None)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title="") | ~Q(old_title=""), name="post_has_title"),
            models.UniqueConstraint(
                fields=["member", "organization"], condition=Q(ended_on=None), name="post_one_current"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(title=SECRETARY, ended_on=None),
                name="post_one_secretary",
                violation_error_message="该组织已有在任书记。",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.old_title
