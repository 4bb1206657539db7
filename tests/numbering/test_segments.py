"""Numbers go from the province to the person, and the counts follow."""

from __future__ import annotations

from numbering import rollup
from numbering.models import Segment
from numbering.services import issues
from tests.numbering.cases import chain, issued


def test_counts_of_the_whole_chain_follow_an_issue_with_and_without_folding(world):
    made = chain(world)
    school = world.role(world.school)
    first = issued(world.branch, school)
    assert first.value == made["branch"].first
    for _ in range(2):
        for segment in made.values():
            assert rollup.counts([segment])[segment.pk] == rollup.Counts(issued=1)
        rollup.fold()
    issues.withdraw(first, by=school)
    everything = Segment.objects.all()
    assert rollup.counts(everything) == rollup.recount(everything)
