"""帮助: the whole guide on one page for everybody, and each of its answers beside the page it concerns."""

from __future__ import annotations

import re
from pathlib import Path

import html5lib
import pytest
from django.urls import reverse

from orgs.models import Duty
from tests.factories import RoleFactory
from tests.members.old_titles import old_post

GUIDE = (Path(__file__).parents[1] / "guide" / "guide.txt").read_text("utf-8")
ANSWERS = [f"3.{number}" for number in range(1, 12)]
BESIDE = {
    "enter": {"3.1", "3.2", "3.3", "3.4", "3.5", "1.3（1）", "1.3（2）", "1.3（3）", "1.3（4）"},
    "members": {"3.5", "3.11"},
    "cadres": {"1.3（4）", "3.10"},
    "study": {"3.5"},
    "database": {"3.8", "3.11"},
    "disputes": {"3.7"},
    "registrations": {"3.6", "3.9"},
    "registration-unused": {"3.6"},
    "registration-veteran": {"3.9"},
}
"""URL name → what of the guide stands on the page of a branch."""


def bare(text: str) -> str:
    return re.sub(r"\s|\*\*", "", text)


def sentences(first: str, last: str) -> list[str]:
    """Every sentence between two headings of the guide, whatever lines and pages break it up."""
    part = bare(GUIDE[GUIDE.index(first) : GUIDE.index(last) if last else None])
    return [one for one in re.split(r"(?<=[。？！])|(?=-\(\d\))", part) if one]


def seen(html: str) -> str:
    root = html5lib.parse(html, namespaceHTMLElements=False)
    return bare("".join(root.find("body").itertext()))


@pytest.mark.parametrize(
    ("first", "last"), [("1.3 注意事项", "2. 录入团委"), ("2.3 ", "3. 常见"), ("3. 常见", "")]
)
def test_every_sentence_of_the_notes_and_answers_stands_under_help(first, last, world, log_in):
    page = seen(log_in(world.role(world.branch)).get(reverse("help")).content.decode())
    told = sentences(first, last)
    assert len(told) > 1
    missing = [one for one in told if one.lstrip("-") not in page]
    assert not missing


def test_every_line_of_the_contents_leads_to_a_place_on_the_page(world, log_in):
    html = log_in(world.role(world.school)).get(reverse("help")).content.decode()
    root = html5lib.parse(html, namespaceHTMLElements=False)
    ids = {one.get("id") for one in root.iter() if one.get("id")}
    links = {
        one.get("href")[1:] for nav in root.iter("nav") for one in nav.iter("a") if one.get("href")[0] == "#"
    }
    assert len(links) == 3 + 3 + 3 + len(ANSWERS)
    assert links <= ids


def test_help_is_for_every_duty_and_for_who_has_no_role_yet(world, client, log_in):
    for duty in Duty:
        role = RoleFactory(organization=world.province, duty=duty)
        assert log_in(role).get(reverse("help")).status_code == 200, duty
    client.force_login(RoleFactory(organization=world.branch, user__must_change_password=True).user)
    assert "操作指引" in client.get(reverse("help")).content.decode()
    client.logout()
    assert client.get(reverse("help")).status_code == 302


def test_help_is_linked_from_the_top_of_every_page(world, log_in):
    assert f'href="{reverse("help")}"' in log_in(world.role(world.branch)).get("/").content.decode()


@pytest.mark.parametrize("name", BESIDE)
def test_the_answers_stand_beside_the_page_they_concern(name, world, log_in):
    html = log_in(world.role(world.branch)).get(reverse(name)).content.decode()
    on_page = set(re.findall(r">操作指引 ([\d.]+(?:（\d）)?)<", html))
    assert BESIDE[name] <= on_page


def test_no_answer_stands_under_help_alone():
    assert set().union(*BESIDE.values()) >= {*ANSWERS, *(f"1.3（{number}）" for number in range(1, 5))}


def test_help_opens_while_titles_are_still_to_be_chosen(branch_role, log_in):
    old_post(branch_role, "组织委员")
    client = log_in(branch_role)
    assert client.get(reverse("members")).status_code == 302
    assert client.get(reverse("help")).status_code == 200
    assert "操作指引 3.10" in client.get(reverse("titles")).content.decode()
