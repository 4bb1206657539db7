"""Runs in the jail (zhtj.lib.jail), never imported by the application: `inspect MAX_PAGES` or `render PAGE WIDTH`, the file on stdin.

`inspect` prints one JSON line, `render` one WebP image; anything else, or any other exit code than 0, is no answer.
"""

import io
import json
import logging
import re
import sys
from typing import Any

MEMORY = 512 * 2**20
CPU_SECONDS = 10
MAX_OBJECTS = 200_000
MAX_AREA = 12_000_000
BLANKS = b"\r\n\t\f\x00 "


def confine() -> None:
    """Give up, before a single byte is read, what a parser does not need: memory, time, files, processes."""
    try:
        import resource
    except ImportError:  # Windows: the wall clock alone
        return
    wanted = {"AS": MEMORY, "CPU": CPU_SECONDS, "FSIZE": 0, "CORE": 0, "NOFILE": 32, "NPROC": 0}
    for name, most in wanted.items():
        limit = getattr(resource, f"RLIMIT_{name}", None)
        if limit is None:
            continue
        hard = resource.getrlimit(limit)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(limit, (most, most))
        except (ValueError, OSError):
            if sys.platform == "linux":
                raise


class Refuse(Exception):
    """The file is refused for this reason."""


# What a scanned form never holds. Name → reason; as an action's /S, a /Subtype, a /Type, or a key.
ACTIONS = {
    "JavaScript": "active_script",
    "Launch": "active_action",
    "SubmitForm": "active_action",
    "ImportData": "active_action",
    "GoToR": "active_action",
    "GoToE": "active_action",
    "Rendition": "active_media",
    "Movie": "active_media",
    "Sound": "active_media",
    "RichMediaExecute": "active_media",
    "GoTo3DView": "active_media",
}
TYPES = {
    "FileAttachment": "active_attachment",
    "EmbeddedFile": "active_attachment",
    "Movie": "active_media",
    "Sound": "active_media",
    "Screen": "active_media",
    "RichMedia": "active_media",
    "3D": "active_media",
    "Rendition": "active_media",
}
KEYS = {
    "JS": "active_script",
    "JavaScript": "active_script",
    "EmbeddedFiles": "active_attachment",
    "EF": "active_attachment",
    "Collection": "active_attachment",
    "XFA": "active_form",
    "RichMediaContent": "active_media",
    "RichMediaSettings": "active_media",
    "Renditions": "active_media",
}
RAW = re.compile(
    rb"/(JavaScript|JS|Launch|SubmitForm|ImportData|GoToR|GoToE|Rendition|RichMedia|EmbeddedFiles?|FileAttachment|XFA)(?![A-Za-z0-9])"
)


def plain(name: object) -> str:
    """A name without its slash and with #xx resolved, so that /J#61vaScript hides nothing."""
    text = str(name).removeprefix("/")
    return re.sub(r"#([0-9A-Fa-f]{2})", lambda m: chr(int(m.group(1), 16)), text)


def check_frame(data: bytes) -> None:
    """Header at byte 0, an end, and nothing after it (a ZIP or a script glued to the file)."""
    if not re.match(rb"%PDF-[12]\.\d", data):
        raise Refuse("not_pdf")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refuse("truncated")
    if data[end + 5 :].strip(BLANKS):
        raise Refuse("trailing_data")


def check_dictionary(found: dict[Any, Any]) -> None:
    for key in found:
        if plain(key) in KEYS:
            raise Refuse(KEYS[plain(key)])
    for key, table in (("/S", ACTIONS), ("/Subtype", TYPES), ("/Type", TYPES)):
        value = raw(found, key)
        if isinstance(value, str) and plain(value) in table:
            raise Refuse(table[plain(value)])


def raw(found: dict[Any, Any], key: str) -> object:
    """The entry itself, resolved one step when it is a reference to a name."""
    value = dict.get(found, key)
    return value.get_object() if hasattr(value, "idnum") else value


def walk(reader: Any) -> bool:
    """Look at every object once, without recursion; True when some could not be read."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise Refuse("too_complex")
    damaged = False
    seen = set(numbers)
    todo: list[Any] = [reader.trailer, *(IndirectObject(number, generation, reader) for number, generation in sorted(numbers))]
    visited = 0
    while todo:
        one = todo.pop()
        visited += 1
        if visited > 20 * MAX_OBJECTS:
            raise Refuse("too_complex")
        if isinstance(one, IndirectObject):
            try:
                one = reader.get_object(one)
            except Refuse:
                raise
            except Exception:  # one broken object: the raw bytes are searched below instead
                damaged = True
                continue
        if isinstance(one, DictionaryObject):
            check_dictionary(one)
            parts = list(dict.values(one))
        elif isinstance(one, ArrayObject):
            parts = list(list.__iter__(one))
        else:
            continue
        for part in parts:
            if isinstance(part, IndirectObject):
                if (part.idnum, part.generation) in seen:
                    continue
                seen.add((part.idnum, part.generation))
                if len(seen) > MAX_OBJECTS:
                    raise Refuse("too_complex")
            if isinstance(part, (IndirectObject, DictionaryObject, ArrayObject)):
                todo.append(part)
    return damaged


def inspect(data: bytes, max_pages: int) -> dict[str, Any]:
    """The verdict on one file."""
    import pypdf

    repairs: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: repairs.append(record.levelname)  # type: ignore[method-assign]
    logging.getLogger("pypdf").addHandler(handler)
    check_frame(data)
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        raise Refuse("encrypted")
    damaged = walk(reader)
    if damaged and RAW.search(re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), data)):
        raise Refuse("active_script")
    pages = len(reader.pages)
    if pages == 0:
        raise Refuse("no_pages")
    if pages > max_pages:
        raise Refuse("too_many_pages")
    return {"verdict": "accept", "reason": "", "pages": pages, "warnings": ["repaired"] if damaged or repairs else []}


def render(data: bytes, page: int, width: int) -> bytes:
    """One page (from 1) as WebP, `width` pixels wide and of bounded height."""
    import pypdfium2

    sheet = pypdfium2.PdfDocument(data)[page - 1]
    across, down = sheet.get_size()
    scale = min(width / max(across, 1), 3 * width / max(down, 1), (MAX_AREA / max(across * down, 1)) ** 0.5)
    image = sheet.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    out = io.BytesIO()
    image.save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


def main(command: str, *numbers: str) -> int:
    confine()
    data = sys.stdin.buffer.read()
    if command == "render":
        sys.stdout.buffer.write(render(data, int(numbers[0]), int(numbers[1])))
        return 0
    try:
        answer = inspect(data, int(numbers[0]))
    except Refuse as refused:
        answer = {"verdict": "reject", "reason": str(refused), "pages": 0, "warnings": []}
    except ImportError:
        answer = {"verdict": "unavailable", "reason": "import", "pages": 0, "warnings": []}
    except MemoryError:
        answer = {"verdict": "reject", "reason": "too_complex", "pages": 0, "warnings": []}
    except Exception:  # whatever a parser throws at a broken file (seen: a dozen types outside its own family) means the same
        answer = {"verdict": "reject", "reason": "unreadable", "pages": 0, "warnings": []}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
