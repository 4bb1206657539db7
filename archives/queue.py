"""A committee's queue: where a file stands in it, what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from archives.models import Archive
from archives.models.archive import ArchiveQuerySet
from orgs.models import Role

LONG = timedelta(days=3)
"""From here on a waiting time is marked."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the role's organisation, oldest first, narrowed to names that begin with `q`."""

    role: Role
    q: str = ""

    @property
    def rows(self) -> ArchiveQuerySet:
        waiting = Archive.objects.waiting_for(self.role.organization)
        return waiting.filter(member__name__startswith=self.q) if self.q else waiting

    @property
    def mine(self) -> ArchiveQuerySet:
        """Those this person may decide on: never their own submissions."""
        return self.rows.exclude(submitted_by=self.role.user_id)

    def after(self, archive: Archive) -> Archive | None:
        return self.mine.following(archive).first()

    def before(self, archive: Archive) -> Archive | None:
        return self.mine.preceding(archive).first()

    def next(self, archive: Archive) -> Archive | None:
        """Where to go on from a decided file: the next one, or the oldest one left."""
        return self.after(archive) or self.mine.exclude(pk=archive.pk).first()

    def place(self, archive: Archive) -> tuple[int, int]:
        """第 n / m 条."""
        total = self.rows.count()
        return total - self.rows.following(archive).count(), total


def decided_today(role: Role) -> int:
    """How many this person has decided on since midnight."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Archive.objects.visible_to(role).filter(decided_by=role.user, decided_at__gte=midnight).count()


def waited(archive: Archive) -> str:
    """How long a file has waited, in words."""
    minutes = int((timezone.now() - archive.submitted_at).total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} 分钟"
    return f"{minutes // 60} 小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)} 天"


def is_late(since: datetime) -> bool:
    return timezone.now() - since >= LONG
