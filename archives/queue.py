"""A committee's queue: what stands in it under which filter, where a file stands, what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from archives import policy
from archives.models import Archive
from archives.models.archive import ArchiveQuerySet
from orgs.models import Role


class Sort(models.TextChoices):
    """How a file came to stand here."""

    FIRST = "first", "首次提交"
    AGAIN = "again", "重新提交"
    REPLACEMENT = "replacement", "替换"


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the role's organisation, oldest first, narrowed by a filter; `skipped` are the uuids passed over in this pass."""

    role: Role
    q: str = ""
    org: str = ""
    sort: str = ""
    late: bool = False
    skipped: frozenset[str] = frozenset()

    @property
    def asked(self) -> dict[str, str]:
        """The filter as an address carries it."""
        said = {"q": self.q, "org": self.org, "sort": self.sort, "late": "1" if self.late else ""}
        return {name: value for name, value in said.items() if value}

    @property
    def said(self) -> str:
        """The filter in words."""
        words = (
            self.q,
            self.org,
            Sort(self.sort).label if self.sort else "",
            "等待过久" if self.late else "",
        )
        return "、".join(word for word in words if word)

    @property
    def rows(self) -> ArchiveQuerySet:
        found = Archive.objects.waiting_for(self.role.organization)
        if self.q:
            found = found.filter(member__name__startswith=self.q)
        if self.org:
            found = found.filter(organization__name__contains=self.org)
        if self.late:
            found = found.filter(submitted_at__lte=timezone.now() - _limit())
        if self.sort == Sort.REPLACEMENT:
            return found.filter(replaces__isnull=False)
        if self.sort:
            again = Exists(Archive.objects.filter(member=OuterRef("member"), pk__lt=OuterRef("pk")))
            return found.filter(again if self.sort == Sort.AGAIN else ~again, replaces=None)
        return found

    @property
    def mine(self) -> ArchiveQuerySet:
        """Those this person may decide on: neither submitted, nor entered or changed by themselves."""
        return self.rows.exclude(submitted_by=self.role.user_id).exclude(policy.worked_on(self.role))

    def after(self, archive: Archive) -> Archive | None:
        return self._left(archive).following(archive).first()

    def before(self, archive: Archive) -> Archive | None:
        return self._left(archive).preceding(archive).first()

    def next(self, archive: Archive) -> Archive | None:
        """Where to go on from a decided or skipped file: the next one, or the oldest one left."""
        return self.after(archive) or self.oldest(archive)

    def oldest(self, archive: Archive) -> Archive | None:
        """Where the last one in the queue goes on."""
        return self._left(archive).first()

    def _left(self, archive: Archive) -> ArchiveQuerySet:
        """What else is to be decided on in this pass."""
        left = self.mine.exclude(pk=archive.pk).exclude(uuid__in=self.skipped)
        return left.select_related("upload")

    def place(self, archive: Archive) -> tuple[int, int]:
        """第 n / m 条."""
        total = self.rows.count()
        return total - self.rows.following(archive).count(), total


def sort_of(archive: Archive) -> Sort:
    """Of a row read `with_history`."""
    if archive.is_replacement:
        return Sort.REPLACEMENT
    return Sort.AGAIN if archive.again else Sort.FIRST  # type: ignore[attr-defined]


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
    """Whether something has waited for so long that it is marked."""
    return timezone.now() - since >= _limit()


def _limit() -> timedelta:
    return timedelta(days=settings.REVIEW_LIMIT_DAYS)
