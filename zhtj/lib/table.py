"""Tables that people paste or send as a workbook, read into rows of text; what a cell means is the caller's business."""

from __future__ import annotations

import csv
import json
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from zhtj.lib import jail
from zhtj.lib.jail import End
from zhtj.lib.text import plain, say_size

CHILD = Path(__file__).with_name("table_child.py")
MAX_FILE = 2 * 2**20
WIDTH = 30
"""Columns; nobody types as many by hand."""
MAX_SAID = 4 * 2**20
NAMED = 10
AS_TEXT = "请先把这一列设为“文本”格式，再重新填写完整的号码"

REFUSALS = {
    "not_xlsx": "不是 Excel 表格（.xlsx），请用 Excel 或 WPS 另存为 .xlsx 后再上传，也可以把表格内容直接粘贴到输入框",
    "old_format": "是旧版 Excel 表格（.xls），请另存为 .xlsx 后再上传，也可以把表格内容直接粘贴到输入框",
    "encrypted": "设有密码，请取消密码后另存为 .xlsx 再上传",
    "too_complex": "内容过多或过于复杂，请只保留需要的一张工作表后另存为 .xlsx 再上传",
    "unreadable": "无法读取，可能已损坏，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传",
}
_COORDINATE = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?(1[5-9]|[2-9][0-9])", re.IGNORECASE)
_BLANKS = re.compile(r"[ \u3000\xa0]{2,}")


class TableUnreadable(Exception):
    """Words for the person: what is wrong with the table, where, and what to do."""


def read_table(text: str = "", file: UploadedFile | None = None, *, limit: int = 500) -> list[list[str]]:
    """The rows that are not empty, cells trimmed, empty cells at the end of a row left out; from `file` where there is one.

    Pasted text has tabs (as Excel gives it), commas, or blanks between its cells. A workbook is parsed in the jail.

    Raises:
        TableUnreadable: nothing in it, more than `limit` rows, or something that was not what it seems: a file that is no workbook,
            a formula, a number whose last digits Excel has lost.
    """
    raw = _from_workbook(file, limit) if file else _from_text(text)
    rows = [row for row in (_tidy(cells) for cells in raw) if row]
    if not rows:
        raise TableUnreadable(
            f"“{_name(file)}”的第一张工作表没有内容，请核对" if file else "没有内容，请粘贴名单或选择表格文件"
        )
    if len(rows) > limit:
        count = f"{len(rows)} 行" if not file else f"{limit} 行以上"
        raise TableUnreadable(f"一次最多 {limit} 行，现有 {count}，请分几次提交")
    _check(rows)
    return rows


def under_header(rows: list[list[str]], columns: Sequence[str]) -> list[list[str]] | None:
    """The rows below a header that names all of `columns`, in the order of `columns`; None where the first row is no header.

    Raises:
        TableUnreadable: the first row names some of them only, or one twice.
    """
    named = [plain(cell).rstrip("*") for cell in rows[0]]
    found = [column for column in columns if column in named]
    if len(found) < min(2, len(columns)):
        return None
    if missing := [column for column in columns if column not in named]:
        raise TableUnreadable(f"表头缺少“{'”“'.join(missing)}”，请按模板的表头填写：{'、'.join(columns)}")
    if twice := [column for column in columns if named.count(column) > 1]:
        raise TableUnreadable(f"表头中“{twice[0]}”出现了两次，请删去一列")
    places = [named.index(column) for column in columns]
    below = [[row[place] if place < len(row) else "" for place in places] for row in rows[1:]]
    return [row for row in below if any(row)]


def _from_text(text: str) -> list[list[str]]:
    if "\t" in text:
        return _quoted(text, "\t")
    lines = text.splitlines()
    return [_cells(line.strip()) for line in lines]


def _cells(line: str) -> list[str]:
    if "," in line or "，" in line:
        return _quoted(line.replace("，", ","), ",")[0]
    return _BLANKS.split(line) if _BLANKS.search(line) else line.split()


def _quoted(text: str, mark: str) -> list[list[str]]:
    """Cells that hold the mark or a line break stand between quotes; a quote that nobody closes is a sign like others."""
    try:
        return list(csv.reader(text.splitlines(keepends=True), delimiter=mark, strict=True))
    except csv.Error:
        return [line.split(mark) for line in text.splitlines()]


def _tidy(cells: list[str]) -> list[str]:
    """Without blanks around, line breaks within, and empty cells at the end."""
    row = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return row


def _check(rows: list[list[str]]) -> None:
    for at, row in enumerate(rows, 1):
        if len(row) > WIDTH:
            raise TableUnreadable(f"第 {at} 行有 {len(row)} 列，太多了，请按模板的列填写")
        for column, cell in enumerate(row, 1):
            # Control signs and halves of signs, which no database column takes.
            if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in cell):
                raise TableUnreadable(
                    f"第 {at} 行第 {column} 列有看不见的字符，请删去该单元格的内容后重新填写"
                )
    if lost := [
        f"第 {at} 行第 {column} 列（{cell}）"
        for at, row in enumerate(rows, 1)
        for column, cell in enumerate(row, 1)
        if _SCIENTIFIC.fullmatch(plain(cell))
    ]:
        raise TableUnreadable(f"{_some(lost, len(lost))}是科学计数法，末几位数字已经丢失。{AS_TEXT}")


def _some(places: Sequence[str], count: int) -> str:
    return "、".join(places[:NAMED]) + (f"等 {count} 处" if count > NAMED else "")


def _name(file: UploadedFile) -> str:
    return (file.name or "所选文件")[-100:]


def _from_workbook(file: UploadedFile, limit: int) -> list[list[str]]:
    name = _name(file)
    if not file.size:
        raise TableUnreadable(f"“{name}”是空文件，请重新选择")
    if file.size > MAX_FILE:
        raise TableUnreadable(
            f"“{name}”有 {say_size(file.size)}，超过 {say_size(MAX_FILE)}，请只保留需要的一张工作表，或分几次提交"
        )
    with tempfile.TemporaryFile() as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.seek(0)
        try:
            outcome = jail.run(
                CHILD, [str(limit), str(WIDTH)], stdin=copy, wall_seconds=8, max_output=MAX_SAID
            )
        except OSError:
            raise _unavailable(name) from None
    if outcome.end == End.FAILED:
        raise _unavailable(name)
    if outcome.end != End.FINISHED:
        raise TableUnreadable(f"“{name}”{REFUSALS['too_complex']}")
    return _trust(outcome.output, name)


def _unavailable(name: str) -> TableUnreadable:
    return TableUnreadable(f"暂时无法读取“{name}”，请稍后再试，也可以把表格内容直接粘贴到输入框")


def _trust(said: bytes, name: str) -> list[list[str]]:
    """Rows of a well-formed answer: the process may have been hijacked by what it read."""
    try:
        told = json.loads(said)
        if "refused" in told:
            raise TableUnreadable(f"“{name}”{REFUSALS[told['refused']]}")
        rows, lost, formulas = told["rows"], _places(told["lost"]), _places(told["formulas"])
        whole = isinstance(rows, list) and all(
            isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise TableUnreadable(f"“{name}”{REFUSALS['unreadable']}") from None
    if not whole:
        raise TableUnreadable(f"“{name}”{REFUSALS['unreadable']}")
    if lost:
        raise TableUnreadable(
            f"单元格 {lost} 的号码是按数字保存的，Excel 只保留前 15 位，末几位已经丢失。{AS_TEXT}"
        )
    if formulas:
        raise TableUnreadable(f"单元格 {formulas} 是公式，请复制后“选择性粘贴”为数值，再上传")
    return list(rows)


def _places(told: Any) -> str:
    count, places = told
    return _some([one for one in places if _COORDINATE.fullmatch(one)], int(count))
