"""更正身份证号码 and 释放编号 at the moment of somebody else's work, on real connections."""

from __future__ import annotations

from functools import partial

import pytest

from archives.services import claims, identity, release
from archives.services import entry as entries
from archives.services.claims import NumberFree
from members.models import Member
from members.services.entry import PersonKnown
from numbering import proof
from numbering.models import Dispute, Holding
from tests.archives.cases import approved
from tests.archives.claiming import filed, promised, school_segment, typed, wanting
from tests.archives.test_province import WHY
from tests.factories import EntryFactory, new_key, plant_world
from tests.races import at_once, only

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def test_an_id_number_put_right_and_an_entry_with_it_make_one_person():
    world = plant_world()
    by, other, judge = world.role(world.province), world.role(world.other_branch), world.role(world.school)
    for _ in range(ROUNDS):
        right = EntryFactory()
        member = Member.objects.get(pk=approved(world.role(world.branch), judge).member_id)
        correct = partial(
            identity.correct, member, name=member.name, id_number=right.id_number, reason=WHY,
            seen=identity.seen(member), by=by,
        )  # fmt: skip
        enter = partial(
            entries.enter, right, organization=other.organization, upload=None, key=new_key(), by=other
        )
        results = at_once(correct, enter)
        assert len(only(PersonKnown, results)) == 1, results
        assert Member.objects.with_id(right.id_number).count() == 1


def test_a_release_while_a_case_is_filed_leaves_an_open_case_or_a_free_number():
    world = plant_world()
    school_segment(world)
    by, judge, holder = world.role(world.province), world.role(world.school), world.role(world.sibling)
    occupant = wanting(name="演示占用人")
    promised(occupant, holder, judge)
    values = {name: getattr(occupant, name) for name in typed(occupant)}
    member = Member.objects.get(pk=approved(holder, judge, **values).member_id)
    results = at_once(
        lambda: filed(world, wanting(), world.role(world.branch)),
        lambda: release.release(member, reason=WHY, seen=release.seen(member), by=by),
    )
    assert results[1] is None, results
    assert Dispute.objects.count() + len(only(NumberFree, results)) == 1, results
    if case := Dispute.objects.first():  # filed a moment too early: its judge still brings it to an end
        claims.uphold(case, reason="编号已释放，由申请人使用", by=judge)
    assert list(proof.faults()) == [] and not Holding.objects.exclude(state=Holding.State.RELEASED).exists()
