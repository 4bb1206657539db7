"""The application's side of reading PDFs: every look inside happens in the jail."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archives.reasons import MESSAGES
from zhtj.lib import jail
from zhtj.lib.jail import End

CHILD = Path(__file__).with_name("pdf_child.py")
MAX_IMAGE = 8 * 2**20
MAX_SAID = 4096
MAX_DPI = 10_000
FIND_SECONDS = 10
MAX_NUMBERS = 20
PAGE_FINDINGS = ("blank", "sideways", "coarse")


class InspectionUnavailable(Exception):
    """Our machinery failed, not the file; try again later."""


class PageUnreadable(Exception):
    """This page cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an inspection found: `reason` is a code of `archives.reasons`, empty when accepted; `ms` is the time it took."""

    accepted: bool
    reason: str
    pages: int
    warnings: tuple[str, ...]
    ms: int


def inspect(path: Path, *, max_pages: int) -> Verdict:
    """Inspect a file in the jail.

    Raises:
        InspectionUnavailable: the file could not be opened, or the jail not do its work.
    """
    began = time.monotonic()
    try:
        with path.open("rb") as file:
            outcome = jail.run(CHILD, ["inspect", str(max_pages)], stdin=file, max_output=MAX_SAID)
    except OSError as trouble:
        raise InspectionUnavailable(type(trouble).__name__) from trouble
    if outcome.end == End.FAILED:
        raise InspectionUnavailable(outcome.end.value)
    reason, pages, warnings = _broken_off(outcome.end) or _trust(outcome.output, max_pages)
    ms = round((time.monotonic() - began) * 1000)
    return Verdict(accepted=not reason, reason=reason, pages=pages, warnings=warnings, ms=ms)


def _broken_off(end: End) -> tuple[str, int, tuple[str, ...]] | None:
    """A file that breaks the parser is refused for that."""
    reason = {End.TIMED_OUT: "too_slow", End.CRASHED: "too_complex"}.get(end)
    return (reason, 0, ()) if reason else None


def _trust(said: bytes, max_pages: int) -> tuple[str, int, tuple[str, ...]]:
    """(reason, pages, warnings) of a well-formed verdict; a process that was hijacked has not found a file good."""
    try:
        told = json.loads(said)
        verdict, reason, pages, warnings = (told[key] for key in ("verdict", "reason", "pages", "warnings"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable", 0, ()
    if (
        verdict == "accept"
        and reason == ""
        and type(pages) is int
        and 0 < pages <= max_pages
        and isinstance(warnings, list)
    ):
        return "", pages, tuple(str(one)[:40] for one in warnings[:10])
    known = verdict == "reject" and isinstance(reason, str) and reason in MESSAGES
    return reason if known else "unreadable", 0, ()


def find(path: Path, *, pages: int) -> dict[str, Any]:
    """What may interest a reviewer in an accepted file (keys as in `_well_formed`); empty when it could not be found out.

    A run of its own, so that whatever happens here leaves the verdict alone.
    """
    try:
        with path.open("rb") as file:
            outcome = jail.run(CHILD, ["find"], stdin=file, wall_seconds=FIND_SECONDS, max_output=MAX_SAID)
        told = json.loads(outcome.output) if outcome.end == End.FINISHED else None
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) and _well_formed(told, pages) else {}


def _well_formed(told: dict[str, Any], pages: int) -> bool:
    """Page lists, a resolution and 12-digit numbers, and nothing else: what a hijacked process says is stored and shown."""
    if told.keys() != {*PAGE_FINDINGS, "dpi", "numbers"}:
        return False
    lists, numbers = [told[key] for key in PAGE_FINDINGS], told["numbers"]
    return (
        all(isinstance(one, list) and len(one) <= pages for one in lists)
        and all(type(page) is int and 0 < page <= pages for one in lists for page in one)
        and type(told["dpi"]) is int
        and 0 <= told["dpi"] <= MAX_DPI
        and isinstance(numbers, list)
        and len(numbers) <= MAX_NUMBERS
        and all(isinstance(one, str) and re.fullmatch(r"[0-9]{12}", one) for one in numbers)
    )


def render_page(path: Path, page: int, width: int) -> bytes:
    """One page (from 1) as WebP, drawn in the jail.

    Raises:
        PageUnreadable: there is no such page, or it cannot be drawn within the limits.
    """
    try:
        with path.open("rb") as file:
            outcome = jail.run(CHILD, ["render", str(page), str(width)], stdin=file, max_output=MAX_IMAGE)
    except OSError as trouble:
        raise PageUnreadable(type(trouble).__name__) from trouble
    if outcome.end != End.FINISHED or outcome.output[:4] != b"RIFF" or outcome.output[8:12] != b"WEBP":
        raise PageUnreadable(outcome.end.value)
    return outcome.output
