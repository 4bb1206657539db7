"""The made-up 入团志愿书: looks scanned, names the person, and is accepted by our own inspection."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from archives import pdf, scanned_sheet
from archives.specimen import USUAL_PAGES, Specimen, specimen_pdf

PERSON = Specimen(
    name="演示王一诺",
    sex="女",
    ethnicity="汉族",
    born_on=date(2006, 5, 4),
    id_number="110101200605040004",
    joined_on=date(2020, 12, 9),
    number="202011204001",
    organization="演示第一中学高一1班团支部",
)


@pytest.fixture
def kept(tmp_path):
    def keep(content):
        path = tmp_path / f"{hashlib.sha256(content).hexdigest()}.pdf"
        path.write_bytes(content)
        return path

    return keep


@pytest.fixture(scope="module")
def pages():
    """What a reader of the file sees. Our own file, so it may be drawn in this process."""
    document = pypdfium2.PdfDocument(specimen_pdf(PERSON, seed=1))
    drawn = [sheet.render(scale=1).to_pil().convert("RGB") for sheet in document]
    document.close()
    return drawn


def test_it_has_twelve_pages_and_is_accepted_without_a_warning(kept):
    verdict = pdf.inspect(kept(specimen_pdf(PERSON, seed=1)), max_pages=100)
    assert (verdict.accepted, verdict.pages, verdict.warnings) == (True, USUAL_PAGES, ())


def test_it_is_small_enough_for_hundreds_of_people():
    assert 100_000 < len(specimen_pdf(PERSON, seed=1)) < 400_000


def test_the_same_person_and_seed_give_the_same_bytes():
    assert specimen_pdf(PERSON, seed=5) == specimen_pdf(PERSON, seed=5)


def test_no_two_people_and_no_two_seeds_share_a_file():
    files = [
        specimen_pdf(replace(PERSON, name=f"演示{sign}"), seed=seed) for sign in "甲乙" for seed in (1, 2)
    ]
    assert len({hashlib.sha256(content).hexdigest() for content in files}) == len(files)


@pytest.mark.parametrize("count", [1, 3, 14])
def test_it_has_as_many_pages_as_asked_for(kept, count):
    assert pdf.inspect(kept(specimen_pdf(PERSON, pages=count, seed=1)), max_pages=100).pages == count


@pytest.mark.parametrize("number", range(1, USUAL_PAGES + 1))
def test_every_page_is_paper_with_something_on_it(pages, number):
    shades = pages[number - 1].convert("L").histogram()
    total = sum(shades)
    assert sum(shades[200:]) > 0.8 * total, "mostly paper"
    assert sum(shades[:150]) > 0.001 * total, "with ink on it"


def test_the_page_of_decisions_bears_a_red_mark(pages):
    decided = pages[11 - 1]
    assert (
        sum(
            1 for red, green, blue in decided.get_flattened_data() if red > 170 and green < 110 and blue < 110
        )
        > 300
    )


def test_the_paper_has_one_colour_whether_or_not_something_red_is_on_it(pages):
    plain, stamped = (pages[number - 1].getpixel((300, 30)) for number in (4, 11))
    assert all(abs(one - other) <= 6 for one, other in zip(plain, stamped, strict=True))


def test_a_sign_the_font_does_not_have_becomes_a_box(kept):
    font = scanned_sheet._font(scanned_sheet.PEN, 5)
    box = bytes(font.getmask("\U00030000"))
    assert any(box)
    assert bytes(font.getmask("鿾")) == box != bytes(font.getmask("演"))
    odd = replace(PERSON, name="演示鿾·\U00020000\n\x00", organization="演" * 300, number="")
    assert pdf.inspect(kept(specimen_pdf(odd, seed=1)), max_pages=100).accepted


@pytest.mark.parametrize(
    "word", ["汉族", "维吾尔族", "男女", "共青团", "0123456789X", "年月日", "入团志愿书"]
)
def test_usual_words_are_not_boxes(word):
    font = scanned_sheet._font(scanned_sheet.PEN, 5)
    box = bytes(font.getmask("\U00030000"))
    assert all(bytes(font.getmask(sign)) != box for sign in word)
