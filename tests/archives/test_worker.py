"""A real worker: files are inspected, a killed worker loses nothing, nothing is done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from archives import tasks
from archives.models import Upload
from archives.services import uploads
from orgs.models import AuditEvent
from tests.factories import plant_world
from tests.pdfs import plain_pdf, slow_pdf
from tests.workers import kill, listen_at, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_bell(tmp_path):
    listen_at(tmp_path / "broker")


def stored(role, body):
    return uploads.store(SimpleUploadedFile("志愿书.pdf", body), organization=role.organization, by=role)


def state_of(upload):
    return Upload.objects.values_list("state", flat=True).get(pk=upload.pk)


def verdicts(upload):
    return AuditEvent.objects.filter(subject=f"upload:{upload.pk}", verb="inspect").count()


def test_the_bell_brings_a_worker_that_inspects(tmp_path):
    world = plant_world()
    role = world.role(world.branch)
    with worker(tmp_path / "broker"):
        upload = stored(role, plain_pdf())
        wait_until(lambda: state_of(upload) == "usable", "the file is inspected")
    assert verdicts(upload) == 1


def test_a_worker_killed_in_mid_inspection_loses_nothing_and_nothing_is_done_twice(tmp_path):
    world = plant_world()
    role = world.role(world.branch)
    with worker(tmp_path / "broker") as first:
        upload = stored(role, slow_pdf())
        wait_until(
            lambda: Upload.objects.filter(pk=upload.pk, attempts=1, lease_until__isnull=False).exists(),
            "a worker took the file",
        )
        kill(first)
    assert (state_of(upload), verdicts(upload)) == ("checking", 0)
    Upload.objects.filter(pk=upload.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )  # the minute passes
    with worker(tmp_path / "broker"):
        tasks.sweep()
        wait_until(lambda: state_of(upload) == "usable", "the next worker inspected it", seconds=60)
    assert (verdicts(upload), Upload.objects.get(pk=upload.pk).attempts) == (1, 2)


def test_a_file_stored_while_nobody_listens_is_found_by_the_sweep(tmp_path, settings):
    world = plant_world()
    role = world.role(world.branch)
    from zhtj.celery import app

    app.conf.broker_url, app.conf.broker_transport_options = (
        "redis://127.0.0.1:1/0",
        {"socket_connect_timeout": 0.2},
    )
    upload = stored(role, plain_pdf())
    assert state_of(upload) == "checking"
    listen_at(tmp_path / "broker")
    app.conf.broker_url = settings.CELERY_BROKER_URL
    with worker(tmp_path / "broker"):
        tasks.sweep()
        wait_until(lambda: state_of(upload) == "usable", "the sweep rang again")
    assert verdicts(upload) == 1


def test_after_three_attempts_a_person_looks_at_the_file():
    world = plant_world()
    upload = stored(world.role(world.branch), plain_pdf())
    Upload.objects.filter(pk=upload.pk).update(attempts=3, lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    assert state_of(upload) == "by_hand"
