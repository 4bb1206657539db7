"""What may go: page images after a week, drafts and unused uploads after a month, temporary files of broken transfers."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from archives.models import Draft, Upload
from orgs.models import LocatedQuerySet
from orgs.services import audit

IMAGE_DAYS = 7
UNUSED_DAYS = 30
INCOMING_HOURS = 24


def purge() -> None:
    """Safe to repeat and to stop anywhere: the row goes before its file, and a file without a row is only space."""
    month_ago = timezone.now() - timedelta(days=UNUSED_DAYS)
    Draft.objects.filter(saved_at__lt=month_ago).delete()
    for upload in _unused().filter(created_at__lt=month_ago):
        if _forget(upload):
            upload.path.unlink(missing_ok=True)
    _older(Path(settings.ARCHIVE_DIR) / "pages", days=IMAGE_DAYS)
    _older(Path(settings.FILE_UPLOAD_TEMP_DIR), days=INCOMING_HOURS / 24)


def _unused() -> LocatedQuerySet[Upload]:
    """In no entry, no draft and no 编号占用核实: what was brought forward there is evidence and stays."""
    return Upload.objects.filter(archive=None, drafts=None, claims=None)


@transaction.atomic
def _forget(upload: Upload) -> bool:
    """Delete the row, on record, unless somebody has made use of it since."""
    # Held first: an entry, a draft or a claim that takes it at this moment is seen below, or finds it gone.
    list(Upload.objects.select_for_update().filter(pk=upload.pk))
    gone = _unused().filter(pk=upload.pk).delete()[0] > 0
    if gone:
        audit.record(role=None, verb="purge", subject=f"upload:{upload.pk}", organization=upload.organization)
    return gone


def _older(folder: Path, *, days: float) -> None:
    limit = time.time() - days * 86400
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
