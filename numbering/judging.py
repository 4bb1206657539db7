"""Who decides an 编号占用核实 (指引 3.7): one rule, for a new case and for all open ones at once when the tree or its staff changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery

from numbering import spans
from numbering.models import Dispute, Segment
from numbering.models.disputes import DisputeQuerySet
from numbering.rules import number_value
from orgs.kinds import COMMITTEES
from orgs.models import Duty, Notice, Organization, Role, User, path_after_move, queue_lines
from orgs.policy import GRANTS, Act
from orgs.superiors import ids_of


class Asked(NamedTuple):
    """What the judge of a case depends on: the path of whoever owns the number's segment, else of who holds it; the applicant's own
    organisations (ids), and who filed it."""

    start: str
    in_segment: bool
    own: frozenset[int]
    filer: int


class Open(NamedTuple):
    """An open case, in paths: who would enter the applicant, who filed it, whence its judge is looked for."""

    pk: int
    judge: int
    stands: str
    filed_for: str
    start: str
    in_segment: bool
    filer: int

    @property
    def filed_for_now(self) -> str:
        """One in whose sight the applicant's organisation is: else that organisation itself, which can go on with the entry."""
        return self.filed_for if self.stands.startswith(self.filed_for) else self.stands

    @property
    def asked(self) -> Asked:
        own = frozenset(_last(path) for path in (self.stands, self.filed_for_now))
        return Asked(self.start, self.in_segment, own, self.filer)


def judge_of(number: str, holder: Organization, *, own: Collection[int], filer: User) -> Organization:
    """Who decides: 号段归属的组织, else the nearest committee above it; for a number in no segment, who reviews the holder's organisation.

    Passed over are the applicant's own organisations (`own`, ids), those that may not judge, and those without an administrator
    other than the filer. With nobody left it is the nearest one all the same, and waits there for an administrator.
    """
    value = number_value(number)
    segment = spans.owner_segment(value) if value else None
    start = segment.organization if segment else holder
    return _judges([Asked(start.path, segment is not None, frozenset(own), filer.pk)])[0]


def after_staffing(organization: Organization) -> None:
    """An administrator of `organization` came or went: what it decided may be somebody else's, what went past it its own again."""
    waiting = _read(Dispute.objects.filter(judge__in=organization.path_ids))
    judges = _judges([one.asked for one in waiting])
    pairs = zip(waiting, judges, strict=True)
    _hand_over((one, judge) for one, judge in pairs if organization.pk in {judge.pk, one.judge})


def after_move(organization: Organization) -> None:
    """The tree changed: what starts below `organization` is decided by who stands above now, and belongs to one in whose sight the
    applicant's organisation is."""
    concerned = _read(_below(organization))
    _hand_over(zip(concerned, _judges([one.asked for one in concerned]), strict=True))
    filers: dict[int, list[int]] = defaultdict(list)
    for one in concerned:
        if one.filed_for_now != one.filed_for:
            filers[_last(one.filed_for_now)].append(one.pk)
    for filer, ids in filers.items():
        Dispute.objects.open().filter(pk__in=ids).update(filed_for=filer)


def preview(moved: Organization, to: Organization) -> list[str]:
    """Who would decide what starts below `moved` once that stood under `to`."""
    concerned = _read(_below(moved))
    before = Organization.objects.in_bulk({one.judge for one in concerned})
    there = [
        one._replace(
            stands=path_after_move(one.stands, moved, to),
            filed_for=path_after_move(one.filed_for, moved, to),
            start=path_after_move(one.start, moved, to),
        )
        for one in concerned
    ]
    judges = _judges([one.asked for one in there])
    return queue_lines(
        ("编号占用核实", before[one.judge], judge) for one, judge in zip(concerned, judges, strict=True)
    )


def _below(organization: Organization) -> DisputeQuerySet:
    """Cases whose applicant, holder or owner of the segment stands in or below it."""
    owned = Segment.objects.under(organization).filter(span__contains=OuterRef("holding__value"))
    return Dispute.objects.filter(
        Q(**{f"at_{organization.depth}": organization.pk})
        | Q(occupant_organization__path__startswith=organization.path)
        | Exists(owned)
    )


def _read(disputes: DisputeQuerySet) -> list[Open]:
    deepest = Segment.objects.filter(span__contains=OuterRef("holding__value")).order_by("-depth")
    owner = Subquery(deepest.values("organization__path")[:1])
    rows = disputes.open().annotate(owner=owner).order_by("pk")
    paths = ("organization__path", "filed_for__path", "owner", "occupant_organization__path")
    return [
        Open(pk, judge, stands, filed_for, owned or held, owned is not None, filer)
        for pk, judge, filer, stands, filed_for, owned, held in rows.values_list(
            "pk", "judge", "filed_by", *paths
        )
    ]


def _judges(cases: Sequence[Asked]) -> list[Organization]:
    """The judge of each, in the same order: two statements, however many there are."""
    ids = {pk for case in cases for pk in ids_of(case.start)}
    active = Organization.objects.active().in_bulk(ids)
    staff: dict[int, set[int]] = defaultdict(set)
    roles = Role.objects.current().filter(duty=Duty.ADMINISTRATOR, organization__in=list(active))
    for organization, user in roles.values_list("organization_id", "user_id"):
        staff[organization].add(user)
    return [_judge(case, active, staff) for case in cases]


def _judge(case: Asked, active: dict[int, Organization], staff: dict[int, set[int]]) -> Organization:
    start = _last(case.start)
    above = [active[pk] for pk in reversed(ids_of(case.start)) if pk in active]
    able = [
        one
        for one in above
        if one.kind in (GRANTS[Act.JUDGE] if case.in_segment and one.pk == start else COMMITTEES)
        and (case.in_segment or one.pk != start or one.parent_id is None)
    ]
    others = [one for one in able if one.pk not in case.own] or able
    return next((one for one in others if staff[one.pk] - {case.filer}), others[0])


def _hand_over(judged: Iterable[tuple[Open, Organization]]) -> None:
    """Each to its judge, its to-do with it: two statements for each judge who gets some."""
    changed: dict[Organization, list[int]] = defaultdict(list)
    for one, judge in judged:
        if judge.pk != one.judge:
            changed[judge].append(one.pk)
    for judge, ids in changed.items():
        Dispute.objects.open().filter(pk__in=ids).update(judge=judge)
        todos = Notice.objects.open_todos().filter(subject__in=[f"dispute:{pk}" for pk in ids])
        todos.update(organization=judge)


def _last(path: str) -> int:
    return ids_of(path)[-1]
