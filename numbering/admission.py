"""Somebody admitted who is to get a number: what is typed of them, and what is wrong with it. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from numbering.domains import Domain
from numbering.id_number import IdNumber, IdNumberError, normalise, parse
from numbering.person import joining_problem, name_problem, normalise_name
from zhtj.lib.dates import DateUnreadable, parse_date, say_date
from zhtj.lib.problems import Problem
from zhtj.lib.text import plain

FIELDS = ("name", "id_number", "joined_on", "domain")
_DOMAINS = {word: domain for domain in Domain for word in (domain.value, domain.label)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """`unread` says what could not be read; that field is empty then. `repr` leaves the person out."""

    name: str
    id_number: str
    joined_on: date | None
    domain: str
    unread: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return "Admission(…)"


def reading(*, name: str, id_number: str, joined_on: str, domain: str) -> Admission:
    """As typed → normalised."""
    unread = []
    day = None
    if joined_on.strip():
        try:
            day = parse_date(joined_on)
        except DateUnreadable as broken:
            unread.append(Problem("joined_on", "date_unreadable", str(broken)))
    word = plain(domain).strip().removesuffix("领域")
    if word and word not in _DOMAINS:
        said = f"领域应为{'、'.join(Domain.labels)}之一，现为“{domain.strip()[:20]}”"
        unread.append(Problem("domain", "domain_unknown", said))
    return Admission(
        name=normalise_name(name),
        id_number=normalise(id_number.strip()),
        joined_on=day,
        domain=_DOMAINS.get(word, ""),
        unread=tuple(unread),
    )


def problems(admission: Admission, *, today: date, since: int) -> list[Problem]:
    """Everything to put right, one a field; numbers lie in segments from the year `since` on."""
    found: dict[str, Problem] = {}
    for problem in _all(admission, today, since):
        found.setdefault(problem.field, problem)
    return [found[field] for field in FIELDS if field in found]


def _all(one: Admission, today: date, since: int) -> Iterator[Problem]:
    yield from one.unread
    if not one.name:
        yield Problem("name", "name_missing", "请填写姓名")
    elif wrong := name_problem(one.name):
        yield Problem("name", *wrong)
    person, problem = _person(one.id_number, today)
    if problem:
        yield problem
    if not one.domain:
        yield Problem("domain", "domain_missing", "请选择领域")
    if one.joined_on is None:
        yield Problem("joined_on", "joined_on_missing", "请填写入团时间")
    else:
        yield from _joining(one.joined_on, person, today, since)


def _person(number: str, today: date) -> tuple[IdNumber | None, Problem | None]:
    if not number:
        return None, Problem("id_number", "id_number_missing", "请填写身份证号码")
    try:
        return parse(number, today=today), None
    except IdNumberError as wrong:
        return None, Problem("id_number", wrong.code, wrong.message)


def _joining(joined: date, person: IdNumber | None, today: date, since: int) -> Iterator[Problem]:
    if joined > today:
        yield Problem("joined_on", "joined_on_future", f"入团时间 {say_date(joined)} 晚于今天，请核对")
    elif joined.year < since:
        words = f"{since} 年以前入团的，发展团员编号不在号段内，不在这里发放；现为 {say_date(joined)}，请核对"
        yield Problem("joined_on", "joined_on_early", words)
    elif person and (problem := joining_problem(person, joined)):
        yield problem
