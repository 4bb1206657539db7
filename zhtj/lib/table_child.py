"""Runs in the jail (zhtj.lib.jail), never imported by the application: `LIMIT WIDTH`, a workbook (.xlsx) on stdin.

Prints one JSON line: the rows of the first sheet as text, or why there are none; any other exit code than 0 is no answer.
"""

import io
import json
import runpy
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

MEMORY = 384 * 2**20
CPU_SECONDS = 4
UNPACKED = 12 * 2**20
PARTS = 500
EXACT = 10**15
"""Excel keeps fifteen digits of a number."""
NAMED = 10
ROWS = 100_000
"""Empty ones between the others are walked through as well."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Refused(Exception):
    """The file is refused; the text is a code of `zhtj.lib.table`."""


def confine() -> None:
    """Before a single byte is read."""
    limits = runpy.run_path(str(Path(__file__).with_name("confined.py")))
    limits["confine"](memory=MEMORY, cpu_seconds=CPU_SECONDS)


def check_frame(data: bytes) -> None:
    """A ZIP of a bearable size; nothing is unpacked yet."""
    if data.startswith(OLE):
        # An encrypted workbook is wrapped in the same container as the format of before 2007.
        raise Refused("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_format")
    if not data.startswith(b"PK\x03\x04"):
        raise Refused("not_xlsx")
    parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Refused("too_complex")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("encrypted")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Refused("not_xlsx")


def load_parser() -> None:
    # Pictures, matrices and a second XML parser are not needed: less to start and to attack.
    sys.modules.update({"PIL": None, "numpy": None, "lxml": None})  # type: ignore[dict-item]
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        sys.exit("openpyxl is missing")  # a broken installation is not the file's fault


def read(data: bytes, limit: int, width: int) -> dict[str, Any]:
    """The rows of the first sheet that are not empty, `limit` + 1 at most: more is too many anyhow."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    if not book.worksheets:
        raise Refused("not_xlsx")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size is not to be believed
    rows: list[list[str]] = []
    lost: list[str] = []
    formulas: list[str] = []
    for cells in sheet.iter_rows(max_row=ROWS, max_col=width + 1):
        row = []
        for cell in cells:
            value = cell.value
            if cell.data_type == "f":
                formulas.append(cell.coordinate)
            elif is_lost(value):
                lost.append(cell.coordinate)
            row.append(text_of(value))
        if any(text.strip() for text in row):
            rows.append(row)
        if len(rows) > limit:
            break
    return {"rows": rows, "lost": [len(lost), lost[:NAMED]], "formulas": [len(formulas), formulas[:NAMED]]}


def is_lost(value: object) -> bool:
    """A number too long for Excel, which has put noughts in place of its last digits."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= EXACT


def text_of(value: object) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def judge(data: bytes, limit: int, width: int) -> dict[str, Any]:
    """An answer whatever the file does."""
    try:
        check_frame(data)
        load_parser()
        return read(data, limit, width)
    except Refused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"refused": "too_complex"}
    except Exception:  # whatever a parser throws at a broken file means the same, and the process ends here
        return {"refused": "unreadable"}


def main(limit: str, width: str) -> None:
    confine()
    sys.stdout.write(json.dumps(judge(sys.stdin.buffer.read(), int(limit), int(width))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
