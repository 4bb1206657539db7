"""Every file a member ever had, numbered from the first: none is deleted, and each can be looked at (指引 3.11)."""

from __future__ import annotations

from dataclasses import dataclass

from archives.models import Archive
from members.models import Member
from zhtj.lib.text import say_size


@dataclass(frozen=True, slots=True)
class Version:
    """For templates/archives/version.html."""

    number: int
    archive: Archive

    @property
    def size(self) -> str:
        return say_size(self.archive.upload.size)

    @property
    def pages(self) -> range:
        return range(1, self.archive.upload.pages + 1)

    @property
    def digest(self) -> str:
        """Enough of the SHA-256 to tell two files apart; the whole of it stands in the title."""
        return self.archive.upload.sha256[:12]


def versions(member: Member) -> list[Version]:
    """The first one first."""
    joined = ("upload", "reviewer", "submitted_by", "submitted_as__organization", "decided_by")
    archives = Archive.objects.filter(member=member).select_related(*joined).order_by("pk")
    return [Version(number, one) for number, one in enumerate(archives, 1)]


def version(archive: Archive) -> Version:
    """The version this archive is."""
    found: Version = next(one for one in versions(archive.member) if one.archive.pk == archive.pk)
    return found
