"""入团志愿书 and their files, to look at; the pages themselves are opened where they are reviewed, on record."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from archives.models import Archive, Upload
from members.models import Member
from orgs.province import RowList, site


class PaperList(RowList):
    group = "档案"
    list_filter = ("state",)


@admin.register(Archive, site=site)
class ArchiveAdmin(PaperList):
    list_display = (
        "member", "organization", "kind_words", "state", "round", "reviewer", "submitted_at", "decided_at",
    )  # fmt: skip
    list_select_related = ("member", "organization", "reviewer")
    search_fields = ("member__name",)
    search_help_text = "填团员姓名开头的几个字。"
    shown = (
        "member", "organization", "kind_words", "state", "round", "reviewer", "submitted_by", "submitted_at", "decided_by", "decided_at",
        "decided_sha256", "reason", "replace_reason",
    )  # fmt: skip

    @admin.display(description="类别")
    def kind_words(self, archive: Archive) -> str:
        return "替换" if archive.is_replacement else "录入"

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(member__in=Member.objects.named(term))


@admin.register(Upload, site=site)
class UploadAdmin(PaperList):
    """Without the name a person gave the file: it often says whose it is, and more."""

    list_display = ("pk", "organization", "state", "reason", "pages", "size", "created_at")
    list_select_related = ("organization",)
    search_fields = ("sha256",)
    search_help_text = "填完整的文件摘要（SHA-256，64 位）。"
    shown = (
        "organization", "uploader", "state", "reason", "pages", "size", "sha256", "attempts", "created_at",
    )  # fmt: skip

    def find(self, rows: QuerySet[Any], term: str) -> QuerySet[Any]:
        return rows.filter(sha256=term.lower())
