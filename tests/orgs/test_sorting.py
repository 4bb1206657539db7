"""Siblings stand in the order people expect, the same on every machine."""

import pytest

from orgs.sorting import LENGTH, sort_key


@pytest.mark.parametrize(
    "names",
    [
        ["高一2班团支部", "高一10班团支部"],
        ["高一(2)班团支部", "高一（10）班团支部"],
        ["高一二班", "高一九班", "高一十班", "高一十一班", "高一二十班", "高二一班"],
        [
            "第一团支部",
            "第二团支部",
            "第九团支部",
            "第十团支部",
            "第十二团支部",
            "第二十团支部",
            "第一百零二团支部",
        ],
        ["二〇二二级1班", "2023级1班", "二〇二四级1班"],
        ["安庆支部", "重庆支部", "重点班支部"],
        ["百色支部", "千山支部"],
        ["ab2支部", "AB10支部", "ＡＢ支部"],
    ],
)
def test_siblings_stand_in_the_order_people_expect(names: list[str]) -> None:
    assert sorted(set(names), key=lambda name: sort_key(name).encode()) == names


def test_full_width_brackets_and_digits_make_no_difference() -> None:
    assert sort_key("高一（２）班") == sort_key("高一(2)班")


def test_the_longest_name_fits_the_column() -> None:
    assert len(sort_key("庄" * 120)) == LENGTH
