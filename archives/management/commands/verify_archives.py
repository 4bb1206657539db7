"""`manage.py verify_archives`: whether every uploaded file is there and unchanged, and every file on the disk is known."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archives import verification


class Command(BaseCommand):
    help = "核验全部入团志愿书文件：缺失、内容有变、没有记录的逐行列出，并以非零状态结束。"

    def handle(self, *args: Any, **options: Any) -> None:
        files = wrong = 0
        for step in verification.steps():
            files += step.files
            for line in step.faults:
                wrong += 1
                self.stdout.write(line)
        if wrong:
            raise CommandError(f"核验了 {files} 个文件，发现 {wrong} 处有误。")
        self.stdout.write(f"核验了 {files} 个文件，没有发现错误。")
