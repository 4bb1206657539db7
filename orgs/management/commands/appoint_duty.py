"""系统管理员 and 审计员 of the province are appointed and ended on the server, so that nobody who is signed in can give themselves either."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.models import Duty
from orgs.services import province


class Command(BaseCommand):
    help = "任命省级系统管理员或审计员；新账号的初始密码只显示一次，首次登录须修改。--reset 重置系统管理员或审计员的密码，并解除其两步验证；--end 结束其身份，账号和其他身份保留"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True, help="账号，没有的新建")
        parser.add_argument("--person", default="", help="新账号的姓名")
        parser.add_argument(
            "--duty",
            choices=[Duty.SYSTEM.value, Duty.AUDITOR.value],
            help="system 系统管理员，auditor 审计员",
        )
        deed = parser.add_mutually_exclusive_group()
        deed.add_argument(
            "--reset", action="store_true", help="重置系统管理员或审计员的密码，并解除其两步验证"
        )
        deed.add_argument(
            "--end", action="store_true", help="结束系统管理员或审计员的身份，唯一的系统管理员除外"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not any(options[name] for name in ("reset", "end", "duty")):
            raise CommandError(
                "请用 --duty 写明任命的身份，或用 --reset 重置系统管理员或审计员的密码并解除其两步验证，或用 --end 结束其身份"
            )
        try:
            if options["reset"]:
                self._tell(options["username"], province.reset_appointed(options["username"]))
                return
            if options["end"]:
                ended = province.end_appointed(options["username"])
                self.stdout.write(f"{ended.user.name} 不再是{ended.get_duty_display()}，已登录的页面全部退出")
                return
            role, password = province.appoint(
                username=options["username"], name=options["person"], duty=Duty(options["duty"])
            )
        except (province.ProvinceRefused, ValidationError) as refused:
            words = refused.messages if isinstance(refused, ValidationError) else [str(refused)]
            raise CommandError("；".join(words)) from None
        self.stdout.write(f"已任命 {role.user.name} 为{role.get_duty_display()}")
        if password:
            self._tell(role.user.username, password)

    def _tell(self, username: str, password: str) -> None:
        self.stdout.write(f"账号 {username}，密码 {password}（只显示这一次）")
