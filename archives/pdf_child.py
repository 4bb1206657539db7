"""Runs in the jail (zhtj.lib.jail), never imported by the application: `inspect MAX_PAGES`, `find` or `render PAGE WIDTH`, the file on stdin.

`inspect` and `find` print one JSON line, `render` one WebP image; anything else, or any other exit code than 0, is no answer.
"""

import io
import json
import logging
import re
import runpy
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY = 512 * 2**20
CPU_SECONDS = 10
MAX_OBJECTS = 200_000
MAX_WIDTH = 2000
MAX_AREA = 12_000_000
BLANKS = b"\r\n\t\f\x00 \x1a"  # \x1a: the end-of-file sign of old scanners

# What a scanned form never holds → why it is refused: the /S of an action, the /Subtype or /Type of an object, a key.
ACTIONS = {
    "/JavaScript": "active_script",
    "/Launch": "active_action",
    "/SubmitForm": "active_action",
    "/ImportData": "active_action",
    "/GoToR": "active_action",
    "/GoToE": "active_action",
    "/Rendition": "active_media",
    "/Movie": "active_media",
    "/Sound": "active_media",
    "/RichMediaExecute": "active_media",
    "/GoTo3DView": "active_media",
}
KINDS = {
    "/FileAttachment": "active_attachment",
    "/EmbeddedFile": "active_attachment",
    "/Movie": "active_media",
    "/Sound": "active_media",
    "/Screen": "active_media",
    "/RichMedia": "active_media",
    "/3D": "active_media",
    "/Rendition": "active_media",
}
KEYS = {
    "/Encrypt": "encrypted",
    "/JS": "active_script",
    "/JavaScript": "active_script",
    "/EmbeddedFiles": "active_attachment",
    "/EF": "active_attachment",
    "/Collection": "active_attachment",
    "/XFA": "active_form",
    "/RichMediaContent": "active_media",
    "/RichMediaSettings": "active_media",
    "/Renditions": "active_media",
}
NAMES = {**KEYS, **KINDS, **ACTIONS}
# Short names stand by chance in any large image, so /JS, /EF and /3D are left to the long ones that go with them.
LONG = b"|".join(name.encode() for name in NAMES if len(name) > 5)
RAW = re.compile(rb"(?:" + LONG + rb")(?![A-Za-z0-9])|/XFA(?=\s*[\[\d])")
FIND_SECONDS = 6  # of processor time; what was not looked at by then has no findings
FIND_WIDTH = 300
MAX_TEXT = 20_000
MAX_NUMBERS = 20
LOW_DPI = 100
BLANK_SHARE = 0.0005
NUMBER = re.compile(r"(?<!\d)((?:19|20)\d\d) ?(\d\d) ?(\d{6})(?!\d)")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class Refused(Exception):
    """The file is refused; the text is a code of `archives.reasons`."""


def confine() -> None:
    """Before a single byte is read."""
    limits = runpy.run_path(str(Path(__file__).parents[1] / "zhtj" / "lib" / "confined.py"))
    limits["confine"](memory=MEMORY, cpu_seconds=CPU_SECONDS)


def inspect(data: bytes, max_pages: int) -> dict[str, Any]:
    """The verdict on one file."""
    stumbles = _listen()
    reader = _open(data)
    listed = set(_listed(reader))
    if len(listed) > MAX_OBJECTS:
        raise Refused("too_complex")
    packed = []
    for one in _containers(reader, listed, stumbles):
        if isinstance(one, dict):
            _check_dictionary(one, listed, stumbles)
            if dict.get(one, "/Type") == "/ObjStm" and hasattr(one, "get_data"):
                packed.append(one)
    pages = len(reader.pages)
    if stumbles:
        _check_raw([data, *(stream.get_data() for stream in packed)])
    if pages == 0:
        raise Refused("no_pages")
    if pages > max_pages:
        raise Refused("too_many_pages")
    return _answer("accept", "", pages, ["repaired"] if stumbles else [])


def _check_frame(data: bytes) -> None:
    """Header at byte 0, an end, and nothing after it (a ZIP or a script glued to the file)."""
    if not data:
        raise Refused("empty")
    if not re.match(rb"%PDF-[12]\.\d", data):
        raise Refused("not_pdf")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused("truncated")
    if data[end + 5 :].strip(BLANKS):
        raise Refused("trailing_data")


def _load_parser() -> None:
    # Encrypted files are refused unread and images stay undecoded: half the start-up time, and two libraries less to attack.
    sys.modules.update({"cryptography": None, "PIL": None})  # type: ignore[dict-item]
    try:
        import pypdf  # noqa: F401
    except ImportError:
        sys.exit("pypdf is missing")  # a broken installation is not the file's fault


def _listen() -> set[str]:
    """The set in which pypdf's own remarks about a file will be gathered."""
    stumbles: set[str] = set()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            stumbles.add(str(record.msg)[:80])

    logger = logging.getLogger("pypdf")
    logger.addHandler(Ear())
    logger.propagate = False
    return stumbles


def _open(data: bytes) -> Any:
    """A lax reader: it repairs what any viewer repairs (strict refuses 2 % more, and no more dangerous ones)."""
    import pypdf

    class Reader(pypdf.PdfReader):
        @property
        def is_encrypted(self) -> bool:
            # Asked by pypdf before it looks at the kind of encryption, on which it may well fail.
            if "/Encrypt" in self.trailer:
                raise Refused("encrypted")
            return False

    return Reader(io.BytesIO(data), strict=False)


def _containers(reader: Any, listed: set[tuple[int, int]], stumbles: set[str]) -> Iterator[Any]:
    """Every dictionary, stream and array of the file once, reachable or not, without recursion."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    todo: list[Any] = [
        reader.trailer,
        *(IndirectObject(number, generation, reader) for number, generation in listed),
    ]
    while todo:
        one = todo.pop()
        if isinstance(one, IndirectObject):
            one = _resolve(one, listed, stumbles)
        parts: list[Any] = []
        if isinstance(one, DictionaryObject):
            parts = list(dict.values(one))  # pypdf's own iteration would follow references
        elif isinstance(one, ArrayObject):
            parts = list(list.__iter__(one))
        yield one
        todo += [part for part in parts if isinstance(part, (DictionaryObject, ArrayObject))]
        if any(
            isinstance(part, IndirectObject) and (part.idnum, part.generation) not in listed for part in parts
        ):
            stumbles.add("missing")


def _listed(reader: Any) -> Iterator[tuple[int, int]]:
    """(number, generation) of every object in use that the cross-reference names."""
    for generation, table in reader.xref.items():
        free = reader.xref_free_entry.get(generation, {})
        yield from ((number, generation) for number in table if not free.get(number) and generation != 65535)
    yield from ((number, 0) for number in reader.xref_objStm if number not in reader.xref.get(0, {}))


def _resolve(reference: Any, listed: set[tuple[int, int]], stumbles: set[str]) -> Any:
    """The object, or None for one that cannot be read: then the raw bytes are searched."""
    from pypdf.errors import LimitReachedError

    if (reference.idnum, reference.generation) not in listed:
        stumbles.add("missing")  # pypdf would search the whole file, for each of perhaps a hundred thousand
        return None
    try:
        return reference.get_object()
    except (Refused, MemoryError):
        raise
    except LimitReachedError:  # an object larger or deeper than pypdf is willing to read
        raise Refused("too_complex") from None
    except Exception as error:  # a dozen types outside pypdf's own family were seen
        stumbles.add(type(error).__name__)
        return None


def _check_dictionary(found: dict[Any, Any], listed: set[tuple[int, int]], stumbles: set[str]) -> None:
    """Names are compared as parsed: /J#61vaScript hides nothing, nor does an object stream."""
    for key in KEYS.keys() & found.keys():
        if repr(dict.get(found, key)) != "NullObject":
            raise Refused(KEYS[key])
    for key, table in (("/S", ACTIONS), ("/Subtype", KINDS), ("/Type", KINDS)):
        value = dict.get(found, key)
        if hasattr(value, "idnum"):
            value = _resolve(value, listed, stumbles)
        if isinstance(value, str) and value in table:
            raise Refused(table[value])


def _check_raw(texts: list[bytes]) -> None:
    """Where pypdf stumbled (half a dictionary, a key given twice) other viewers may read on, so any mention counts."""
    for text in texts:
        plain = ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text)
        if hit := RAW.search(plain):
            raise Refused(NAMES[hit[0].decode()])


def render(data: bytes, page: int, width: int) -> bytes:
    """One page (from 1) as WebP, `width` pixels wide unless it is very long."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if not 1 <= page <= len(document):
        raise IndexError(page)
    document.init_forms()  # what was typed into the fields of a form is part of the page
    sheet = document[page - 1]
    across, down = (max(side, 1) for side in sheet.get_size())
    width = min(width, MAX_WIDTH)
    scale = min(width / across, 3 * width / down, (MAX_AREA / (across * down)) ** 0.5)
    image = sheet.render(scale=scale).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


def find(data: bytes) -> dict[str, Any]:
    """What a reviewer may want to look at: pages (from 1) that are blank, sideways or coarse, and numbers in the text layer."""
    import pypdfium2

    found: dict[str, Any] = {"blank": [], "sideways": [], "coarse": [], "dpi": 0, "numbers": []}
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    for number in range(1, len(document) + 1):
        if time.process_time() > FIND_SECONDS:
            break
        _find_on(document[number - 1], number, found)
    return found


def _find_on(sheet: Any, number: int, found: dict[str, Any]) -> None:
    across, down = (max(side, 1) for side in sheet.get_size())
    if across > down:
        found["sideways"].append(number)
    if _is_blank(sheet, across, down):
        found["blank"].append(number)
    dpi = _dpi(sheet, across * down)
    if 0 < dpi < LOW_DPI:
        found["coarse"].append(number)
        found["dpi"] = min(found["dpi"] or dpi, dpi)
    for parts in NUMBER.findall(_text(sheet)):
        word = "".join(parts)
        if word not in found["numbers"] and len(found["numbers"]) < MAX_NUMBERS:
            found["numbers"].append(word)


def _is_blank(sheet: Any, across: float, down: float) -> bool:
    """Almost nothing differs from the paper, whatever its tone; edges show the scanner, not the page."""
    image = sheet.render(scale=min(FIND_WIDTH / across, 3 * FIND_WIDTH / down)).to_pil().convert("L")
    edge = (image.width // 20, image.height // 20)
    counts = image.crop((*edge, image.width - edge[0], image.height - edge[1])).histogram()
    paper = counts.index(max(counts))
    marks = sum(counts[: max(paper - 40, 0)])
    return bool(marks < BLANK_SHARE * sum(counts))


def _dpi(sheet: Any, area: float) -> int:
    """Of the largest picture, if it fills most of the page: that is a scan. 0: no scan."""
    from pypdfium2 import raw

    largest, dpi = area / 2, 0
    for image in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = image.get_bounds()
        if (size := (right - left) * (top - bottom)) > largest:
            width, height = image.get_px_size()
            largest, dpi = size, round(72 * (width * height / size) ** 0.5)
    return dpi


def _text(sheet: Any) -> str:
    layer = sheet.get_textpage()
    return str(layer.get_text_range(0, min(layer.count_chars(), MAX_TEXT)))


def _answer(verdict: str, reason: str, pages: int = 0, warnings: list[str] | None = None) -> dict[str, Any]:
    return {"verdict": verdict, "reason": reason, "pages": pages, "warnings": warnings or []}


def judge(data: bytes, max_pages: int) -> dict[str, Any]:
    """A verdict whatever the file does."""
    try:
        _check_frame(data)
        _load_parser()
        return inspect(data, max_pages)
    except Refused as refused:
        return _answer("reject", str(refused))
    except MemoryError:
        return _answer("reject", "too_complex")
    except Exception:  # whatever a parser throws at a broken file means the same, and the process ends here
        return _answer("reject", "unreadable")


def main(command: str, *numbers: str) -> None:
    confine()
    data = sys.stdin.buffer.read()
    if command == "render":
        sys.stdout.buffer.write(render(data, int(numbers[0]), int(numbers[1])))
    elif command == "find":
        sys.stdout.write(json.dumps(find(data)) + "\n")
    else:
        sys.stdout.write(json.dumps(judge(data, int(numbers[0]))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
