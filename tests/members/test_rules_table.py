"""The decision tables of the three forms: fields × conditions × forms, option lists, years × numbers, ages around birthdays."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from archives.services import entry as entries
from members.choices import Variant
from members.layout import LABELS, SPECS, Widget, sections
from members.models import Member
from members.rules import Need, cleared, field_states
from orgs.dictionaries import DICTIONARIES, Group
from orgs.kinds import LEADING, Kind
from tests.factories import EntryFactory, new_key
from tests.members.people import cadre, codes, context, entry

WORDS = Path(__file__).parents[1] / "guide"
CHILD = date(2010, 1, 1)

# --- 1. the table of fields, as it stands in tests/guide/fields.txt


def rows() -> dict[int, tuple[str, str]]:
    """Row number → label, marks of A, B and C one after the other: `*`, `?`, `–` (absent) or ` ` (optional)."""
    found = {}
    for line in (WORDS / "fields.txt").read_text("utf-8").splitlines()[2:]:
        number, label, *marks, _ = line.strip("|").split("|")
        found[int(number)] = label.strip(), "".join(mark.strip() or " " for mark in marks)
    return found


ROWS = rows()
STUDENT, WORKER = {"occupation": "student"}, {"occupation": "worker", "occupation_detail": "farmer"}
PARTY = {
    "political_status": "party",
    "applied": True,
    "applied_on": date(2023, 4, 1),
    "joined_party_on": date(2023, 5, 1),
}
NOT_PARTY = {"political_status": "league"}
POST = {"is_cadre": True}
NO_POST = {"is_cadre": False}
FIELDS_OF_ROW = {
    1: ["name"], 2: ["id_number"], 3: ["id_number_again"], 4: ["ethnicity"], 5: ["occupation"],
    6: ["study_status", "occupation_detail"], 7: ["education"], 8: ["political_status"], 9: ["joined_on"],
    10: ["number"], 11: ["joined_party_on"], 12: ["is_cadre"], 13: ["title"], 14: ["post_since"],
    15: ["appointed_by"], 16: ["cadre_nature"], 17: ["on_party_committee"], 18: ["on_duty"], 19: ["phone"],
    20: ["address"], 21: ["email", "qq", "wechat", "weibo"], 22: ["file"], 23: ["applied"], 24: ["applied_on"],
    25: ["volunteer"], 26: ["volunteer_since"],
}  # fmt: skip

# Field → when it is required, when it is not, and what it is then. Only rows marked `?`, and the two halves of row 6.
CONDITIONS = {
    "study_status": (STUDENT, WORKER, Need.HIDDEN),
    "occupation_detail": (WORKER, STUDENT, Need.HIDDEN),
    "number": ({"joined_on": date(2017, 1, 1)}, {"joined_on": date(2016, 12, 31)}, Need.OPTIONAL),
    "joined_party_on": (PARTY, NOT_PARTY, Need.HIDDEN),
    "title": (POST, NO_POST, Need.HIDDEN),
    "post_since": (POST, NO_POST, Need.HIDDEN),
    "appointed_by": (POST, NO_POST, Need.HIDDEN),
    "cadre_nature": (POST, NO_POST, Need.HIDDEN),
    "on_party_committee": (POST, NO_POST, Need.HIDDEN),
    "file": ({"joined_on": date(2020, 1, 1)}, {"joined_on": date(2019, 12, 31)}, Need.OPTIONAL),
    "applied": ({"born": date(2008, 11, 22)}, {"born": date(2008, 11, 23)}, Need.HIDDEN),
    "applied_on": ({"applied": True}, {"applied": False}, Need.HIDDEN),
    "volunteer_since": ({"volunteer": True}, {"volunteer": False}, Need.HIDDEN),
}
CASES = [
    (row, field, variant) for row, names in FIELDS_OF_ROW.items() for field in names for variant in Variant
]


def cadre_of_c(variant):
    """What form C asks beyond a plain entry."""
    names = ("title", "post_since", "appointed_by", "cadre_nature", "on_party_committee")
    return (
        {name: getattr(cadre(), name) for name in names} | {"on_duty": "on_duty"}
        if variant == Variant.C
        else {}
    )


def need(field, variant, **typed):
    return field_states(entry(**typed), context(variant))[field].need


def test_the_table_names_every_field_by_its_label():
    assert list(ROWS) == list(FIELDS_OF_ROW) == list(range(1, 27))
    for row, names in FIELDS_OF_ROW.items():
        label = ROWS[row][0].removesuffix(" (second)").replace(" **or** ", " · ")
        assert label == " · ".join(dict.fromkeys(LABELS[name] for name in names))
    spoken_of = {name for names in FIELDS_OF_ROW.values() for name in names}
    assert set(SPECS) - spoken_of == {"phone_owner"}  # ours: whose telephone it is (3.2)


@pytest.mark.parametrize(("row", "field", "variant"), CASES)
def test_each_field_in_each_form_is_marked_as_its_row_says(row, field, variant):
    mark = ROWS[row][1]["ABC".index(variant)]
    in_form = {spec.name for section in sections(variant) for spec in section.fields}
    assert (field in in_form) is (mark != "–")
    if mark == "–":
        assert need(field, variant, **POST) == Need.HIDDEN
    elif mark == "?" or row == 6:
        met, unmet, otherwise = CONDITIONS[field]
        assert need(field, variant, **met) == Need.REQUIRED
        assert need(field, variant, **unmet) == otherwise
    else:
        always = Need.REQUIRED if mark == "*" else Need.OPTIONAL
        assert {need(field, variant, **c) for c in (STUDENT, WORKER, PARTY, {"born": CHILD}, NO_POST)} == {
            always
        }


CLEARED = [
    (field, variant)
    for field, (_, _, otherwise) in CONDITIONS.items()
    for variant in Variant
    if otherwise == Need.HIDDEN and not (variant == Variant.C and CONDITIONS[field][0] is POST)
]


@pytest.mark.parametrize(("field", "variant"), CLEARED)
def test_what_does_not_apply_is_cleared_and_not_judged(field, variant):
    """Filled with nonsense while its condition does not hold, a field costs nothing and leaves nothing."""
    unmet = cadre_of_c(variant) | CONDITIONS[field][1]
    nonsense = date(2099, 1, 1) if SPECS[field].widget in {Widget.DATE, Widget.MONTH} else "nonsense"
    person = entry(**(unmet | {field: nonsense}))
    assert getattr(cleared(person, context(variant)), field) in {"", None}
    assert codes(person, variant) == codes(entry(**unmet), variant) == set()


# --- 2. option lists, word for word


OPTIONS = {
    title: words.split(", ")
    for title, words in (line.split(": ") for line in (WORDS / "options.txt").read_text("utf-8").splitlines())
}
LISTED = {
    "民族": "ethnicity", "职业": "occupation", "在读状况": "study_status", "具体职业": "occupation_detail",
    "学历": "education", "政治面貌": "political_status", "任现职方式": "appointed_by", "团干部性质": "cadre_nature",
    "在岗状态": "on_duty", "团内现任职务": "title", "手机号码归属": "phone_owner",
}  # fmt: skip


@pytest.mark.parametrize("title", LISTED)
def test_option_lists_are_those_of_the_specification_in_its_order(title):
    person = cadre(**(WORKER if title == "具体职业" else STUDENT))
    states = field_states(person, context(Variant.C if title == "在岗状态" else Variant.A))
    assert [label for _, label in states[LISTED[title]].options or ()] == OPTIONS[title]


def test_the_industries_of_organisations_too():
    assert [label for _, label in DICTIONARIES[Group.INDUSTRY]] == OPTIONS["单位行业"]


@pytest.mark.parametrize("title", LISTED)
def test_every_listed_option_can_be_chosen(title):
    field = LISTED[title]
    base = {"on_duty": "on_duty"} | (WORKER if title == "具体职业" else STUDENT)
    options = field_states(cadre(**base), context(Variant.C))[field].options or ()
    for code, label in options:
        assert "choice_unknown" not in codes(cadre(**(base | {field: code})), Variant.C), label


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("title", ["常委", "候补委员", "工作人员", "组织委员"])
def test_titles_of_leading_bodies_and_old_titles_are_refused_elsewhere(kind, title):
    code = {label: code for code, label in DICTIONARIES[Group.TITLE_LEADING]}.get(title, title)
    refused = "choice_unknown" in codes(cadre(title=code), kind=kind)
    assert refused is (kind not in LEADING or title == "组织委员")


# --- 3. the year of joining × the number × the file

# From left to right: does a number of this beginning fit? y · n number_year · s number_shape (the last two have 16 digits)
BEGINNINGS = ["2015", "2016", "2017", "2018", "2019", "2020", "2021", "201516", "201617"]
FITS = {
    2014: "n n n n n n n n n",
    2015: "y n n n n n n y n",
    2016: "n y n n n n n y y",
    2017: "n n y y n n n s y",
    2018: "n n y y n n n s s",
    2019: "n n n n y n n s s",
    2020: "n n n n n y n s s",
    2021: "n n n n n n y s s",
}
VERDICTS = {"y": None, "n": "number_year", "s": "number_shape"}
NUMBERS = [
    (year, start, fit)
    for year, fits in FITS.items()
    for start, fit in zip(BEGINNINGS, fits.split(), strict=True)
]


@pytest.mark.parametrize(("year", "start", "fit"), NUMBERS)
@pytest.mark.parametrize("day", ["01-01", "12-31"])
@pytest.mark.parametrize("variant", Variant)
def test_number_against_year_of_joining_on_the_first_and_last_day(year, start, fit, day, variant):
    number = f"{start}65000001" if len(start) == 4 else f"{start}1100000001"
    joined = date.fromisoformat(f"{year}-{day}")
    person = cadre(born=date(1999, 6, 1), joined_on=joined, number=number, on_duty="on_duty")
    assert codes(person, variant) == ({VERDICTS[fit]} - {None})


@pytest.mark.parametrize(
    ("joined", "elsewhere", "xinjiang", "file"),
    [
        (date(2015, 12, 31), "optional", "optional", "optional"),
        (date(2016, 1, 1), "optional", "required", "optional"),
        (date(2016, 12, 31), "optional", "required", "optional"),
        (date(2017, 1, 1), "required", "required", "optional"),
        (date(2018, 12, 31), "required", "required", "optional"),
        (date(2019, 12, 31), "required", "required", "optional"),
        (date(2020, 1, 1), "required", "required", "required"),
        (date(2026, 11, 22), "required", "required", "required"),
    ],
)
@pytest.mark.parametrize("variant", Variant)
def test_number_and_file_by_the_day_of_joining(joined, elsewhere, xinjiang, file, variant):
    for province in ("11", "64", "65", "66"):
        states = field_states(entry(joined_on=joined), context(variant, province_code=province))
        assert states["number"].need == (xinjiang if province in {"65", "66"} else elsewhere), province
        assert states["file"].need == file


@pytest.mark.parametrize("province", ["65", "66"])
def test_in_xinjiang_a_number_of_2016_is_asked_for_by_name(province):
    person = entry(born=date(2001, 1, 1), joined_on=date(2016, 5, 4), number="")
    assert codes(person, province_code=province) == {"number_missing"}
    assert codes(person, province_code="11") == set()
    assert (
        codes(
            entry(born=date(2001, 1, 1), joined_on=date(2016, 5, 4), number="201665000001"),
            province_code=province,
        )
        == set()
    )


# --- 4. ages: the day before, on and after the birthday


def birthday(born: date, age: int) -> date:
    """A birthday on 29 February is kept on 1 March in common years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


BORN = [
    date(2004, 2, 28),
    date(2004, 2, 29),
    date(2004, 3, 1),
    date(2005, 3, 14),
    date(2003, 12, 31),
    date(2004, 1, 1),
]
DAYS = [-1, 0, 1]


@pytest.mark.parametrize("born", BORN)
@pytest.mark.parametrize("after", DAYS)
def test_joining_at_14(born, after):
    joined = birthday(born, 14) + timedelta(days=after)
    number = f"{max(joined.year, 2017)}11000001"
    assert codes(entry(born=born, joined_on=joined, number=number)) == (
        {"joined_too_young"} if after < 0 else set()
    )


@pytest.mark.parametrize("born", [date(2003, 6, 15), date(2000, 2, 29), date(2004, 12, 30)])
@pytest.mark.parametrize("after", DAYS)
def test_joining_at_12_before_2017(born, after):
    joined = birthday(born, 12) + timedelta(days=after)
    assert codes(entry(born=born, joined_on=joined, number="")) == (
        {"joined_too_young"} if after < 0 else set()
    )


@pytest.mark.parametrize("born", [date(1992, 2, 29), date(1992, 2, 28), date(1995, 3, 14)])
@pytest.mark.parametrize("after", DAYS)
def test_joining_until_the_day_before_the_29th_birthday(born, after):
    """28 years are over when the 29th birthday comes (and never on the 28th itself)."""
    for age, too_old in ((28, False), (29, after >= 0)):
        joined = birthday(born, age) + timedelta(days=after)
        person = cadre(
            born=born, joined_on=joined, number=f"{joined.year}11000001", post_since=joined.replace(day=1)
        )
        assert codes(person) == ({"joined_too_old"} if too_old else set()), age


@pytest.mark.parametrize("born", BORN)
@pytest.mark.parametrize("after", DAYS)
def test_applying_for_the_party_at_18(born, after):
    person = entry(born=born, applied=True, applied_on=birthday(born, 18) + timedelta(days=after))
    assert codes(person) == ({"applied_too_young"} if after < 0 else set())


@pytest.mark.parametrize("born", BORN)
@pytest.mark.parametrize("after", DAYS)
def test_being_asked_about_the_party_at_18_on_the_day_of_entry(born, after):
    today = birthday(born, 18) + timedelta(days=after)
    person = entry(
        born=born, joined_on=birthday(born, 16), number=f"{max(2017, born.year + 16)}11000001", applied=None
    )
    state = field_states(person, context(today=today))["applied"]
    assert state.need == ("hidden" if after < 0 else "required")


@pytest.mark.parametrize("born", BORN)
def test_joining_the_party_in_the_month_of_the_18th_birthday_at_the_earliest(born):
    month = birthday(born, 18).replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    for joined, expected in ((month, set()), (before, {"party_too_young"})):
        person = entry(born=born, **(PARTY | {"joined_party_on": joined, "applied_on": date(2022, 3, 14)}))
        assert codes(person) - {"applied_after_party", "applied_too_young"} == expected


@pytest.mark.parametrize("born", [date(1996, 2, 28), date(1996, 2, 29), date(1996, 3, 1), date(1995, 3, 14)])
@pytest.mark.parametrize("after", DAYS)
def test_over_28_is_asked_about_from_the_29th_birthday(born, after):
    today = birthday(born, 29) + timedelta(days=after)
    person = entry(
        born=born, joined_on=date(2012, 5, 4), number="", education="master", study_status="doctor"
    )
    assert codes(person, today=today) == ({"over_28"} if after >= 0 else set())


# --- 5. the Party


@pytest.mark.parametrize("status", ["party", "probationary"])
@pytest.mark.parametrize(
    ("applied", "applied_on", "joined", "expected"),
    [
        (True, date(2023, 5, 1), date(2023, 5, 1), set()),
        (True, date(2023, 5, 31), date(2023, 5, 1), set()),
        (True, date(2023, 6, 1), date(2023, 5, 1), {"applied_after_party"}),
        (True, None, date(2023, 5, 1), {"applied_on_missing"}),
        (True, date(2023, 5, 1), None, {"joined_party_on_missing"}),
        (True, None, None, {"applied_on_missing", "joined_party_on_missing"}),
        (False, None, date(2023, 5, 1), {"party_member_not_applied"}),
        (None, None, date(2023, 5, 1), {"applied_missing"}),
    ],
)
@pytest.mark.parametrize("variant", Variant)
def test_party_members_fields_hang_together(status, applied, applied_on, joined, expected, variant):
    person = cadre(
        political_status=status,
        applied=applied,
        applied_on=applied_on,
        joined_party_on=joined,
        on_duty="on_duty",
    )
    assert codes(person, variant) == expected


@pytest.mark.parametrize("month", [date(2023, 9, 1), None])
def test_a_league_member_has_no_month_of_joining_the_party(month):
    assert codes(entry(joined_party_on=month)) == set()
    assert cleared(entry(joined_party_on=month), context()).joined_party_on is None


# --- 6. telephone and the other ways to reach a person


@pytest.mark.parametrize("owner", ["", "self", "parent", "teacher"])
def test_a_students_telephone_may_be_anybodys(owner):
    person = entry(phone_owner=owner)
    assert codes(person) == set()
    assert cleared(person, context()).phone_owner == owner


def test_whose_telephone_it_is_is_not_asked_of_those_at_work():
    person = entry(**WORKER, study_status="", phone_owner="teacher")
    assert (codes(person), cleared(person, context()).phone_owner) == (set(), "")


def test_members_of_one_branch_may_share_a_telephone(branch_role):
    """A teacher's number stands for the whole class (3.2)."""
    for owner in ("self", "parent", "teacher"):
        person = EntryFactory(phone="13900000000", phone_owner=owner)
        entries.enter(
            person, organization=branch_role.organization, upload=None, key=new_key(), by=branch_role
        )
    assert {member.opened("phone") for member in Member.objects.all()} == {"13900000000"}
    assert Member.objects.count() == 3


@pytest.mark.parametrize("start", [f"{n}" for n in range(100, 200)])
def test_telephones_begin_with_13_to_19(start):
    assert ("phone_shape" in codes(entry(phone=start + "00000000"))) is not ("130" <= start <= "199")


@pytest.mark.parametrize("field", ["email", "qq", "wechat", "weibo"])
@pytest.mark.parametrize("variant", Variant)
def test_the_other_ways_may_all_be_left_out(field, variant):
    person = cadre(on_duty="on_duty", **{field: ""})
    assert codes(person, variant) == set()
    assert field_states(person, context(variant))[field].need == Need.OPTIONAL
