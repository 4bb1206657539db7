"""What is not settled keeps an organisation open, and its members keep a 团支部 one: with real matters, every kind there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archives.models import Archive
from members.models import Member
from numbering.models import Dispute, Issue, Registration, Segment
from orgs.kinds import Kind
from orgs.models import Organization, located_models
from orgs.services import organizations
from orgs.services.obstacles import obstacles
from orgs.services.placement import Refused
from tests.archives.cases import approved, replacing, waiting
from tests.archives.claiming import disputed
from tests.factories import World
from tests.numbering.cases import chain, issued
from tests.numbering.filings import filed


def replaced(world: World) -> None:
    school = world.role(world.school)
    replacing(approved(world.role(world.branch), school), school)


def promised(world: World) -> None:
    chain(world)
    issued(world.branch, world.role(world.school))


OPEN: dict[type, tuple[Callable[[World], object], str]] = {
    Archive: (replaced, "1 件档案替换未办结"),
    Dispute: (disputed, "1 件编号占用核实未办结"),
    Issue: (promised, "1 个编号待录入"),
    Member: (lambda world: waiting(world.role(world.branch)), "1 名团员审核中或未通过"),
    Registration: (
        lambda world: filed(world.branch, world.role(world.branch), kind="veteran"),
        "1 件编号登记备案未办结",
    ),
    Segment: (chain, "持有 1 个号段"),
}


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.messages[0]


def test_every_model_with_open_matters_is_tried() -> None:
    assert set(OPEN) == {model for model in located_models() if "blocks_deactivation" in vars(model)}


@pytest.mark.parametrize("model", OPEN, ids=lambda model: model.__name__)
def test_what_is_open_is_named_and_keeps_the_organisation_open(world: World, model: type) -> None:
    prepare, words = OPEN[model]
    prepare(world)
    by = world.role(world.general.parent)
    assert words in organizations.blockers(world.branch)
    assert all(one.page and one.title for one in obstacles(world.branch))
    said = refusal(lambda: organizations.deactivate(world.branch, by=by))
    assert words in said
    assert Organization.objects.get(pk=world.branch.pk).is_active


def test_a_branch_with_members_stays_one_and_goes_under_what_is_set_up_above(world: World) -> None:
    by = world.role(world.school)
    approved(world.role(world.sibling), world.role(world.school))
    said = refusal(lambda: organizations.change_kind(world.sibling, kind=Kind.GENERAL_BRANCH, by=by))
    assert "有 1 名在册团员" in said and "另设团总支，再把“教工团支部”移到其下" in said
    new = {
        "kind": Kind.GENERAL_BRANCH,
        "name": "丙中学教工团总支",
        "short_name": "教工团总支",
        "industry": "",
    }
    above = organizations.create(parent=world.school, by=by, **new)
    organizations.move(world.sibling, to=above, by=by)
    assert Member.objects.under(above).count() == 1
