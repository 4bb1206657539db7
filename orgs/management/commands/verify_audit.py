"""Proves that no audit event was altered, removed or slipped in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orgs import audit_chain


class Command(BaseCommand):
    help = "核对审计记录与封存；有任何不符则以非零状态退出"

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = list(audit_chain.verify())
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"审计核对发现 {len(wrong)} 处问题")
        self.stdout.write("审计记录完整")
