"""Users and the roles in which they act."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from orgs.models.organizations import Organization


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """A person who can log in; without a password they cannot until one is set."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> User:
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person who logs in; what they may do comes from the role they act in."""

    username = models.CharField(
        "账号", max_length=64, unique=True, error_messages={"unique": "该账号已存在，请换一个。"}
    )
    name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
    is_staff = models.BooleanField("可进入后台", default=False)
    must_change_password = models.BooleanField("须修改密码", default=False)
    sessions = models.PositiveIntegerField("登录批次", default=0, editable=False)
    """Raised whenever the person's roles change: sessions begun before are over."""
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        indexes: ClassVar = [
            models.Index(fields=["name"], name="user_name"),
            models.Index(fields=["-id"], name="user_closed", condition=Q(is_active=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match: Django's own hash of the password, and the count of `sessions`."""
        own = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return salted_hmac(
            "orgs.User.sessions", f"{own}:{self.sessions}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Duty(models.TextChoices):
    ADMINISTRATOR = "administrator", "管理员"
    CADRE = "cadre", "团干部本人"
    SYSTEM = "system", "系统管理员"
    AUDITOR = "auditor", "审计员"


class RoleQuerySet(models.QuerySet["Role"]):
    def current(self) -> Self:
        """Roles that may act today: not ended, of an active person, in an active organisation."""
        return self.filter(ended_at=None, user__is_active=True, organization__deactivated_at=None)


class Role(models.Model):
    """A person's duty in one organisation. One is chosen to act in; never the union of several."""

    user = models.ForeignKey(User, models.PROTECT, related_name="roles", verbose_name="用户")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="roles", verbose_name="组织")
    duty = models.CharField("身份", max_length=20, choices=Duty, default=Duty.ADMINISTRATOR)
    created_at = models.DateTimeField("开始时间", auto_now_add=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "身份"
        indexes: ClassVar = [
            # All but administrators are few.
            models.Index(fields=["duty", "-id"], name="role_special", condition=~Q(duty="administrator")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "duty"], condition=Q(ended_at=None), name="role_once"
            ),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="role_duty"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(duty__in=["system", "auditor"], ended_at=None),
                name="role_system_or_audit",
                violation_error_message="同一人不能同时是系统管理员和审计员。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization.short_name} · {self.get_duty_display()}"

    @property
    def is_administrator(self) -> bool:
        return self.duty == Duty.ADMINISTRATOR


def new_uuid() -> uuid.UUID:
    """Row uuids: shown in addresses and bound into sealed values."""
    return uuid.uuid4()
