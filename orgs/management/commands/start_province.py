"""The first step on an empty deployment: the province and its first administrator."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from orgs.models import Role
from orgs.services import audit, credentials, organizations


class Command(BaseCommand):
    help = "在空系统中建立省级组织和第一名管理员；初始密码只显示一次，首次登录须修改"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="全称，如 共青团××省委员会")
        parser.add_argument("--short-name", required=True, help="简称，如 团省委")
        parser.add_argument("--code", required=True, help="省级代码，两位，如 11")
        parser.add_argument("--username", required=True, help="管理员账号")
        parser.add_argument("--person", required=True, help="管理员姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                role, password = start(options)
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from None
        self.stdout.write(f"已建立 {role.organization.name}")
        self.stdout.write(f"管理员账号 {role.user.username}，初始密码 {password}（只显示这一次）")


def start(options: dict[str, Any]) -> tuple[Role, str]:
    root = organizations.plant_root(
        name=options["name"], short_name=options["short_name"], province_code=options["code"]
    )
    user, password = credentials.new_account(options["person"], options["username"])
    role = Role.objects.create(user=user, organization=root)
    audit.record(role=role, verb="appoint_administrator", subject=f"role:{role.pk}", organization=root)
    return role, password
