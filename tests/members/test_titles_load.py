"""Old titles by load: preview, one message a row, nothing twice, no ID number in full."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from members.models import Post
from members.services.titles_load import load
from orgs.models import AuditEvent
from orgs.services import organizations
from tests.archives.cases import waiting
from tests.factories import EntryFactory
from tests.members.old_titles import entered, line


def refused(cells):
    [outcome] = load([cells], write=True)
    assert not outcome.ok
    return outcome.words


def test_a_row_makes_a_current_post_to_be_chosen_again(world, branch_role):
    member = entered(branch_role)
    more = {
        "任现职方式": "选举",
        "团干部性质": "专职",
        "是否同级党（工）委（党支部）委员": "是",
        "在岗状态": "离岗",
    }
    [outcome] = load([line(member, world.school, "组织委员", **more)], write=True)
    assert outcome.ok
    post = Post.objects.to_choose().get()
    assert (post.member, post.organization, post.title, post.old_title) == (
        member,
        world.school,
        "",
        "组织委员",
    )
    assert (post.since, post.appointed_by, post.nature) == (date(2021, 9, 1), "elected", "full_time")
    assert (post.on_party_committee, post.on_duty, post.ended_on) == (True, "off_duty", None)
    event = AuditEvent.objects.get(verb="load_title")
    assert (event.user, event.subject, event.organization) == (None, f"member:{member.pk}", world.school)


def test_what_the_table_does_not_say_has_a_usual_value_and_a_branch_is_not_asked_在岗状态(branch_role):
    member = entered(branch_role)
    load([line(member, branch_role.organization, "书记", 在岗状态="在岗")], write=True)
    post = Post.objects.get()
    assert (post.appointed_by, post.nature, post.on_party_committee, post.on_duty) == (
        "other", "part_time", False, "",
    )  # fmt: skip


def test_a_preview_writes_nothing(branch_role):
    member = entered(branch_role)
    events = AuditEvent.objects.count()
    [outcome] = load([line(member, branch_role.organization, "组织委员")], write=False)
    assert outcome.ok and "可以导入" in outcome.words
    assert not Post.objects.exists() and AuditEvent.objects.count() == events


def test_a_second_run_makes_nothing_twice(branch_role):
    rows = [line(entered(branch_role), branch_role.organization, "组织委员")]
    load(rows, write=True)
    assert "已导入过" in refused(rows[0])
    assert Post.objects.count() == 1
    assert "已有现任职务" in refused({**rows[0], "原职务": "宣传委员"})


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"身份证号码": "110101200001011234"}, "身份证号码有误"),
        ({"身份证号码": "x"}, "身份证号码有误"),
        ({"组织全称": "没有的团支部"}, "没有全称为“没有的团支部”的组织"),
        ({"原职务": ""}, "没有填写原职务"),
        ({"原职务": "委" * 61}, "最多 60 个字"),
        ({"任现职年月": "去年"}, "年月无法识别"),
        ({"任现职年月": "2099-01"}, "晚于本月"),
        ({"任现职年月": "2010-01"}, "早于入团时间"),
        ({"任现职方式": "抽签"}, "任现职方式“抽签”不在选项中"),
        ({"团干部性质": "全职"}, "团干部性质“全职”不在选项中"),
        ({"是否同级党（工）委（党支部）委员": "不知"}, "应填“是”或“否”"),
        ({"组织全称": "丙中学团委", "在岗状态": "请假"}, "在岗状态“请假”不在选项中"),
    ],
)
def test_a_row_that_cannot_be_says_why_and_keeps_the_others_going(branch_role, cells, words):
    good, bad = entered(branch_role), entered(branch_role)
    place = branch_role.organization
    outcomes = load([{**line(bad, place, "组织委员"), **cells}, line(good, place, "宣传委员")], write=True)
    assert [one.ok for one in outcomes] == [False, True]
    assert words in outcomes[0].words
    assert Post.objects.get().member == good


def test_only_people_in_force_and_active_organisations(world, branch_role):
    nobody = EntryFactory().id_number
    good = line(entered(branch_role), world.sibling, "书记")
    assert "系统中没有此人" in refused({**good, "身份证号码": nobody})
    assert "在册后才能导入" in refused(line(waiting(branch_role).member, world.branch, "书记"))
    organizations.deactivate(world.sibling, by=world.role(world.school))
    assert "已停用" in refused(good)


def test_of_two_organisations_with_one_name_neither_is_guessed(world, branch_role):
    twin = organizations.create(
        parent=world.street, kind="branch", name=world.sibling.name, short_name="同名", industry="",
        by=world.role(world.street),
    )  # fmt: skip
    assert twin.name == world.sibling.name
    assert "几个全称" in refused(line(entered(branch_role), world.sibling, "书记"))


def run(path, *options):
    out = StringIO()
    call_command("load_titles", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("suffix", ["tsv", "xlsx"])
def test_the_command_previews_then_writes_and_prints_no_full_number(tmp_path, branch_role, suffix):
    member = entered(branch_role, name="演示导入")
    cells = line(member, branch_role.organization, "组织委员")
    rows = [list(cells), list(cells.values()), ["110101200001011234", "x", "书记", "2021-09"]]
    path = tmp_path / f"职务.{suffix}"
    if suffix == "tsv":
        path.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    else:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    said = run(path)
    assert "预览：可以导入 1 行，未导入 1 行" in said and "加 --write" in said and not Post.objects.exists()
    said += run(path, "--write")
    assert "已导入 1 行，未导入 1 行" in said and Post.objects.get().old_title == "组织委员"
    assert "第 2 行　演示导入" in said and "第 3 行" in said
    assert member.opened("id_number") not in said and "110101200001011234" not in said


def test_a_file_that_is_no_such_table_says_so(tmp_path):
    path = tmp_path / "a.tsv"
    for content, words in (
        (b"", "没有内容"),
        ("张三\t李四".encode(), "第一行应是表头"),
        ("身份证号码\t组织全称\nx\ty".encode(), "表头缺少“原职务”“任现职年月”"),
        ("身份证号码".encode("gb18030"), "不是 UTF-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(CommandError, match=words):
            run(path)
    with pytest.raises(CommandError, match="无法读取"):
        run(tmp_path / "none.tsv")
