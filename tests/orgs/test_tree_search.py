"""Searching the tree: the index knows every part of a name and every row of initials, so nothing is missed and nothing is read in vain."""

from __future__ import annotations

import pytest
from django.db import connection

from orgs.models import Organization
from orgs.services import organizations
from orgs.views.tree_search import matches


@pytest.fixture
def classes(world):
    """Classes with numbers of one and two digits, Arabic and Chinese."""
    by = world.role(world.school)
    names = ("高一2班团支部", "高一10班团支部", "第十二团支部", "ABC班团支部")
    for name in names:
        organizations.create(
            parent=world.general, kind="branch", name=name, short_name=name, industry="", by=by
        )
    return names


def found(query):
    return set(Organization.objects.filter(matches(query)).values_list("short_name", flat=True))


def test_every_part_of_a_name_finds_it(classes):
    for name in classes:
        for start in range(len(name)):
            for end in range(start + 1, len(name) + 1, 2):
                assert name in found(name[start:end]), name[start:end]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("gy2b", "高一2班团支部"), ("gy2", "高一2班团支部"), ("yebtzb", "高一2班团支部"), ("gy1", "高一10班团支部"), ("gy10", "高一10班团支部"),
        ("gysb", "高一10班团支部"), ("12", "第十二团支部"), ("d12t", "第十二团支部"), ("abc", "ABC班团支部"), ("abt", "ABC班团支部"),
    ],
)  # fmt: skip
def test_initials_find_it_with_numbers_as_they_are_said(classes, query, wanted):
    assert wanted in found(query)
    assert "丁街道一支部" not in found(query)


@pytest.mark.parametrize("query", ["高一2班", "团", "gy2b", "12"])
def test_a_search_is_answered_from_the_index(world, query):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "organization_search" in Organization.objects.filter(matches(query)).order_by().explain()
