"""When the tree or its administrators change, what waits goes to whoever decides now, its to-do along; the preview of a move said so."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archives.models import Archive
from members.models import Member
from numbering import proof
from numbering.models import Registration
from numbering.services import registrations
from orgs import unattended
from orgs.models import Notice, Role, located_models
from orgs.services import organizations
from orgs.services.relocation import moving
from tests.archives.cases import approved, replacing, waiting
from tests.archives.claiming import disputed
from tests.numbering.cases import chain
from tests.numbering.filings import filed, staffed
from zhtj.celery import app


def staffing_changed(organization):
    """What every service does when an administrator came or went."""
    for model in located_models():
        model.after_staffing(organization)


def ended(role):
    Role.objects.filter(pk=role.pk).update(ended_at=timezone.now())
    staffing_changed(role.organization)


def began(world, organization):
    role = world.role(organization)
    staffing_changed(organization)
    return role


def queue(row, field="reviewer"):
    """Where it waits, and where its to-do is."""
    row.refresh_from_db()
    todo = Notice.objects.open_todos().get(subject=f"{row._meta.model_name}:{row.pk}")
    return getattr(row, field), todo.organization


def both(organization):
    return organization, organization


def test_the_preview_of_a_move_names_the_queues_to_which_things_then_go(world):
    levels, branch = staffed(world, "school", "county"), world.role(world.branch)
    world.role(world.other_school)
    files = [waiting(branch), waiting(branch), waiting(world.role(world.sibling))]
    old = approved(branch, levels["school"])
    replacement = replacing(old, levels["school"])
    risen = filed(world.branch, branch, kind="veteran")
    settled = Member.objects.under(world.general).count()
    by = Role.objects.get(organization=world.province)
    lines = moving(world.general, world.other_school, by).lines
    assert lines == [
        "编号登记备案 1 件：由“丙中学团委”转到“庚中学团委”",
        f"团员信息 {settled} 条，其中审核中 2 名",
        "待审核 2 件：由“丙中学团委”转到“庚中学团委”",
        "档案替换审核 1 件：由“共青团乙县委员会”转到“共青团演示省委员会”",
    ]
    organizations.move(world.general, to=world.other_school, by=by)
    assert [queue(one) for one in files] == [both(world.other_school)] * 2 + [both(world.school)]
    assert queue(replacement) == both(world.province)
    assert queue(risen, "waits_at") == both(world.other_school)


def test_what_stays_in_its_queue_is_said_to_stay(world):
    staffed(world, "school")
    waiting(world.role(world.branch))
    by = world.role(world.province)
    assert moving(world.branch, world.school, by).lines[1:] == ["待审核 1 件：仍由“丙中学团委”办理"]
    world.role(world.street)
    waiting(world.role(world.street_branch))
    assert moving(world.county, world.other_city, by).lines[1:] == ["待审核 2 件：仍由原来的 2 个组织办理"]


def test_when_the_last_administrator_goes_what_waits_goes_up_and_comes_back_with_the_next(world):
    levels = staffed(world, "school", "county")
    file = waiting(world.role(world.branch))
    risen = filed(world.branch, world.role(world.branch), kind="veteran")
    second = world.role(world.school)
    ended(levels["school"])
    assert queue(file) == queue(risen, "waits_at") == both(world.school)
    ended(second)
    assert queue(file) == queue(risen, "waits_at") == both(world.county)
    began(world, world.city)
    assert queue(file) == both(world.county)
    began(world, world.school)
    assert queue(file) == queue(risen, "waits_at") == both(world.school)


def test_a_second_administrator_brings_back_what_went_past_the_only_one_who_had_submitted_it(world):
    staffed(world, "county")
    author = world.role(world.school)
    own = Role.objects.create(user=author.user, organization=world.branch)
    file = waiting(own)
    assert queue(file) == both(world.county)
    began(world, world.school)
    assert queue(file) == both(world.school)


def test_what_a_level_has_confirmed_does_not_come_back_to_it(world):
    levels = staffed(world, "school", "county")
    risen = filed(world.branch, world.role(world.branch), kind="veteran")
    registrations.pass_up(risen, by=levels["school"])
    ended(levels["county"])
    assert queue(risen, "waits_at") == both(world.province)
    assert Notice.objects.open_todos().get(organization=world.province).title.endswith("待省级登记")
    began(world, world.school)
    assert queue(risen, "waits_at") == both(world.province)
    began(world, world.county)
    assert queue(risen, "waits_at") == both(world.county)
    assert Notice.objects.open_todos().get(organization=world.county).title.endswith("待确认上报")


def test_a_case_about_a_number_goes_up_and_comes_back(world):
    case = disputed(world)
    place = case.judge.organization
    ended(case.judge)
    assert queue(case.dispute, "judge")[0] != place
    began(world, place)
    assert queue(case.dispute, "judge") == both(place)


def queries(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


@pytest.mark.parametrize("what", ["file", "registration"])
def test_the_number_of_queries_does_not_grow_with_what_waits(world, what):
    staffed(world, "school", "county")
    branch = world.role(world.branch)
    model = Archive if what == "file" else Registration
    counts = []
    for more in (1, 3):
        for _ in range(more):
            waiting(branch) if what == "file" else filed(world.branch, branch, kind="veteran")
        Role.objects.filter(organization=world.school, duty="administrator").update(ended_at=timezone.now())
        counts.append(queries(lambda: model.after_move(world.general)))
        world.role(world.school)
        counts.append(queries(lambda: model.after_staffing(world.school)))
    assert counts[:2] == counts[2:]


def test_segments_stay_whose_they_are_and_the_preview_says_who_takes_them_back(world):
    chain(world)
    by = Role.objects.filter(organization=world.province).first()
    lines = moving(world.general, world.county, by).lines
    assert lines == ["号段 1 个：仍归原来的组织使用，未使用的尾段由“丙中学团委”收回"]
    organizations.move(world.general, to=world.county, by=by)
    assert list(proof.faults()) == []


def test_what_was_submitted_while_the_last_administrator_went_does_not_wait_for_nobody(world):
    levels = staffed(world, "school", "county")
    file, risen = (
        waiting(world.role(world.branch)),
        filed(world.branch, world.role(world.branch), kind="veteran"),
    )
    Role.objects.filter(pk=levels["school"].pk).update(ended_at=timezone.now())  # unseen by the submission
    settle = app.tasks[settings.CELERY_BEAT_SCHEDULE["settle unattended"]["task"]]
    settle()
    assert queue(file) == queue(risen, "waits_at") == both(world.county)
    assert unattended.settle() == 0
