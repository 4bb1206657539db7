"""What the inspection takes and what it refuses, each with a file built by hand."""

from __future__ import annotations

import io
import json
import random

import pypdf
import pytest
from PIL import Image

from archives import pdf
from archives.reasons import MESSAGES
from tests import pdfs
from tests.pdfs import (
    FIRST,
    PAGES,
    classic,
    compressed,
    document,
    objects,
    stream,
    with_action,
    with_annotation,
)
from zhtj.lib import jail

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LAUNCH = b"<< /S /Launch /F (cmd.exe) >>"
OPEN = b"/OpenAction 3 0 R"


@pytest.fixture
def inspect(tmp_path):
    path = tmp_path / "file.pdf"

    def look(body: bytes, max_pages: int = 100) -> pdf.Verdict:
        path.write_bytes(body)
        return pdf.inspect(path, max_pages=max_pages)

    return look


def signed() -> bytes:
    field = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) /Rect [0 0 9 9] /V 4 0 R >>"
    signature = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached"
        b" /ByteRange [0 9 20 9] /Contents <00> >>"
    )
    catalog = b"/AcroForm << /Fields [3 0 R] /SigFlags 3 >>"
    return document([field, signature], catalog=catalog, page=b"/Annots [3 0 R]")


def link() -> bytes:
    action = b"/A << /S /URI /URI (https://example.cn/) >>"
    return with_annotation(b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] %s >>" % action)


def slides() -> bytes:
    """Pages that turn by themselves and an action that only moves about in the file."""
    entries = b"/AA << /O 3 0 R >> /Trans << /S /Dissolve >> /Dur 3"
    return document([b"<< /S /Named /N /NextPage /Next << /S /GoTo /D [4 0 R /Fit] >> >>"], page=entries)


def scanned_by_pillow() -> bytes:
    sheets = [Image.new(mode, (620, 877), 1) for mode in ("L", "1", "RGB")]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


GOOD = {
    "a plain page": pdfs.plain_pdf,
    "a scan that is only images": pdfs.scan,
    "a plain form": pdfs.form,
    "a web link": link,
    "an incremental update": lambda: pdfs.updated(pdfs.plain_pdf(), PAGES, objects()[PAGES]),
    "a script removed by a later update": lambda: pdfs.updated(with_action(SCRIPT), FIRST, b"<< /S /GoTo /D [4 0 R /Fit] >>"),
    "a signature": signed,
    "page transitions": slides,
    "grey, black-and-white and colour scans": scanned_by_pillow,
    "linearised": lambda: document([b"<< /Linearized 1 /L 999 /H [1 2] /O 4 /E 9 /N 1 /T 9 >>"]),
    "object streams": lambda: compressed(objects(pages=3)),
    "PDF 2.0": lambda: document(version=b"2.0"),
    "blanks after the end": lambda: pdfs.plain_pdf() + b"\r\n\x00 \n",
    "words that only sound dangerous": lambda: document([b"<< /Title (/JavaScript /Launch) >>"], trailer=b"/Info 3 0 R"),
    "the most pages": lambda: pdfs.plain_pdf(100),
    "a small file that unpacks to 60 MB of drawing": pdfs.flate_bomb,
}  # fmt: skip


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD.keys())
def test_an_ordinary_file_is_accepted(inspect, make):
    verdict = inspect(make())
    assert (verdict.accepted, verdict.reason, verdict.warnings) == (True, "", ())
    assert verdict.pages >= 1


REPAIRED = {
    "a wrong startxref": lambda: pdfs.scan().replace(b"startxref\n", b"startxref\n9"),
    "a wrong offset": lambda: pdfs.scan().replace(b"0000000015 00000 n", b"0000000022 00000 n"),
    "no cross-reference": lambda: pdfs.scan().replace(b"xref\n0 ", b"    \n0 "),
    "a reference to nothing": lambda: document(page=b"/Contents 77 0 R"),
    "object streams with a wrong startxref": lambda: compressed(objects()).replace(b"startxref\n", b"startxref\n9"),
}  # fmt: skip


@pytest.mark.parametrize("make", REPAIRED.values(), ids=REPAIRED.keys())
def test_a_broken_file_any_viewer_repairs_is_accepted_with_a_warning(inspect, make):
    verdict = inspect(make())
    assert (verdict.accepted, verdict.reason, verdict.warnings) == (True, "", ("repaired",))


FRAME = {
    "empty": [b""],
    "not_pdf": [b"\n" + pdfs.plain_pdf(), b"PK\x03\x04", b"%PDF-3.0\n%%EOF", b"%PDF-x"],
    "truncated": [pdfs.scan()[:-150], b"%PDF-1.7\n"],
    "trailing_data": [pdfs.plain_pdf() + b"PK\x03\x04zip", pdfs.plain_pdf() + b"<script>"],
    "unreadable": [
        b"%PDF-1.7\nhello\n%%EOF",
        pdfs.plain_pdf().replace(b"/Root 1 0 R", b"").replace(b"/Catalog", b"/Bogus"),
        document().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
    ],
    "no_pages": [pdfs.plain_pdf(0)],
    "too_many_pages": [pdfs.plain_pdf(101)],
    "encrypted": [
        document([b"<< /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -1 >>"], trailer=b"/Encrypt 3 0 R /ID [(a) (b)]"),
        document([b"<< /Filter /Standard /V 5 /R 6 >>"], trailer=b"/Encrypt 3 0 R"),
        document([b"<< /Filter /SomebodysOwn >>"], trailer=b"/Encrypt 3 0 R"),
        document(trailer=b"/Encrypt << >>"),
        document(trailer=b"/#45ncrypt << >>"),
        compressed(objects(), trailer=b"/Encrypt << >>"),
        document(trailer=b"/Encrypt << >>").replace(b"startxref\n", b"startxref\n9"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "body"), [(code, body) for code, bodies in FRAME.items() for body in bodies]
)
def test_a_file_that_is_no_readable_open_pdf_is_refused(inspect, reason, body):
    verdict = inspect(body)
    assert (verdict.accepted, verdict.reason) == (False, reason)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_encryption_that_asks_for_no_password_is_encryption_all_the_same(inspect, algorithm):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("", "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    assert inspect(out.getvalue()).reason == "encrypted"


def annotation(subtype: bytes, more: bytes = b"") -> bytes:
    return with_annotation(b"<< /Type /Annot /Subtype /%s /Rect [0 0 9 9] %s >>" % (subtype, more))


ACTIVE = {
    "active_script": {
        "on opening": with_action(SCRIPT),
        "with escaped names": with_action(b"<< /#53 /J#61va#53cript /#4a#53 (x) >>"),
        "in an object stream": compressed(objects([SCRIPT], catalog=OPEN)),
        "by name": document([b"<< /Names [(a) 4 0 R] >>", SCRIPT], catalog=b"/Names << /JavaScript 3 0 R >>"),
        "on a key": document(page=b"/AA << /O << /S /JavaScript /JS (x) >> >>"),
        "in a text stream": document(
            [b"<< /S /JavaScript /JS 4 0 R >>", stream(b"app.alert(1)")], catalog=OPEN
        ),
        "type behind a reference": document([b"<< /S 4 0 R >>", b"/JavaScript"], catalog=OPEN),
        "next to a harmless action": with_action(b"<< /S /GoTo /D (a) /Next [<< /S /JavaScript >>] >>"),
        "reached from nowhere": document([SCRIPT]),
        "added by an update": pdfs.updated(with_action(b"<< /S /GoTo >>"), FIRST, SCRIPT),
        "behind a wrong startxref": compressed(objects([SCRIPT])).replace(b"startxref\n", b"startxref\n9"),
        "in a field": document(
            [b"<< /FT /Tx /T (a) /AA << /K << /S /JavaScript /JS (x) >> >> >>"],
            catalog=b"/AcroForm << /Fields [3 0 R] >>",
        ),
    },
    "active_action": {
        "Launch": with_action(LAUNCH),
        "SubmitForm": with_action(b"<< /S /SubmitForm /F (http://example.cn) >>"),
        "ImportData": with_action(b"<< /S /ImportData /F (a.fdf) >>"),
        "GoToR": with_action(b"<< /S /GoToR /F (other.pdf) /D [0 /Fit] >>"),
        "GoToE": with_action(b"<< /S /GoToE /T << /R /C >> >>"),
        "second of two values of one key": with_action(b"<< /S /URI /URI (x) /S /Launch /F (cmd.exe) >>"),
        "behind a value pypdf cannot read": document(
            catalog=b"/OpenAction << /S /GoTo /D [ <zz> } ] /S /Launch >>"
        ),
        "escaped in a half-read object": document(
            catalog=b"/OpenAction << /S /GoTo /D [ } ] /S /L#61unch >>"
        ),
    },
    "active_media": {
        "Rendition": with_action(b"<< /S /Rendition /OP 0 >>"),
        "Movie": with_action(b"<< /S /Movie /T (m) >>"),
        "Sound": with_action(b"<< /S /Sound /Sound 4 0 R >>"),
        "a film": annotation(b"Movie", b"/Movie << /F (m.avi) >>"),
        "a sound": annotation(b"Sound"),
        "a screen": annotation(b"Screen"),
        "rich media": annotation(b"RichMedia"),
        "3D": annotation(b"3D", b"/3DD 4 0 R"),
        "renditions by name": document(catalog=b"/Names << /Renditions << /Names [] >> >>"),
    },
    "active_attachment": {
        "by name": document([b"<< /Names [] >>"], catalog=b"/Names << /EmbeddedFiles 3 0 R >>"),
        "pinned to a page": annotation(b"FileAttachment", b"/FS << /F (a) >>"),
        "a file": document([b"<< /Type /Filespec /F (a) /EF << /F 4 0 R >> >>", stream(b"MZ")]),
        "a stream": document([stream(b"MZ", b"/Type /EmbeddedFile")]),
        "a portfolio": document(catalog=b"/Collection << /View /D >>"),
    },
    "active_form": {"XFA": document([stream(b"<xdp/>")], catalog=b"/AcroForm << /XFA 3 0 R /Fields [] >>")},
}


@pytest.mark.parametrize(
    ("reason", "body"),
    [pytest.param(code, body, id=f"{code}, {name}") for code, all_ in ACTIVE.items() for name, body in all_.items()],
)  # fmt: skip
def test_whatever_acts_by_itself_is_refused(inspect, reason, body):
    verdict = inspect(body)
    assert (verdict.accepted, verdict.reason) == (False, reason)


def test_the_number_of_pages_is_a_setting(inspect):
    assert inspect(pdfs.plain_pdf(12), max_pages=12).accepted
    assert inspect(pdfs.plain_pdf(13), max_pages=12).reason == "too_many_pages"


NASTY = {
    "references in a circle": document([b"4 0 R", b"3 0 R"], catalog=b"/Extra 3 0 R"),
    "an object that is itself": document([b"3 0 R"], catalog=b"/Extra 3 0 R"),
    "pages in a circle": document([b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]).replace(b"/Kids [4 0 R]", b"/Kids [3 0 R]"),
    "deep nesting": pdfs.nested_arrays(20_000),
    "an object stream in itself": compressed(objects()).replace(b"/Type /ObjStm", b"/Extends 5 0 R /Type /ObjStm"),
    "an object stream of 300 MB": pdfs.object_stream_bomb(),
    "a cross-reference of a thousand million": pdfs.plain_pdf().replace(b"xref\n0 4", b"xref\n0 999999999"),
    "a page tree of 100,000 times one page": document(pages=1).replace(
        b"/Kids [3 0 R]", b"/Kids [" + b"3 0 R " * 100_000 + b"]"
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY.keys())
def test_a_trap_for_parsers_gets_a_verdict(inspect, body):
    verdict = inspect(body)
    assert verdict.accepted or verdict.reason in MESSAGES


def test_more_than_200_000_objects_are_too_complex(inspect):
    body = classic({**objects(), **dict.fromkeys(range(4, 200_002), b"0")})
    assert inspect(body).reason == "too_complex"


def test_a_hundred_thousand_references_to_nothing_take_no_time(inspect):
    crowd = b"".join(b"%d 0 R " % number for number in range(9, 20_009))
    crowds = [b"[%s]" % crowd] * 5
    assert inspect(document(crowds)).accepted


def test_one_object_of_endless_length_is_too_complex(inspect):
    assert inspect(document([b"[%s]" % (b"0 " * 300_000)])).reason == "too_complex"


MANY = """
import json, runpy, sys
child = runpy.run_path({child!r})
child["confine"]()
bodies = [bytes.fromhex(line) for line in sys.stdin]
print(json.dumps([child["judge"](body, 100) for body in bodies]))
"""


def test_no_damage_makes_the_parser_hang_or_crash(tmp_path):
    """Two hundred damaged files in one jail: each gets a verdict we know, within the limits of a single file."""
    dice = random.Random(20260901)
    seeds = [pdfs.scan(), pdfs.form(), signed(), compressed(objects(pages=2)), with_action(SCRIPT)]
    bodies = tmp_path / "bodies"
    bodies.write_text("\n".join(mutant(dice.choice(seeds), dice).hex() for _ in range(200)))
    script = tmp_path / "many.py"
    script.write_text(MANY.format(child=str(pdf.CHILD)))
    with bodies.open("rb") as file:
        outcome = jail.run(script, [], stdin=file, max_output=100_000)
    assert outcome.end == jail.End.FINISHED
    answers = json.loads(outcome.output)
    assert len(answers) == 200
    assert {one["verdict"] for one in answers} == {"accept", "reject"}
    assert {one["reason"] for one in answers} <= {"", *MESSAGES}


def mutant(body: bytes, dice: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(8, len(changed) - 8)
        match dice.randrange(4):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                del changed[at : at + dice.randrange(1, 8)]
            case 2:
                changed[at:at] = changed[dice.randrange(len(changed)) :][: dice.randrange(1, 30)]
            case _:
                changed[at : at + 1] = b"%d" % dice.randrange(10**9)
    return bytes(changed)
