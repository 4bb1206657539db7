"""What is suggested for an old title (指引 3.10), and usual sizes of committees."""

from __future__ import annotations

import pytest

from members.rules.titles import SUGGESTED, size_hint, suggestion
from orgs.dictionaries import DICTIONARIES, titles_for
from orgs.kinds import Kind

BASIC = {"secretary", "deputy_secretary", "committee_member"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("书记", "书记"),
        ("副书记", "副书记"),
        ("组织委员", "委员"),
        ("宣传委员", "委员"),
        ("文体委员", "委员"),
        ("生产委员", "委员"),
        ("权益委员", "委员"),
        ("志愿委员", "委员"),
        (" 组织委员 ", "委员"),
        ("学习委员", ""),
        ("其他", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("kind", list(Kind))
def test_the_suggestion_for_each_old_title_in_each_kind_of_organisation(kind, old, new):
    offered = dict(DICTIONARIES[titles_for(kind)])
    assert offered.get(suggestion(old, offered), "") == new


@pytest.mark.parametrize("old", SUGGESTED)
def test_nothing_is_suggested_that_the_province_has_switched_off(old):
    assert suggestion(old, BASIC - {SUGGESTED[old]}) == ""


def test_sizes_are_a_hint_where_something_is_usual():
    assert size_hint(Kind.BRANCH, 2) == "现任团干部 2 名，团支部委员会一般 3 至 5 名。"
    assert size_hint(Kind.PROVINCE, 2) == ""
