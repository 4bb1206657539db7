"""PDF files built by hand, good and nasty: every byte is ours, so a test can say exactly what is wrong with one."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw

CATALOG, PAGES, FIRST = 1, 2, 3
"""Numbers of the catalogue, the page tree, and the first further object of `document`."""


def document(
    extras: Sequence[bytes] = (),
    *,
    pages: int = 1,
    catalog: bytes = b"",
    page: bytes = b"",
    trailer: bytes = b"",
    version: bytes = b"1.7",
) -> bytes:
    """A file with a classic cross-reference; `extras` are objects FIRST, FIRST + 1 …, entries are added where named."""
    return classic(objects(extras, pages=pages, catalog=catalog, page=page), trailer=trailer, version=version)


def objects(
    extras: Sequence[bytes] = (), *, pages: int = 1, catalog: bytes = b"", page: bytes = b""
) -> dict[int, bytes]:
    start = FIRST + len(extras)
    kids = b" ".join(b"%d 0 R" % number for number in range(start, start + pages))
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>" % page
    return {
        CATALOG: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        PAGES: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        **dict(enumerate(extras, FIRST)),
        **dict.fromkeys(range(start, start + pages), sheet),
    }


def classic(bodies: dict[int, bytes], *, trailer: bytes = b"", version: bytes = b"1.7") -> bytes:
    out = bytearray(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version)
    places = _write(out, bodies)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(bodies))
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1,
        trailer,
        start,
    )
    return bytes(out)


def compressed(bodies: dict[int, bytes], *, trailer: bytes = b"") -> bytes:
    """The same objects in one object stream, with a cross-reference stream (PDF 1.5)."""
    numbers = sorted(bodies)
    holder, table = max(numbers) + 1, max(numbers) + 2
    offsets, body = [], bytearray()
    for number in numbers:
        offsets.append(b"%d %d" % (number, len(body)))
        body += bodies[number] + b"\n"
    head = b" ".join(offsets) + b"\n"
    packed = zlib.compress(head + bytes(body))
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = _write(
        out,
        {
            holder: stream(
                packed, b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (len(numbers), len(head))
            )
        },
    )
    start = len(out)
    rows = [b"\x00\x00\x00\x00\xff"]
    rows += [b"\x02" + holder.to_bytes(3) + index.to_bytes(1) for index in range(len(numbers))]
    rows += [b"\x01" + places[holder].to_bytes(3) + b"\x00", b"\x01" + start.to_bytes(3) + b"\x00"]
    entries = b"/Type /XRef /W [1 3 1] /Size %d /Root 1 0 R /Filter /FlateDecode %s" % (table + 1, trailer)
    _write(out, {table: stream(zlib.compress(b"".join(rows)), entries)})
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def updated(before: bytes, number: int, body: bytes) -> bytes:
    """An incremental update: one object replaced, appended to the unchanged file."""
    old = int(before.rsplit(b"startxref", 1)[1].split()[0])
    out = bytearray(before)
    places = _write(out, {number: body})
    start = len(out)
    out += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 50 /Root 1 0 R /Prev %d >>\n" % (
        number,
        places[number],
        old,
    )
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def _write(out: bytearray, bodies: dict[int, bytes]) -> dict[int, int]:
    places = {}
    for number in sorted(bodies):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, bodies[number])
    return places


def plain_pdf(pages: int = 1) -> bytes:
    """The simplest good file."""
    return document(pages=pages)


def slow_pdf(count: int = 30_000) -> bytes:
    """A good file that takes the inspection seconds: very many objects, though not too many."""
    return document([b"[ << /A 1 >> << /B 2 >> ]"] * count)


def scan(pages: int = 2) -> bytes:
    """Pages that are nothing but an image, as a scanner makes them."""
    return classic(_scanned(pages))


def _scanned(pages: int) -> dict[int, bytes]:
    image = Image.new("L", (330, 467), 245)
    ImageDraw.Draw(image).rectangle((40, 60, 280, 400), outline=40, width=3)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=60)
    entries = (
        b"/Type /XObject /Subtype /Image /Width 330 /Height 467 "
        b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode"
    )
    drawing = stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    use = b"/Resources << /XObject << /Im0 3 0 R >> >> /Contents 4 0 R"
    return objects([stream(jpeg.getvalue(), entries), drawing], pages=pages, page=use)


def form() -> bytes:
    """A plain form with one filled-in text field."""
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (demo) /DA (/Helv 30 Tf 0 g) /Rect [50 700 400 760] /AP << /N 5 0 R >> >>"
    helvetica = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    looks = stream(
        b"/Tx BMC q BT /Helv 30 Tf 5 10 Td (demo) Tj ET Q EMC",
        b"/Type /XObject /Subtype /Form /BBox [0 0 350 60] /Resources << /Font << /Helv 4 0 R >> >>",
    )
    catalog = b"/AcroForm << /Fields [3 0 R] /DR << /Font << /Helv 4 0 R >> >> /DA (/Helv 0 Tf 0 g) >>"
    return document([field, helvetica, looks], catalog=catalog, page=b"/Annots [3 0 R]")


def with_action(action: bytes) -> bytes:
    """Something happens when the file is opened."""
    return document([action], catalog=b"/OpenAction 3 0 R")


def with_annotation(annotation: bytes, more: Iterable[bytes] = ()) -> bytes:
    return document([annotation, *more], page=b"/Annots [3 0 R]")


def nested_arrays(depth: int) -> bytes:
    return document([b"[" * depth + b"]" * depth])


def flate_bomb(size: int = 60_000_000) -> bytes:
    """A content stream of a few KB that unpacks to `size`."""
    squeezed = zlib.compress(b"0" * size, 9)
    return document([stream(squeezed, b"/Filter /FlateDecode")], page=b"/Contents 3 0 R")


def object_stream_bomb(size: int = 300_000_000) -> bytes:
    """An object stream that unpacks to more than the jail's memory."""
    packer = zlib.compressobj(9)
    squeezed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()
    body = stream(squeezed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    good = compressed(objects())
    holder = good.index(b"obj\n")
    return good[: holder + 4] + body + b"\nendobj\n%%EOF\n"


def self_drawing() -> bytes:
    """A form XObject that draws itself twice: pdfium was seen to run out of memory on such a file."""
    entries = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 3 0 R /Y 4 0 R >> >>"
    )
    other = entries.replace(b"/X 3 0 R /Y 4 0 R", b"/X 4 0 R /Y 3 0 R")
    return document(
        [stream(b"/X Do /Y Do", entries), stream(b"/X Do /Y Do", other)],
        page=b"/Resources << /XObject << /X 3 0 R >> >> /Contents 5 0 R",
    ).replace(b"/Contents 5 0 R", b"/Contents 3 0 R")
