"""更新在读状况 (指引 3.5)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.services import entry as entries
from members.choices import StudyStatus
from members.models import Member
from members.rules.marks import USUAL_EDUCATION
from members.rules.study import COMPLETED, NEXT, education_after, is_unusual
from members.services import study
from members.services.study import Study
from numbering.models import Holding
from orgs.models import AuditEvent
from tests.archives.cases import refused, waiting
from tests.factories import EntryFactory, new_key, plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState


def student(role, **values):
    values = {"study_status": "junior", "education": "primary", **values}
    return entries.enter(
        EntryFactory(**values), organization=role.organization, upload=None, key=new_key(), by=role
    )


@pytest.fixture
def member(branch_role):
    return student(branch_role)


def now(member):
    return Study.of(Member.objects.get(pk=member.pk))


def url(member):
    return reverse("study-update", args=[member.uuid])


def posted(member, **values):
    """What the page sends: the choices, and what it was made from."""
    seen = Study.of(member)
    return {f"seen_{name}": getattr(seen, name) for name in Study.__slots__} | {
        "occupation": "student", "study_status": "senior", "education": "junior", **values,
    }  # fmt: skip


def to(**values):
    return Study(**{"occupation": "student", "study_status": "senior", "occupation_detail": "", "education": "junior", **values})  # fmt: skip


@pytest.mark.parametrize("before", StudyStatus)
def test_after_every_step_the_suggested_education_is_a_usual_one(before):
    for after in StudyStatus:
        assert not is_unusual(after, education_after(before, after))
    following = NEXT.get(before)
    if following:
        assert education_after(before, following) == COMPLETED[before] in USUAL_EDUCATION[following]


def test_the_guides_example_from_junior_to_senior_school(member, branch_role, log_in):
    answer = log_in(branch_role).post(url(member), posted(member), follow=True)
    page = answer.content.decode()
    assert now(member) == to()
    assert "在读状况已更新" in page and "初中在读" in page and "普通高中在读" in page


def test_what_changed_is_kept_with_values_and_on_record_without(member, branch_role):
    assert study.update(member, to(), seen=Study.of(member), by=branch_role)
    kept = {row.field: row.opened() for row in member.changes.all()}
    assert kept == {"study_status": ("junior", "senior"), "education": ("primary", "junior")}
    event = AuditEvent.objects.get(verb="study")
    assert (event.role, set(event.fields), event.note) == (branch_role, set(kept), "")


def test_the_number_keeps_its_holder_and_is_not_asked_again(branch_role, committee_role, log_in):
    from tests.archives.cases import approved

    archive = approved(branch_role, committee_role, study_status="junior", education="primary")
    before = Holding.objects.values_list().get(pk=archive.member.holding_id)
    archive.member.refresh_from_db()
    assert log_in(branch_role).post(url(archive.member), posted(archive.member)).status_code == 302
    assert now(archive.member).study_status == "senior"
    assert Holding.objects.values_list().get(pk=archive.member.holding_id) == before


def test_who_leaves_school_for_work_gets_an_occupation_instead(member, branch_role, log_in):
    log_in(branch_role).post(
        url(member),
        posted(member, occupation="worker", occupation_detail="farmer", education="junior"),
    )
    assert now(member) == Study("worker", "", "farmer", "junior")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"study_status": ""}, "请选择在读状况"),
        ({"education": ""}, "请选择学历"),
        ({"occupation": "worker", "occupation_detail": ""}, "请选择具体职业"),
        ({"study_status": "nonsense"}, "nonsense"),
        ({"occupation": ""}, ""),
    ],
)
def test_what_is_missing_or_unknown_is_said_and_nothing_written(member, branch_role, log_in, values, words):
    before = now(member)
    answer = log_in(branch_role).post(url(member), posted(member, **values))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert now(member) == before and not member.changes.exists()


def test_an_unusual_education_is_saved_after_a_tick(member, branch_role, log_in):
    client, values = log_in(branch_role), posted(member, study_status="bachelor", education="doctor")
    answer = client.post(url(member), values)
    assert answer.status_code == 422 and "一般不相符" in answer.content.decode()
    assert now(member).study_status == "junior"
    assert client.post(url(member), {**values, "confirmed": "1"}).status_code == 302
    assert now(member).study_status == "bachelor"


def test_nothing_changed_leaves_no_trace(member, branch_role, log_in):
    values = posted(member, study_status="junior", education="primary")
    page = log_in(branch_role).post(url(member), values, follow=True).content.decode()
    assert "没有改动" in page and not member.changes.exists()


def test_a_page_that_a_colleague_overtook_does_not_overwrite(member, branch_role, log_in):
    old_page = posted(member, study_status="college", education="senior")
    study.update(member, to(), seen=Study.of(member), by=branch_role)
    page = log_in(branch_role).post(url(member), old_page, follow=True).content.decode()
    assert "已由他人更新" in page and now(member) == to()


@pytest.mark.parametrize("place", ["branch", "general", "school", "county", "city", "province"])
def test_the_branch_and_every_organisation_above_may(world, member, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    assert url(member) in client.get(reverse("member", args=[member.uuid])).content.decode()
    assert client.post(url(member), posted(member)).status_code == 302
    assert now(member) == to()


@pytest.mark.parametrize("place", ["sibling", "street", "street_branch", "other_school", "other_branch"])
def test_a_neighbour_cannot_tell_that_it_exists(world, member, log_in, place):
    role = world.role(getattr(world, place))
    assert log_in(role).post(url(member), posted(member)).status_code == 404
    with pytest.raises(PermissionDenied):
        study.update(member, to(), seen=Study.of(member), by=role)


@pytest.mark.parametrize("make", ["waiting", "refused", "worker"])
def test_only_a_student_in_force_has_it(branch_role, committee_role, log_in, make):
    if make == "worker":
        member = student(
            branch_role,
            occupation="worker",
            study_status="",
            occupation_detail="farmer",
            education="bachelor",
        )
    else:
        member = (waiting(branch_role) if make == "waiting" else refused(branch_role, committee_role)).member
    client = log_in(branch_role)
    assert url(member) not in client.get(reverse("member", args=[member.uuid])).content.decode()
    assert client.get(url(member)).status_code == 403
    with pytest.raises(StaleState):
        study.update(member, to(), seen=Study.of(member), by=branch_role)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.school)
    for _ in range(5):
        member = student(one)
        seen = Study.of(member)
        results = at_once(
            lambda member=member, seen=seen: study.update(member, to(), seen=seen, by=one),
            lambda member=member, seen=seen: study.update(
                member, to(study_status="vocational"), seen=seen, by=two
            ),
        )
        assert len(only(StaleState, results)) == 1, results
        assert member.changes.filter(field="study_status").count() == 1
