"""ID numbers: a wrong one is always refused in words, a real person's never."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from members.made_up import id_number as made
from numbering import id_number
from numbering.id_number import IdNumber, IdNumberError, first_difference, normalise, parse
from tests.members.people import TODAY

BORN = date(2008, 6, 15)
GOOD = made(BORN)
COUNTIES = sorted(id_number.counties().items())


def refusal(text: str) -> str:
    with pytest.raises(IdNumberError) as caught:
        parse(text, today=TODAY)
    return caught.value.code


def ending_in_x() -> str:
    return next(n for day in range(1, 29) if (n := made(date(2008, 6, day)))[-1] == "X")


def test_a_number_tells_birth_sex_and_age():
    person = parse(made(date(2005, 3, 14)), today=TODAY)
    assert (person.born_on, person.sex, person.age_on(TODAY)) == (date(2005, 3, 14), "女", 21)
    # 110199 is no county: nobody has this number although its sequence could be issued.
    assert parse(with_birth("20050314", "110199", sequence="001"), today=TODAY).sex == "男"


@pytest.mark.parametrize(
    "typed",
    [
        GOOD,
        f" {GOOD}\t",
        f"\u00a0{GOOD}\u3000",
        f"{GOOD[:6]} {GOOD[6:14]} {GOOD[14:]}",
        GOOD.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}),
    ],
)
def test_spaces_and_full_width_are_put_right(typed):
    assert parse(typed, today=TODAY).value == GOOD


@pytest.mark.parametrize("last", ["x", "Ｘ", "ｘ", "X"])
def test_any_x_at_the_end_is_the_check_digit(last):
    number = ending_in_x()
    assert parse(number[:-1] + last, today=TODAY).value == number


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\0", "\u200b", "\ufeff", "\u202e", "\u200f", "-", "Х", "×", "٣"]
)
@pytest.mark.parametrize("place", [0, 6, 17, 18])
def test_line_breaks_and_invisible_or_foreign_signs_are_refused_everywhere(sign, place):
    assert refusal(GOOD[:place] + sign + GOOD[place:]) == "id_characters"
    assert refusal((GOOD[:place] + sign + GOOD[place + 1 :])[: max(18, place + 1)]) == "id_characters"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id_length"),
        (GOOD[:17], "id_length"),
        (GOOD + "0", "id_length"),
        ("110101080615000", "id_length"),
        (GOOD[:5] + "X" + GOOD[6:], "id_characters"),
        (GOOD[:12] + GOOD[13] + GOOD[12] + GOOD[14:], "id_check_digit"),
    ],
)
def test_shape_and_check_digit(typed, code):
    assert refusal(typed) == code


def with_birth(digits: str, county: str = "110101", sequence: str = "000") -> str:
    """Like `made`, for days that do not exist."""
    stem = f"{county}{digits}{sequence}"
    return stem + calc_check_digit(stem + "0")


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("20070229", "id_date"),
        ("19000229", "id_date"),
        ("20080230", "id_date"),
        ("20080015", "id_date"),
        ("20081315", "id_date"),
        ("00000101", "id_date"),
        ("20261123", "id_future"),
        ("29990101", "id_future"),
        ("00010101", "id_too_old"),
        ("18500101", "id_too_old"),
        ("19251122", "id_too_old"),
    ],
)
def test_impossible_births_are_refused(digits, code):
    assert refusal(with_birth(digits)) == code


@pytest.mark.parametrize("digits", ["20080229", "20000229", "20261122", "19251123"])
def test_possible_births_are_taken(digits):
    assert parse(with_birth(digits), today=TODAY).value[6:14] == digits


@pytest.mark.parametrize("county", ["710000", "910000", "160101", "660101", "010101", "990101"])
def test_no_such_province(county):
    assert refusal(with_birth("20080615", county)) == "id_province"


@pytest.mark.parametrize(
    ("county", "digits"),
    [("810000", "20080615"), ("810000", "19940823"), ("820000", "19900101"), ("830000", "19920130")],
)
def test_residence_permits_are_taken(county, digits):
    assert parse(with_birth(digits, county), today=TODAY).county_known


def test_a_residence_permit_has_no_county():
    assert refusal(with_birth("20080615", "810101")) == "id_permit"


@pytest.mark.parametrize(
    ("county", "born", "known"),
    [
        ("110103", "20110101", True),  # 崇文, abolished 2010: offices went on for a while
        ("310115", "19900101", True),  # 浦东, registered later than born
        ("440306", "19900101", True),
        ("460022", "19980101", True),
        ("229006", "19930101", True),  # 蛟河市, province-run 1989–94
        ("441900", "20080101", True),
        ("442000", "20080101", True),
        ("620200", "20080101", True),
        ("460400", "20080101", True),
        ("110199", "20080101", False),
        ("110000", "20080101", False),
        ("332229", "20080101", False),  # gone since 1981
        ("130171", "20080101", False),  # a development zone
    ],
)
def test_a_doubtful_county_is_noted_and_never_refused(county, born, known):
    assert parse(with_birth(born, county), today=TODAY).county_known is known


def test_no_member_is_refused_or_doubted_for_a_county_of_their_time():
    """Each county × each year in force, for people who are 14 to 28 today; born late enough to be a member."""
    for county, (first, last) in COUNTIES:
        for year in {max(first, 1998), min(last, 2012), 2005} & set(range(1998, 2013)):
            if first <= year <= last:
                assert parse(with_birth(f"{year}0315", county), today=TODAY).county_known, (county, year)


def test_every_county_that_ever_was_is_accepted():
    assert len(COUNTIES) > 6000
    for county, _ in COUNTIES:
        parse(with_birth("20050315", county), today=TODAY)


def test_the_exceptions_text_holds_no_number():
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    with pytest.raises(IdNumberError) as caught:
        parse(wrong, today=TODAY)
    assert str(caught.value) == "id_check_digit"
    assert GOOD not in repr(parse(GOOD, today=TODAY))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (GOOD[:17], "身份证号码应为 18 位，现为 17 位，请核对"),
        (GOOD[:4] + "A" + GOOD[5:], "身份证号码第 5 位不是数字，请核对后重新填写"),
        (GOOD[:4] + "\n" + GOOD[4:], "身份证号码第 5 位是看不见的字符，请核对后重新填写"),
        (with_birth("20070229"), "身份证号码中的出生日期不存在：2007 年 2 月 29 日，请核对第 7 至 14 位"),
        (with_birth("20080615", "160101"), "身份证号码前两位 16 不是省级代码，请核对"),
    ],
)
def test_the_refusal_says_what_is_wrong(typed, words):
    with pytest.raises(IdNumberError) as caught:
        parse(typed, today=TODAY)
    assert caught.value.message == words


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [("123", "123", None), ("123", "124", 3), ("123", "12", 3), ("", "1", 1), ("213", "123", 1)],
)
def test_first_difference(one, other, place):
    assert first_difference(one, other) == place


SIGNS = st.one_of(
    st.text(max_size=24),
    st.text("0123456789Xx０９Ｘ \t\n\0\u200b\ufeff\u202e", max_size=22),
    st.builds(
        with_birth,
        st.dates(date(1, 1, 1), date(2999, 1, 1)).map(lambda d: f"{d.year:04}{d:%m%d}"),
        st.integers(0, 999999).map("{:06}".format),
    ),
    st.integers(0, 17).flatmap(
        lambda at: st.characters().map(lambda sign: GOOD[:at] + sign + GOOD[at + 1 :])
    ),
)


@settings(max_examples=2000, deadline=None)
@given(SIGNS)
def test_only_a_clean_answer_comes_out(text):
    try:
        person = parse(text, today=TODAY)
    except IdNumberError as refused:
        assert refused.message
    else:
        assert isinstance(person, IdNumber)
        assert person.value.isascii()
        assert person.value[:17].isdigit()
        assert len(person.value) == 18


@settings(max_examples=500)
@given(SIGNS)
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
