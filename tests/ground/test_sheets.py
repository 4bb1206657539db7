"""Excel files: whatever is in a cell stays text."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from zhtj.lib.sheets import MAX_CELL, workbook


def reread(content: bytes) -> object:
    return load_workbook(BytesIO(content))


HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://example.invalid","x")',
    "+86 138",
    "-2+3",
    "@SUM(A1)",
    "#N/A",
    "TRUE",
    "202611000012",
    "000123",
    "2026-01-01",
    "\t=1",
    " 两端有空格 ",
    "<b>&amp;</b>",
    "第一行\n第二行",
    "𠮷野",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_cell_comes_back_as_the_text_it_was(text: str) -> None:
    sheet = reread(workbook("表", ["列", text], [["1", text]])).active
    for cell in (sheet["B1"], sheet["B2"], sheet["A2"]):
        assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)
    assert (sheet["A2"].value, sheet["B1"].value, sheet["B2"].value) == ("1", text, text)


def test_signs_that_no_file_may_hold_are_left_out() -> None:
    sheet = reread(workbook("表", ["列"], [["甲\x00乙\x0b丙\ud800丁\uffff"], ["长" * (MAX_CELL + 5)]])).active
    assert sheet["A2"].value == "甲乙丙丁"
    assert sheet["A3"].value == "长" * MAX_CELL


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("2026年[电子]数据库:省/市", "2026年 电子 数据库 省 市"),
        ("长" * 40, "长" * 31),
        ("'", "表1"),
        ("", "表1"),
        ("甲\x00\ud800", "甲"),
    ],
)
def test_any_title_becomes_one_that_excel_takes(asked: str, got: str) -> None:
    assert reread(workbook(asked, ["列"], [])).sheetnames == [got]


def test_the_header_stays_in_sight_and_columns_are_as_wide_as_what_is_in_them() -> None:
    sheet = reread(workbook("表", ["姓名", "说明"], [["演示团员甲", "长" * 90]])).active
    assert sheet.freeze_panes == "A2"
    assert (sheet["A1"].font.b, sheet["A2"].font.b) == (True, False)
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (12, 48)


def test_a_table_without_rows_is_its_header() -> None:
    assert [[cell.value for cell in row] for row in reread(workbook("表", ["甲", "乙"], [])).active] == [
        ["甲", "乙"]
    ]


@pytest.mark.parametrize(("rows", "sheets"), [(4, [5]), (5, [5, 2]), (8, [5, 5]), (9, [5, 5, 2])])
def test_rows_beyond_one_sheet_go_on_to_the_next_and_none_is_lost(rows: int, sheets: list[int]) -> None:
    book = reread(workbook("长" * 31, ["列"], ([str(one)] for one in range(rows)), max_rows=5))
    assert [sheet.max_row for sheet in book] == sheets
    assert [cell.value for sheet in book for cell in sheet["A"][1:]] == [str(one) for one in range(rows)]
