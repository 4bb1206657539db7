"""Keyset paging: the newest first, a page found by the id where it begins, however many rows lie before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

T = TypeVar("T", bound=Model)

SIZE = 50
_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows, and the addresses of the pages beside them; empty where there is none."""

    rows: list[T]
    prev_url: str
    next_url: str


def newest_first(rows: QuerySet[T], query: QueryDict, *, size: int = SIZE) -> Page[T]:
    """The page that `?before=` (older than this id) or `?after=` (newer) asks for; the other parameters stay in the links."""
    before, after = _id(query, "before"), _id(query, "after")
    if after and not before:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown, newer, older = found[:size][::-1], len(found) > size, True
    else:
        found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
        shown, newer, older = found[:size], before is not None, len(found) > size
    if not shown:
        return Page([], "", "")
    return Page(
        shown,
        _link(query, after=shown[0].pk) if newer else "",
        _link(query, before=shown[-1].pk) if older else "",
    )


def _id(query: QueryDict, name: str) -> int | None:
    value = query.get(name, "")
    return int(value) if _ID.fullmatch(value) else None


def _link(query: QueryDict, **position: int) -> str:
    link = query.copy()
    for name in ("before", "after"):
        link.pop(name, None)
    for name, pk in position.items():
        link[name] = str(pk)
    return f"?{link.urlencode()}"
