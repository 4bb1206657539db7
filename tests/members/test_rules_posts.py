"""The rules about leaving a post."""

from __future__ import annotations

from datetime import date

import pytest

from members.rules import leaving_problem, post_problems
from tests.members.people import cadre, context

TODAY = date(2026, 11, 22)
SINCE = date(2024, 9, 1)


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (None, "ended_on_missing"),
        (date(2024, 8, 1), "ended_before_post"),
        (date(2024, 9, 1), None),
        (date(2025, 3, 1), None),
        (date(2026, 11, 1), None),
        (date(2026, 12, 1), "ended_on_future"),
    ],
)
def test_a_post_ends_between_its_own_month_and_this_one(left, code):
    problem = leaving_problem(left, since=SINCE, today=TODAY)
    assert (problem.code if problem else None) == code


def test_of_a_known_person_only_the_post_is_judged():
    assert post_problems(cadre(), context()) == []
    unnamed = cadre(name="", id_number="", phone="", title="", post_since=date(2020, 1, 1))
    assert [problem.field for problem in post_problems(unnamed, context())] == ["title", "post_since"]
