"""Every address × every role × a neighbour's object. The addresses come from the URLconf, so that no page can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from archives import inspection, pdf
from archives.models import Upload
from archives.services import drafts, uploads
from archives.services import entry as entries
from orgs.models import Duty, Notice
from orgs.services import notices
from tests.factories import RoleFactory, entry_with_file, new_key

NOBODYS = dict.fromkeys(("member", "archive", "upload", "draft"), UUID(int=1)) | dict.fromkeys(
    ("organization", "role", "notice"), 999_999_999
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


@pytest.fixture
def neighbour(world):
    """One of everything that has an address, all of it beyond the reach of the first city."""
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
    return {
        "member": member.uuid,
        "archive": member.archives.get().uuid,
        "upload": loose.uuid,
        "draft": draft.uuid,
        "organization": world.other_branch.pk,
        "role": admin.pk,
        "notice": Notice.objects.get(title=SECRET).pk,
    }


def address(route: str, objects: dict[str, object]) -> str:
    """The route with the neighbour's object in it; a route this does not know must be added here."""
    kinds = {
        "members/<uuid": "member",
        "members/enter-below/tree/<int": "organization",
        "cadres/appoint/<uuid": "member",
        "cadres/leave/<uuid": "member",
        "archives/<uuid": "archive",
        "reviews/<uuid": "archive",
        "uploads/<uuid": "upload",
        "drafts/<uuid": "draft",
        "orgs/tree/<int": "organization",
        "orgs/<int": "organization",
        "roles/<int": "role",
        "inbox/<int": "notice",
    }
    kind = next((kind for start, kind in kinds.items() if route.startswith(start)), None)
    assert kind, f"say in `address` whose object {route} takes"
    filled = re.sub(r"<[^>]+>", str(objects[kind]), route, count=1)
    return "/" + re.sub(r"<[^>]+>", "1", filled)  # after the object at most a page number


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
            assert answer.status_code in {403, 404, 405}, (place, method.__name__, url, answer.status_code)
            assert not leaks(answer), (place, method.__name__, url)
            assert told(answer) == told(method(address(route, NOBODYS))), (place, method.__name__, url)


@pytest.mark.parametrize("route", PLAIN)
def test_no_page_shows_anything_of_a_neighbour(route, world, neighbour, client):
    for place in ROLES:
        role = world.role(getattr(world, place))
        client.force_login(role.user)
        for query in ({}, {"org": neighbour["organization"]}, {"q": SECRET}):
            answer = client.get("/" + route, query)
            assert answer.status_code in {200, 302, 403, 404, 405, 503}, (place, route, answer.status_code)
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
