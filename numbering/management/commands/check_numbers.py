"""`manage.py check_numbers`: whether segments, issued and held numbers and their counts agree with one another."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from numbering import proof


class Command(BaseCommand):
    help = "核对号段、编号发放、编号占用和汇总；有误则逐行列出并以非零状态结束。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(proof.faults())
        for line in found:
            self.stdout.write(line)
        if moved := proof.strayed():
            self.stdout.write(
                f"提示：{moved} 个号段的持有组织调整过，不再是上级号段持有组织的直接下级，不算有误。"
            )
        if found:
            raise CommandError(f"号段核对发现 {len(found)} 处有误。")
        self.stdout.write("号段核对无误。")
