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


def test_an_education_left_as_it_was_is_proposed_anew_and_saved_by_the_person(member, branch_role, log_in):
    client, values = log_in(branch_role), posted(member, study_status="senior", education="primary")
    answer = client.post(url(member), values)
    page = answer.content.decode()
    assert answer.status_code == 422 and '<option value="junior" selected>初中</option>' in page
    assert "已随在读状况改为“初中”，请核对后保存" in page and now(member).study_status == "junior"
    client.post(url(member), {**values, "education": "junior"})
    assert now(member) == to()


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


# A whole branch ---------------------------------------------------------------------------------


def branch_url(where):
    return f"{reverse('study')}?org={where.pk}"


def rows(*members, **chosen):
    """What the page of these students sends, the same choice for each."""
    sent = {}
    for member in members:
        seen = Study.of(Member.objects.get(pk=member.pk))
        for name in ("study_status", "education"):
            sent[f"seen_{name}_{member.uuid}"] = getattr(seen, name)
            sent[f"{name}_{member.uuid}"] = chosen.get(name, "")
    return {"step": "save", **sent}


@pytest.fixture
def year(branch_role):
    return [student(branch_role, study_status="senior", education="junior") for _ in range(3)]


def test_the_page_has_the_students_in_force_of_this_branch_only(world, branch_role, year, log_in):
    student(branch_role, name="演示职工", occupation="worker", study_status="", occupation_detail="farmer")
    waiting(branch_role, name="演示待审")
    student(world.role(world.sibling), name="演示别处")
    page = log_in(branch_role).get(branch_url(world.branch)).content.decode()
    assert all(str(one.uuid) in page for one in year) and "3 名团员" in page
    assert not any(name in page for name in ("演示职工", "演示待审", "演示别处"))
    assert " selected>" not in page


def test_the_usual_next_step_is_proposed_only_when_asked_for_and_saved_only_by_saving(
    world, branch_role, year, log_in
):
    client = log_in(branch_role)
    sent = rows(*year) | {"step": "fill", f"study_status_{year[0].uuid}": "vocational"}
    page = client.post(branch_url(world.branch), sent).content.decode()
    assert page.count('<option value="bachelor" selected>') == 2
    assert page.count('<option value="senior" selected>') == 2  # 学历 along with it
    assert page.count('<option value="vocational" selected>') == 1
    assert all(now(one).study_status == "senior" for one in year)


def test_changed_rows_are_saved_together_each_with_its_history(world, branch_role, year, log_in):
    sent = rows(*year[:2], study_status="bachelor", education="senior") | rows(year[2])
    answer = log_in(branch_role).post(branch_url(world.branch), sent, follow=True)
    assert "已更新 2 名团员的在读状况" in answer.content.decode()
    assert [now(one).study_status for one in year] == ["bachelor", "bachelor", "senior"]
    assert [now(one).education for one in year] == ["senior", "senior", "junior"]
    assert [one.changes.count() for one in year] == [2, 2, 0]
    assert AuditEvent.objects.filter(verb="study").count() == 2


def test_nothing_chosen_says_so(world, branch_role, year, log_in):
    page = log_in(branch_role).post(branch_url(world.branch), rows(*year), follow=True).content.decode()
    assert "没有改动" in page and not AuditEvent.objects.filter(verb="study").exists()


def test_an_unusual_education_in_any_row_asks_for_one_tick_and_nothing_is_saved_before(
    world, branch_role, year, log_in
):
    client = log_in(branch_role)
    sent = rows(*year[:2], study_status="bachelor", education="senior") | rows(year[2], study_status="master")
    answer = client.post(branch_url(world.branch), sent)
    assert answer.status_code == 422 and year[2].name in answer.content.decode()
    assert all(now(one).study_status == "senior" for one in year)
    client.post(branch_url(world.branch), sent | {"confirmed": "1"})
    assert [now(one).study_status for one in year] == ["bachelor", "bachelor", "master"]


def test_an_unknown_choice_in_one_row_saves_none(world, branch_role, year, log_in):
    sent = rows(*year[:2], study_status="bachelor", education="senior") | rows(
        year[2], study_status="nonsense"
    )
    assert log_in(branch_role).post(branch_url(world.branch), sent | {"confirmed": "1"}).status_code == 422
    assert all(now(one).study_status == "senior" for one in year)


def test_a_row_a_colleague_changed_meanwhile_is_named_and_left_alone(world, branch_role, year, log_in):
    sent = rows(*year, study_status="bachelor", education="senior")
    study.update(year[0], to(study_status="vocational"), seen=Study.of(year[0]), by=branch_role)
    page = log_in(branch_role).post(branch_url(world.branch), sent, follow=True).content.decode()
    assert "已更新 2 名" in page and "1 名团员的信息已由他人更新" in page
    assert now(year[0]).study_status == "vocational"


def test_somebody_of_another_branch_cannot_be_slipped_in(world, branch_role, year, log_in):
    other = student(world.role(world.sibling))
    log_in(branch_role).post(branch_url(world.branch), rows(other, study_status="senior", education="junior"))
    assert now(other).study_status == "junior"


@pytest.mark.parametrize("place", ["branch", "general", "school", "county", "province"])
def test_who_may_update_a_whole_branch_finds_it_from_the_list(world, branch_role, year, log_in, place):
    role = world.role(getattr(world, place))
    client = log_in(role)
    page = client.get(reverse("members"), {"org": world.branch.pk}).content.decode()
    assert branch_url(world.branch) in page
    client.post(branch_url(world.branch), rows(*year, study_status="bachelor", education="senior"))
    assert {now(one).study_status for one in year} == {"bachelor"}


@pytest.mark.parametrize("place", ["sibling", "street", "other_school", "other_branch"])
def test_a_branch_out_of_sight_cannot_be_told_to_exist(world, branch_role, year, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    sent = rows(*year, study_status="bachelor", education="senior")
    assert client.get(branch_url(world.branch)).status_code == 404
    assert client.post(branch_url(world.branch), sent).status_code == 404
    assert {now(one).study_status for one in year} == {"senior"}


@pytest.mark.parametrize("org", ["", "0", "x", "９", "999999999999999999", "-1", "1 "])
def test_an_address_about_no_branch_is_the_list_or_nothing(world, committee_role, log_in, org):
    assert log_in(committee_role).get(reverse("study"), {"org": org}).status_code in {302, 404}


def test_a_long_branch_has_pages_of_its_own(world, branch_role, year, log_in, monkeypatch):
    from members.views import school_year

    monkeypatch.setattr(school_year, "PAGE", 2)
    client = log_in(branch_role)
    first = client.get(branch_url(world.branch))
    assert "2 名团员" in first.content.decode()
    second = client.get(first.context["next_url"]).content.decode()
    assert str(year[2].uuid) in second and str(year[0].uuid) not in second and "下一页" not in second
    client.post(first.context["next_url"], rows(year[2], study_status="bachelor", education="senior"))
    assert now(year[2]).study_status == "bachelor"


@pytest.mark.django_db(transaction=True)
def test_two_who_save_the_same_branch_at_once_both_get_an_answer():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.school)
    found = [student(one) for _ in range(6)]
    seen = Study.of(found[0])
    ahead = [(member, to(), seen) for member in found]
    results = at_once(
        lambda: study.update_all(ahead, organization=world.branch, by=one),
        lambda: study.update_all(ahead[::-1], organization=world.branch, by=two),
    )
    assert not only(Exception, results), results
    assert sum(done for done, _ in results) == 6 and {now(member) for member in found} == {to()}
