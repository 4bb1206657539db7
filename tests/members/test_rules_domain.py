"""领域 × 职业 × 在读状况 × 入团时间: which numbers fit whom (指引 3.3), and in which words it is said."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from members.choices import Occupation, StudyStatus, Variant
from members.rules import field_states, problems
from numbering.domains import SCHOOL_DOMAINS, Domain
from numbering.facts import segmented
from numbering.rules import NumberFacts
from tests.members.people import codes, context, entry

GUIDE = (Path(__file__).parents[1] / "guide" / "guide.txt").read_text("utf-8")
# 在读状况 of each 领域, as the specification has them.
FITTING = {
    Domain.JUNIOR: {"初中在读"},
    Domain.SENIOR: {"普通高中在读"},
    Domain.VOCATIONAL: {"中等职业教育在读"},
    Domain.COLLEGE: {"普通专科在读", "普通本科在读", "硕士研究生在读", "博士研究生在读"},
    Domain.SOCIETY: set(),
}
CONFIRMED = frozenset({"education_unusual"})
CASES = [*((Occupation.STUDENT, status) for status in StudyStatus), (Occupation.WORKER, "")]


def person(occupation, status, **changes):
    detail = "farmer" if occupation == Occupation.WORKER else ""
    return entry(occupation=occupation, study_status=status, occupation_detail=detail, **changes)


def circumstances(domain, *, is_open=True, **changes):
    return {
        "facts": NumberFacts(domain, is_open), "study_domains": settings.STUDY_DOMAINS,
        "confirmed": CONFIRMED, **changes,
    }  # fmt: skip


def facts_of(domain, number):
    """Of a number in a segment of this 领域; older ones lie in none (`numbering.facts`)."""
    return None if segmented(number) is None else NumberFacts(domain, is_open=True)


def found_at_number(who, domain, **changes):
    found = problems(who, context(**circumstances(domain, **changes)))
    return next((one for one in found if one.field == "number"), None)


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize(
    ("joined", "is_asked"),
    [
        (date(2020, 1, 1), False), (date(2022, 12, 31), False),
        (date(2023, 1, 1), True), (date(2023, 12, 31), True), (date(2026, 5, 4), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("occupation", "status"), CASES)
@pytest.mark.parametrize("domain", Domain)
def test_since_2023_a_number_fits_who_is_of_its_domain_and_nobody_else(
    domain, occupation, status, joined, is_asked, variant
):
    fits = StudyStatus(status).label in FITTING[domain] if status else domain == Domain.SOCIETY
    post = {
        "is_cadre": True,
        "title": "committee_member",
        "post_since": joined.replace(day=1),
        "on_duty": "on_duty",
    }
    post |= {"appointed_by": "elected", "cadre_nature": "part_time", "on_party_committee": False}
    who = person(occupation, status, joined_on=joined, number=f"{joined.year}11000001", **post)
    known = circumstances(domain, facts=facts_of(domain, who.number))
    assert codes(who, variant, **known) == ({"number_domain"} if is_asked and not fits else set())


@pytest.mark.parametrize("domain", Domain)
def test_the_words_are_the_guides(domain):
    (meant,) = re.findall("系统提示“(该发展团员编号属于.+?)”", GUIDE)
    wrong = ("student", "junior") if domain != Domain.JUNIOR else ("worker", "")
    said = found_at_number(person(*wrong), domain).message
    assert said == re.sub(r"\s", "", meant).replace("xx", domain.label)


@pytest.mark.parametrize(
    ("domain", "who", "detail"),
    [
        (
            Domain.JUNIOR, ("student", "senior"),
            "编号属于初中领域；当前在读状况为普通高中在读。初中领域的编号，职业须为“青年学生”，在读状况须为“初中在读”",
        ),
        (
            Domain.COLLEGE, ("worker", ""),
            "编号属于高校领域；当前职业为职业青年。高校领域的编号，职业须为“青年学生”，"
            "在读状况须为“普通专科在读”、“普通本科在读”、“硕士研究生在读”、“博士研究生在读”之一",
        ),
        (
            Domain.SOCIETY, ("student", "bachelor"),
            "编号属于社会领域；当前在读状况为普通本科在读。社会领域的编号，职业须为“职业青年”",
        ),
    ],
)  # fmt: skip
def test_the_second_line_says_what_each_side_is_and_what_would_fit(domain, who, detail):
    assert found_at_number(person(*who), domain).detail == detail


@pytest.mark.parametrize("domain", Domain)
@pytest.mark.parametrize(
    "open_choice", [("", ""), ("student", ""), ("student", "no-such"), ("no-such", "junior")]
)
def test_nothing_is_said_before_the_choice_is_made(domain, open_choice):
    assert found_at_number(person(*open_choice), domain) is None


@pytest.mark.parametrize(("occupation", "status"), CASES)
def test_without_facts_no_segment_is_asked(occupation, status):
    assert codes(person(occupation, status), confirmed=CONFIRMED) == set()


def test_which_status_belongs_to_which_domain_can_be_set():
    moved = {**settings.STUDY_DOMAINS, "college": "vocational"}
    assert found_at_number(person("student", "college"), Domain.VOCATIONAL, study_domains=moved) is None
    assert (
        found_at_number(person("student", "college"), Domain.COLLEGE, study_domains=moved).code
        == "number_domain"
    )


# The order of the checks, each against its neighbour ------------------------------------------------

WRONG_DOMAIN = ("worker", "")


@pytest.mark.parametrize(
    ("number", "is_open", "code"),
    [
        ("20231100001", False, "number_shape"),
        ("202211000001", False, "number_year"),
        ("202311000001", False, "number_segment"),
        ("202311000001", True, "number_domain"),
    ],
)
def test_shape_and_year_come_before_the_segment_and_that_before_the_domain(number, is_open, code):
    who = person(*WRONG_DOMAIN, number=number)
    assert found_at_number(who, Domain.SENIOR, is_open=is_open).code == code


def test_a_number_of_no_segment_and_one_of_strangers_are_told_alike():
    nowhere, strangers = (
        found_at_number(person("student", "senior"), domain, is_open=False) for domain in ("", Domain.SENIOR)
    )
    assert nowhere == strangers and "号段" in nowhere.message and "团委" in nowhere.detail


# What can be chosen where a form is opened with a number ---------------------------------------------


@pytest.mark.parametrize("domain", Domain)
def test_only_what_fits_the_domain_can_be_chosen(domain):
    narrowed = context(narrowed_to=domain, study_domains=settings.STUDY_DOMAINS)
    states = field_states(person("student", ""), narrowed)
    occupation = "青年学生" if domain in SCHOOL_DOMAINS else "职业青年"
    assert [label for _, label in states["occupation"].options] == [occupation]
    assert {label for _, label in states["study_status"].options} == FITTING[domain]


@pytest.mark.parametrize("domain", Domain)
def test_what_can_be_chosen_is_what_the_check_lets_pass(domain):
    narrowed = circumstances(domain, narrowed_to=domain)
    passed = {who for who in CASES if not codes(person(*who), **narrowed)}
    checked = {who for who in CASES if found_at_number(person(*who), domain) is None}
    assert passed == checked


def test_every_status_has_a_domain():
    assert set(settings.STUDY_DOMAINS) == set(StudyStatus.values)
    assert set(settings.STUDY_DOMAINS.values()) == SCHOOL_DOMAINS
    assert len(list(itertools.chain(*FITTING.values()))) == len(StudyStatus)
