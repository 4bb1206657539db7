"""What is refused, what is only asked, and in which words."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.choices import PoliticalStatus, StudyStatus, Variant
from members.layout import LABELS
from members.made_up import id_number
from members.rules import ENTRY_FIELDS, Entry, cleared, field_states, problems
from members.rules.book import BOOK
from tests.members.people import cadre, codes, context, entry

PARTY = {"political_status": PoliticalStatus.PARTY, "applied": True, "applied_on": date(2023, 5, 1)}


def wrong_at(person, field, variant=Variant.A, **circumstances):
    found = [p for p in problems(person, context(variant, **circumstances)) if p.field == field]
    return found[0].code if found else None


# --- words


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "请填写姓名"),
        ({"ethnicity": ""}, "ethnicity", "请选择民族"),
        ({"id_number_again": ""}, "id_number_again", "请再次填写身份证号码"),
        ({"is_cadre": None}, "is_cadre", "请选择是否团干部"),
        ({"joined_on": None}, "joined_on", "请选择入团时间"),
        ({"number": ""}, "number", "入团时间在2017年1月1日及以后的，须填写发展团员编号"),
        ({"phone": "1380000"}, "phone", "手机号码应为 11 位数字，现为 7 位"),
        (
            {"education": "junior"},
            "education",
            "普通本科在读，一般选择“普通高中 / 大学专科 / 中等职业教育”，请核对",
        ),
        ({"name": "演示5"}, "name", "姓名只能有汉字、字母和间隔号“·”，请核对第 3 个字符“5”"),
        (
            {"applied": True, "applied_on": date(2027, 1, 1)},
            "applied_on",
            "递交入党申请书时间 2027 年 1 月 1 日 晚于今天，请核对",
        ),
    ],
)
def test_the_message_names_the_field_and_the_way_out(changes, field, words):
    assert [p.message for p in problems(entry(**changes), context()) if p.field == field] == [words]


def test_a_missing_file_says_why_it_is_needed():
    (found,) = problems(entry(), context(has_file=False))
    assert found.message == "入团时间在2020年1月1日及以后的，须上传入团志愿书（PDF 版本）"


# --- ID number


def test_the_second_id_number_must_be_the_first():
    first = id_number(date(2005, 3, 14))
    again = first[:12] + first[13] + first[12] + first[14:]
    (found,) = problems(entry(id_number_again=again), context())
    assert (found.code, found.message) == ("id_mismatch", "两次填写不一致，从第 13 位起不同")


def test_an_unlikely_county_is_a_warning_that_can_be_confirmed():
    person = entry(id_number=id_number(date(2005, 3, 14), county="110199"))
    (found,) = problems(person, context())
    assert (found.code, found.warning) == ("county_unknown", True)
    assert problems(person, context(confirmed=frozenset({"county_unknown"}))) == []


# --- shapes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("演示", None),
        ("阿依古丽·演示", None),
        ("阿依古丽•演示", None),
        ("演示\u3007", None),
        ("演示\U000203a3", None),
        ("演示\U00031350", None),
        ("演 示", None),
        ("Yanshi Li", None),
        ("演", "name_length"),
        ("演" * 50, None),
        ("演" * 51, "name_length"),
        ("·演示", "name_length"),
        ("演示1", "name_characters"),
        ("演示１", "name_characters"),
        ("演\u200b示", "name_characters"),
        ("演\u3164示", "name_characters"),
        ("\u115f\u1160", "name_characters"),
        ("演\n示", "name_characters"),
        ("演示!", "name_characters"),
        ("演\ue863示", "name_characters"),
        ("演\U000e0001示", "name_characters"),
        ("演\U0010fffd示", "name_characters"),
    ],
)
def test_names(name, code):
    assert wrong_at(Entry.read({"name": name}), "name") == code


def test_a_name_is_put_right():
    assert Entry.read({"name": " 演\u3000示 "}).name == "演示"
    assert Entry.read({"name": "阿依•演示"}).name == "阿依·演示"
    assert Entry.read({"name": "Yanshi  Li"}).name == "Yanshi Li"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("phone", "13800000000", None),
        ("phone", "１３８ 0000-0000", None),
        ("phone", "+8613800000000", None),
        ("phone", "19900000000", None),
        ("phone", "12800000000", "phone_shape"),
        ("phone", "1380000000", "phone_shape"),
        ("phone", "138000000000", "phone_shape"),
        ("phone", "1380000000٣", "phone_shape"),
        ("phone", "13800000000\n1", "phone_shape"),
        ("address", "演示市示范区学苑路1号", None),
        ("address", "演示市\n示范区", "address_shape"),
        ("address", "演" * 200, None),
        ("address", "演" * 201, "too_long"),
        ("email", "yanshi@example.cn", None),
        ("email", "yanshi＠example.cn", None),
        ("email", "yanshi@", "email_shape"),
        ("qq", "10000", None),
        ("qq", "1234", "qq_shape"),
        ("qq", "012345", "qq_shape"),
        ("qq", "123456789012", None),
        ("qq", "1234567890123", "qq_shape"),
        ("wechat", "yan_shi-1", None),
        ("wechat", "13800000000", None),
        ("wechat", "yansh", "wechat_shape"),
        ("wechat", "演示演示演示", "wechat_shape"),
        ("wechat", "y" * 20, None),
        ("wechat", "y" * 21, "wechat_shape"),
        ("weibo", "演示的微博", None),
        ("weibo", "演\0示", "weibo_shape"),
        ("weibo", "演" * 61, "too_long"),
    ],
)
def test_ways_to_reach_a_person(field, text, code):
    read = Entry.read({field: text})
    assert wrong_at(entry(**{field: getattr(read, field)}), field) == code


@pytest.mark.parametrize(
    "field",
    ["ethnicity", "occupation", "study_status", "education", "political_status", "phone_owner"],
)
def test_a_value_outside_its_list_is_refused(field):
    person = entry(**{field: "no-such"})
    assert wrong_at(person, field) == "choice_unknown"


# --- number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("202311000001", None),
        ("20231100001", "number_shape"),
        ("202211000001", "number_year"),
        ("202399000001", "number_province"),
    ],
)
def test_the_number_is_held_against_the_year_of_joining(number, code):
    assert wrong_at(entry(number=number), "number") == code


# --- 学历 against 在读状况


FITTING = {
    ("junior", "primary"),
    ("senior", "junior"),
    ("vocational", "junior"),
    *(("college", e) for e in ("senior", "vocational")),
    *(("bachelor", e) for e in ("senior", "college", "vocational")),
    ("master", "bachelor"),
    ("doctor", "master"),
}
EDUCATIONS = ("primary", "junior", "senior", "vocational", "college", "bachelor", "master", "doctor")


@pytest.mark.parametrize("status", StudyStatus)
@pytest.mark.parametrize("education", EDUCATIONS)
def test_education_in_progress_is_a_warning_that_can_be_confirmed(status, education):
    person = entry(study_status=status, education=education)
    fits = (status, education) in FITTING
    assert ("education_unusual" in codes(person)) is not fits
    assert codes(person, confirmed=frozenset({"education_unusual"})) == set()


def test_education_of_those_at_work_is_not_doubted():
    assert (
        codes(
            entry(occupation="worker", study_status="junior", occupation_detail="farmer", education="doctor")
        )
        == set()
    )


# --- ages and dates


@pytest.mark.parametrize(
    ("born", "joined", "code"),
    [
        (date(2005, 3, 14), date(2019, 3, 13), "joined_too_young"),
        (date(2005, 3, 14), date(2019, 3, 14), None),
        (date(2005, 3, 14), date(2019, 3, 15), None),
        (date(2004, 2, 29), date(2018, 2, 28), "joined_too_young"),
        (date(2004, 2, 29), date(2018, 3, 1), None),
        # joined before 2017: at 12
        (date(2004, 12, 31), date(2016, 12, 30), "joined_too_young"),
        (date(2004, 12, 31), date(2016, 12, 31), None),
        (date(2004, 12, 31), date(2017, 1, 1), "joined_too_young"),
        (date(2003, 1, 1), date(2017, 1, 1), None),
        # not past 28, in whole years
        (date(1995, 3, 14), date(2024, 3, 13), None),
        (date(1995, 3, 14), date(2024, 3, 14), "joined_too_old"),
        (date(1995, 3, 14), date(2023, 3, 15), None),
    ],
)
def test_age_at_joining_the_league(born, joined, code):
    found = wrong_at(entry(born=born, joined_on=joined), "joined_on")
    assert found == code


@pytest.mark.parametrize(
    ("field", "day", "code"),
    [
        ("joined_on", date(2026, 11, 22), None),
        ("joined_on", date(2026, 11, 23), "joined_on_future"),
        ("joined_party_on", date(2026, 11, 1), None),
        ("joined_party_on", date(2026, 12, 1), "joined_party_on_future"),
        ("post_since", date(2026, 11, 1), None),
        ("post_since", date(2026, 12, 1), "post_since_future"),
        ("applied_on", date(2026, 11, 22), None),
        ("applied_on", date(2026, 11, 23), "applied_on_future"),
        ("volunteer_since", date(2026, 11, 22), None),
        ("volunteer_since", date(2026, 11, 23), "volunteer_since_future"),
    ],
)
def test_no_date_lies_in_the_future(field, day, code):
    base = cadre(
        political_status="party", applied=True, applied_on=date(2023, 5, 1), joined_party_on=date(2026, 11, 1)
    )
    base = replace(base, volunteer=True, volunteer_since=date(2023, 5, 1), post_since=date(2026, 11, 1))
    assert wrong_at(replace(base, **{field: day}), field) == code


@pytest.mark.parametrize(
    ("born", "month", "code"),
    [
        (date(2005, 3, 14), date(2023, 2, 1), "party_too_young"),
        (date(2005, 3, 14), date(2023, 3, 1), None),  # 18 within that month
        (date(2005, 3, 14), date(2023, 4, 1), None),
        (date(2005, 3, 31), date(2023, 3, 1), None),
        (date(2004, 2, 29), date(2022, 2, 1), "party_too_young"),
        (date(2004, 2, 29), date(2022, 3, 1), None),
    ],
)
def test_age_at_joining_the_party_by_the_month(born, month, code):
    person = entry(born=born, **PARTY | {"joined_party_on": month})
    assert wrong_at(person, "joined_party_on") == code


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2023, 3, 13), "applied_too_young"),
        (date(2023, 3, 14), None),
        (date(2023, 3, 15), None),
    ],
)
def test_age_at_applying_for_the_party(day, code):
    assert wrong_at(entry(applied=True, applied_on=day), "applied_on") == code


@pytest.mark.parametrize(
    ("applied", "joined", "code"),
    [
        (date(2024, 5, 31), date(2024, 6, 1), None),
        (date(2024, 6, 30), date(2024, 6, 1), None),
        (date(2024, 7, 1), date(2024, 6, 1), "applied_after_party"),
    ],
)
def test_application_comes_before_the_party(applied, joined, code):
    person = entry(**PARTY | {"applied_on": applied, "joined_party_on": joined})
    assert wrong_at(person, "applied_on") == code


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        ("party", False, "party_member_not_applied"),
        ("probationary", False, "party_member_not_applied"),
        ("party", True, None),
        ("league", False, None),
    ],
)
def test_a_party_member_has_applied(status, answer, code):
    assert wrong_at(entry(political_status=status, applied=answer), "applied") == code


@pytest.mark.parametrize(
    ("since", "code"),
    [
        (date(2023, 8, 1), "post_before_joining"),
        (date(2023, 9, 1), None),
        (date(2023, 10, 1), None),
    ],
)
def test_a_post_does_not_begin_before_the_month_of_joining(since, code):
    assert wrong_at(cadre(joined_on=date(2023, 9, 30), post_since=since), "post_since") == code


@pytest.mark.parametrize(
    ("since", "code"),
    [(date(2005, 3, 13), "volunteer_before_birth"), (date(2005, 3, 14), None)],
)
def test_nobody_volunteers_before_birth(since, code):
    assert wrong_at(entry(volunteer=True, volunteer_since=since), "volunteer_since") == code


@pytest.mark.parametrize(
    ("born", "changes", "warned"),
    [
        (date(1997, 11, 23), {}, False),
        (date(1997, 11, 22), {}, True),
        (date(1997, 11, 21), {}, True),
        (date(1997, 11, 22), {"political_status": "party"}, False),
        (date(1997, 11, 22), {"is_cadre": True}, False),
    ],
)
def test_over_28_without_post_or_party_is_a_warning(born, changes, warned):
    person = entry(born=born, joined_on=date(2015, 5, 4), number="", **changes)
    assert ("over_28" in codes(person)) is warned
    assert "over_28" not in codes(person, confirmed=frozenset({"over_28"}))
    assert "over_28" not in codes(person, Variant.C)


# --- reading


@pytest.mark.parametrize(
    "typed",
    ["2023-09-01", "2023/9/1", "2023.9.1", "20230901", "2023年9月1日", "２０２３-9-1", date(2023, 9, 1)],
)
def test_dates_as_people_write_them(typed):
    assert Entry.read({"joined_on": typed}).joined_on == date(2023, 9, 1)


@pytest.mark.parametrize("typed", ["2023-09", "2023/9", "2023.9", "202309", "2023年9月", "2023-09-15"])
def test_months_as_people_write_them(typed):
    assert Entry.read({"post_since": typed}).post_since == date(2023, 9, 1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("昨天", "日期无法识别，请按 2023-09-01 的格式填写"),
        ("2023-09", "日期须填写到日，例如 2023-09-01"),
        ("2023-02-29", "2023 年没有 2 月 29 日，请核对"),
        ("0001-01-01", "年份 1 不对，请核对"),
    ],
)
def test_a_date_that_cannot_be_read_says_so_once(typed, words):
    person = replace(entry(), joined_on=None, unread=Entry.read({"joined_on": typed}).unread)
    found = [p for p in problems(person, context()) if p.field == "joined_on"]
    assert [(p.code, p.message) for p in found] == [("date_unreadable", words)]


@pytest.mark.parametrize("typed", ["", "  ", "\n", None])
def test_a_blank_date_is_a_missing_one(typed):
    read = Entry.read({"joined_on": typed})
    assert (read.joined_on, read.unread) == (None, ())


def test_an_unreadable_date_of_a_hidden_field_is_forgotten():
    person = replace(entry(), unread=Entry.read({"post_since": "?"}).unread)
    assert problems(person, context()) == []
    assert cleared(person, context()).unread == ()


# --- together


def test_problems_come_in_the_order_of_the_form_one_error_a_field():
    found = [p.field for p in problems(Entry.read({"joined_on": "?", "phone": "1"}), context(has_file=False))]
    order = list(LABELS)
    assert found == sorted(set(found), key=order.index)


VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "yes",
            "no",
            "student",
            "worker",
            "party",
            "masses",
            "bachelor",
            "senior",
            "2023-09-01",
            "2015-01",
            "1",
        ]
    ),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    st.dates(date(1960, 1, 1), date(2026, 11, 22)).map(id_number),
    st.none(),
)
ALL_CODES = {code for rules in BOOK.values() for rule in rules for code in rule.codes}


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(ENTRY_FIELDS), VALUES), st.sampled_from(Variant), st.booleans())
def test_whatever_is_typed_gets_an_answer_from_the_book(typed, variant, has_file):
    ctx = context(variant, has_file=has_file)
    start = {f.name: getattr(cadre(), f.name) for f in fields(Entry) if f.name != "unread"}
    person = Entry.read(start | typed)
    assert {p.code for p in problems(person, ctx)} <= ALL_CODES
    kept = cleared(person, ctx)
    assert cleared(kept, ctx) == kept
    assert problems(kept, ctx) == problems(person, ctx)
    shown = {name for name, state in field_states(person, ctx).items() if state.shown}
    assert {p.field for p in problems(person, ctx)} <= shown


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(ENTRY_FIELDS), VALUES))
def test_reading_twice_changes_nothing(typed):
    once = Entry.read(typed)
    again = Entry.read({name: getattr(once, name) for name in ENTRY_FIELDS})
    assert replace(again, unread=()) == replace(once, unread=())
