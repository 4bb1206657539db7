"""发展团员编号: shape and year by the day of joining."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbering.rules import normalise_number, number_problem, number_required, number_value

SIXTEEN_15 = "2015161100000001"
SIXTEEN_16 = "2016171100000001"


@pytest.mark.parametrize(
    ("joined", "province", "required"),
    [
        (date(2016, 12, 31), "11", False),
        (date(2017, 1, 1), "11", True),
        (date(2017, 1, 2), "11", True),
        (date(2015, 12, 31), "65", False),
        (date(2016, 1, 1), "65", True),
        (date(2016, 1, 1), "66", True),
        (date(2016, 1, 1), "64", False),
    ],
)
def test_required_from_2017_and_in_xinjiang_from_2016(joined, province, required):
    assert number_required(joined, province) is required


@pytest.mark.parametrize(
    ("number", "joined", "code"),
    [
        # before 2017: more than four characters, the first four are the year of joining
        ("2016", date(2016, 12, 31), "number_shape"),
        ("20161", date(2016, 12, 31), None),
        ("2016团字第7号", date(2016, 5, 4), None),
        ("2016" + "1" * 27, date(2016, 5, 4), "number_shape"),
        ("2016\u200b1", date(2016, 5, 4), "number_shape"),
        ("201511000001", date(2016, 5, 4), "number_year"),
        ("201011000001", date(2010, 5, 4), None),
        # the batch of 16 digits
        (SIXTEEN_15, date(2014, 12, 31), "number_year"),
        (SIXTEEN_15, date(2015, 1, 1), None),
        (SIXTEEN_15, date(2016, 12, 31), None),
        (SIXTEEN_15, date(2017, 1, 1), "number_shape"),
        (SIXTEEN_16, date(2015, 12, 31), "number_year"),
        (SIXTEEN_16, date(2016, 1, 1), None),
        (SIXTEEN_16, date(2017, 12, 31), None),
        (SIXTEEN_16, date(2018, 1, 1), "number_shape"),
        (SIXTEEN_15[:-1], date(2016, 5, 4), "number_year"),
        # 2017 and 2018 share their prefixes
        ("201611000001", date(2017, 1, 1), "number_year"),
        ("201711000001", date(2017, 1, 1), None),
        ("201811000001", date(2017, 12, 31), None),
        ("201711000001", date(2018, 12, 31), None),
        ("201911000001", date(2018, 12, 31), "number_year"),
        # from 2019 the prefix is the year
        ("201811000001", date(2019, 1, 1), "number_year"),
        ("201911000001", date(2019, 1, 1), None),
        ("202311000001", date(2023, 9, 1), None),
        ("202211000001", date(2023, 9, 1), "number_year"),
        # twelve digits
        ("20231100001", date(2023, 9, 1), "number_shape"),
        ("2023110000011", date(2023, 9, 1), "number_shape"),
        ("20231100000A", date(2023, 9, 1), "number_shape"),
        ("20231100000٣", date(2023, 9, 1), "number_shape"),
        # province
        ("202365000001", date(2023, 9, 1), None),
        ("202366000001", date(2023, 9, 1), None),
        ("202367000001", date(2023, 9, 1), "number_province"),
        ("202316000001", date(2023, 9, 1), "number_province"),
        ("202371000001", date(2023, 9, 1), "number_province"),
    ],
)
def test_shape_year_and_province(number, joined, code):
    found = number_problem(number, joined)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("number", "joined", "words"),
    [
        ("20231100001", date(2023, 9, 1), "发展团员编号应为 12 位数字，现为 11 位"),
        ("202211000001", date(2023, 9, 1), "发展团员编号前四位应为 2023，现为 2022，请核对编号和入团时间"),
        (
            "201611000001",
            date(2018, 9, 1),
            "发展团员编号前四位应为 2017 或 2018，现为 2016，请核对编号和入团时间",
        ),
        ("202316000001", date(2023, 9, 1), "发展团员编号第 5、6 位 16 不是省级代码，请核对"),
    ],
)
def test_the_message_says_what_would_fit(number, joined, words):
    found = number_problem(number, joined)
    assert found and found.message == words and found.field == "number"


def test_only_twelve_digits_lie_on_the_line_of_segments():
    assert number_value("202311000001") == 202311000001
    assert number_value(SIXTEEN_15) is None
    assert number_value("2016团字第7号") is None
    assert number_value("20231100000٣") is None


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(text):
    assert normalise_number(normalise_number(text)) == normalise_number(text)


def test_full_width_figures_and_blanks_are_put_right():
    assert normalise_number(" ２０２３ 11 000001\u3000") == "202311000001"


@given(st.text(max_size=35), st.dates(date(1990, 1, 1), date(2026, 12, 31)))
def test_any_text_gets_an_answer(text, joined):
    number = normalise_number(text)
    if number and (found := number_problem(number, joined)):
        assert found.code in {"number_shape", "number_year", "number_province"}
