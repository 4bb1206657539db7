"""Pasted lists and workbooks: what people have is read as they see it, and nothing is taken for what it is not."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.worksheet.formula import ArrayFormula

from zhtj.lib import table
from zhtj.lib.table import TableUnreadable, read_table, under_header


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(content: bytes, name: str = "名单.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refusal(**given) -> str:
    with pytest.raises(TableUnreadable) as refused:
        read_table(**given)
    return str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "张三\t110101201005040011\t2026-05-04\n李四\t\t2026/5/4\n",
        "张三,110101201005040011,2026-05-04\r\n李四,,2026/5/4",
        "张三，110101201005040011，2026-05-04\n\n  \n李四，，2026/5/4\n,,,\n",
        "\ufeff 张三 \t　110101201005040011\t2026-05-04\xa0\n李四\t\t2026/5/4\t\t",
        '"张三"\t110101201005040011\t2026-05-04\n李四\t"\n"\t2026/5/4',
    ],
)
def test_tabs_commas_and_full_width_marks_give_the_same_cells(text):
    assert read_table(text) == [["张三", "110101201005040011", "2026-05-04"], ["李四", "", "2026/5/4"]]


@pytest.mark.parametrize("text", ["张三  1101　　高中", " 张三 1101 高中 ", "张三   1101   高中"])
def test_blanks_part_cells_where_nothing_else_does(text):
    assert read_table(text) == [["张三", "1101", "高中"]]


def test_a_single_blank_within_a_cell_stays_where_wider_ones_part_the_cells():
    assert read_table("阿不都 热合曼   1101") == [["阿不都 热合曼", "1101"]]


def test_a_quote_that_nobody_closes_swallows_no_line():
    assert read_table('"张三\t1\n李四\t2') == [['"张三', "1"], ["李四", "2"]]


def test_an_empty_first_cell_keeps_its_column():
    assert read_table("\t张三\t1101") == [["", "张三", "1101"]]


def test_nothing_and_too_much_are_said():
    assert refusal(text=" \n\t\n") == "没有内容，请粘贴名单或选择表格文件"
    assert read_table("a\nb", limit=2) == [["a"], ["b"]]
    assert refusal(text="a\nb\n\nc", limit=2) == "一次最多 2 行，现有 3 行，请分几次提交"
    assert "有 40 列" in refusal(text="\t".join("a" * 40))


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\ud800"])
def test_signs_no_column_can_store_are_named_by_place(sign):
    assert "第 2 行第 2 列有看不见的字符" in refusal(text=f"a\tb\nc\td{sign}d")


@pytest.mark.parametrize("number", ["1.10101E+17", "1.101012E17", "２E+17", "1.1e+17"])
def test_scientific_notation_in_a_pasted_list_is_lost_digits(number):
    words = refusal(text=f"张三\t110101201005040011\n李四\t{number}")
    assert words.startswith("第 2 行第 2 列（") and "末几位数字已经丢失" in words and "“文本”" in words


def test_a_workbook_is_read_as_people_see_it():
    content = workbook(
        ("姓名", "身份证号码", "入团时间"),
        (None, None, None),
        (" 张三 ", "11010120100504001X", date(2026, 5, 4)),
        ("李四", 202611000001, datetime(2026, 5, 4, 0, 0)),
        ("王五", 12.0, "2026年5月4日"),
        ("赵六", 12.5, True),
    )
    assert read_table(file=sent(content)) == [
        ["姓名", "身份证号码", "入团时间"],
        ["张三", "11010120100504001X", "2026-05-04"],
        ["李四", "202611000001", "2026-05-04"],
        ["王五", "12", "2026年5月4日"],
        ["赵六", "12.5", "True"],
    ]


@pytest.mark.parametrize("number", [110101201005040011, 1.10101201005040e17, 110101201005040011.0])
def test_an_id_number_stored_as_a_number_is_never_taken(number):
    words = refusal(file=sent(workbook(("张三", "x"), ("李四", number))))
    assert words.startswith("单元格 B2 的号码是按数字保存的") and "“文本”" in words


def test_many_lost_numbers_are_counted_and_the_first_are_named():
    words = refusal(file=sent(workbook(*[(f"甲{at}", 110101201005040011) for at in range(25)])))
    assert "B1、B2" in words and "B10等 25 处" in words and "B11" not in words


def test_formulas_are_refused_by_cell():
    book = openpyxl.Workbook()
    book.active["B2"] = "=1+1"
    book.active["C3"] = ArrayFormula("C3:C4", "=A1:A2")
    out = io.BytesIO()
    book.save(out)
    assert refusal(file=sent(out.getvalue())).startswith("单元格 B2、C3 是公式")


def test_text_that_begins_like_a_formula_stays_text():
    book = openpyxl.Workbook()
    cell = book.active["A1"]
    cell.value = "=HYPERLINK(1)"
    cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    assert read_table(file=sent(out.getvalue())) == [["=HYPERLINK(1)"]]


def test_only_the_first_sheet_is_read_and_an_empty_one_is_said():
    book = openpyxl.Workbook()
    book.create_sheet("二").append(("张三",))
    out = io.BytesIO()
    book.save(out)
    assert refusal(file=sent(out.getvalue())) == "“名单.xlsx”的第一张工作表没有内容，请核对"


def test_rows_of_a_workbook_are_limited():
    content = workbook(*[(at,) for at in range(1, 12)])
    assert len(read_table(file=sent(content), limit=11)) == 11
    assert "一次最多 10 行" in refusal(file=sent(content), limit=10)


def test_a_workbook_that_is_too_wide_is_refused():
    assert "列，太多了" in refusal(file=sent(workbook(tuple("a" * 200))))


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def altered(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one part replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for one in before.namelist():
            after.writestr(one, part if one == name else before.read(one))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %s "%s">' % (bytes([97 + n]), (b"&%s;" % bytes([96 + n])) * 10) for n in range(1, 10)
    )
    + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>&j;'
    + b"</t></is></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空文件"),
        (b"%PDF-1.7 no table", "不是 Excel 表格"),
        ("姓名,身份证号码\n张三,1".encode(), "不是 Excel 表格"),
        (packed(readme=b"hello"), "不是 Excel 表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "旧版 Excel 表格（.xls）"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "设有密码"),
        (b"PK\x03\x04" + bytes(300), "可能已损坏"),
        (workbook(("a",))[:-60], "可能已损坏"),
        (packed(**{"xl/workbook.xml": b"<workbook"}), "可能已损坏"),
        (packed(**{"xl/workbook.xml": b" " * (60 * 2**20)}), "过于复杂"),
        (packed(**{"xl/workbook.xml": b"", **{str(at): b"" for at in range(600)}}), "过于复杂"),
        (altered(workbook(("a",)), SHEET, b"<worksheet>"), "请"),
        (altered(workbook(("a",)), SHEET, LAUGHS), "请"),
        (altered(workbook(("a",)), SHEET, HEAD + b"<row>" * 400_000 + b"</row>" * 400_000 + TAIL), "请"),
    ],
    ids=[
        "empty", "pdf", "csv", "zip", "xls", "encrypted", "noise", "cut short", "no book", "bomb", "many parts",
        "no rows", "entities", "deep",
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_refused_in_words(content, words):
    said = refusal(file=sent(content))
    assert "“名单.xlsx”" in said and words in said


def test_a_row_number_beyond_reason_costs_nothing():
    far = HEAD + b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>' + TAIL
    assert "没有内容" in refusal(file=sent(altered(workbook(("a",)), SHEET, far)))


def test_a_file_that_is_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(table, "CHILD", None)
    assert "超过 2.0 MB" in refusal(file=sent(bytes(2 * 2**20 + 1)))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b'{"rows": [["a", 1]], "lost": [0, []], "formulas": [0, []]}',
        b'{"rows": "ab", "lost": [0, []], "formulas": [0, []]}',
        b'{"rows": [["a"]]}',
        b'{"refused": "<b>"}',
        b'{"rows": [["a"]], "lost": 3, "formulas": [0, []]}',
        b'{"rows": [["a"]], "lost": [1, [7]], "formulas": [0, []]}',
        b"[" * 100_000,
    ],
)
def test_only_a_well_formed_answer_of_the_jail_is_believed(said):
    with pytest.raises(TableUnreadable, match="可能已损坏"):
        table._trust(said, "名单.xlsx")


def test_words_of_the_jail_never_reach_the_page():
    said = json.dumps({"rows": [], "lost": [1, ["<script>", "B2"]], "formulas": [0, []]}).encode()
    with pytest.raises(TableUnreadable, match=r"^单元格 B2 的"):
        table._trust(said, "名单.xlsx")


COLUMNS = ("支部全称", "姓名", "身份证号码")


def test_columns_are_found_by_their_header_in_any_order():
    rows = [
        ["姓名*", " 身份证 号码", "备注", "支部全称"],
        ["张三", "1", "x", "甲支部"],
        ["李四"],
        ["", "", "y"],
    ]
    assert under_header(rows, COLUMNS) == [["甲支部", "张三", "1"], ["", "李四", ""]]


def test_rows_without_a_header_are_left_to_the_caller():
    assert under_header([["甲支部", "张三", "1"]], COLUMNS) is None


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["姓名", "身份证号码"], "缺少“支部全称”"),
        (["支部全称", "姓名", "姓名", "身份证号码"], "“姓名”出现了两次"),
    ],
)
def test_a_header_that_is_not_whole_is_said(header, words):
    with pytest.raises(TableUnreadable, match=words):
        under_header([header, ["a"]], COLUMNS)
