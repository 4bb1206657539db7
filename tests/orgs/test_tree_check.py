"""`check_tree` finds every kind of drift, says so by ids, ends with an error; `--fix` sets it right."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from archives.services import drafts
from numbering.models import Holding
from orgs import tree_check
from orgs.kinds import Kind
from orgs.models import Notice, Organization, Role, located_models, settled
from orgs.models.notices import KINDS
from tests.archives.claiming import disputed
from tests.archives.test_appointment import POST, entered
from tests.factories import World, new_key
from tests.numbering.filings import filed
from tests.orgs.trees import grow, grow_line, rows, tree_is_sound
from zhtj.celery import app

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


def test_the_nightly_check_is_on_the_beat_and_tells_the_province_once_a_day(
    planted: tuple[Organization, Role],
) -> None:
    province, admin = planted
    (committee,) = grow_line(province, admin, Kind.COMMITTEE)
    entry = settings.CELERY_BEAT_SCHEDULE["check tree"]
    task = app.tasks[entry["task"]]
    assert task() == 0 and not Notice.objects.exists()
    rows(DAMAGE["排序有误"] + " RETURNING 1", committee.pk)
    assert [task(), task()] == [1, 1]
    (notice,) = Notice.objects.filter(organization=province)
    assert (notice.kind, notice.body) == ("组织管理", f"排序有误（1）：{committee.pk}")
    assert notice.kind in KINDS
    assert settings.CELERY_TASK_TIME_LIMIT < task.soft_time_limit < task.time_limit


def test_the_ancestors_of_every_kind_of_row_are_repaired(world: World) -> None:
    case = disputed(world)
    drafts.save({"name": "演示"}, key=new_key(), organization=world.branch, upload=None, by=case.filer)
    filed(world.branch, case.filer, kind="veteran")
    entered(world.role(world.street_branch), **{**POST, "on_duty": ""})
    assert tree_is_sound()
    before = {model: dict(model._base_manager.values_list("pk", "at_1")) for model in located_models()}
    assert [model.__name__ for model, found in before.items() if not found] == []
    for model in located_models():
        rows(f"UPDATE {model._meta.db_table} SET at_1 = 99, at_2 = NULL RETURNING 1")
    found = [words for words, _ in tree_check.faults()]
    assert found == [f"{model._meta.verbose_name}的上级列有误" for model in located_models()]
    call_command("check_tree", "--fix")
    assert {model: dict(model._base_manager.values_list("pk", "at_1")) for model in before} == before
    assert tree_is_sound()
