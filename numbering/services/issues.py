"""发放: a committee that approved an admission promises a number to the person, one by one or a whole list at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from numbering import admission, rollup, spans, vacant
from numbering.admission import Admission
from numbering.domains import Domain
from numbering.flow import ISSUE
from numbering.models import Issue, Segment
from numbering.services import pending
from orgs import policy
from orgs.models import Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import blind
from zhtj.lib.states import move

MOST = 500
"""People of one list."""
PEOPLE = 7_203_809
"""Advisory locks of people who are being issued numbers."""


class IssueRefused(Exception):
    """Why no number is issued: words for the person, and the field it is about ("" for the whole)."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list. Without a branch, `why` says why there is none."""

    branch: Organization | None
    person: Admission
    why: str = ""


@dataclass(slots=True)
class Outcome:
    """What becomes of one line: a number, or problems."""

    problems: list[Problem] = field(default_factory=list)
    number: int | None = None
    issue: Issue | None = None


@transaction.atomic
def issue(
    *, branch: Organization, domain: Domain, name: str, id_number: str, joined_on: date, by: Role
) -> Issue:
    """Issue the next free number of the branch's own segment of this year and domain, else of the issuing committee's.

    `name` and `id_number` are normalised.

    Raises:
        PermissionDenied: the role may not.
        IssueRefused: no free number, this person has one already, or something is wrong with what was typed.
    """
    person = Admission(name=name, id_number=id_number, joined_on=joined_on, domain=domain)
    outcome = issue_many([Line(branch, person)], by=by)[0]
    if outcome.issue is None:
        wrong = outcome.problems[0]
        raise IssueRefused(wrong.message, wrong.field)
    return outcome.issue


def preview(lines: Sequence[Line], *, by: Role) -> list[Outcome]:
    """What `issue_many` would do now; nothing is written.

    Raises:
        PermissionDenied: the role may not issue to one of the branches.
    """
    places = _branches(lines)
    for place in places.values():
        policy.require(by, Act.ISSUE, place)
    return _decide(lines, places, by=by, hold=False)


@transaction.atomic
def issue_many(lines: Sequence[Line], *, by: Role) -> list[Outcome]:
    """Issue to everybody of the list who can be issued to, in this order; the others get their problems.

    Raises:
        PermissionDenied: the role may not issue to one of the branches.
    """
    Organization.objects.lock(shared=True)
    places = {pk: settled(pk) for pk in sorted(_branches(lines))}
    for place in places.values():
        policy.require(by, Act.ISSUE, place)
    hold_people(blind("person.id", line.person.id_number) for line in lines if line.person.id_number)
    outcomes = _decide(lines, places, by=by, hold=True)
    for line, outcome in zip(lines, outcomes, strict=True):
        if outcome.number:
            outcome.issue = _made(line, outcome.number, places, by)
    made = [one.issue for one in outcomes if one.issue]
    Issue.objects.bulk_create(made)
    rollup.add_all((one.value for one in made), issued=1)
    for one in made:
        audit.record(
            role=by, verb="issue", subject=f"issue:{one.pk}", organization=one.organization, to_state=one.state,
        )  # fmt: skip
    for pk in sorted({one.organization_id for one in made}):
        pending.announce(places[pk])
    return outcomes


@transaction.atomic
def withdraw(issue: Issue, *, by: Role) -> None:
    """Take back an issue that was not entered; its number is free again.

    Raises:
        PermissionDenied: the role may not.
        StaleState: it was entered, or taken back, in the meantime.
    """
    place = settled(issue.organization_id)
    policy.require(by, Act.ISSUE, place)
    spans.hold(issue.value)
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    before = current.state
    if before == Issue.State.ENTERED:
        current.state = Issue.State.OPEN  # entered: let the conditional update say that it is too late
    move(current, Issue.State.WITHDRAWN, table=ISSUE, withdrawn_at=timezone.now())
    rollup.add(issue.value, issued=-1)
    audit.record(
        role=by, verb="issue.withdraw", subject=f"issue:{issue.pk}", organization=place,
        from_state=before, to_state=Issue.State.WITHDRAWN,
    )  # fmt: skip
    pending.announce(place, by=by.user)


def only_domain(*owners: Organization, year: int) -> str:
    """The one domain these organisations have numbers of in this year; empty where there are several, or none."""
    rows = Segment.objects.filter(organization__in=owners, year=year)
    found = set(rows.values_list("domain", flat=True))
    return found.pop() if len(found) == 1 else ""


def hold_people(blinds: Iterable[bytes]) -> None:
    """Two committees may issue to the same people at this moment: the second waits here, and then sees what the first did.

    In one order, so that two lists never wait for each other; before the segments.
    """
    keys = {int.from_bytes(one[:4], signed=True) for one in blinds}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [PEOPLE, sorted(keys)]
        )


# Deciding -----------------------------------------------------------------------------------------


def _branches(lines: Iterable[Line]) -> dict[int, Organization]:
    return {line.branch.pk: line.branch for line in lines if line.branch}


def _decide(lines: Sequence[Line], places: dict[int, Organization], *, by: Role, hold: bool) -> list[Outcome]:
    today = timezone.localdate()
    outcomes = [Outcome(_own_problems(line, places, today)) for line in lines]
    _compare(lines, outcomes)
    _meet_known(lines, outcomes, by=by)
    good = [(line, one) for line, one in zip(lines, outcomes, strict=True) if not one.problems]
    stock = _Stock([line for line, _ in good], by=by, hold=hold)
    for line, outcome in good:
        outcome.number = stock.next(line)
        if outcome.number is None:
            outcome.problems.append(_no_number(line, by))
    return outcomes


def _own_problems(line: Line, places: dict[int, Organization], today: date) -> list[Problem]:
    found = []
    if line.branch is None:
        found.append(Problem("branch", "branch_missing", line.why or "请选择团支部"))
    elif not places[line.branch.pk].is_active:
        found.append(Problem("branch", "branch_inactive", f"“{line.branch.name}”已停用，不能发放编号"))
    return [*found, *admission.problems(line.person, today=today, since=settings.SEGMENTS_FROM)]


def _compare(lines: Sequence[Line], outcomes: list[Outcome]) -> None:
    """One person twice in the list: both lines say so, because nobody knows which one is right."""
    at = defaultdict(list)
    for place, line in enumerate(lines, 1):
        if line.person.id_number:
            at[line.person.id_number].append(place)
    for same in at.values():
        if len(same) > 1:
            words = f"第 {'、'.join(map(str, same))} 行的身份证号码相同，请只保留一行"
            for place in same:
                outcomes[place - 1].problems.append(Problem("id_number", "id_number_twice", words))


def _meet_known(lines: Sequence[Line], outcomes: list[Outcome], *, by: Role) -> None:
    """Who has a number already. Where it was issued is said only to whom that organisation is visible."""
    blinds = {
        blind("person.id", line.person.id_number): (line, one)
        for line, one in zip(lines, outcomes, strict=True)
        if line.person.id_number and not one.problems
    }
    known = Issue.objects.standing().filter(id_blind__in=list(blinds)).select_related("organization")
    for had in known:
        line, outcome = blinds[bytes(had.id_blind)]
        where = ""
        if had.organization.is_at_or_below(by.organization):
            where = f"（{had.organization.name}，编号 {had.number}）"
        words = f"{line.person.name}已发放过发展团员编号{where}，不能重复发放"
        outcome.problems.append(Problem("id_number", "issued_already", words))


def _no_number(line: Line, by: Role) -> Problem:
    branch, domain, joined = _wanted(line)
    owners = dict.fromkeys(f"“{one.name}”" for one in (branch, by.organization))
    lack = "和".join(owners) + ("都没有" if len(owners) > 1 else "没有")
    words = f"{lack} {joined.year} 年{domain.label}领域的可用编号，请先分配号段"
    return Problem("domain", "no_number", words)


def _wanted(line: Line) -> tuple[Organization, Domain, date]:
    """Of a line without problems."""
    assert line.branch and line.person.joined_on  # noqa: S101
    return line.branch, Domain(line.person.domain), line.person.joined_on


class _Stock:
    """The free numbers of all segments that concern a list: read, and where `hold` locked FOR UPDATE, once for the whole list."""

    def __init__(self, lines: Sequence[Line], *, by: Role, hold: bool) -> None:
        self._issuer = by.organization_id
        wanted = {_wanted(line) for line in lines}
        owners = {branch.pk for branch, _, _ in wanted} | {self._issuer}
        rows = Segment.objects.filter(
            organization__in=owners,
            year__in={joined.year for _, _, joined in wanted},
            domain__in={domain for _, domain, _ in wanted},
        )
        # By id, so that two lists never wait for each other; what was taken back while we waited is gone.
        found = list(rows.select_for_update().order_by("pk") if hold else rows)
        runs = vacant.free_runs_of(found)
        self._free: dict[tuple[int, str, int], list[Iterator[int]]] = defaultdict(list)
        for segment in sorted(found, key=lambda one: one.first):
            key = (segment.organization_id, str(segment.domain), segment.year)
            self._free[key] += [iter(range(first, last + 1)) for first, last in runs[segment.pk]]

    def next(self, line: Line) -> int | None:
        """The next number of the branch's own segments, then of the committee's; each is given once."""
        branch, domain, joined = _wanted(line)
        for owner in (branch.pk, self._issuer):
            for run in self._free[owner, str(domain), joined.year]:
                if number := next(run, None):
                    return number
        return None


def _made(line: Line, number: int, places: dict[int, Organization], by: Role) -> Issue:
    branch, domain, joined = _wanted(line)
    made = Issue(
        number=str(number), value=number, domain=domain, name=line.person.name, joined_on=joined,
        issuer=by.organization, issued_by=by.user,
    )  # fmt: skip
    made.seal_id(line.person.id_number)
    made.place(places[branch.pk])
    return made
