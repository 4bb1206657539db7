"""Page images are drawn in the jail; what cannot be drawn is a clean failure."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from archives import pdf
from tests import pdfs


@pytest.fixture
def draw(tmp_path):
    path = tmp_path / "file.pdf"

    def page(body: bytes, number: int = 1, width: int = 600) -> Image.Image:
        path.write_bytes(body)
        return Image.open(io.BytesIO(pdf.render_page(path, number, width)))

    return page


def test_a_page_becomes_a_webp_image_of_the_width_asked_for(draw):
    image = draw(pdfs.scan(2), 2, 600)
    assert (image.format, image.width) == ("WEBP", 600)
    assert abs(image.height - 849) <= 2
    assert image.convert("L").getextrema()[0] < 100  # the frame of the scan


def test_what_was_typed_into_a_form_is_on_the_image(draw):
    typed = draw(pdfs.form()).convert("L").crop((50, 80, 400, 145))
    assert typed.getextrema()[0] < 100


@pytest.mark.parametrize("box", [b"[0 0 1 14000]", b"[0 0 14000 1]", b"[0 0 200000 200000]", b"[0 0 0 0]"])
def test_an_odd_page_has_a_bounded_image(draw, box):
    body = pdfs.plain_pdf().replace(b"[0 0 595 842]", box)
    try:
        image = draw(body, width=1_000_000)
    except pdf.PageUnreadable:
        return
    assert image.width <= 2000 and image.width * image.height <= 12_100_000


@pytest.mark.parametrize("number", [0, -1, 3, 10**12])
def test_a_page_that_is_not_there_is_unreadable(draw, number):
    with pytest.raises(pdf.PageUnreadable):
        draw(pdfs.scan(2), number)


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.7\n%%EOF", pdfs.self_drawing()], ids=["empty", "junk", "draws itself"]
)
def test_a_file_that_breaks_the_renderer_is_unreadable(draw, body):
    with pytest.raises(pdf.PageUnreadable):
        draw(body)


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(pdf.PageUnreadable):
        pdf.render_page(tmp_path / "missing.pdf", 1, 600)
