"""Where a page leads on: its tabs, filters, searches, other pages and years, read from its own HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

_WORD = re.compile(r"[a-z_]{1,20}")
OPTIONS = 12
"""Of a select so many entries are tried; a list of organisations has no end."""
TYPED = frozenset({"search", "text", ""})
Link = tuple[str, tuple[tuple[str, str], ...], bool]
"""Path, parameters, and whether it is asked for by htmx."""


@dataclass
class _Form:
    action: str
    fixed: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    chosen: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms = here, list[_Form]()
        self.links: list[tuple[str, bool]] = []
        self.asked: list[tuple[str, str]] = []
        self._form: _Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.removeprefix("data-"): value or "" for name, value in attrs}
        if tag == "a" and "download" not in given:
            self.links.append((given.get("href", ""), False))
        if "hx-get" in given and tag != "form":
            if given.get("name"):
                self.asked.append((given["hx-get"], given["name"]))
            else:
                self.links.append((given["hx-get"], True))
        if tag == "form":
            self._form = None
            if given.get("method", "get").lower() == "get":
                self._form = _Form(given.get("action", ""))
                self.forms.append(self._form)
        elif self._form:
            self._field(self._form, tag, given)

    def _field(self, form: _Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "").lower()
        if tag == "select":
            self._select = name
            form.chosen[name] = []
        elif tag == "option" and self._select:
            form.chosen[self._select].append(given.get("value", ""))
        elif tag == "input" and name:
            if kind == "hidden":
                form.fixed.append((name, given.get("value", "")))
            elif kind == "date":
                form.days.append(name)
            elif kind in {"checkbox", "radio"}:
                form.chosen.setdefault(name, []).append(given.get("value", "on"))
            elif kind in TYPED:
                form.typed.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def links(html: str, here: str, terms: list[str]) -> list[Link]:
    """What can be clicked, chosen or searched for on this page, each with its parameters; `terms` is what is typed into a search."""
    reader = _Reader(here)
    reader.feed(html)
    found = [_link(here, address, htmx=htmx) for address, htmx in reader.links]
    for address, name in reader.asked:
        found += [_link(here, address, [(name, term)], htmx=True) for term in terms]
    for form in reader.forms:
        found += [_link(here, form.action or here, sent) for sent in _sent(form, terms)]
    return [one for one in dict.fromkeys(found) if one[0].startswith("/")]


def _sent(form: _Form, terms: list[str]) -> list[list[tuple[str, str]]]:
    """What the form sends: one field filled at a time, the hidden ones always."""
    values = [(name, term) for name in form.typed for term in terms]
    values += [(name, value) for name, given in form.chosen.items() for value in given[:OPTIONS] if value]
    month_ago = (date.today() - timedelta(days=30)).isoformat()  # noqa: DTZ011 -- any day will do
    values += [(name, month_ago) for name in form.days]
    return [[*form.fixed, value] for value in values if value[0]]


def _link(here: str, address: str, more: list[tuple[str, str]] | None = None, *, htmx: bool = False) -> Link:
    parts = urlsplit(urljoin(here, address))
    elsewhere = parts.netloc or parts.scheme not in {"", "http", "https"}
    pairs = [] if more and not htmx else parse_qsl(parts.query)
    kept = tuple(sorted((name, value) for name, value in [*pairs, *(more or [])] if value))
    return ("" if elsewhere else parts.path, kept, htmx)


def shape(parameters: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Two links of one shape ask the same question about other rows: words of a choice stay, ids and what was typed do not."""
    return tuple(
        f"{name}={value}" if _WORD.fullmatch(value) and name != "q" else f"{name}=…"
        for name, value in parameters
    )


def query(parameters: tuple[tuple[str, str], ...]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
