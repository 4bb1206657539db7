"""Originals and page images: who gets them, with which headers, drawn how often."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse

from archives import pages
from orgs.models import AuditEvent
from tests.archives.cases import checking, found_good, uploaded, waiting

NEIGHBOURS = ["sibling", "street", "other_school", "other_branch", "other_city"]
ABOVE = ["branch", "general", "school", "county", "city", "province"]


@pytest.fixture
def archive(branch_role, committee_role):
    return waiting(branch_role, name="演示“引号”")


def original(client, archive):
    return client.get(reverse("archive-original", args=[archive.uuid]))


def page(client, archive, number=1):
    return client.get(reverse("archive-page", args=[archive.uuid, number]))


@pytest.fixture
def one_page(branch_role, committee_role):
    """A file whose real number of pages is known."""
    found = checking(branch_role)
    found_good(found.upload, pages=1)
    return found


@pytest.mark.parametrize("place", ABOVE)
def test_the_original_is_given_to_its_organisation_and_to_those_above(world, archive, log_in, place):
    answer = original(log_in(world.role(getattr(world, place))), archive)
    assert answer.getvalue() == archive.upload.path.read_bytes()


@pytest.mark.parametrize("place", NEIGHBOURS)
def test_a_neighbour_gets_neither_original_nor_page(world, archive, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    assert original(client, archive).status_code == 404
    assert page(client, archive).status_code == 404
    assert not AuditEvent.objects.filter(verb="download").exists()


def test_nobody_gets_a_file_without_signing_in_or_after_the_role_ended(
    client, archive, log_in, committee_role
):
    assert original(client, archive).status_code == 302
    signed_in = log_in(committee_role)
    committee_role.ended_at = archive.submitted_at
    committee_role.save()
    assert original(signed_in, archive).status_code == 302
    assert page(signed_in, archive).status_code == 302


def test_an_original_is_a_download_no_browser_renders_and_no_cache_keeps(archive, log_in, committee_role):
    answer = original(log_in(committee_role), archive)
    answer.getvalue()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert quote("演示“引号”的入团志愿书.pdf") in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_every_download_is_on_record(archive, log_in, committee_role):
    original(log_in(committee_role), archive).getvalue()
    event = AuditEvent.objects.get(verb="download")
    assert (event.user, event.subject) == (committee_role.user, f"archive:{archive.pk}")


def test_behind_nginx_the_bytes_are_nginxs_business(archive, log_in, committee_role, settings):
    settings.FILES_BY_NGINX = True
    answer = original(log_in(committee_role), archive)
    assert answer["X-Accel-Redirect"] == f"/protected/{archive.upload.relative_path}"
    assert answer["Content-Type"] == "application/pdf"
    assert not answer.content


def test_a_lost_file_is_not_found_and_logged(archive, log_in, committee_role, caplog):
    archive.upload.path.unlink()
    assert original(log_in(committee_role), archive).status_code == 404
    assert "is gone" in caplog.text


def test_a_page_is_drawn_once_and_then_comes_from_the_cache(one_page, log_in, committee_role):
    client = log_in(committee_role)
    first = page(client, one_page)
    assert (first.status_code, first["Content-Type"]) == (200, "image/webp")
    assert first["Cache-Control"] == "private, no-store"
    kept = Path(settings.ARCHIVE_DIR) / "pages" / one_page.upload.sha256 / f"1-{pages.WIDTH}.webp"
    assert kept.read_bytes() == first.content
    one_page.upload.path.unlink()
    assert page(client, one_page).content == first.content
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_page_the_file_does_not_have_is_not_found(one_page, log_in, committee_role, number):
    assert page(log_in(committee_role), one_page, number).status_code == 404


def test_an_unreadable_page_is_not_found(archive, log_in, committee_role):
    assert page(log_in(committee_role), archive, 12).status_code == 404


def test_a_file_that_is_still_being_checked_is_never_drawn(branch_role, log_in):
    archive = checking(branch_role)
    assert page(log_in(branch_role), archive).status_code == 404


def test_a_full_disk_costs_the_cache_and_not_the_page(one_page, log_in, committee_role, caplog):
    (Path(settings.ARCHIVE_DIR) / "pages").write_text("in the way of the folder")
    assert page(log_in(committee_role), one_page).status_code == 200


def test_a_file_not_submitted_yet_is_shown_to_its_uploader_only(world, branch_role, log_in):
    upload = uploaded(branch_role)
    found_good(upload, pages=1)
    url = reverse("upload-page", args=[upload.uuid, 1])
    assert log_in(branch_role).get(url).status_code == 200
    for other in (world.role(world.branch), world.role(world.school), world.role(world.other_branch)):
        assert log_in(other).get(url).status_code == 404
