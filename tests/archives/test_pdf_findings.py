"""What lies beside the pages on the reviewer's desk: found in the jail, believed only when well-formed, never in the way of a verdict."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from archives import inspection, pdf
from archives.services import uploads
from tests import pdfs
from tests.pdfs import document, stream
from zhtj.lib import jail
from zhtj.lib.jail import End, Outcome

NOTHING = {"blank": [], "sideways": [], "coarse": [], "dpi": 0, "numbers": []}
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


@pytest.fixture
def find(tmp_path):
    path = tmp_path / "file.pdf"

    def look(body: bytes, pages: int = 12) -> dict[str, object]:
        path.write_bytes(body)
        return pdf.find(path, pages=pages)

    return look


def saying(*lines: str, page: bytes = b"") -> bytes:
    """A page with these lines in its text layer."""
    text = b" ".join(b"(%s) Tj 0 -40 Td" % line.encode() for line in lines)
    drawn = stream(b"BT /F 24 Tf 60 700 Td %s ET" % text)
    use = b"/Resources << /Font << /F 3 0 R >> >> /Contents 4 0 R "
    return document([FONT, drawn], page=use + page)


def scanned(dpi: int, tone: int = 245) -> bytes:
    """A4 as a scanner sees it: paper that is not quite white, with a frame drawn on it."""
    size = (round(8.27 * dpi), round(11.69 * dpi))
    first, second = Image.new("L", size, tone), Image.new("L", size, tone)
    ImageDraw.Draw(first).rectangle((size[0] // 5, size[1] // 5, size[0] // 2, size[1] // 2), fill=30)
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=[second], resolution=dpi)
    return out.getvalue()


def test_a_page_without_marks_is_blank_whatever_the_tone_of_its_paper(find):
    assert find(scanned(200))["blank"] == find(scanned(200, tone=190))["blank"] == [2]
    assert find(pdfs.plain_pdf(3))["blank"] == [1, 2, 3]
    assert find(saying("a few words"))["blank"] == []


def test_a_page_is_sideways_as_it_is_shown(find):
    assert find(saying("x", page=b"/Rotate 90"))["sideways"] == [1]
    assert find(saying("x").replace(b"[0 0 595 842]", b"[0 0 842 595]"))["sideways"] == [1]
    turned = saying("x", page=b"/Rotate 270").replace(b"[0 0 595 842]", b"[0 0 842 595]")
    assert find(turned)["sideways"] == find(saying("x"))["sideways"] == []


def test_a_coarse_scan_is_found_with_its_resolution(find):
    found = find(scanned(60))
    assert (found["coarse"], found["dpi"]) == ([1, 2], 60)
    assert find(scanned(150))["coarse"] == find(saying("no picture"))["coarse"] == []


def test_numbers_in_the_text_layer_are_those_of_twelve_digits_that_begin_with_a_year(find):
    found = find(saying("202211000001 2023 11 000002", "110101200601010018 031122223333", "202211000001"))
    assert found["numbers"] == ["202211000001", "202311000002"]
    many = [f"2022110000{n:02}" for n in range(30)]
    assert find(saying(*many))["numbers"] == many[: pdf.MAX_NUMBERS]


@pytest.mark.parametrize("make", [pdfs.self_drawing, lambda: pdfs.scan()[:-150], lambda: b"", lambda: b"PK"])
def test_a_file_that_breaks_the_drawing_has_no_findings(find, make):
    assert find(make()) == {}


def test_a_file_that_is_gone_has_no_findings(tmp_path):
    assert pdf.find(tmp_path / "gone.pdf", pages=1) == {}


@pytest.mark.parametrize(
    "said",
    [
        b"", b"null", b"[]", b"{", b"[" * 4000,
        *(json.dumps(NOTHING | change).encode() for change in (
            {"more": 1}, {"blank": [0]}, {"blank": [4]}, {"blank": [True]}, {"blank": "12"}, {"sideways": [1, 1, 1, 1]},
            {"coarse": ["1"]}, {"dpi": -1}, {"dpi": 1.5}, {"dpi": 10**6}, {"numbers": ["20221100000x"]}, {"numbers": ["1" * 13]},
            {"numbers": ["１" * 12]}, {"numbers": [202211000001]}, {"numbers": {}}, {"numbers": ["202211000001"] * 21},
        )),
    ],
)  # fmt: skip
def test_what_a_hijacked_process_says_is_not_believed(find, monkeypatch, said):
    monkeypatch.setattr(jail, "run", lambda *_, **__: Outcome(End.FINISHED, said))
    assert find(pdfs.plain_pdf(), pages=3) == {}


def test_what_is_well_formed_is_believed(find, monkeypatch):
    said = NOTHING | {"blank": [3], "dpi": 72, "numbers": ["202211000001"]}
    monkeypatch.setattr(jail, "run", lambda *_, **__: Outcome(End.FINISHED, json.dumps(said).encode()))
    assert find(pdfs.plain_pdf(), pages=3) == said


def inspected(role, body: bytes):
    upload = uploads.store(SimpleUploadedFile("a.pdf", body), organization=role.organization, by=role)
    inspection.inspect(upload.pk)
    upload.refresh_from_db()
    return upload


def test_an_inspected_file_keeps_its_findings(branch_role):
    assert inspected(branch_role, scanned(60)).findings == NOTHING | {
        "blank": [2],
        "coarse": [1, 2],
        "dpi": 60,
    }


def test_a_file_without_findings_is_as_usable_as_any(branch_role):
    upload = inspected(branch_role, pdfs.self_drawing())
    assert (upload.state, upload.findings) == ("usable", {})


def test_nothing_is_looked_for_in_a_refused_file(branch_role):
    upload = inspected(branch_role, pdfs.with_action(b"<< /S /JavaScript /JS (x) >>"))
    assert (upload.state, upload.findings) == ("unusable", {})
