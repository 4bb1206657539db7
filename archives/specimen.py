"""A made-up 入团志愿书 as it comes from a scanner: for the demonstration and for tests, marked 演示 on every page."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from archives import specimen_pages as sheets
from archives.scanned_sheet import HIGH, PIXELS, TINT, WIDE, Scan
from archives.specimen_pages import Details

USUAL_PAGES = 12


@dataclass(frozen=True, slots=True)
class Specimen:
    """Whose 入团志愿书 it is; plain words, as they stand on the paper."""

    name: str
    sex: str
    ethnicity: str
    born_on: date
    id_number: str
    joined_on: date
    number: str
    organization: str


def specimen_pdf(person: Specimen, *, pages: int = USUAL_PAGES, seed: int) -> bytes:
    """Pictures of paper, one a page, and no text; the same bytes for the same person and seed, others for any other.

    Only what names the person is drawn anew; the other pages are kept, in a few versions.
    """
    dice = random.Random(seed)  # noqa: S311 - how the paper lay on the glass
    details = Details(
        name=person.name,
        sex=person.sex,
        ethnicity=person.ethnicity,
        born=f"{person.born_on:%Y}年{person.born_on.month}月",
        id_number=person.id_number,
        joined=f"{person.joined_on:%Y}年{person.joined_on.month}月{person.joined_on.day}日",
        number=person.number or "无",
        organization=person.organization,
    )
    own = {0: sheets.cover, 2: sheets.basics, 10: sheets.resolution}
    images = []
    for index in range(pages):
        skew, version = dice.uniform(-0.7, 0.7), dice.randrange(sheets.VERSIONS)
        images.append(
            own[index](details, skew) if index in own else sheets.common(min(index, USUAL_PAGES - 1), version)
        )
    return _pdf(images, title=f"specimen {seed}")


def _pdf(images: list[Scan], *, title: str) -> bytes:
    """Objects 1 catalogue, 2 page tree, 3 information; then page, content and image for each page."""
    width, height = (round(side * 72 / 25.4, 2) for side in (WIDE, HIGH))
    kids = b" ".join(b"%d 0 R" % (4 + 3 * place) for place in range(len(images)))
    black, white = ([round(colour[end] / 255, 3) for colour in TINT] for end in (0, 1))
    warm = f"[/Separation/Ink/DeviceRGB<</FunctionType 2/Domain[0 1]/N 1/C0{black}/C1{white}>>]".replace(
        ",", ""
    ).encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(images), kids),
        b"<</Title(%b)/Producer(demonstration)>>" % title.encode(),
    ]
    for place, image in enumerate(images):
        content = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
        first, space = 4 + 3 * place, b"/DeviceRGB" if image.coloured else warm
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {first + 1} 0 R"
            f"/Resources<</XObject<</I {first + 2} 0 R>>>>>>".encode(),
            b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace %b/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>stream\n%b\nendstream"
            % (*PIXELS, space, len(image.jpeg), image.jpeg),
        ]
    body, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    body += b"trailer<</Size %d/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, end)
    return bytes(body)
