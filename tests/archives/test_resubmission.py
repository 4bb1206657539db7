"""替换档案: a new file after a refusal."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from archives.models import Archive, Upload
from archives.services.resubmission import resubmit
from orgs.models import AuditEvent
from tests.archives.cases import (
    REASON,
    checking,
    found_bad,
    found_good,
    pdf_bytes,
    refused,
    uploaded,
    waiting,
)
from zhtj.lib.states import StaleState


@pytest.fixture
def archive(branch_role, committee_role):
    return refused(branch_role, committee_role)


def url(archive):
    return reverse("resubmit", args=[archive.member.uuid])


def state_of(archive):
    archive.member.refresh_from_db()
    return archive.member.state


def test_the_page_shows_why_the_last_file_was_refused(archive, branch_role, log_in):
    page = log_in(branch_role).get(url(archive)).content.decode()
    assert REASON in page and archive.decided_by.name in page


def test_a_new_file_brings_the_member_back_to_review_with_the_same_number_and_id(
    archive, branch_role, log_in
):
    number, blind = archive.member.holding_id, bytes(archive.member.id_blind)
    file = SimpleUploadedFile("新.pdf", pdf_bytes(), "application/pdf")
    answer = log_in(branch_role).post(url(archive), {"file": file})
    assert answer.url == reverse("member", args=[archive.member.uuid])
    assert state_of(archive) == "pending"
    assert (archive.member.holding_id, bytes(archive.member.id_blind)) == (number, blind)
    assert [one.state for one in archive.member.archives.order_by("pk")] == ["refused", "checking"]


def test_a_file_already_found_good_goes_straight_to_the_queue(archive, branch_role, committee_role, log_in):
    upload = uploaded(branch_role)
    found_good(upload)
    log_in(branch_role).post(url(archive), {"upload": str(upload.uuid)})
    fresh = Archive.objects.get(upload=upload)
    assert (fresh.state, fresh.reviewer) == ("waiting", committee_role.organization)


def test_refused_sent_again_and_approved_puts_the_member_in_force(archive, branch_role, committee_role):
    from archives.services import review

    upload = uploaded(branch_role)
    fresh = resubmit(archive.member, upload, by=branch_role)
    found_good(upload)
    review.approve(fresh, sha256=upload.sha256, round=fresh.round, by=committee_role)
    assert state_of(archive) == "active"
    assert [one.state for one in archive.member.archives.order_by("pk")] == ["refused", "approved"]


def test_a_file_the_inspection_refused_can_be_replaced_too(branch_role, committee_role):
    archive = checking(branch_role)
    found_bad(archive.upload)
    resubmit(archive.member, uploaded(branch_role), by=branch_role)
    assert state_of(archive) == "pending"


def test_nothing_is_submitted_without_a_file(archive, branch_role, log_in):
    answer = log_in(branch_role).post(url(archive))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择入团志愿书" in page and "<title>错误：" in page
    assert state_of(archive) == "refused"


def test_a_file_known_to_be_unusable_is_not_submitted(archive, branch_role, log_in):
    upload = uploaded(branch_role)
    found_bad(upload)
    answer = log_in(branch_role).post(url(archive), {"upload": str(upload.uuid)})
    assert answer.status_code == 422 and "加密" in answer.content.decode()
    assert state_of(archive) == "refused"


def test_somebody_elses_file_cannot_be_submitted(world, archive, branch_role, log_in):
    upload = uploaded(world.role(world.branch))
    answer = log_in(branch_role).post(url(archive), {"upload": str(upload.uuid)})
    assert answer.status_code == 422
    assert not Archive.objects.filter(upload=upload).exists()


def test_only_a_refused_one_can_be_replaced_here(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    with pytest.raises(StaleState, match="审核中"):
        resubmit(archive.member, uploaded(branch_role), by=branch_role)
    assert log_in(branch_role).get(url(archive)).status_code == 403


def test_a_second_new_file_is_told_that_one_is_open_and_kept_for_nothing_else(archive, branch_role, log_in):
    resubmit(archive.member, uploaded(branch_role), by=branch_role)
    file = SimpleUploadedFile("又.pdf", pdf_bytes(), "application/pdf")
    page = log_in(branch_role).post(url(archive), {"file": file}, follow=True).content.decode()
    assert "只有审核未通过的入团志愿书才能在此重新上传" in page
    assert archive.member.archives.open().count() == 1
    assert Upload.objects.filter(archive=None).count() == 1


@pytest.mark.parametrize("place", ["general", "school", "county"])
def test_a_committee_cannot_put_a_branchs_file_in_force_by_swapping_it(world, archive, log_in, place):
    role = world.role(getattr(world, place))
    with pytest.raises(PermissionDenied, match="再由上级审核"):
        resubmit(archive.member, uploaded(role), by=role)
    assert log_in(role).get(url(archive)).status_code == 403
    assert state_of(archive) == "refused"


@pytest.mark.parametrize("place", ["sibling", "street", "other_school", "other_branch"])
def test_a_neighbour_cannot_tell_that_it_exists(world, archive, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    assert client.get(url(archive)).status_code == 404
    assert client.post(url(archive), {"file": SimpleUploadedFile("a.pdf", pdf_bytes())}).status_code == 404


def test_sending_again_is_on_record_with_its_states(archive, branch_role):
    resubmit(archive.member, uploaded(branch_role), by=branch_role)
    event = AuditEvent.objects.get(verb="resubmit")
    assert (event.role, event.from_state, event.to_state) == (branch_role, "refused", "pending")
