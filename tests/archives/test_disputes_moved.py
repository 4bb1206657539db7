"""An 编号占用核实 is decided by whoever spec/domain 3 says, also after the tree was changed; the preview of a move said so."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archives.services import claims
from numbering.models import Dispute
from numbering.services import disputes
from orgs.kinds import Kind
from orgs.models import Notice, Organization, Role
from orgs.services import organizations
from orgs.services.relocation import moving
from tests.archives.cases import found_good, uploaded
from tests.archives.claiming import disputed, typed
from tests.factories import new_key

OLD = "202211000001"
"""In no segment: its case goes to who reviews the holder's organisation."""
WHAT = "编号占用核实"


def waits_at(dispute: Dispute) -> Organization:
    """Whose it is to decide; its to-do is there too."""
    dispute.refresh_from_db()
    todo = Notice.objects.open_todos().get(subject=f"dispute:{dispute.pk}")
    assert todo.organization_id == dispute.judge_id
    return dispute.judge


def moved(organization: Organization, to: Organization, by: Role) -> list[str]:
    """What the preview said of such cases before the move was made."""
    preview = moving(organization, to, by)
    organizations.move(organization, to=to, by=by, seen=preview.seen)
    return [line for line in preview.lines if line.startswith(WHAT)]


def test_a_case_goes_along_with_the_organisation_that_holds_the_number(world):
    case = disputed(world, number=OLD)
    by, new = world.role(world.province), world.role(world.other_school)
    assert waits_at(case.dispute) == world.school
    said = moved(world.sibling, world.other_school, by)
    assert said == [f"{WHAT} 1 件：由“丙中学团委”转到“庚中学团委”"]
    assert waits_at(case.dispute) == world.other_school
    disputes.dismiss(case.dispute, reason="经核对发放单，编号属于占用方", by=new)


def test_a_case_stays_with_the_owner_of_the_segment_wherever_that_stands(world):
    case = disputed(world)
    by = world.role(world.province)
    assert moved(world.sibling, world.other_school, by) == [f"{WHAT} 1 件：仍由“丙中学团委”办理"]
    assert moved(world.school, world.other_county, by) == [f"{WHAT} 1 件：仍由“丙中学团委”办理"]
    assert waits_at(case.dispute) == world.school


def test_where_the_owner_of_the_segment_has_nobody_it_goes_to_who_stands_above_the_owner_now(world):
    case = disputed(world)
    by = world.role(world.province)
    world.role(world.county), world.role(world.other_county)
    Role.objects.filter(organization=world.school).update(ended_at=timezone.now())
    Dispute.after_staffing(world.school)
    assert waits_at(case.dispute) == world.county
    assert moved(world.school, world.other_county, by) == [
        f"{WHAT} 1 件：由“共青团乙县委员会”转到“共青团己县委员会”"
    ]
    assert waits_at(case.dispute) == world.other_county


def test_a_case_filed_from_above_belongs_to_the_branch_once_that_is_out_of_sight(world, log_in):
    case = disputed(world, number=OLD)
    disputes.withdraw(case.dispute, by=case.filer)
    above, branch = world.role(world.school), world.role(world.branch)
    world.role(world.county)
    upload = uploaded(above)
    found_good(upload)
    entry = case.entry
    filed = claims.file(
        entry, typed(entry), organization=world.branch, upload=upload, key=new_key(), remark="", by=above
    ).dispute
    assert (waits_at(filed), filed.filed_for) == (world.county, world.school)
    organizations.move(world.branch, to=world.other_school, by=world.role(world.province))
    assert (waits_at(filed), filed.filed_for) == (world.school, world.branch)
    page = log_in(branch).get(reverse("dispute", args=[filed.uuid]))
    assert page.context["may_withdraw"]
    disputes.withdraw(filed, by=branch)
    onward = log_in(branch).get(reverse("dispute-continue", args=[filed.uuid]), follow=True)
    assert onward.status_code == 200 and entry.name in onward.content.decode()
    assert log_in(above).get(reverse("dispute-continue", args=[filed.uuid])).status_code == 404


def test_a_case_goes_to_a_nearer_committee_that_came_to_be(world):
    case = disputed(world, number=OLD)
    by = world.role(world.province)
    organizations.move(world.sibling, to=world.general, by=by)
    assert waits_at(case.dispute) == world.school
    world.role(world.general)
    organizations.change_kind(world.general, kind=Kind.COMMITTEE, by=by)
    assert waits_at(case.dispute) == world.general


def test_the_number_of_queries_does_not_grow_with_the_cases(world):
    counts = []
    for number in (OLD, "202211000002"):
        disputed(world, number=number)
        with CaptureQueriesContext(connection) as seen:
            Dispute.after_move(world.school)
        counts.append(len(seen))
    assert counts[0] == counts[1]
