"""The figures of 电子数据库 against a count of the numbers themselves, at every level and at every moment."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from numbering import progress, rollup, usage
from numbering.domains import Domain
from numbering.models import Holding, Issue, Segment
from numbering.progress import Figures
from numbering.services import holdings, registrations, segments
from numbering.usage import Unused
from orgs.models import Organization, settled
from tests.numbering import filings
from tests.numbering.cases import YEAR, chain, issued

PLACES = ("province", "city", "county", "school", "general", "branch")


def counted(organization: Organization, domain: Domain) -> Figures:
    """One number at a time: what the figures must say."""
    own = [(s.first, s.last) for s in Segment.objects.of(organization).filter(year=YEAR, domain=domain)]
    values = {value for first, last in own for value in range(first, last + 1)}
    held = Counter(Holding.objects.filter(value__in=values).values_list("state", flat=True))
    waiting = Issue.objects.open().filter(value__in=values).count()
    return Figures(
        len(values), held["held"], held["reserved"], waiting, len(own),
        min(first for first, _ in own), max(last for _, last in own),
    )  # fmt: skip


def take(number: int, organization: Organization, *, id_blind: bytes = b"") -> Holding:
    with transaction.atomic():
        return holdings.take(
            str(number), holder="演示团员", id_blind=id_blind, organization=settled(organization.pk)
        )


@pytest.mark.parametrize("seed", range(4))
def test_every_level_says_what_a_count_of_the_numbers_says(world, seed):
    made = {domain: chain(world, domain) for domain in (Domain.SENIOR, Domain.SOCIETY)}
    chosen, school = random.Random(seed), world.role(world.school)
    taken: list[Holding] = []
    waiting: list[Issue] = []

    def free() -> int:
        piece = chosen.choice([made[d][place] for d in made for place in ("school", "general", "branch")])
        used = set(Holding.objects.exclude(state="released").values_list("value", flat=True))
        return chosen.choice([n for n in range(piece.first, piece.last + 1) if n not in used])

    def enter() -> None:
        one = waiting.pop() if waiting and chosen.random() < 0.5 else None
        taken.append(take(one.value if one else free(), world.branch, id_blind=one.id_blind if one else b""))

    def approve() -> None:
        if one := next((one for one in taken if one.state == "reserved"), None):
            holdings.confirm(one)

    def withdraw() -> None:
        if taken:
            holdings.release(taken.pop(chosen.randrange(len(taken))))

    steps = [
        enter,
        enter,
        approve,
        withdraw,
        rollup.fold,
        lambda: waiting.append(issued(world.branch, school)),
    ]
    for _ in range(60):
        chosen.choice(steps)()
    for _ in range(2):  # with what is not folded yet, and after folding
        for place in PLACES:
            one = getattr(world, place)
            found = progress.of_organizations([one.pk], YEAR)[one.pk]
            assert found == {domain: counted(one, domain) for domain in made}, place
        rollup.fold()


def test_the_total_is_that_of_all_children_and_of_no_one_else(world):
    chain(world)
    top = Segment.objects.get(parent=None)
    segments.hand_down(
        top, to=world.other_city, first=top.last - 99, last=top.last, by=world.role(world.province)
    )
    holding = take(top.last, world.other_branch)
    take(top.first, world.branch)
    holdings.confirm(holding)
    children = Organization.objects.filter(parent=world.province)
    each = progress.of_organizations([one.pk for one in children], YEAR)
    assert progress.of_children(world.province, YEAR) == {
        Domain.SENIOR: progress.together(one[Domain.SENIOR] for one in each.values())
    }
    assert progress.of_children(world.province, YEAR)[Domain.SENIOR].size == 500
    assert progress.of_children(world.branch, YEAR) == {}
    assert progress.of_children(world.province, YEAR - 1) == {}


def test_several_own_segments_are_summed_and_an_own_one_inside_another_counts_once(world):
    chain(world)
    city = world.role(world.city)
    above = Segment.objects.of(world.city).get()
    second = segments.hand_down(above, to=world.county, first=above.last - 9, last=above.last, by=city)
    inner = Segment.objects.of(world.school).get()
    # As a moved tree may leave it: a piece of the county's own segment in the county's hands again.
    Segment.objects.filter(pk=inner.pk).update(organization=world.county)
    take(inner.first, world.branch)
    found = progress.of_organizations([world.county.pk], YEAR)[world.county.pk][Domain.SENIOR]
    assert (found.size, found.reserved, found.pieces) == (210, 1, 2)
    assert [s.pk for s in progress.own_segments(world.county, year=YEAR, domain=Domain.SENIOR)] == [
        inner.parent_id,
        second.pk,
    ]


def test_figures_of_many_cost_one_statement(world):
    chain(world)
    ids = list(Organization.objects.values_list("pk", flat=True))
    for ask in (
        lambda: progress.of_organizations(ids, YEAR),
        lambda: progress.of_children(world.province, YEAR),
        lambda: progress.slowest(world.county, YEAR, limit=10),
    ):
        with CaptureQueriesContext(connection) as statements:
            ask()
        assert len(statements) == 1


def test_the_slowest_come_first_and_who_has_finished_does_not_come(world):
    made = chain(world)
    rest = made["school"].last + 1
    by = world.role(world.county)
    street = segments.hand_down(made["county"], to=world.street, first=rest, last=rest + 3, by=by)
    lone = segments.hand_down(made["county"], to=world.county_branch, first=rest + 4, last=rest + 4, by=by)
    holdings.confirm(take(street.first, world.street_branch))
    assert [pk for pk, _, _ in progress.slowest(world.county, YEAR, limit=10)] == [
        world.school.pk, world.county_branch.pk, world.street.pk,
    ]  # fmt: skip
    holdings.confirm(take(lone.first, world.county_branch))
    found = progress.slowest(world.county, YEAR, limit=10)
    assert [(name, one.percent) for _, name, one in found] == [("丙中学团委", 0), ("丁街道团工委", 25)]


def test_a_hundred_per_cent_means_all():
    assert [Figures(1000, held).percent for held in (0, 5, 999, 1000)] == [0, 0, 99, 100]
    assert Figures().percent == 0


def unused(own: list[Segment], *, start: int = 0, limit: int = 100) -> list[Unused]:
    """As their owner reads them."""
    return usage.unused(own, start=start, limit=limit, seen_from=own[0].organization)


def listed(segment: Segment, limit: int = 100) -> list[tuple[int, int, str]]:
    found = unused([segment], limit=limit)
    return [(line.first - segment.first, line.last - segment.first, line.name) for line in found]


def test_unused_numbers_are_runs_between_what_is_held_or_issued(world):
    piece = chain(world)["branch"]
    assert listed(piece) == [(0, 19, "")]
    one = issued(world.branch, world.role(world.school), name="演示甲")
    assert one.value == piece.first
    take(piece.first + 5, world.branch)
    take(piece.last, world.branch)
    assert listed(piece) == [(0, 0, "演示甲"), (1, 4, ""), (6, 18, "")]
    take(piece.first, world.branch)  # by somebody else: no longer one to be entered
    assert listed(piece) == [(1, 4, ""), (6, 18, "")]


def test_a_registered_number_is_kept_for_the_person_until_it_is_entered_or_given_up(world):
    filings.segments(world)
    piece, role = Segment.objects.of(world.branch).get(), world.role(world.branch)
    number = {place: str(piece.first + place) for place in (3, 5)}
    one = filings.filed(world.branch, role, number=number[3], name="演示未使用")
    served = {"kind": "veteran", "name": "演示退伍", "discharged_on": date(YEAR, 6, 1)}
    veteran = filings.filed(world.branch, role, number=number[5], **served)

    def kept() -> list[tuple[int, str, str]]:
        return [(line.first - piece.first, line.by, line.name) for line in unused([piece]) if line.by]

    assert kept() == [(3, "登记备案", "演示未使用")]
    registrations.handle(veteran, by=world.role(world.province))
    assert kept() == [(3, "登记备案", "演示未使用"), (5, "登记备案", "演示退伍")]
    assert listed(piece) == [(0, 2, ""), (3, 3, "演示未使用"), (4, 4, ""), (5, 5, "演示退伍"), (6, 19, "")]
    take(piece.first + 5, world.branch)
    registrations.withdraw(one, by=role)
    assert (kept(), listed(piece)) == ([], [(0, 4, ""), (6, 19, "")])


@pytest.mark.parametrize("seed", range(4))
def test_pages_of_unused_and_entered_numbers_together_are_all_numbers(world, seed):
    made = chain(world)
    chosen, school = random.Random(seed), world.role(world.school)
    for _ in range(5):
        issued(world.branch, school)
    offsets = chosen.sample(range(5, 20), 10)
    for offset in offsets[:7]:
        take(made["branch"].first + offset, world.branch)
    for offset in offsets[7:]:
        filings.filed(world.branch, world.role(world.branch), number=str(made["branch"].first + offset))
    own = [made["branch"]]
    shown: list[int] = []
    for read, numbers in (
        (unused, lambda line: range(line.first, line.last + 1)),
        (usage.entered, lambda holding: [holding.value]),
    ):
        start = 0
        while page := read(own, start=start, limit=2):
            of_page = [number for line in page for number in numbers(line)]
            assert start <= of_page[0] and of_page == sorted(of_page)
            shown += of_page
            start = of_page[-1] + 1
    assert sorted(shown) == list(range(made["branch"].first, made["branch"].last + 1))


def test_the_last_number_alone_and_a_full_segment(world):
    piece = chain(world)["branch"]
    for number in range(piece.first, piece.last):
        take(number, world.branch)
    assert unused([piece], limit=5) == [Unused(piece.last, piece.last)]
    take(piece.last, world.branch)
    assert unused([piece], limit=5) == []


def test_years_are_those_the_province_has_segments_of(world):
    assert progress.years(world.branch) == []
    chain(world)
    assert progress.years(world.branch) == [YEAR]
