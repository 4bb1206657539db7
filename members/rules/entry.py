"""What a person typed into form A, B or C, and the circumstances it is judged in."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Self

from members.choices import Variant
from numbering import id_number
from numbering.domains import Domain
from numbering.person import normalise_name
from numbering.rules import NumberFacts, normalise_number
from orgs.dictionaries import DICTIONARIES, Options
from zhtj.lib.dates import DateUnreadable, parse_date, parse_month
from zhtj.lib.problems import Problem
from zhtj.lib.text import plain

DATES = frozenset({"joined_on", "applied_on", "volunteer_since"})
MONTHS = frozenset({"joined_party_on", "post_since"})
ANSWERS = frozenset({"is_cadre", "on_party_committee", "applied", "volunteer"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One filled form. Any value may be empty or wrong; `rules.problems` says so.

    `unread` holds the problems of dates that could not be understood; such a date is None here.
    """

    name: str = ""
    id_number: str = field(default="", repr=False)
    id_number_again: str = field(default="", repr=False)
    ethnicity: str = ""
    occupation: str = ""
    study_status: str = ""
    occupation_detail: str = ""
    education: str = ""
    political_status: str = ""
    joined_on: date | None = None
    number: str = ""
    joined_party_on: date | None = None
    is_cadre: bool | None = None
    title: str = ""
    post_since: date | None = None
    appointed_by: str = ""
    cadre_nature: str = ""
    on_party_committee: bool | None = None
    on_duty: str = ""
    phone: str = field(default="", repr=False)
    phone_owner: str = ""
    address: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    qq: str = field(default="", repr=False)
    wechat: str = field(default="", repr=False)
    weibo: str = field(default="", repr=False)
    applied: bool | None = None
    applied_on: date | None = None
    volunteer: bool | None = None
    volunteer_since: date | None = None
    unread: tuple[Problem, ...] = ()

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From raw form data, a draft or an imported row: strings, or values already of the right type."""
        read: dict[str, Any] = {}
        unread: list[Problem] = []
        for name in ENTRY_FIELDS:
            try:
                read[name] = _read(name, values.get(name))
            except DateUnreadable as broken:
                unread.append(Problem(name, "date_unreadable", str(broken)))
        return cls(**read, unread=tuple(unread))


ENTRY_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Entry) if f.name != "unread")
# Beside the typed fields stands the file, which is only there or not (`Context.has_file`).
FIELDS: tuple[str, ...] = (*ENTRY_FIELDS, "file")


@dataclass(frozen=True, slots=True)
class Context:
    """Where, when and by which form. `kind` and `province_code` are those of the organisation entered into.

    `facts` are those of the number typed, None where no segment is asked; `study_domains` says which 领域 each 在读状况 belongs
    to (settings). `narrowed_to` is the 领域 of the number the form was opened with: only what fits can be chosen.
    """

    variant: Variant
    today: date
    kind: str = "branch"
    province_code: str = ""
    has_file: bool = False
    confirmed: frozenset[str] = frozenset()
    dictionaries: Mapping[str, Options] = field(default_factory=lambda: DICTIONARIES)
    facts: NumberFacts | None = None
    study_domains: Mapping[str, str] = field(default_factory=dict)
    narrowed_to: Domain | None = None


def _read(name: str, value: Any) -> Any:
    if name in DATES | MONTHS:
        parse = parse_date if name in DATES else parse_month
        if not isinstance(value, str):
            return value or None
        return parse(value) if value.strip() else None
    if name in ANSWERS:
        return {"yes": True, "no": False, True: True, False: False}.get(value)
    return _TIDY.get(name, _tidy)(str(value or ""))


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _narrow(text: str) -> str:
    return plain(text).strip()


def _phone(text: str) -> str:
    return _narrow(text).replace("-", "").removeprefix("+86")


_TIDY: dict[str, Callable[[str], str]] = {
    "name": normalise_name,
    "id_number": id_number.normalise,
    "id_number_again": id_number.normalise,
    "number": normalise_number,
    "phone": _phone,
    "email": _narrow,
    "qq": _narrow,
    "wechat": _narrow,
}
