"""What the province sets for itself while the system runs."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from orgs.models.people import Duty


class ProvinceSettings(models.Model):
    """One row. Written by `orgs.services.province`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    titles_due_on = models.DateField(
        "重新选择现任职务的截止日期", null=True, blank=True, help_text="此日之后不能再推迟（指引 1.3（4））"
    )

    administrators_each = models.PositiveSmallIntegerField("每个组织的管理员人数上限", default=2)
    second_factor = ArrayField(
        models.CharField(max_length=20, choices=Duty),
        verbose_name="须两步验证的身份",
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "全省设置"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="province_settings_once"),
            models.CheckConstraint(
                condition=Q(administrators_each__gte=1, administrators_each__lte=9),
                name="province_settings_administrators",
            ),
            models.CheckConstraint(
                condition=Q(second_factor__contained_by=Duty.values), name="province_settings_second_factor"
            ),
        ]

    def __str__(self) -> str:
        return "全省设置"

    @classmethod
    def now(cls) -> ProvinceSettings:
        """The settings as they stand; the first values where nobody has set any."""
        return cls.objects.first() or cls()

    def titles_may_wait(self, today: date) -> bool:
        """Whether 重新选择现任职务 may still be put off on this day."""
        return self.titles_due_on is None or today <= self.titles_due_on
