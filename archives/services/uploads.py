"""Receiving a file: cheap checks, durable on disk, then the row, then the bell. No parser in the web process."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from archives import file_names, tasks
from archives.models import Upload
from archives.reasons import message, not_pdf, too_large
from orgs.models import Organization, Role, settled
from orgs.services import audit

log = logging.getLogger(__name__)
FREE_BYTES = 2**30


class UploadRefused(Exception):
    """The file cannot be taken; the text says why and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def store(file: UploadedFile, *, organization: Organization, by: Role) -> Upload:
    """Keep an uploaded file and ask for its inspection; a transaction of its own, so that no failed form loses it.

    Raises:
        UploadRefused: too large, not a PDF, too many in an hour, or no room on the disk.
    """
    size = file.size or 0
    head = file.read(1024)
    if problem := first_look(head, size):
        raise UploadRefused(*problem)
    if _too_many(by):
        raise UploadRefused("too_many", message("too_many"))
    upload = Upload(uploader=by.user, name=file_names.safe(file.name or ""), size=size)
    try:
        if shutil.disk_usage(settings.ARCHIVE_DIR).free < FREE_BYTES:
            raise UploadRefused("disk_full", message("disk_full"))
        upload.sha256 = _keep(file, upload.path)
    except OSError:
        log.exception("an upload could not be kept")
        raise UploadRefused("disk_full", message("disk_full")) from None
    with transaction.atomic():
        upload.place(settled(organization.pk))
        upload.save(force_insert=True)
        audit.record(
            role=by,
            verb="upload",
            subject=f"upload:{upload.pk}",
            organization=organization,
            to_state=upload.state,
        )
        transaction.on_commit(lambda: ring(upload.pk), robust=True)
    return upload


def _too_many(by: Role) -> bool:
    """Far more files in an hour than anybody scans: the disk is everybody's."""
    hour = timezone.now() - timedelta(hours=1)
    return Upload.objects.filter(uploader=by.user, created_at__gt=hour).count() >= settings.UPLOADS_AN_HOUR


def again(upload: Upload, *, by: Role) -> Upload:
    """The same bytes, found good before, for another submission: with a row and a name of their own, since a file has one archive.

    Called inside a transaction that holds the upload's organisation; what it leaves on the disk when that fails is only a name.
    """
    twin = Upload(
        uploader=by.user, name=upload.name, size=upload.size, sha256=upload.sha256, state=upload.state
    )
    twin.reason, twin.pages, twin.warnings = upload.reason, upload.pages, upload.warnings
    twin.place(upload.organization)
    twin.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.link(upload.path, twin.path)
    twin.save(force_insert=True)
    audit.record(
        role=by, verb="upload", subject=f"upload:{twin.pk}", organization=upload.organization, to_state=twin.state
    )  # fmt: skip
    return twin


def first_look(head: bytes, size: int) -> tuple[str, str] | None:
    """What can be told from the first bytes: (code, words), or None."""
    if size > settings.UPLOAD_MAX_MB * 2**20:
        return "too_large", too_large(size, settings.UPLOAD_MAX_MB)
    if size == 0:
        return "empty", message("empty")
    if not head.startswith(b"%PDF-"):
        return "not_pdf", not_pdf(head)
    return None


def ring(upload_id: int) -> None:
    """Only a bell: when nobody hears it, the sweep rings again within a minute."""
    try:
        tasks.inspect_upload.apply_async((upload_id,), retry=False)
    except (OperationalError, OSError) as trouble:
        log.warning("the broker did not take upload %s: %s", upload_id, type(trouble).__name__)


def _keep(file: UploadedFile, path: Path) -> str:
    """Put the bytes where they stay, all of them or none, and return their SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as out:
            part.chmod(0o600)
            file.seek(0)
            for chunk in file.chunks():
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fdatasync(out.fileno()) if hasattr(os, "fdatasync") else os.fsync(out.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return digest.hexdigest()
