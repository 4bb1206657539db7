"""`manage.py bench` names every measure of docs/规模.md, runs both sides, and leaves the planted province as it was. No times here."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from archives.models import Archive, Upload
from members.models import Member
from numbering.models import Delta, Holding, Issue
from orgs.models import Notice, Organization
from tests.factories import World

MODELS = (Organization, Member, Holding, Issue, Delta, Upload, Archive, Notice)
NAMED = {
    "只记上级的 ORM save()": ["左端", "中间", "右端", "两侧都回滚"],
    "django-mptt": ["默认 django-mptt", "改写的其他行", "4 个写入者"],
    "移动": ["文本路径的 UPDATE", "改写的行数", "整个服务"],
    "最新 50 名": ["省级", "市级", "县级", "团委", "团总支", "团支部", "最慢的一级"],
    "展开组织树": [
        "省级",
        "市级",
        "县级",
        "团委",
        "团总支",
        "最慢的一级",
        "含会话和身份",
        "没有会话和中间件",
    ],
    "电子数据库": ["实时计数", "含会话和身份", "没有会话和中间件"],
    "团员列表": ["逐行 include"],
    "录入一人": ["psycopg 循环"],
}


def bench(**options: object) -> str:
    out = io.StringIO()
    call_command("bench", stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def standing() -> dict[str, set[int]]:
    return {model.__name__: set(model._base_manager.values_list("pk", flat=True)) for model in MODELS}


@pytest.mark.django_db(transaction=True)
def test_every_measure_runs_on_both_sides_and_the_province_is_as_before(tmp_path: Path) -> None:
    call_command(
        "plant_province", organisations=260, members=900, scratch=connection.settings_dict["NAME"],
        file=tmp_path / "scale.json", stdout=io.StringIO(),
    )  # fmt: skip
    before, places = standing(), dict(Organization.objects.values_list("pk", "path"))
    said = bench(quick=True, markdown=True)
    rows = [line.split(" | ") for line in said.splitlines() if line.startswith("| ")][2:]
    for part, names in NAMED.items():
        for name in names:
            assert [row for row in rows if part in row[0] and name in row[0]], (part, name)
    figures = {row[0].removeprefix("| "): row[2] for row in rows}
    assert next(figure for what, figure in figures.items() if "改写的其他行" in what) == "0"
    assert next(figure for what, figure in figures.items() if "其他偏差" in what) == "0"
    assert "两侧逐行相同" in said and "汇总与实时计数相同" in said and "members_member 1" in said
    assert (standing(), dict(Organization.objects.values_list("pk", "path"))) == (before, places)
    assert list(Organization.objects.faults()) == []
    assert not (Path(settings.ARCHIVE_DIR) / "bench").exists()


def test_refuses_a_database_that_was_not_planted_for_it(world: World) -> None:
    with pytest.raises(CommandError, match="不是 plant_province 建立的"):
        bench(quick=True)
