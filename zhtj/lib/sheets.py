"""Excel files for people: every cell is text, so that nothing in it is ever a formula and 000 stays 000."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MAX_ROWS = 1_048_576  # of one sheet, in Excel
MAX_CELL = 32_767
_SAMPLE = 200  # rows that decide how wide the columns are
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], *, max_rows: int = MAX_ROWS
) -> bytes:
    """An xlsx with a bold, frozen header; rows beyond what a sheet holds go on to the next one."""
    book = Workbook(write_only=True)
    book.properties.creator = "智慧团建"
    rest = iter(rows)
    name, number = sheet_title(title), 1
    while True:
        following = next(rest, None)
        if following is None and number > 1:
            break
        some = chain([following] if following is not None else [], islice(rest, max_rows - 2))
        _write(book, name if number == 1 else f"{name[:26]}({number})", header, some)
        if following is None:
            break
        number += 1
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def sheet_title(title: str) -> str:
    """At most 31 signs, without those Excel refuses."""
    return _NOT_IN_TITLE.sub(" ", legible(title)).strip("' ")[:31].rstrip("' ") or "表1"


def legible(text: str) -> str:
    """Without the signs that no XML file may hold, and no longer than a cell."""
    return _ILLEGAL.sub("", text)[:MAX_CELL]


def _write(book: Workbook, title: str, header: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    first = list(islice(rows, _SAMPLE))
    for place, width in enumerate(_widths(header, first), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    plain, bold = _style(sheet), _style(sheet, bold=True)
    sheet.append([_cell(sheet, text, bold) for text in header])
    for row in chain(first, rows):
        sheet.append([_cell(sheet, text, plain) for text in row])


def _style(sheet: object, *, bold: bool = False) -> object:
    """Text format, and the mark of a leading apostrophe: the cell is still text after somebody edits it."""
    cell = WriteOnlyCell(sheet, "")
    cell.number_format = "@"
    cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell._style


def _cell(sheet: object, text: str, style: object) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell._value = legible(text)
    cell.data_type = (
        "s"  # set outright: left to itself openpyxl makes a formula of “=…” and an error of “#N/A”
    )
    cell._style = style
    return cell


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    longest = [_width(text) for text in header]
    for row in rows:
        for place, text in enumerate(row[: len(longest)]):
            longest[place] = max(longest[place], _width(text))
    return [min(max(one + 2, 8), 48) for one in longest]


def _width(text: str) -> int:
    """Chinese signs are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text[:48])
