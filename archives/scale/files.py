"""Files of the made-up province: twelve empty pages each, no two alike, on the disk only where somebody will open them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from uuid import UUID

from django.conf import settings
from pypdf import PdfWriter

PAGES = 12
A4 = (595, 842)
_BLANK = "0" * 32


class Mould:
    """The same sheets with the uuid of the upload in them."""

    def __init__(self) -> None:
        writer = PdfWriter()
        for _ in range(PAGES):
            writer.add_blank_page(*A4)
        writer.add_metadata({"/Title": _BLANK})
        out = io.BytesIO()
        writer.write(out)
        content = out.getvalue()
        self._before, self._after = content.split(_BLANK.encode())
        self._begun = hashlib.sha256(self._before)
        self.size = len(content)

    def sha256(self, uuid: UUID) -> str:
        digest = self._begun.copy()
        digest.update(uuid.hex.encode() + self._after)
        return digest.hexdigest()

    def write(self, uuid: UUID) -> None:
        """Where `Upload.path` says."""
        folder = Path(settings.ARCHIVE_DIR) / uuid.hex[:2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{uuid.hex}.pdf").write_bytes(self._before + uuid.hex.encode() + self._after)
