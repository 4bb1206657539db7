"""What may go: result files after some days, notices after a year."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from orgs.models import Notice

NOTICE_DAYS = 365


def purge() -> None:
    """Safe to repeat and to stop anywhere. A job's row stays: its page says that the file has expired."""
    limit = time.time() - settings.JOB_FILE_DAYS * 86400
    for path in Path(settings.JOB_DIR).glob("*"):
        if path.is_file() and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    year_ago = timezone.now() - timedelta(days=NOTICE_DAYS)
    Notice.objects.over_since(year_ago).delete()
