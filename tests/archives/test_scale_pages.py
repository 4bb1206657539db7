"""`open_pages`: no address is forgotten, what is slow or grows is told, and the pages keep their number of statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from archives.scale.pages import report
from archives.scale.pages.actors import NOBODY, Actor
from archives.scale.pages.measuring import Answer, Recorder, in_general
from archives.scale.pages.objects import objects_for
from archives.scale.pages.routes import GATES, Route, routes
from archives.scale.pages.verdict import growing, repeated, slow, unopened
from archives.scale.pages.walk import Visit, visits
from archives.services import entry as entries
from archives.services.claims import uphold
from members.services.accounts import open_account
from orgs.models import AuditEvent, Duty, User
from tests.archives.cases import approved, waiting
from tests.archives.claiming import disputed
from tests.archives.test_me import BRANCH_POST
from tests.factories import EntryFactory, RoleFactory, UserFactory, new_key

HOME = Route("", "home")


def visit(
    *statements: str, actor: Actor = NOBODY, route: Route = HOME, status: int = 200, location: str = ""
) -> Visit:
    """An opening in which these statements were really sent."""
    recorder = Recorder()
    with connection.execute_wrapper(recorder), connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
    return Visit(route, actor, "/", (), Answer(status, recorder.statements, 0.0, location=location))


def test_every_address_has_something_to_open_it_with_or_a_reason(branch_role):
    for route in routes():
        if route.takes_object and not route.why_not:
            objects_for(route, branch_role)  # raises for a route nobody described


def test_an_address_that_nobody_opened_is_told(db):
    missing = {route.pattern for route, _ in unopened([])}
    assert missing == {one.pattern for one in routes() if not one.why_not and one.name != "logout"}
    assert "" not in {route.pattern for route, _ in unopened([visit()])}


@pytest.mark.parametrize("gate", sorted(GATES))
def test_who_is_sent_to_a_gate_has_not_opened_the_page(db, gate):
    """Neither by a redirect nor by what a script is told; sent on to another page, they have."""
    for status in (302, 204):
        turned_away = visit(status=status, location=f"{reverse(gate)}?next=/")
        assert not turned_away.is_open
        assert (HOME.pattern, f"只得到 {status}") in [
            (one.pattern, why) for one, why in unopened([turned_away])
        ]
        assert not [line for line in report.lines([turned_away]) if line.startswith("| `")]
    sent_on = visit(status=302, location=reverse("members"))
    assert sent_on.is_open and HOME.pattern not in {one.pattern for one, _ in unopened([sent_on])}


def test_an_address_that_only_takes_a_form_is_listed_apart(db):
    refused = visit(status=405)
    assert HOME.pattern not in {one.pattern for one, _ in unopened([refused])}
    *table, below = report.lines([visit(route=Route("orgs/", "organizations")), refused])
    assert "POST" in below and "`/`" in below and not [line for line in table if "`/`" in line]
    turned_away = visit(status=302, location=reverse("login"))
    assert HOME.pattern in {one.pattern for one, _ in unopened([turned_away])}


def test_the_cadre_is_past_the_one_time_password_and_has_a_file(world):
    by = world.role(world.branch)
    archive = approved(by, world.role(world.school), **BRANCH_POST)
    username = open_account(archive.member, by=by).username
    RoleFactory(user=UserFactory(must_change_password=True), organization=world.branch, duty=Duty.CADRE)
    seen = visits(level="团干部本人", part="me/")
    assert {one.actor.role.user.username for one in seen if one.actor.role} == {username}
    assert {"me", "own-original"} <= {one.route.name for one in seen if one.is_open}
    assert User.objects.get(username=username).must_change_password


@pytest.mark.parametrize("name", ["second-factor-code", "second-factor-set-up"])
def test_the_pages_on_the_way_in_are_opened(world, name):
    path = reverse(name).removeprefix("/")
    assert [one.answer.status for one in visits(part=path) if one.is_open] == [200]


def test_the_page_of_a_number_that_is_due_is_opened(world):
    case = disputed(world)
    uphold(case.dispute, reason="发放单可查，编号发放给申请人。", by=case.judge)
    route = "members/<uuid:uuid>/number/"
    seen = [one for one in visits(level="编号待更正", part=route) if one.is_open]
    assert [one.address for one in seen] == [reverse("member-number", args=[case.member.uuid])]


def test_a_statement_that_takes_too_long_is_told_with_its_page(db):
    fast, late = visit("SELECT 1"), visit("SELECT 1", "SELECT pg_sleep(0.06)")
    assert slow([fast, late]) == [late]
    assert [line for line in report.findings([fast, late]) if "pg_sleep" in line and "慢于 50 ms" in line]


def test_a_statement_sent_more_often_where_there_is_more_is_told(db):
    few, many = visit("SELECT 1", "SELECT 2"), visit("SELECT 1", *["SELECT 2"] * 3)
    assert list(growing([many, few])) == [(few, many, "SELECT 2")]
    assert not list(growing([visit("SELECT 1"), visit("SELECT 1", "SELECT 2")]))
    other = Actor("团委", "大", None)
    assert not list(growing([few, visit(*["SELECT 2"] * 3, actor=other)]))
    assert not list(growing([few, visit("SELECT 2", "SELECT 2")]))


def test_a_statement_sent_for_every_row_is_told_of_one_page_alone(db):
    ((one, text, times),) = repeated([visit("SELECT 1"), visit(*["SELECT 2"] * 9)])
    assert (text, times) == ("SELECT 2", 9) and len(one.answer.statements) == 9


def test_statements_are_compared_without_the_number_of_their_values():
    short = 'SELECT "at_1" FROM m WHERE id IN (%s) AND n = ANY(%s) LIMIT 51'
    assert in_general(short) == in_general(
        'SELECT "at_4"\n FROM m WHERE id IN (%s, %s, %s) AND n = ANY(%s) LIMIT 101'
    )


@pytest.mark.parametrize("part", ["reviews/", "database/people"])
def test_more_rows_take_no_more_statements_and_opening_leaves_nothing(world, part):
    big, small = world.role(world.branch), world.role(world.other_branch)
    for role, count in ((big, 4), (small, 1)):
        for _ in range(count):
            entries.enter(EntryFactory(), organization=role.organization, upload=None, key=new_key(), by=role)
            waiting(role)
    written = AuditEvent.objects.count()
    seen = visits(level="团委", part=part)
    assert {str(one.actor) for one in seen} == {"团委（大）", "团委（小）"}
    assert any(one.answer.status == 200 for one in seen)
    assert not list(growing(seen)) and not list(repeated(seen))
    assert AuditEvent.objects.count() == written
