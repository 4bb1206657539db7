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
    """Without what is only layout: blanks, bold, the dashes of a list, and which kind of brackets."""
    return re.sub(r"^- |\s|\*\*", "", text, flags=re.MULTILINE).replace("（", "(").replace("）", ")")


def passages() -> dict[str, str]:
    """The guide by number, from its title on, without the figures: tables, which are the forms of the system."""
    text = "\n".join(line for line in GUIDE.splitlines() if "\t" not in line)
    introduction, *pieces = re.split(r"(?m)^(?=\d\.\d* )", text)
    return {"introduction": introduction, **{piece.split(" ", 1)[0]: piece for piece in pieces}}


PASSAGES = passages()


def seen(html: str) -> str:
    root = html5lib.parse(html, namespaceHTMLElements=False)
    return bare("".join(root.find("body").itertext()))


@pytest.mark.parametrize("number", PASSAGES)
def test_every_passage_of_the_guide_stands_under_help_word_for_word(number, world, log_in):
    page = seen(log_in(world.role(world.branch)).get(reverse("help")).content.decode())
    told = bare(PASSAGES[number])
    missing = [one for one in re.split(r"(?<=[。？！])", told) if one not in page]
    assert len(told) > 5 and not missing
    assert told in page


def test_no_passage_is_left_out():
    numbers = {"introduction", "1.", "1.1", "1.2", "1.3", "2.", "2.1", "2.2", "2.3", "3.", *ANSWERS}
    assert set(PASSAGES) == numbers


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


def quoted(client, name: str) -> set[str]:
    """What of the guide this page quotes."""
    return set(re.findall(r">操作指引 ([\d.]+(?:（\d）)?)<", client.get(reverse(name)).content.decode()))


@pytest.mark.parametrize("name", BESIDE)
def test_the_answers_stand_beside_the_page_they_concern(name, world, log_in):
    assert BESIDE[name] <= quoted(log_in(world.role(world.branch)), name)


def test_no_answer_stands_under_help_alone(world, log_in):
    client = log_in(world.role(world.branch))
    notes = {f"1.3（{number}）" for number in re.findall(r"- \((\d)\)", PASSAGES["1.3"])}
    answers = {number for number in PASSAGES if re.fullmatch(r"3\.\d+", number)}
    assert len(notes) == 4 and answers == set(ANSWERS)
    assert set().union(*(quoted(client, name) for name in BESIDE)) >= notes | answers


def test_help_opens_while_titles_are_still_to_be_chosen(branch_role, log_in):
    old_post(branch_role, "组织委员")
    client = log_in(branch_role)
    assert client.get(reverse("members")).status_code == 302
    assert client.get(reverse("help")).status_code == 200
    assert "操作指引 3.10" in client.get(reverse("titles")).content.decode()
