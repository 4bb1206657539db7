"""Handing in a 入团志愿书: a made-up scan of twelve pages, received and inspected like any other."""

from __future__ import annotations

import itertools
import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Self

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from archives import inspection
from archives.demo.people import Person
from archives.models import Upload
from archives.pdf import Verdict
from archives.services import uploads
from archives.specimen import USUAL_PAGES, Specimen, specimen_pdf
from members.choices import Ethnicity
from numbering.id_number import parse
from orgs.models import Role

PRINTERS = 2
REALLY_INSPECTED = 3


def describe(person: Person) -> Specimen:
    """What stands on this person's 入团志愿书."""
    entry = person.entry
    today = timezone.localdate()
    identity = parse(entry.id_number, today=today)
    return Specimen(
        name=entry.name,
        sex=identity.sex,
        ethnicity=Ethnicity(entry.ethnicity).label,
        born_on=identity.born_on,
        id_number=entry.id_number,
        joined_on=entry.joined_on or today,
        number=entry.number,
        organization=person.branch.name,
    )


class Papers:
    """All files come from one mould, so only the first few, and every broken one, go through the jail.

    Drawing takes longer than everything else and runs ahead in processes of its own: the fonts are not for threads, and a
    forked process would inherit the database's connection.
    """

    def __init__(self) -> None:
        self._printers = ProcessPoolExecutor(PRINTERS, multiprocessing.get_context("spawn"))
        self._seeds = itertools.count(1)
        self._inspected = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._printers.shutdown(cancel_futures=True)

    def draw(self, person: Person) -> Future[bytes]:
        """A scan of this person's 入团志愿书, unlike any other."""
        return self._printers.submit(specimen_pdf, describe(person), seed=next(self._seeds))

    def hand_in(self, person: Person, content: bytes, *, by: Role, found: str = "good") -> Upload:
        """This file, found `good`; `broken`, when half of it got lost on the way; `unknown`, when nobody could inspect it."""
        if found == "broken":
            content = content[: len(content) // 2]
        file = SimpleUploadedFile(f"{person.entry.name}入团志愿书.pdf", content, "application/pdf")
        upload = uploads.store(file, organization=person.branch, by=by)
        if found == "unknown":
            inspection.give_up(upload)
        elif found == "broken" or self._inspected < REALLY_INSPECTED:
            inspection.inspect(upload.pk)
            self._inspected += 1
        else:
            # Every inspection starts a process: two hundred would cost a minute, to say the same of the same structure.
            verdict = Verdict(accepted=True, reason="", pages=USUAL_PAGES, warnings=(), ms=0)
            inspection.settle(upload, verdict)
        upload.refresh_from_db()
        return upload
