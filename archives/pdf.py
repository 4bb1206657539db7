"""The application's side of reading PDFs: every look inside happens in the jail."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from archives.reasons import MESSAGES
from zhtj.lib import jail
from zhtj.lib.jail import End, Outcome

CHILD = Path(__file__).with_name("pdf_child.py")
MAX_IMAGE = 8 * 2**20


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
        InspectionUnavailable: the jail could not be started, or the file not be opened.
    """
    began = time.monotonic()
    try:
        with path.open("rb") as file:
            outcome = jail.run(CHILD, ["inspect", str(max_pages)], stdin=file)
    except OSError as trouble:
        raise InspectionUnavailable(type(trouble).__name__) from trouble
    accepted, reason, pages, warnings = _trust(outcome)
    return Verdict(accepted, reason, pages, warnings, round((time.monotonic() - began) * 1000))


def _trust(outcome: Outcome) -> tuple[bool, str, int, tuple[str, ...]]:
    """Only a well-formed verdict counts; a process that was hijacked or killed has not found a file good."""
    if outcome.end == End.TIMED_OUT:
        return False, "too_slow", 0, ()
    if outcome.end == End.DIED:
        return False, "too_complex", 0, ()
    try:
        told = json.loads(outcome.output)
        verdict, reason, pages = told["verdict"], told["reason"], told["pages"]
        warnings = tuple(str(one)[:40] for one in told["warnings"][:10])
    except (ValueError, TypeError, KeyError):
        return False, "unreadable", 0, ()
    if verdict == "unavailable":
        raise InspectionUnavailable(str(reason)[:40])
    if verdict == "accept" and reason == "" and isinstance(pages, int) and 0 < pages < 10_000:
        return True, "", pages, warnings
    return False, reason if reason in MESSAGES else "unreadable", 0, ()


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
