"""One mechanism for every change of state: a table of arrows, and an UPDATE that is the lock."""

from collections.abc import Mapping
from typing import Any

from django.db import models

Arrows = Mapping[str, frozenset[str]]


class StaleState(Exception):
    """The row is no longer in the state its caller saw; the message is meant for people."""


def move(row: models.Model, to: str, *, table: Arrows, **stamp: Any) -> None:
    """Follow one arrow of `table`, once, and write `stamp` with it.

    Two callers may try at the same time: the conditional UPDATE lets exactly one through.

    Raises:
        StaleState: the arrow does not exist, or someone else moved the row first.
    """
    state: str = row.state  # type: ignore[attr-defined]
    if to not in table[state]:
        raise StaleState("该记录的状态已变化，不能再进行此操作，请刷新后查看。")
    changed = type(row)._default_manager.filter(pk=row.pk, state=state).update(state=to, **stamp)
    if changed != 1:
        raise StaleState("该记录已由他人处理，请刷新后查看。")
    for name, value in {"state": to, **stamp}.items():
        setattr(row, name, value)
