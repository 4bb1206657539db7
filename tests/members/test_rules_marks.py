"""Which fields show, which are required and why: the table of the three forms, row by row."""

from dataclasses import replace
from datetime import date

import pytest

from members.choices import Occupation, PoliticalStatus, StudyStatus, Variant
from members.made_up import id_number
from members.rules import FIELDS, Entry, Need, announce, cleared, field_states
from tests.members.people import TODAY, cadre, codes, context, entry

EMPTY = Entry()
POST = ("title", "post_since", "appointed_by", "cadre_nature", "on_party_committee")


def need(person, field, variant=Variant.A, **circumstances):
    return field_states(person, context(variant, **circumstances))[field].need


@pytest.mark.parametrize(
    ("field", "code", "forms"),
    [
        ("name", "name_missing", "ABC"),
        ("id_number", "id_number_missing", "ABC"),
        ("id_number_again", "id_number_again_missing", "ABC"),
        ("ethnicity", "ethnicity_missing", "ABC"),
        ("occupation", "occupation_missing", "ABC"),
        ("occupation_detail", "occupation_detail_missing", "ABC"),
        ("study_status", "study_status_missing", ""),
        ("education", "education_missing", "ABC"),
        ("political_status", "political_status_missing", "ABC"),
        ("joined_on", "joined_on_missing", "ABC"),
        ("number", "number_missing", ""),
        ("joined_party_on", "joined_party_on_missing", ""),
        ("is_cadre", "is_cadre_missing", "AB"),
        ("title", "title_missing", "C"),
        ("post_since", "post_since_missing", "C"),
        ("appointed_by", "appointed_by_missing", "C"),
        ("cadre_nature", "cadre_nature_missing", "C"),
        ("on_party_committee", "on_party_committee_missing", "C"),
        ("on_duty", "on_duty_missing", "C"),
        ("phone", "phone_missing", "ABC"),
        ("phone_owner", "phone_owner_missing", ""),
        ("address", "address_missing", "AB"),
        ("email", "email_missing", ""),
        ("qq", "qq_missing", ""),
        ("wechat", "wechat_missing", ""),
        ("weibo", "weibo_missing", ""),
        ("file", "file_missing", ""),
        ("applied", "applied_missing", ""),
        ("applied_on", "applied_on_missing", ""),
        ("volunteer", "volunteer_missing", "ABC"),
        ("volunteer_since", "volunteer_since_missing", ""),
    ],
)
@pytest.mark.parametrize("variant", Variant)
def test_an_empty_form_asks_for_what_is_marked_and_no_more(field, code, forms, variant):
    marked = need(EMPTY, field, variant) == Need.REQUIRED
    assert marked is (variant in forms)
    assert (code in codes(EMPTY, variant, has_file=False)) is marked


@pytest.mark.parametrize(
    ("variant", "absent"),
    [
        (Variant.A, {"on_duty"}),
        (Variant.B, {"on_duty"}),
        (Variant.C, {"is_cadre", "address"}),
    ],
)
def test_what_a_form_does_not_have(variant, absent):
    person = cadre(on_duty="on_duty")
    hidden = {name for name, state in field_states(person, context(variant)).items() if not state.shown}
    assert hidden & {"on_duty", "is_cadre", "address"} == absent


@pytest.mark.parametrize(
    ("person", "variant"),
    [
        (entry(), Variant.A),
        (entry(), Variant.B),
        (cadre(), Variant.A),
        (cadre(on_duty="on_duty"), Variant.C),
        (entry(occupation="worker", study_status="", occupation_detail="farmer", phone_owner=""), Variant.A),
    ],
)
def test_a_good_entry_has_nothing_wrong_and_loses_nothing(person, variant):
    assert codes(person, variant) == set()
    kept = cleared(person, context(variant))
    assert kept == (replace(person, address="") if variant == Variant.C else person)


@pytest.mark.parametrize(
    ("occupation", "asked", "hidden", "code"),
    [
        (Occupation.STUDENT, "study_status", "occupation_detail", "study_status_missing"),
        (Occupation.WORKER, "occupation_detail", "study_status", "occupation_detail_missing"),
    ],
)
def test_occupation_decides_between_study_and_trade_and_clears_the_other(occupation, asked, hidden, code):
    person = entry(occupation=occupation, study_status="bachelor", occupation_detail="farmer")
    assert (need(person, asked), need(person, hidden)) == (Need.REQUIRED, Need.HIDDEN)
    assert getattr(cleared(person, context()), hidden) == ""
    assert code in codes(replace(person, **{asked: ""}))


@pytest.mark.parametrize(
    ("joined", "province", "expected"),
    [
        (date(2016, 12, 31), "11", Need.OPTIONAL),
        (date(2017, 1, 1), "11", Need.REQUIRED),
        (date(2017, 1, 2), "11", Need.REQUIRED),
        (date(2015, 12, 31), "65", Need.OPTIONAL),
        (date(2016, 1, 1), "65", Need.REQUIRED),
        (None, "11", Need.OPTIONAL),
    ],
)
def test_number_is_required_from_2017(joined, province, expected):
    person = entry(joined_on=joined, number="")
    assert need(person, "number", province_code=province) == expected
    assert ("number_missing" in codes(person, province_code=province)) is (expected == Need.REQUIRED)


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (date(2019, 12, 31), Need.OPTIONAL),
        (date(2020, 1, 1), Need.REQUIRED),
        (date(2020, 1, 2), Need.REQUIRED),
        (None, Need.OPTIONAL),
    ],
)
@pytest.mark.parametrize("variant", Variant)
def test_file_is_required_from_2020(joined, expected, variant):
    person = entry(joined_on=joined)
    assert need(person, "file", variant) == expected
    assert ("file_missing" in codes(person, variant, has_file=False)) is (expected == Need.REQUIRED)
    assert "file_missing" not in codes(person, variant, has_file=True)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PoliticalStatus.PARTY, Need.REQUIRED),
        (PoliticalStatus.PROBATIONARY, Need.REQUIRED),
        (PoliticalStatus.LEAGUE, Need.HIDDEN),
        ("", Need.HIDDEN),
    ],
)
def test_only_party_members_give_the_month_they_joined_the_party(status, expected):
    person = entry(political_status=status)
    assert need(person, "joined_party_on") == expected
    assert ("joined_party_on_missing" in codes(person)) is (expected == Need.REQUIRED)


@pytest.mark.parametrize(
    ("answer", "code", "missing"),
    [
        (True, "title_missing", True),
        (True, "post_since_missing", True),
        (True, "appointed_by_missing", True),
        (True, "cadre_nature_missing", True),
        (True, "on_party_committee_missing", True),
        (False, "title_missing", False),
        (None, "title_missing", False),
    ],
)
def test_a_cadre_tells_the_post(answer, code, missing):
    assert (code in codes(entry(is_cadre=answer))) is missing


def test_an_answer_of_no_empties_the_post():
    kept = cleared(replace(cadre(), is_cadre=False), context())
    assert [getattr(kept, name) for name in POST] == ["", None, "", "", None]


def test_form_c_enters_cadres_only():
    assert cleared(cadre(is_cadre=None), context(Variant.C)).is_cadre is True
    assert "on_duty_missing" in codes(cadre(), Variant.C)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2008, 11, 21), Need.REQUIRED),
        (date(2008, 11, 22), Need.REQUIRED),  # 18 today
        (date(2008, 11, 23), Need.HIDDEN),
    ],
)
def test_application_is_not_asked_under_18(born, expected):
    person = entry(born=born, applied=None)
    assert need(person, "applied") == expected
    assert ("applied_missing" in codes(person)) is (expected == Need.REQUIRED)


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 2, 28), Need.HIDDEN), (date(2026, 3, 1), Need.REQUIRED)],
)
def test_born_on_29_february_is_18_on_1_march(today, expected):
    person = entry(born=date(2008, 2, 29), applied=None)
    assert need(person, "applied", today=today) == expected


def test_application_stays_open_while_the_id_number_is_wrong():
    assert need(entry(id_number="1"), "applied") == Need.OPTIONAL


def test_under_18_the_application_and_its_day_are_emptied():
    person = entry(born=date(2010, 1, 1), applied=True, applied_on=date(2026, 1, 1))
    kept = cleared(person, context())
    assert (kept.applied, kept.applied_on) == (None, None)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"applied": True}, "applied_on_missing", "applied_on"),
        ({"volunteer": True}, "volunteer_since_missing", "volunteer_since"),
    ],
)
def test_yes_asks_when(changes, code, field):
    assert code in codes(entry(**changes))
    assert need(entry(), field) == Need.HIDDEN
    assert getattr(cleared(entry(**{field: TODAY}), context()), field) is None


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("branch", "书记 副书记 委员"),
        ("general_branch", "书记 副书记 委员"),
        ("committee", "书记 副书记 委员"),
        ("working_committee", "书记 副书记 委员"),
        ("county", "书记 副书记 常委 委员 候补委员 工作人员"),
        ("city", "书记 副书记 常委 委员 候补委员 工作人员"),
        ("province", "书记 副书记 常委 委员 候补委员 工作人员"),
    ],
)
def test_titles_hang_on_the_kind_of_organisation(kind, titles):
    options = field_states(cadre(), context(kind=kind))["title"].options
    assert [label for _, label in options or ()] == titles.split()


@pytest.mark.parametrize(
    ("born", "is_cadre", "open_"),
    [
        (date(1997, 11, 22), True, True),  # 29 today
        (date(1997, 11, 23), True, False),  # 28 until tomorrow
        (date(1997, 11, 22), False, False),
    ],
)
def test_masses_is_open_to_a_cadre_over_28_only(born, is_cadre, open_):
    person = cadre(born=born, is_cadre=is_cadre, political_status=PoliticalStatus.MASSES)
    options = dict(field_states(person, context())["political_status"].options or ())
    assert (PoliticalStatus.MASSES in options) is open_
    assert ("masses_not_open" in codes(person)) is not open_


def test_a_dictionary_the_province_changed_is_what_counts():
    changed = context().dictionaries | {"occupation": (("pilot", "飞行员"),)}
    person = entry(occupation="worker", occupation_detail="pilot")
    assert "choice_unknown" not in codes(person, dictionaries=changed)
    assert "choice_unknown" in codes(person)


@pytest.mark.parametrize(
    ("status", "usual"),
    [
        (StudyStatus.JUNIOR, "小学"),
        (StudyStatus.SENIOR, "初中"),
        (StudyStatus.VOCATIONAL, "初中"),
        (StudyStatus.COLLEGE, "普通高中 / 中等职业教育"),
        (StudyStatus.BACHELOR, "普通高中 / 大学专科 / 中等职业教育"),
        (StudyStatus.MASTER, "大学本科"),
        (StudyStatus.DOCTOR, "硕士研究生"),
    ],
)
def test_the_hint_at_education_says_what_usually_fits(status, usual):
    states = field_states(entry(study_status=status), context())
    assert states["education"].hint == f"按照当前最高学历选择。{status.label}，一般为“{usual}”"


def test_a_right_id_number_is_told_back():
    states = field_states(entry(), context())
    assert states["id_number"].ok == "校验位正确\u30002005 年 3 月 14 日\u3000女\u300021 岁"
    assert states["id_number_again"].ok == "两次填写一致"
    assert field_states(entry(id_number="1"), context())["id_number"].ok == ""


def test_changed_marks_are_announced_with_their_reason():
    before = field_states(entry(joined_on=date(2016, 1, 1)), context())
    after = field_states(entry(joined_on=date(2023, 9, 1), is_cadre=True), context())
    said = announce(before, after)
    assert "发展团员编号 现为必填：入团时间在2017年1月1日及以后" in said
    assert "团内现任职务 现为必填：担任团干部" in said
    assert "任现职年月 不再需要填写" in announce(after, before)
    assert announce(after, after) == []


def test_every_field_has_a_state_in_every_form():
    for variant in Variant:
        assert tuple(field_states(EMPTY, context(variant))) == FIELDS


def test_personal_numbers_do_not_show_in_a_printed_entry():
    number = id_number(date(2005, 3, 14))
    assert number not in repr(entry())
    assert "13800000000" not in repr(entry())
