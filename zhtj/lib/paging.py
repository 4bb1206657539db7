"""Keyset paging: a page is found by the row where it begins, however many rows lie before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
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


def in_order(rows: QuerySet[T], query: QueryDict, key: str, *, size: int = SIZE) -> Page[T]:
    """The same with the rows in the order of `key` and id: `?after=` and `?before=` name the row beside the page."""
    before, after = _id(query, "before"), _id(query, "after")
    beside, way = (before, "lt") if before and not after else (after, "gt")
    anchor = rows.filter(pk=beside).values_list(key, flat=True).first() if beside else None
    backwards = way == "lt" and anchor is not None
    if anchor is not None:
        rows = rows.filter(Q(**{f"{key}__{way}": anchor}) | Q(**{key: anchor, f"pk__{way}": beside}))
    order = (f"-{key}", "-pk") if backwards else (key, "pk")
    found = list(rows.order_by(*order)[: size + 1])
    shown, more = found[:size], len(found) > size
    if not shown:
        return Page([], "", "")
    if backwards:
        shown = shown[::-1]
    earlier, later = (more, True) if backwards else (anchor is not None, more)
    return Page(
        shown,
        _link(query, before=shown[0].pk) if earlier else "",
        _link(query, after=shown[-1].pk) if later else "",
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
