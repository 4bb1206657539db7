"""Handing in a 入团志愿书: a made-up scan of twelve pages, received and inspected like any other."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from archives import inspection
from archives.demo.people import Person
from archives.models import Upload
from archives.pdf import Verdict
from archives.services import uploads
from archives.specimen import specimen_pdf
from orgs.models import Role

PAGES = 12
REALLY_INSPECTED = 3


class Papers:
    """All files come from one mould, so only the first few, and every broken one, go through the jail."""

    def __init__(self) -> None:
        self._made = 0

    def hand_in(self, person: Person, *, by: Role, broken: bool = False) -> Upload:
        """A file of this person, found usable or, when it is broken, unusable."""
        self._made += 1
        content = specimen_pdf(person, pages=PAGES, seed=self._made)
        if broken:
            content = content[: len(content) // 2]
        file = SimpleUploadedFile(f"{person.entry.name}入团志愿书.pdf", content, "application/pdf")
        upload = uploads.store(file, organization=person.branch, by=by)
        if broken or self._made <= REALLY_INSPECTED:
            inspection.inspect(upload.pk)
        else:
            # Each inspection starts a process; two hundred of them would cost a minute, to say the same of the same structure.
            inspection.settle(upload, Verdict(accepted=True, reason="", pages=PAGES, warnings=(), ms=0))
        upload.refresh_from_db()
        return upload
