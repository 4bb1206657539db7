"""`check_tree` finds every kind of drift, says so by ids, ends with an error; `--fix` sets it right."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from numbering.models import Holding
from orgs.kinds import Kind
from orgs.models import Organization, Role, settled
from tests.orgs.trees import grow, grow_line, rows, tree_is_sound

DAMAGE = {
    "编号区间无效": "UPDATE orgs_organization SET rght = lft WHERE id = %s",
    "编号区间超出上级组织": "UPDATE orgs_organization SET rght = 1999999999 WHERE id = %s",
    "编号区间与同级组织重叠": "UPDATE orgs_organization o SET lft = p.lft + 1 FROM orgs_organization p WHERE p.id = o.parent_id AND o.id = %s",
    "路径或层级有误": "UPDATE orgs_organization SET path = '/99/' WHERE id = %s",
    "排序有误": "UPDATE orgs_organization SET sort_key = 'x' WHERE id = %s",
    "编号占用的上级列有误": "UPDATE numbering_holding SET at_1 = NULL WHERE organization_id = %s",
}


@pytest.mark.parametrize("words", DAMAGE)
def test_drift_is_found_and_fixed(
    planted: tuple[Organization, Role], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    province, admin = planted
    committee, general = grow_line(province, admin, Kind.COMMITTEE, Kind.GENERAL_BRANCH)
    branches = [grow(general, Kind.BRANCH, admin) for _ in range(3)]
    holding = Holding(number="202311000001", holder="演示甲")
    holding.place(settled(branches[2].pk))
    holding.save()
    assert tree_is_sound()
    rows(DAMAGE[words] + " RETURNING 1", branches[2].pk)
    capsys.readouterr()
    with pytest.raises(CommandError):
        call_command("check_tree")
    said = capsys.readouterr().out
    assert words in said and "演示" not in said
    call_command("check_tree", "--fix")
    assert tree_is_sound()
    holding.refresh_from_db()
    assert [holding.at_0, holding.at_1, holding.at_2, holding.at_3] == [
        province.pk,
        committee.pk,
        general.pk,
        branches[2].pk,
    ]


def test_organisations_cut_off_from_the_root_are_found(
    planted: tuple[Organization, Role], capsys: pytest.CaptureFixture[str]
) -> None:
    province, admin = planted
    first, second = grow_line(province, admin, Kind.COMMITTEE, Kind.COMMITTEE)
    rows("UPDATE orgs_organization SET parent_id = %s WHERE id = %s RETURNING 1", second.pk, first.pk)
    with pytest.raises(CommandError):
        call_command("check_tree")
    assert f"与根组织不相连（2）：{first.pk} {second.pk}" in capsys.readouterr().out
