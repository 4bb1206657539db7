"""Two numbers changed in one transaction while a list is issued from the segments of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archives.services import amendment, claims
from members.rules import ENTRY_FIELDS
from members.services import changes
from numbering import rollup
from numbering.models import Issue, Segment
from tests.archives.cases import waiting
from tests.archives.claiming import filed, wanting
from tests.factories import plant_world
from tests.numbering.cases import chain, issued
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12


def fields(entry):
    return {name: getattr(entry, name) for name in ENTRY_FIELDS}


def counts_are_true():
    found = list(Segment.objects.all())
    assert rollup.counts(found) == rollup.recount(found)


def test_a_number_corrected_into_another_segment_and_a_list_issued_from_both_never_wait_for_each_other(
    settings,
):
    """The correction gives one number back and takes another; the list holds the segments of both."""
    settings.ISSUE_NEEDED = False
    world = plant_world()
    made = chain(world)
    numbers = [str(made["school"].last), str(made["branch"].last)]
    entry = wanting(numbers[1])
    member = waiting(world.role(world.branch), **fields(entry)).member
    filer, school = world.role(world.branch), world.role(world.school)

    def correcting():
        for at in range(ROUNDS):
            seen = changes.version(member)
            amendment.correct(member, replace(entry, number=numbers[at % 2]), seen=seen, by=filer)

    def issuing():
        return [issued(world.branch, school) for _ in range(ROUNDS)]

    results = at_once(correcting, issuing)
    assert results[0] is None and len(results[1]) == ROUNDS, results
    counts_are_true()


def test_a_release_for_somebody_with_another_number_and_a_list_issued_from_both_never_wait_for_each_other(
    settings,
):
    """The decision gives the applicant the disputed number and takes back the one a committee had issued to them elsewhere."""
    settings.ISSUE_NEEDED = False
    world = plant_world()
    made = chain(world)
    school, holder, filer = world.role(world.school), world.role(world.sibling), world.role(world.branch)
    disputes = []
    for at in range(4):
        number = str(made["branch"].last - at)
        waiting(holder, **fields(wanting(number)))
        applicant = wanting(number)
        issued(world.sibling, school, name=applicant.name, id_number=applicant.id_number)
        disputes.append(filed(world, applicant, filer).dispute)
    judges = {dispute.judge_id: world.role(dispute.judge) for dispute in disputes}

    def upholding():
        for dispute in disputes:
            claims.uphold(dispute, reason="发放登记表上是申请人", by=judges[dispute.judge_id])

    results = at_once(upholding, lambda: [issued(world.branch, school) for _ in range(ROUNDS)])
    assert results[0] is None and len(results[1]) == ROUNDS, results
    assert Issue.objects.open().filter(number__in=[dispute.number for dispute in disputes]).count() == 4
    counts_are_true()
