"""`manage.py inspect_pdf`: one line a file, in order, whatever the files are."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from archives.reasons import MESSAGES
from tests.pdfs import document, plain_pdf, scan, slow_pdf


@pytest.fixture
def inspect(capsys):
    """Lines and exit code for these files."""

    def run(*files: Path | str) -> tuple[list[dict[str, object]], int]:
        code = 0
        try:
            call_command("inspect_pdf", *map(str, files))
        except SystemExit as end:
            code = int(end.code or 0)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()], code

    return run


@pytest.fixture
def file(tmp_path):
    def write(name: str, body: bytes) -> Path:
        (tmp_path / name).write_bytes(body)
        return tmp_path / name

    return write


def test_accepted_files_end_with_code_0_and_no_reason(inspect, file):
    lines, code = inspect(file("a.pdf", plain_pdf()), file("扫描 件.pdf", scan()))
    assert code == 0
    assert [set(line) for line in lines] == [{"file", "verdict", "reason", "ms"}] * 2
    assert [(line["verdict"], line["reason"]) for line in lines] == [("accept", "")] * 2
    assert all(isinstance(line["ms"], int) and line["ms"] > 0 for line in lines)


def test_lines_stand_in_the_order_of_the_arguments(inspect, file):
    files = [
        file("slow.pdf", slow_pdf(10_000)), file("bad.pdf", b"no"), file("good.pdf", plain_pdf()),
        file("locked.pdf", document(trailer=b"/Encrypt << >>")),
    ]  # fmt: skip
    lines, code = inspect(*files)
    assert [line["file"] for line in lines] == [str(one) for one in files]
    assert [line["verdict"] for line in lines] == ["accept", "reject", "accept", "reject"]
    assert code == 1


def test_a_reason_is_a_code_and_what_to_do(inspect, file):
    (line,), _ = inspect(file("locked.pdf", document(trailer=b"/Encrypt << >>")))
    assert line["reason"] == f"encrypted：{MESSAGES['encrypted']}"


def test_what_is_no_file_is_refused_without_a_trace(inspect, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    odd = [
        tmp_path / "missing.pdf",
        tmp_path,
        tmp_path / "pipe",
        tmp_path / "loop",
        "/dev/zero",
        "x" * 5000,
        os.fsdecode(b"\xff.pdf"),
    ]
    lines, code = inspect(*odd)
    assert [line["file"] for line in lines] == [str(one) for one in odd]
    assert all(line["verdict"] == "reject" and str(line["reason"]).startswith("no_file") for line in lines)
    assert code == 1


def test_a_large_file_is_refused_by_its_size_alone(inspect, file, settings):
    settings.UPLOAD_MAX_MB = 1
    huge = file("huge.pdf", plain_pdf())
    os.truncate(huge, 40 * 2**30)  # sparse: nobody could read it in time
    just = file("just.pdf", plain_pdf() + b" " * (2**20 - len(plain_pdf())))
    lines, _ = inspect(huge, just)
    assert str(lines[0]["reason"]).startswith("too_large：大小 40960.0 MB，超过 1 MB")
    assert lines[1]["verdict"] == "accept"
