"""ID numbers against an independent reading of GB 11643: the same verdict for ten thousand strings, and no county refused."""

import re
import unicodedata
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.made_up import id_number as made
from members.rules import problems
from numbering import id_number
from numbering.id_number import IdNumber, IdNumberError, parse
from tests.members.people import TODAY, context, entry

KNOWN = sorted(id_number.counties())
PROVINCE_CODES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
)
PROVINCES = PROVINCE_CODES.split()
RUN_BY_PROVINCES = [code for code in KNOWN if code[2:4] == "90"]
PERMITS = ("810000", "820000", "830000")
HIDDEN = "\n\r\0\t\u200b\ufeff\u202e\u200f\u0301-ХⅩ×٣²①演"
WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789Xx"}


def reference(typed: str) -> tuple[str, date, str] | None:
    """GB 11643 in ten lines: the number, the birth and the sex, or None. Knows provinces and permits, no county."""
    plain = "".join(unicodedata.normalize("NFKC", sign) for sign in typed)
    value = re.sub(" ", "", plain).strip("\t").replace("x", "X")
    if not re.fullmatch("[0-9]{17}[0-9X]", value):
        return None
    weighed = sum(int(figure) * pow(2, 17 - place, 11) for place, figure in enumerate(value[:17]))
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return None
    old = TODAY.replace(year=TODAY.year - 101) >= born or born > TODAY
    nowhere = value[:6] not in PERMITS and value[:2] not in PROVINCES
    right = value[17] == "10X98765432"[weighed % 11]
    return None if old or nowhere or not right else (value, born, "女男"[int(value[16]) % 2])


def verdict(typed: str) -> tuple[str, date, str] | None:
    """Ours in the same shape. Anything but an IdNumber or an IdNumberError with words fails the test."""
    try:
        person = parse(typed, today=TODAY)
    except IdNumberError as refused:
        assert refused.code.startswith("id_")
        assert refused.message.startswith(("身份证号码", "港澳台居民居住证号码"))
        assert refused.args == (refused.code,)
        return None
    assert type(person) is IdNumber
    return person.value, person.born_on, person.sex


def with_check_digit(stem: str) -> str:
    return stem + "10X98765432"[sum(int(f) * pow(2, 17 - place, 11) for place, f in enumerate(stem)) % 11]


EDGES_OF_TIME = (
    "20080229 20000229 20070229 19000229 20080230 20080015 20081315 20080100 00000000 99999999 "
    "20261122 20261123 19251122 19251123 18500101 20300101 29990101"
)
BIRTHS = EDGES_OF_TIME.split()


def county(pick: Random) -> str:
    """Known or abolished, run by the province, a permit's, unknown below a real province, or anything."""
    return pick.choice(
        (
            pick.choice(KNOWN),
            pick.choice(RUN_BY_PROVINCES),
            pick.choice(PERMITS),
            pick.choice([*PROVINCES, "81", "82", "83"]) + f"{pick.randrange(10_000):04}",
            f"{pick.randrange(1_000_000):06}",
        )
    )


def birth(pick: Random) -> str:
    """Of league age, of any year, or at the edge of what can be."""
    young = date(1998, 1, 1) + timedelta(days=pick.randrange(5475))
    ever = date.fromordinal(pick.randint(1, date(2999, 12, 31).toordinal()))
    return pick.choice((f"{young:%Y%m%d}", f"{ever.year:04}{ever:%m%d}", pick.choice(BIRTHS)))


def typed_number(pick: Random) -> str:
    """A number made of parts, mostly with the right check digit, then perhaps typed as people and machines do."""
    stem = county(pick) + birth(pick) + f"{pick.randrange(1000):03}"
    number = with_check_digit(stem) if pick.random() < 0.8 else stem + pick.choice("0123456789X")
    at = pick.randrange(17)
    match pick.randrange(10):
        case 0:
            return number.translate(WIDE)
        case 1:
            return number.replace("X", pick.choice("xｘＸ"))
        case 2:
            return f"{number[:6]} {number[6:14]}\u00a0{number[14:]}\u3000"
        case 3:
            return number[:at] + pick.choice(HIDDEN) + number[at + pick.randrange(2) :]
        case 4:
            return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        case 5:
            return "".join(pick.choice("0123456789Xx \n\0演\U000203a3") for _ in range(pick.randrange(25)))
    return number


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_ten_thousand_strings_get_the_verdict_of_the_reference(seed):
    """A hundred batches of a hundred: drawn one by one they would take ten times as long."""
    pick = Random(seed)
    for _ in range(100):
        typed = typed_number(pick)
        assert verdict(typed) == reference(typed), typed


def test_the_reference_itself_takes_the_official_specimens():
    for specimen in ("810000199408230021", "830000199201300022"):
        assert reference(specimen) is not None
        assert verdict(specimen) == reference(specimen)


@pytest.mark.parametrize("age", [14, 18, 28])
def test_no_county_ever_used_refuses_a_person_of_league_age(age):
    born = date(TODAY.year - age, 3, 14)
    for code in [*KNOWN, *PERMITS]:
        assert verdict(made(born, county=code)) is not None, code


def test_a_form_is_never_refused_for_its_county_only_asked_to_confirm():
    unknown = [f"{province}{rest}" for province in PROVINCES for rest in ("0000", "0199", "9999")]
    for code in [*KNOWN[::7], *unknown]:
        found = problems(entry(id_number=made(date(2005, 3, 14), county=code)), context())
        assert all(problem.warning and problem.code == "county_unknown" for problem in found), code
