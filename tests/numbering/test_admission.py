"""Somebody who is to get a number: how typing is read, and every refusal in words at its field."""

from __future__ import annotations

from datetime import date

import pytest

from members.made_up import id_number
from numbering import admission
from numbering.domains import Domain

TODAY = date(2026, 11, 23)
GOOD = {
    "name": "演示学生",
    "id_number": id_number(date(2010, 3, 1)),
    "joined_on": "2026-05-04",
    "domain": "高中",
}


def said(**typed: str) -> list[tuple[str, str, str]]:
    read = admission.reading(**(GOOD | typed))
    return [(one.field, one.code, one.message) for one in admission.problems(read, today=TODAY, since=2023)]


def test_what_is_right_has_no_problems_and_the_repr_no_person():
    read = admission.reading(**GOOD)
    assert said() == [] and repr(read) == "Admission(…)"


def test_typing_is_normalised():
    read = admission.reading(
        name=" 阿依努尔•买买提 ", id_number="　11010120100301００００ ", joined_on="2026年5月4日", domain="高校领域"
    )  # fmt: skip
    assert (read.name, read.id_number) == ("阿依努尔·买买提", "110101201003010000")
    assert (read.joined_on, read.domain) == (date(2026, 5, 4), Domain.COLLEGE)


@pytest.mark.parametrize("domain", [*Domain.labels, *Domain.values])
def test_a_domain_is_known_by_its_word_and_its_code(domain):
    assert said(domain=domain) == []


@pytest.mark.parametrize(
    ("typed", "field", "code", "words"),
    [
        ({"name": ""}, "name", "name_missing", "请填写姓名"),
        ({"name": "张3"}, "name", "name_characters", "请核对第 2 个字符“3”"),
        ({"name": "张"}, "name", "name_length", "2 至 50 个字"),
        ({"id_number": " "}, "id_number", "id_number_missing", "请填写身份证号码"),
        ({"id_number": "110101201003010001"}, "id_number", "id_check_digit", "校验位不正确"),
        ({"id_number": "1101012010030100"}, "id_number", "id_length", "应为 18 位，现为 16 位"),
        ({"id_number": "11010120100301\0000"}, "id_number", "id_characters", "第 15 位是看不见的字符"),
        ({"joined_on": ""}, "joined_on", "joined_on_missing", "请填写入团时间"),
        ({"joined_on": "2026-02-30"}, "joined_on", "date_unreadable", "2026 年没有 2 月 30 日"),
        ({"joined_on": "2026-05"}, "joined_on", "date_unreadable", "须填写到日"),
        ({"joined_on": "2026-11-24"}, "joined_on", "joined_on_future", "2026 年 11 月 24 日 晚于今天"),
        ({"joined_on": "2022-12-31"}, "joined_on", "joined_on_early", "2023 年以前入团的"),
        ({"joined_on": "2024-02-29"}, "joined_on", "joined_too_young", "入团时不满 14 周岁"),
        ({"id_number": id_number(date(1997, 5, 4))}, "joined_on", "joined_too_old", "已超过 28 周岁"),
        ({"domain": ""}, "domain", "domain_missing", "请选择领域"),
        ({"domain": "大学"}, "domain", "domain_unknown", "现为“大学”"),
    ],
)
def test_each_refusal_stands_at_its_field_and_names_what_is_wrong(typed, field, code, words):
    found = said(**typed)
    assert [(one[0], one[1]) for one in found] == [(field, code)] and words in found[0][2]


@pytest.mark.parametrize(("joined", "fits"), [("2024-02-29", False), ("2024-03-01", True)])
def test_the_14th_birthday_is_the_first_day(joined, fits):
    assert (said(joined_on=joined) == []) is fits


def test_every_problem_of_a_row_is_said_at_once_in_the_order_of_the_columns():
    found = said(name="", id_number="1", joined_on="x", domain="y")
    assert [field for field, _, _ in found] == ["name", "id_number", "joined_on", "domain"]
