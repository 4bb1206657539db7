"""Submitted files for the review's tests, made by the services that make real ones."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from archives import inspection
from archives.models import Archive, Upload
from archives.pdf import Verdict
from archives.services import entry as entries
from archives.services import replacement, review, uploads
from orgs.models import Role
from tests.factories import entry_with_file, new_key

REASON = "缺页，请补齐后重新扫描上传"


def pdf_bytes(pages: int = 1) -> bytes:
    """A real PDF; no two are the same."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": str(new_key())})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def uploaded(role: Role, *, pages: int = 1) -> Upload:
    file = SimpleUploadedFile("志愿书.pdf", pdf_bytes(pages), "application/pdf")
    return uploads.store(file, organization=role.organization, by=role)


def found_good(upload: Upload, *, pages: int = 12) -> None:
    inspection.settle(upload, Verdict(accepted=True, reason="", pages=pages, warnings=(), ms=1))


def found_bad(upload: Upload) -> None:
    inspection.settle(upload, Verdict(accepted=False, reason="encrypted", pages=0, warnings=(), ms=1))


def checking(role: Role, **values: object) -> Archive:
    """An entry whose file has not been inspected yet."""
    upload = uploaded(role)
    entries.enter(
        entry_with_file(**values), organization=role.organization, upload=upload, key=new_key(), by=role
    )
    return Archive.objects.select_related("member", "upload").get(upload=upload)


def waiting(role: Role, **values: object) -> Archive:
    """An entry in 待审核."""
    archive = checking(role, **values)
    found_good(archive.upload)
    archive.refresh_from_db()
    return archive


def approved(role: Role, reviewer: Role, **values: object) -> Archive:
    archive = waiting(role, **values)
    review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=reviewer)
    archive.refresh_from_db()
    return archive


def refused(role: Role, reviewer: Role, **values: object) -> Archive:
    archive = waiting(role, **values)
    review.refuse(archive, sha256=archive.upload.sha256, round=archive.round, reason=REASON, by=reviewer)
    archive.refresh_from_db()
    return archive


def replacing(old: Archive, role: Role) -> Archive:
    """A replacement of the file in force, in 待审核."""
    upload = uploaded(role)
    archive = replacement.replace(
        old.member, upload, instead_of=old, reason="原来上传的是另一名同学的志愿书", by=role
    )
    found_good(upload)
    archive.refresh_from_db()
    return archive
