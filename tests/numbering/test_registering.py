"""The province registers segments: one by hand, or a table with a preview that tells what will happen."""

from __future__ import annotations

import html
import io
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from numbering import proof
from numbering.domains import Domain
from numbering.models import Segment, SegmentCount
from numbering.services import segment_table, segments
from numbering.services.segment_table import Fate, Wanted
from numbering.services.segments import SegmentRefused
from orgs.models import AuditEvent
from tests.numbering.cases import FIRST, YEAR, chain
from tests.races import at_once

ADD, TABLE, LIST = (reverse(f"admin:numbering_segment_{name}") for name in ("add", "table", "changelist"))
HEAD = "年度\t领域\t起始编号\t终止编号\n"


@pytest.fixture
def desk(world, log_in):
    return log_in(world.role(world.province))


def row(domain, first, last, year=YEAR):
    return f"{year}\t{domain}\t{first}\t{last}\n"


def told(answer):
    """What the page says of each row."""
    page = answer.content.decode()
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [html.unescape(line) for line in re.findall(r'<td class="zt-say">([^<]*)</td>', body)]


def confirm(client, preview):
    text = re.search(r'<textarea name="text" hidden>([^<]*)</textarea>', preview.content.decode())[1]
    return client.post(TABLE, {"text": html.unescape(text), "step": "confirm"})


GOOD_BAD_GOOD = (
    HEAD
    + row("高中", FIRST, FIRST + 999)
    + row("初中", FIRST + 500, FIRST + 1499)
    + row("社会", FIRST + 2000, FIRST + 2999)
    + row("小学", FIRST + 3000, FIRST + 3999)
    + row("高校领域", f" {FIRST + 4000} ", FIRST + 4999)
)


def test_one_segment_by_first_and_last_or_by_count(desk):
    given = {"year": f"{YEAR}", "domain": "senior", "first": f"{FIRST}"}
    assert desk.post(ADD, given | {"last": f"{FIRST + 99}"}).url == LIST
    assert desk.post(ADD, given | {"first": f"{FIRST + 100}", "count": "５0"}).url == LIST
    spans = [(one.first, one.last, one.domain, one.depth) for one in Segment.objects.order_by("span")]
    assert spans == [(FIRST, FIRST + 99, "senior", 0), (FIRST + 100, FIRST + 149, "senior", 0)]
    assert AuditEvent.objects.filter(verb="segment.register").count() == 2
    assert (
        f"已登记 {YEAR} 年高中领域号段 {FIRST + 100}–{FIRST + 149}，共 50 个编号"
        in desk.get(LIST).content.decode()
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"last": "", "count": ""}, "请填写终止编号或数量"),
        ({"count": "7"}, f"{FIRST}–{FIRST + 99} 是 100 个编号，与数量 7 不符"),
        ({"count": "0", "last": ""}, "数量应为 1 至 1000000 的整数，现为“0”"),
        ({"count": "x" * 12, "last": ""}, "数量应为 1 至 1000000"),
        ({"last": f"{FIRST - 1}"}, f"{FIRST - 1}"),
        ({"first": "12"}, "起始编号应为 12 位数字，现为“12”（2 位）"),
        ({"first": "²" * 12}, "12"),
        ({"year": "二零二六"}, "年度应为 4 位年份，现为“二零二六”"),
        ({"year": "2027"}, "2027"),
        ({"year": "9999"}, "9999"),
        ({"domain": "x"}, "x"),
        ({"domain": ""}, "请选择领域"),
        ({"first": "1" * 500}, "40"),
        ({"first": "1\0"}, "有看不见的字符，请删去后重新填写"),
    ],
)
def test_what_cannot_be_registered_comes_back_as_it_was_typed_with_words(desk, given, words):
    typed = {"year": f"{YEAR}", "domain": "senior", "first": f"{FIRST}", "last": f"{FIRST + 99}"} | given
    answer = desk.post(ADD, typed)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200 and not Segment.objects.exists()
    assert words in page and "错误：" in page
    if typed["first"].isprintable() and len(typed["first"]) < 40:
        assert f'value="{typed["first"]}"' in page


def test_an_overlap_is_named_with_its_figures(desk, world):
    top = chain(world)["province"]
    answer = desk.post(ADD, {"year": YEAR, "domain": "junior", "first": top.last, "last": top.last + 9})
    page = answer.content.decode()
    assert answer.status_code == 200 and f"{top}" in page and "重叠" in page and "高中" in page


def test_the_preview_writes_nothing_and_the_result_is_what_it_said(desk):
    preview = desk.post(TABLE, {"text": GOOD_BAD_GOOD})
    said = told(preview)
    assert not Segment.objects.exists()
    assert said == [
        "可以登记",
        f"不能登记：{FIRST + 500}–{FIRST + 1499} 与第 1 行 {FIRST}–{FIRST + 999} 重叠 500 个编号（{FIRST + 500}–{FIRST + 999}）",
        "可以登记",
        "不能登记：领域应为初中、高中、中职、高校、社会之一，现为“小学”",
        "可以登记",
    ]
    assert "3 行可以登记，共 3000 个编号；2 行不能登记，不影响其他行" in preview.content.decode()
    result = confirm(desk, preview)
    assert told(result) == [words.replace("可以登记", "已登记") for words in said]
    made = [(one.first, one.size, one.domain) for one in Segment.objects.order_by("span")]
    assert made == [(FIRST, 1000, "senior"), (FIRST + 2000, 1000, "society"), (FIRST + 4000, 1000, "college")]
    assert AuditEvent.objects.filter(verb="segment.register").count() == SegmentCount.objects.count() == 3


def test_a_confirmation_sent_twice_registers_once(desk):
    preview = desk.post(TABLE, {"text": GOOD_BAD_GOOD})
    confirm(desk, preview)
    again = confirm(desk, preview)
    assert told(again)[0] == "已经登记，不再重复登记" and "已登记 0 个号段" in again.content.decode()
    assert Segment.objects.count() == AuditEvent.objects.filter(verb="segment.register").count() == 3


def test_what_came_in_between_is_refused_and_the_rest_registered(desk, world):
    preview = desk.post(
        TABLE, {"text": row("高中", FIRST, FIRST + 99) + row("高中", FIRST + 1000, FIRST + 1099)}
    )
    assert told(preview) == ["可以登记", "可以登记"]
    desk.post(ADD, {"year": YEAR, "domain": "junior", "first": FIRST + 50, "last": FIRST + 60})
    first, second = told(confirm(desk, preview))
    assert f"{FIRST + 50}–{FIRST + 60}" in first and "初中" in first and second == "已登记"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("2026\t高中\t{first}", "缺少终止编号"),
        ("\t高中\t{first}\t{last}", "缺少年度"),
        ("2026\t\t{first}\t{last}", "缺少领域"),
        ("2026\t高中\t12\t{last}", "起始编号应为 12 位数字，现为“12”（2 位）"),
        ("2026\t高中\t{last}\t{first}", "大于"),
        ("2027\t高中\t{first}\t{last}", "2027"),
        ("2026\t高中\t{first}\t{last}\t备注", "应有 4 列（年度、领域、起始编号、终止编号），现有 5 列"),
    ],
)
def test_each_bad_row_is_told_what_is_wrong_with_it(desk, cells, words):
    line = cells.format(first=FIRST, last=FIRST + 9)
    [said] = told(desk.post(TABLE, {"text": line}))
    assert said.startswith("不能登记：") and words in said
    assert told(confirm(desk, desk.post(TABLE, {"text": line}))) == [said]
    assert not Segment.objects.exists()


def test_a_workbook_is_read_like_pasted_text(desk):
    book, kept = Workbook(), io.BytesIO()
    for cells in (["领域", "年度", "起始编号", "终止编号"], ["中职", YEAR, FIRST, str(FIRST + 9)]):
        book.active.append(cells)
    book.save(kept)
    preview = desk.post(TABLE, {"file": SimpleUploadedFile("号段.xlsx", kept.getvalue())})
    assert told(preview) == ["可以登记"]
    assert told(confirm(desk, preview)) == ["已登记"]
    assert Segment.objects.get().domain == Domain.VOCATIONAL


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "没有内容"),
        ({"text": HEAD}, "表头下面没有内容"),
        ({"text": "年度\t领域\n2026\t高中"}, "表头缺少"),
        ({"text": row("高中", FIRST, FIRST + 9) * 501}, "一次最多 500 行"),
        ({"text": "2.02611E+20\t1\t2\t3"}, "科学计数法"),
        ({"text": "有\0"}, "有看不见的字符，请删去后重新填写"),
        ({"text": "长" * 150_000}, ""),
        ({"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.4")}, "不是 Excel 表格"),
        ({"file": SimpleUploadedFile("a.xlsx", b"")}, "空文件"),
    ],
)
def test_what_is_no_table_comes_back_with_words(desk, data, words):
    answer = desk.post(TABLE, data)
    assert answer.status_code in {200, 400} and words in html.unescape(answer.content.decode())
    assert not Segment.objects.exists()


def test_only_the_province_registers(world):
    rows = [([], Wanted(YEAR, Domain.SENIOR, FIRST, FIRST + 9), "")]
    by = world.role(world.city)
    for act in (segment_table.examine, segment_table.register_all):
        with pytest.raises(PermissionDenied):
            act(rows, province=world.province, by=by)


@pytest.mark.django_db(transaction=True)
def test_two_tables_crossing_each_other_at_the_same_moment_register_each_number_once(world):
    by = world.role(world.province)
    low, high = (Wanted(YEAR, Domain.SENIOR, FIRST + n, FIRST + n + 99) for n in (0, 1000))
    rows = [([], low, ""), ([], high, "")]
    outcomes = at_once(
        lambda: segment_table.register_all(rows, province=world.province, by=by),
        lambda: segment_table.register_all(rows[::-1], province=world.province, by=by),
    )
    fates = [{line.fate for line in lines} for lines in outcomes]
    assert sorted(fates, key=str) == sorted([{Fate.GOOD}, {Fate.THERE}], key=str)
    assert Segment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_table_and_one_segment_across_it_at_the_same_moment_never_wait_for_each_other(world):
    by, colleague = world.role(world.province), world.role(world.province)

    def both(first):
        halves = (Wanted(YEAR, Domain.SENIOR, first + at, first + at + 9) for at in (0, 10))
        rows = [([], wanted, "") for wanted in halves]
        return at_once(
            lambda: segment_table.register_all(rows, province=world.province, by=by),
            lambda: segments.register(
                domain=Domain.SENIOR, year=YEAR, first=first + 5, last=first + 14, province=world.province, by=colleague,
            ),
        )  # fmt: skip

    for n in range(6):
        lines, one = both(FIRST + n * 100)
        assert isinstance(one, Segment) == (lines[0].fate is Fate.REFUSED), [lines, one]
        assert isinstance(one, Segment | SegmentRefused)
    assert list(proof.faults()) == []


def test_a_number_finds_the_chain_it_lies_in(desk, world):
    made = chain(world)
    chain(world, Domain.JUNIOR)
    page = desk.get(LIST, {"q": f" {made['branch'].first} "}).content.decode()
    shown = re.findall(r'field-span_words"><a [^>]*>([^<]+)</a>', page)
    assert sorted(shown) == sorted(map(str, made.values()))
    by_name = desk.get(LIST, {"q": "丙中学高一1班"}).content.decode()
    assert len(re.findall(r'field-span_words"', by_name)) == 2


def test_filters_narrow_the_list(desk, world):
    chain(world)
    chain(world, Domain.JUNIOR)

    def shown(**query):
        return len(re.findall(r'field-span_words"', desk.get(LIST, query).content.decode()))

    assert shown() == 12
    assert shown(domain__exact="junior") == 6
    assert shown(depth="0") == 2
    assert shown(year=YEAR) == 12 and shown(year=2024) == 0


def test_the_page_of_a_segment_shows_its_chain_its_pieces_and_what_is_used(desk, world):
    made = chain(world)
    page = desk.get(reverse("admin:numbering_segment_change", args=[made["county"].pk])).content.decode()
    assert f"{world.province}：{made['province']}；{world.city}：{made['city']}" in page
    assert str(made["school"]) in page and world.school.name in page
    assert "已占用" in page and 'name="_save"' not in page
    refused = desk.post(reverse("admin:numbering_segment_change", args=[made["county"].pk]), {"year": 2025})
    assert refused.status_code == 403
