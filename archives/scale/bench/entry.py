"""A full entry submission, form and file in one POST, against a bare psycopg loop that writes the same rows and the same file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import override_settings
from django.urls import reverse

from archives.models import Upload
from archives.scale.bench import ground
from archives.scale.bench.browser import TOKEN, Browser, signed_in
from archives.scale.bench.entry_people import Newcomers
from archives.scale.bench.entry_rows import Loop
from archives.scale.bench.report import Line
from archives.scale.bench.rounds import insist, p50, take_turns
from members.models import Member
from numbering.models import Issue
from zhtj.celery import app

SIZE = 600 * 1024
PDF = b"%PDF-1.4\n" + bytes(range(256)) * (SIZE // 256) + b"\n%%EOF\n"


def measure(rounds: int) -> Iterator[Line]:
    by = ground.administrator_of_a_branch()
    with own_folders(), Newcomers(by, 2 * rounds + 3) as people, signed_in(by) as browser:
        loop = Loop(lambda: _entered(browser, people.next()))
        with loop:
            bodies = iter([_body(people.next()) for _ in range(rounds + 1)])
            issues = iter([people.next() for _ in range(rounds + 1)])
            acts = [lambda: _submit(browser, next(bodies)), lambda: loop.write(next(issues), PDF)]
            ours, rival = take_turns(acts, rounds, between=browser.renew)
            wrote = people.written()
        insist(wrote["ours"] == rounds + 2 and wrote["rival"] == rounds + 1, f"写入的人数不对：{wrote}")
    what = "录入一人（会话、表单、规则、加密、留痕、600 KB 文件落盘），每秒：本系统 / 写同样的行和文件的 psycopg 循环"
    same = f"两侧写入同样的行：{loop.described}，各一份 {SIZE // 1024} KB 的文件"
    yield Line(what, p50(ours), p50(rival), p50(rival) / p50(ours), same=same)


def _entered(browser: Browser, issue: Issue) -> Member:
    """One by the product, to copy the rows of."""
    _submit(browser, _body(issue))
    member: Member = Member.objects.get(id_blind=issue.id_blind)
    kept = Upload.objects.get(archive__member=member)
    insist(kept.path.read_bytes() == PDF, "文件没有完整保存")
    return member


def _submit(browser: Browser, body: bytes) -> None:
    status = browser.post(reverse("enter"), body, MULTIPART_CONTENT)
    insist(status == 302, f"录入没有成功：{status}")


def _body(issue: Issue) -> bytes:
    """What the browser sends of a filled form: a student of 16, to whom the number was issued."""
    number = issue.opened_id()
    typed: dict[str, Any] = {
        "csrfmiddlewaretoken": TOKEN, "key": str(uuid4()), "step": "submit", "name": issue.name, "id_number": number,
        "id_number_again": number, "ethnicity": "01", "occupation": "student", "study_status": "senior",
        "education": "junior", "political_status": "league", "joined_on": issue.joined_on.isoformat(),
        "number": issue.number, "is_cadre": "no", "phone": "13800000000", "address": "演示省演示市演示路1号", "volunteer": "no",
        "file": SimpleUploadedFile("志愿书.pdf", PDF, "application/pdf"),
    }  # fmt: skip
    return bytes(encode_multipart(BOUNDARY, typed))


@contextmanager
def own_folders() -> Iterator[None]:
    """Files on the disk where files stand, in a folder that is removed; a bell that nobody hears."""
    folder = Path(settings.ARCHIVE_DIR) / "bench"
    incoming = folder / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    kept = {"ARCHIVE_DIR": folder, "FILE_UPLOAD_TEMP_DIR": str(incoming), "UPLOADS_AN_HOUR": 10**9}
    try:
        with override_settings(**kept), _nobody_hears():
            yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def _nobody_hears() -> Iterator[None]:
    """Where the broker is a folder, another one for the while. A message of a row that is gone does no harm elsewhere."""
    before = app.conf.broker_transport_options
    with TemporaryDirectory() as folder:
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            app.conf.broker_transport_options = before | dict.fromkeys(
                ("data_folder_in", "data_folder_out", "control_folder"), folder
            )
        try:
            yield
        finally:
            app.conf.broker_transport_options = before
