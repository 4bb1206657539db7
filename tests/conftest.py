"""Fixtures every test may use: a small province, and a database that behaves like the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template.base import Template
from django.template.context import BaseContext
from django.test import signals

from orgs.models import Role
from tests.factories import World, plant_world
from tests.workers import ring_at


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Real migrations, on the database of DATABASE_URL."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The flush between tests with real connections truncates; only for that the audit's TRUNCATE guard is off."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orgs_auditevent DISABLE TRIGGER orgs_auditevent_no_truncate")


@pytest.fixture(scope="session", autouse=True)
def pages_are_recorded_once(django_test_environment: None) -> Iterator[None]:
    """`answer.context` is the page's own: Django's copy of it for every template included, four hundred on a form, is not made."""

    def render(template: Template, context: BaseContext) -> str:
        if context.template is template:
            signals.template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


def kept_in(folder: Path) -> dict[str, Any]:
    """The settings of a test: its files stay in this folder; logins use a cheap hash."""
    incoming = folder / "archives" / "incoming"
    incoming.mkdir(parents=True)
    return {
        "ARCHIVE_DIR": folder / "archives",
        "JOB_DIR": folder / "jobs",
        "FILE_UPLOAD_TEMP_DIR": str(incoming),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


@pytest.fixture(autouse=True)
def own_folders(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    for name, value in kept_in(tmp_path).items():
        setattr(settings, name, value)


@pytest.fixture(autouse=True)
def quiet_bell(tmp_path: Path) -> None:
    """Unit tests ring into a folder nobody listens to: the worker has tests of its own."""
    ring_at(tmp_path / "broker")


@pytest.fixture
def world(db: None) -> World:
    return plant_world()


@pytest.fixture
def branch_role(world: World) -> Role:
    return world.role(world.branch)


@pytest.fixture
def committee_role(world: World) -> Role:
    return world.role(world.school)


@pytest.fixture
def log_in(client: object) -> Iterator[object]:
    """`log_in(role)`: the client signed in and acting in this role."""

    def sign_in(role: Role) -> object:
        client.force_login(role.user)
        session = client.session
        session["role"] = role.pk
        session.save()
        return client

    return sign_in
