"""Every address × every role × a neighbour's object. The addresses come from the URLconf, so that no page can be forgotten."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from archives import inspection, pdf
from archives.models import Upload
from archives.services import claims, drafts, stock_reasons, uploads
from archives.services import entry as entries
from numbering.domains import Domain
from numbering.services import segments
from orgs.jobs import run
from orgs.models import Duty, Notice, Option
from orgs.services import jobs, notices
from tests.conftest import kept_in
from tests.factories import RoleFactory, entry_with_file, new_key, plant_world
from tests.members.old_titles import in_person, old_post
from tests.numbering.cases import FIRST, YEAR, issued
from tests.numbering.filings import filed
from tests.orgs import handlers  # noqa: F401 registers the kind of job used here

NOBODYS = dict.fromkeys(
    ("member", "archive", "upload", "draft", "job", "registration", "dispute", "issue"), UUID(int=1)
) | dict.fromkeys(
    ("organization", "role", "notice", "segment", "option", "stock_reason", "post"), 999_999_999
)
PUBLIC = {"login", "login-resume", "session-alive", "healthz", "readyz"}
"""Answer without a login; everything else must not."""
SECRET = "演示邻居"
POST = {
    "is_cadre": True, "title": "secretary", "post_since": date(2024, 9, 1), "appointed_by": "elected",
    "cadre_nature": "part_time", "on_party_committee": False,
}  # fmt: skip
FOREIGN_WORDS = (SECRET, "庚中学", "戊城", "己县")
ROLES = ("branch", "sibling", "general", "school", "street", "street_branch", "county", "city")


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        else:
            yield route, one


ROUTES = dict(routes())
WITH_OBJECT = sorted(route for route in ROUTES if "<" in route)
PLAIN = sorted(route for route in ROUTES if "<" not in route)


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker, tmp_path_factory):
    """The province with the neighbour in it, made once: every test here returns to the state it began with."""
    settings = override_settings(**kept_in(tmp_path_factory.mktemp("standing")))
    with settings, django_db_blocker.unblock(), transaction.atomic():
        world = plant_world()
        yield world, one_of_everything(world)
        transaction.set_rollback(True)


@pytest.fixture
def own_folders(standing):
    """The neighbour's files lie where every test looks for them."""


@pytest.fixture
def world(standing, db):
    return copy.deepcopy(standing[0])


@pytest.fixture
def neighbour(standing, db):
    return dict(standing[1])


def one_of_everything(world):
    """All that has an address, beyond the reach of the first city."""
    role = RoleFactory(
        organization=world.other_branch, user__name=SECRET + "管理员", user__username="neighbour"
    )
    admin = RoleFactory(organization=world.other_school, user__name=SECRET + "审核人")
    body = b"%PDF-1.4\n%%EOF\n"
    used, loose = (
        uploads.store(SimpleUploadedFile(f"{SECRET}.pdf", body), organization=world.other_branch, by=role)
        for _ in range(2)
    )
    member = entries.enter(
        entry_with_file(name=SECRET, **POST),
        organization=world.other_branch,
        upload=used,
        key=new_key(),
        by=role,
    )
    inspection.settle(
        Upload.objects.get(pk=used.pk), pdf.Verdict(accepted=True, reason="", pages=12, warnings=(), ms=1)
    )
    draft = drafts.save(
        {"name": SECRET}, key=new_key(), organization=world.other_branch, upload=loose, by=role
    )
    notices.tell(world.other_branch, sort=Notice.Sort.NEWS, kind="通知", title=SECRET, subject="test:1")
    job = jobs.start("test_table", title=SECRET, params={}, by=role)
    run(job.pk)
    registration = filed(world.other_branch, role, kind="veteran", name=SECRET)
    by = world.role(world.province)
    top = segments.register(
        domain=Domain.SENIOR, year=YEAR, first=FIRST, last=FIRST + 99, province=world.province, by=by
    )
    segment = segments.hand_down(top, to=world.other_city, first=FIRST, last=FIRST + 9, by=by)
    segments.register(
        domain=Domain.COLLEGE, year=YEAR, first=FIRST + 100, last=FIRST + 109, province=world.province, by=by
    )
    issue = issued(world.other_branch, by, domain=Domain.COLLEGE, name=SECRET)
    entry = entry_with_file(name=SECRET, number=member.number)
    case = claims.file(
        entry, {"name": SECRET}, organization=world.other_branch, upload=loose, key=new_key(), remark=SECRET, by=role
    )  # fmt: skip
    return {
        "dispute": case.dispute.uuid,
        "registration": registration.uuid,
        "issue": issue.uuid,
        "job": job.uuid,
        "member": member.uuid,
        "post": member.posts.get().pk,
        "archive": member.archives.get().uuid,
        "upload": loose.uuid,
        "draft": draft.uuid,
        "organization": world.other_branch.pk,
        "role": admin.pk,
        "notice": Notice.objects.get(title=SECRET).pk,
        "segment": segment.pk,
        "option": Option.objects.order_by("pk")[0].pk,
        "stock_reason": stock_reasons.add(SECRET, by=admin).pk,
    }


def address(route: str, objects: dict[str, object]) -> str:
    """The route with the neighbour's object in it; a route this does not know must be added here."""
    if "(?P<" in route:  # Django's own of the admin: any app of it, and whatever else
        return "/admin/numbering/" if "app_label" in route else "/admin/nowhere/"
    kinds = {
        "admin/numbering/": "segment",
        "admin/orgs/": "option",
        "admin/members/": "member",
        "admin/archives/": "archive",
        "members/<uuid": "member",
        "database/people/<uuid": "member",
        "numbers/disputes/<uuid": "dispute",
        "members/enter-below/tree/<int": "organization",
        "cadres/appoint/<uuid": "member",
        "cadres/leave/<uuid": "member",
        "cadres/change/<uuid": "member",
        "cadres/account/<uuid": "member",
        "cadres/titles/<int": "post",
        "me/archives/<uuid": "archive",
        "archives/<uuid": "archive",
        "reviews/reasons/<int": "stock_reason",
        "reviews/<uuid": "archive",
        "uploads/<uuid": "upload",
        "drafts/<uuid": "draft",
        "orgs/tree/<int": "organization",
        "orgs/<int": "organization",
        "orgs/administrators/<int": "role",
        "roles/<int": "role",
        "inbox/<int": "notice",
        "jobs/<uuid": "job",
        "numbers/segments/<int": "segment",
        "numbers/tree/<int": "organization",
        "numbers/issues/<uuid": "issue",
        "numbers/issues/new/tree/<int": "organization",
        "numbers/registrations/<uuid": "registration",
        "numbers/registrations/unused/tree/<int": "organization",
        "numbers/registrations/veteran/tree/<int": "organization",
    }
    kind = next((kind for start, kind in kinds.items() if route.startswith(start)), None)
    assert kind, f"say in `address` whose object {route} takes"
    filled = re.sub(r"<[^>]+>", str(objects[kind]), route, count=1)
    return "/" + re.sub(r"<[^>]+>", "1", filled)  # after the object at most a page number


def refusals(route: str) -> set[int]:
    """What another's object is answered with; the province's desk opens to nobody else at all."""
    return {403} if route.startswith("admin/") else {403, 404, 405}


def told(answer) -> tuple[int, str]:
    """What an answer tells: its status and its words, without what is new in every answer."""
    return answer.status_code, re.sub(r'(csrf[^>]*(value|content)=")[^"]*', r"\1", answer.content.decode())


def leaks(answer) -> list[str]:
    if getattr(answer, "streaming", False):
        return ["a file"]
    page = answer.content.decode(errors="replace")
    return [word for word in FOREIGN_WORDS if word in page]


@pytest.mark.parametrize("route", WITH_OBJECT)
def test_a_neighbours_object_cannot_be_told_to_exist(route, world, neighbour, client):
    url = address(route, neighbour)
    for place in ROLES:
        role = world.role(getattr(world, place))
        client.force_login(role.user)
        for method in (client.get, client.post):
            answer = method(url)
            assert answer.status_code in refusals(route), (place, method.__name__, url, answer.status_code)
            assert not leaks(answer), (place, method.__name__, url)
            assert told(answer) == told(method(address(route, NOBODYS))), (place, method.__name__, url)


@pytest.mark.parametrize("route", PLAIN)
def test_no_page_shows_anything_of_a_neighbour(route, world, neighbour, client):
    for place in ROLES:
        role = world.role(getattr(world, place))
        client.force_login(role.user)
        for query in ({}, {"org": neighbour["organization"]}, {"q": SECRET}):
            answer = client.get("/" + route, query)
            opens = set() if route.startswith("admin/") else {200, 302, 503}
            assert answer.status_code in refusals(route) | opens, (place, route, answer.status_code)
            words = leaks(answer)
            assert not words or (query == {"q": SECRET} and words == [SECRET]), (place, route, query, words)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_without_a_login_nothing_opens(route, world, neighbour, client):
    if (ROUTES[route].name or route) in PUBLIC:
        return
    url = address(route, neighbour) if "<" in route else "/" + route
    for method in (client.get, client.post):
        answer = method(url)
        assert answer.status_code in {302, 401, 405}, (url, answer.status_code)
        assert answer.status_code != 302 or answer.url.startswith(reverse("login")), (url, answer.url)
        assert not leaks(answer)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_cadre_in_person_sees_no_members_although_everything_lies_below(route, world, neighbour, client):
    role = RoleFactory(organization=world.province, duty=Duty.CADRE)
    client.force_login(role.user)
    url = address(route, neighbour) if "<" in route else "/" + route
    answer = client.get(url)
    assert not answer.streaming and SECRET not in answer.content.decode(errors="replace"), url


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_cadre_with_an_account_sees_nobody_of_the_same_organisation(route, world, neighbour, client):
    admin = world.role(world.other_branch)
    cadre = in_person(old_post(admin, "组织委员", name="演示本人"), admin)
    client.force_login(cadre.user)
    client.post("/cadres/titles/later/")
    url = address(route, neighbour) if "<" in route else "/" + route
    for method in (client.get, client.post):
        answer = method(url)
        assert not answer.streaming and SECRET not in answer.content.decode(errors="replace"), url
        assert answer.status_code in {200, 302, 401, 403, 404, 405, 422, 429, 503}, (url, answer.status_code)
        assert "<" not in route or answer.status_code in {403, 404, 405}, (url, answer.status_code)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_get_changes_nothing(route, world, neighbour, client):
    """State changes only by POST: what a GET leaves behind is at most a look on record."""
    from django.apps import apps

    quiet = {"AuditEvent", "Session", "AccessLog", "AccessAttempt"}
    tables = [model for model in apps.get_models() if model.__name__ not in quiet]
    role = world.role(world.other_school)
    client.force_login(role.user)
    url = address(route, neighbour) if "<" in route else "/" + route

    def snapshot():
        return {model.__name__: sorted(map(str, model.objects.values_list())) for model in tables}

    before = snapshot()
    answer = client.get(url)
    if answer.streaming:
        list(answer)  # to the end, which closes the file and leaves the connection alone
    assert snapshot() == before, url
