"""What a person calls a file, as it is kept: the name stands on pages, where an ID number is masked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

from zhtj.lib.logs import masked

LONGEST = 120
UNNAMED = "入团志愿书.pdf"
_GAP = r"[\s._－—-]?"
_YEAR = rf"(?:1{_GAP}9|2{_GAP}0){_GAP}\d{_GAP}\d"
_MONTH = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
_DAY = rf"(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])"
_COUNTY = ("([1-8]", *[r"\d"] * 4, r"\d)")
_SERIAL = (r"(\d", r"\d", r"\d", r"[\dXx])")
_WHOLE = re.compile(_GAP.join((*_COUNTY, _YEAR, _MONTH, _DAY, *_SERIAL)), re.ASCII)
"""With a birthday in it, wherever it stands and however its digits are set apart."""
_SLIP = re.compile(r"(?<!\d)(?!19|20)(\d{6})\d{5,}(\d{3}[\dXx])", re.ASCII)
"""With a digit too few or too many, or of the fifteen of old. No province begins like a year: what does is a scanner's time."""


def safe(name: str) -> str:
    """The last part of the name, ID and mobile numbers in it masked; full-width digits are read as plain ones."""
    text = "".join(_digit(sign) for sign in PurePath(name).name)
    for shape in (_WHOLE, _SLIP):
        text = shape.sub(r"\1********\2", text)
    return masked(text)[:LONGEST] or UNNAMED


def _digit(sign: str) -> str:
    """A digit, or the X of an ID number, however a Chinese keyboard sets it; any other sign stays as it is."""
    plain = unicodedata.normalize("NFKC", sign)
    return plain if len(plain) == 1 and plain in "0123456789Xx" else sign
