"""待录入 in a branch's 操作中心: one to-do that says how many wait, and ends when nobody does."""

from __future__ import annotations

from django.db import connection

from numbering.models import Issue
from orgs.models import Notice, Organization, User
from orgs.services import notices

KIND = "编号发放"
LOCK = 7_203_811
"""First key of the advisory lock of what one branch is told."""


def announce(branch: Organization, *, by: User | None = None) -> None:
    """Say how it stands now, in the transaction that issued, entered or took back; the last step before its end."""
    subject = f"pending:{branch.pk}"
    # Held before counting, also where nothing was told yet: of two issues at the same moment the second counts both.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, branch.pk])
    told = Notice.objects.open_todos().filter(subject=subject).first()
    count = Issue.objects.of(branch).open().count()
    title = f"有 {count} 人待录入"
    if not count:
        notices.finish(subject, by=by)
    elif told is None:
        notices.tell(
            branch, sort=Notice.Sort.TODO, kind=KIND, subject=subject, title=title,
            body="发展团员编号已发放，请为他们录入团员信息。", link="numbers-pending", action="去录入",
        )  # fmt: skip
    elif told.title != title:
        Notice.objects.filter(pk=told.pk).update(title=title)
