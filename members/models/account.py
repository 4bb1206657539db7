"""团干部本人: whose account it is."""

from __future__ import annotations

from django.db import models

from members.models.member import Member
from orgs.models import User


class CadreAccount(models.Model):
    """The account of a cadre: one person, one account, whichever roles it has besides."""

    user = models.OneToOneField(User, models.PROTECT, related_name="cadre_account", verbose_name="账号")
    member = models.OneToOneField(Member, models.PROTECT, related_name="account", verbose_name="团干部")

    class Meta:
        verbose_name = verbose_name_plural = "团干部账号"

    def __str__(self) -> str:
        return str(self.user)
