"""What somebody typed into the search box of a tree, as a condition on organisations.

Each way to match is said twice: exactly, and by pieces that the index `organization_search` holds (migration 0010), which every match
has. Without the pieces a search would read the whole province.
"""

from __future__ import annotations

import re
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import F, Func, Q, TextField, Value

_INITIALS = re.compile(r"[a-z0-9]{2,20}")
_NUMERALS = {"y": "1", "e": "2", "s": "3|4|10", "w": "5", "l": "6", "q": "7", "b": "8", "j": "9"}


_TEXTS: ArrayField[list[str], list[str]] = ArrayField(TextField())
_STANDS_BY = {
    "0": "0",
    "1": "Y",
    "2": "E",
    "3": "S",
    "4": "S",
    "5": "W",
    "6": "L",
    "7": "Q",
    "8": "B",
    "9": "J",
    "10": "S",
}


def matches(query: str) -> Q:
    """A part of the full or the short name, or pinyin initials."""
    found = (Q(name__icontains=query) | Q(short_name__icontains=query)) & has_part(query)
    if _INITIALS.fullmatch(query.lower()):
        tokens = re.findall(r"[a-z]|[0-9]+", query.lower())
        initials = Q(sort_key__regex="(^| )" + " ".join(map(_word, tokens)))
        found |= initials & _has(_initial_pieces(tokens))
    return found


def has_part(part: str) -> Q:
    """What every organisation fulfils in whose names `part` stands, and few others: beside an exact condition, for the index."""
    return _has(_pieces(part))


def _has(pieces: list[str]) -> Q:
    indexed = Func(
        F("name"), F("short_name"), F("sort_key"), function="orgs_search_pieces", output_field=_TEXTS
    )
    return Q(DataContains(indexed, Value(pieces, output_field=_TEXTS)))


def _pieces(query: str) -> list[str]:
    """Every two neighbouring characters; of a single one itself."""
    words = query.lower()
    return [one + other for one, other in pairwise(words)] or [words]


def _initial_pieces(tokens: list[str]) -> list[str]:
    """Every two neighbouring initials, without a number at the end, of which more digits may follow; a number alone as it is stored."""
    signs = [token.upper() if token.isalpha() else _STANDS_BY.get(str(int(token)), "#") for token in tokens]
    whole = signs[:-1] if tokens[-1].isdigit() else signs
    pairs = [one + other for one, other in pairwise(whole)]
    return pairs or [f"{int(token):010d}" for token in tokens if token.isdigit()]


def _word(token: str) -> str:
    """One initial or number as the sort key may hold it: syllables, and zero-padded numbers also where the name has 一 二 三."""
    if token.isdigit():
        return f"0*{token}"
    return f"({token}[a-z]*|0*({_NUMERALS[token]}))" if token in _NUMERALS else f"{token}[a-z]*"
