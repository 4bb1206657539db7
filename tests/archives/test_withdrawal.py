"""撤回: an entry taken back before it is in force."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.services import entry as entries
from archives.services import review
from archives.services.resubmission import resubmit
from archives.services.withdrawal import withdraw
from members.models import Member
from orgs.models import AuditEvent, Notice
from tests.archives.cases import approved, checking, found_good, refused, uploaded, waiting
from tests.factories import entry_with_file, new_key, plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

WHY = "录入到了错误的团支部"


def url(archive):
    return reverse("withdraw", args=[archive.member.uuid])


def fresh(archive):
    archive.refresh_from_db()
    return archive, Member.objects.select_related("holding").get(pk=archive.member_id)


@pytest.mark.parametrize("make", [checking, waiting], ids=["待检查", "待审核"])
def test_person_file_and_number_are_withdrawn_together(make, branch_role):
    archive = make(branch_role)
    withdraw(archive.member, reason=WHY, by=branch_role)
    archive, member = fresh(archive)
    assert (archive.state, archive.reason, archive.decided_by) == ("withdrawn", WHY, branch_role.user)
    assert (member.state, member.holding.state) == ("withdrawn", "released")


def test_a_refused_one_is_withdrawn_and_its_file_stays_refused(branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    withdraw(archive.member, reason=WHY, by=branch_role)
    archive, member = fresh(archive)
    assert (archive.state, member.state, member.holding.state) == ("refused", "withdrawn", "released")


def test_the_same_id_and_number_can_be_entered_again(branch_role):
    entry = entry_with_file()
    first = entries.enter(
        entry,
        organization=branch_role.organization,
        upload=uploaded(branch_role),
        key=new_key(),
        by=branch_role,
    )
    withdraw(first, reason=WHY, by=branch_role)
    second = entries.enter(
        entry,
        organization=branch_role.organization,
        upload=uploaded(branch_role),
        key=new_key(),
        by=branch_role,
    )
    assert second.pk != first.pk and second.holding.number == entry.number
    assert bytes(second.id_blind) == bytes(Member.objects.get(pk=first.pk).id_blind)


def test_the_post_of_a_withdrawn_cadre_is_free_for_another(branch_role):
    cadre = {
        "is_cadre": True, "title": "secretary", "post_since": date(2024, 9, 1), "appointed_by": "elected",
        "cadre_nature": "part_time", "on_party_committee": False,
    }  # fmt: skip
    first = waiting(branch_role, **cadre).member
    withdraw(first, reason=WHY, by=branch_role)
    assert not first.posts.filter(ended_on=None).exists()
    assert waiting(branch_role, **cadre).member.posts.get().ended_on is None


def test_the_reviewers_to_do_is_done_and_the_queue_is_empty(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    withdraw(archive.member, reason=WHY, by=branch_role)
    assert not Notice.objects.open_todos().filter(subject=f"archive:{archive.pk}").exists()
    assert archive.member.name not in log_in(committee_role).get(reverse("reviews")).content.decode()


def test_a_file_found_good_after_the_withdrawal_waits_for_nobody(branch_role):
    archive = checking(branch_role)
    withdraw(archive.member, reason=WHY, by=branch_role)
    found_good(archive.upload)
    archive, member = fresh(archive)
    assert (archive.state, member.state) == ("withdrawn", "withdrawn")


def test_one_in_force_is_not_withdrawn(branch_role, committee_role, log_in):
    archive = approved(branch_role, committee_role)
    with pytest.raises(StaleState, match="在册"):
        withdraw(archive.member, reason=WHY, by=branch_role)
    assert log_in(branch_role).get(url(archive)).status_code == 403
    assert fresh(archive)[1].state == "active"


def test_who_is_withdrawn_is_in_no_list_but_their_page_stays_for_the_organisation(branch_role, log_in):
    archive = waiting(branch_role, name="演示撤回者")
    client = log_in(branch_role)
    answer = client.post(url(archive), {"reason": WHY}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200 and "已撤回" in page and WHY in page and "撤回录入" in page
    for state in ("active", "pending", "refused"):
        assert "演示撤回者" not in client.get(reverse("members"), {"state": state}).content.decode()


def test_without_a_reason_nothing_is_withdrawn(branch_role, log_in):
    archive = waiting(branch_role)
    client = log_in(branch_role)
    assert client.get(url(archive)).status_code == 200
    assert fresh(archive)[1].state == "pending"
    answer = client.post(url(archive), {"reason": " "})
    assert answer.status_code == 422 and "请填写撤回的原因" in answer.content.decode()
    assert fresh(archive)[1].state == "pending"


def test_the_reason_is_kept_sealed_and_not_in_the_audit(branch_role):
    archive = waiting(branch_role)
    withdraw(archive.member, reason=WHY, by=branch_role)
    event = AuditEvent.objects.get(verb="withdraw")
    assert (event.role, event.from_state, event.to_state, event.note) == (
        branch_role, "pending", "withdrawn", "",
    )  # fmt: skip
    change = archive.member.changes.get()
    assert change.opened() == ("", WHY) and WHY.encode() not in bytes(change.new)


@pytest.mark.parametrize("place", ["general", "school", "county", "province"])
def test_a_committee_does_not_withdraw_what_a_branch_entered(world, branch_role, log_in, place):
    archive, role = waiting(branch_role), world.role(getattr(world, place))
    with pytest.raises(PermissionDenied, match="高一1班团支部"):
        withdraw(archive.member, reason=WHY, by=role)
    client = log_in(role)
    assert client.get(url(archive)).status_code == 403
    assert client.post(url(archive), {"reason": WHY}).status_code == 403
    assert fresh(archive)[1].state == "pending"


@pytest.mark.parametrize("place", ["sibling", "street", "other_school", "other_branch"])
def test_a_neighbour_cannot_tell_that_it_exists(world, branch_role, log_in, place):
    archive = waiting(branch_role)
    client = log_in(world.role(getattr(world, place)))
    assert client.get(url(archive)).status_code == 404
    assert client.post(url(archive), {"reason": WHY}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_a_withdrawal_and_an_approval_exactly_one_happens():
    world = plant_world()
    branch, reviewer = world.role(world.branch), world.role(world.school)
    outcomes = set()
    for _ in range(6):
        archive = waiting(branch)
        results = at_once(
            lambda archive=archive: withdraw(archive.member, reason=WHY, by=branch),
            lambda archive=archive: review.approve(
                archive, sha256=archive.upload.sha256, round=archive.round, by=reviewer
            ),
        )
        assert [results.count(None), len(only(StaleState, results))] == [1, 1], results
        archive, member = fresh(archive)
        outcomes.add((archive.state, member.state, member.holding.state))
    assert outcomes <= {("withdrawn", "withdrawn", "released"), ("approved", "active", "held")}


@pytest.mark.django_db(transaction=True)
def test_of_a_withdrawal_and_a_new_file_exactly_one_happens():
    world = plant_world()
    branch, reviewer = world.role(world.branch), world.role(world.school)
    for _ in range(6):
        archive, upload = refused(branch, reviewer), uploaded(branch)
        results = at_once(
            lambda archive=archive: withdraw(archive.member, reason=WHY, by=branch),
            lambda archive=archive, upload=upload: resubmit(archive.member, upload, by=branch),
        )
        assert len(only(StaleState, results)) == 1, results
        member = fresh(archive)[1]
        assert (member.state, member.archives.open().count()) in {("withdrawn", 0), ("pending", 1)}
