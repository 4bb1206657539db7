"""Images of a file's pages: rendered in the jail once, then kept by hash and page for a week."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path

from django.conf import settings

from archives import pdf
from archives.models import Upload

log = logging.getLogger(__name__)
WIDTH = 1100
"""One width for the desk, thumbnails and the file box: a page is rendered once, and legible when enlarged."""


class NoSuchPage(LookupError):
    """The file has no page with this number, or no page can be shown."""


def image(upload: Upload, page: int) -> bytes:
    """The WebP image of one page, counted from 1.

    Raises:
        NoSuchPage: out of range, not (yet) found usable, or unreadable.
    """
    if upload.state != Upload.State.USABLE or not 1 <= page <= upload.pages:
        raise NoSuchPage(page)
    kept = _place(upload, page)
    with contextlib.suppress(OSError):  # not drawn yet, or purged
        return kept.read_bytes()
    try:
        fresh = pdf.render_page(upload.path, page, WIDTH)
    except pdf.PageUnreadable as error:
        raise NoSuchPage(page) from error
    _keep(kept, fresh)
    return fresh


def _place(upload: Upload, page: int) -> Path:
    return Path(settings.ARCHIVE_DIR) / "pages" / upload.sha256 / f"{page}-{WIDTH}.webp"


def _keep(path: Path, content: bytes) -> None:
    """All or nothing: a reader sees the whole image or none. A full disk costs only the cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        log.exception("no room to keep a page image")
        return
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(part).replace(path)
    except OSError:
        log.exception("a page image could not be kept")
        Path(part).unlink(missing_ok=True)
