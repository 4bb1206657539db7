"""修改: an entry put right before it is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from archives.forms.amendment import typed
from archives.models import Archive
from archives.services import review
from archives.services.amendment import correct
from archives.services.withdrawal import withdraw
from members.made_up import id_number
from members.models import Member
from members.services import changes
from members.services.entry import PersonKnown
from members.services.posts import PostTaken
from numbering.models import Holding
from numbering.services.holdings import NumberTaken
from orgs.models import AuditEvent, Duty, Notice
from tests.archives.cases import approved, checking, found_bad, found_good, refused, waiting
from tests.factories import RoleFactory, plant_world
from tests.races import at_once, only
from zhtj.lib.states import StaleState

CADRE = {
    "is_cadre": True, "title": "committee_member", "post_since": date(2024, 9, 1), "appointed_by": "elected",
    "cadre_nature": "part_time", "on_party_committee": False,
}  # fmt: skip
BORN = date(2004, 2, 29)


def url(archive, name="amend"):
    return reverse(name, args=[archive.member.uuid])


def fresh(archive):
    return (
        Archive.objects.select_related("upload", "submitted_by", "reviewer").get(pk=archive.pk),
        Member.objects.select_related("holding", "organization").get(pk=archive.member_id),
    )


def put_right(archive, role, *, again=False, seen=None, **values):
    """Correct these fields, as the newest page would."""
    member = fresh(archive)[1]
    seen = changes.version(member) if seen is None else seen
    return correct(member, replace(changes.entry_of(member), **values), seen=seen, again=again, by=role)


def posted(archive, step="check", **values):
    member = fresh(archive)[1]
    return {
        **typed(changes.entry_of(member)), "version": changes.version(member), "step": step,
        "confirmed": "education_unusual", **values,
    }  # fmt: skip


def approving(archive, role, page):
    return lambda: review.approve(archive, sha256=page.upload.sha256, round=page.round, by=role)


# What is changed --------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [checking, waiting], ids=["待检查", "待审核"])
def test_any_field_is_corrected_and_kept_with_its_values(make, branch_role):
    archive = make(branch_role, name="演示旧名")
    number = id_number(BORN)
    changed = put_right(
        archive,
        branch_role,
        name="演示新名",
        id_number=number,
        phone="13912345678",
        joined_on=date(2022, 6, 1),
    )
    member = fresh(archive)[1]
    assert changed == ("name", "id_number", "joined_on", "phone")
    assert (member.name, member.opened("id_number"), member.opened("phone")) == (
        "演示新名",
        number,
        "13912345678",
    )
    assert Member.objects.with_id(number).get() == member
    kept = {row.field: row.opened() for row in member.changes.all()}
    assert kept["name"] == ("演示旧名", "演示新名") and kept["joined_on"] == ("2022-05-04", "2022-06-01")
    event = AuditEvent.objects.get(verb="correct")
    assert event.fields == list(changed) and event.note == "" and "演示新名" not in str(event.canonical())


def test_a_changed_name_stands_where_the_number_is_taken(branch_role):
    archive = waiting(branch_role)
    put_right(archive, branch_role, name="演示改名")
    assert fresh(archive)[1].holding.holder == "演示改名"


def test_a_changed_number_is_taken_and_the_old_one_is_free_for_another(branch_role):
    archive = waiting(branch_role)
    old = archive.member.number
    put_right(archive, branch_role, number="202211999999")
    member = fresh(archive)[1]
    assert (member.number, member.holding.state) == ("202211999999", "reserved")
    assert Holding.objects.get(number=old).state == "released"
    assert waiting(branch_role, number=old).member.number == old


def test_a_number_no_longer_needed_is_free(branch_role):
    archive = waiting(branch_role)
    put_right(archive, branch_role, joined_on=date(2016, 5, 4), number="")
    assert fresh(archive)[1].holding is None


def test_a_number_of_another_is_told_and_nothing_changes(branch_role):
    other, archive = waiting(branch_role), waiting(branch_role)
    before = archive.member.number
    with pytest.raises(NumberTaken):
        put_right(archive, branch_role, number=other.member.number, name="演示改名")
    member = fresh(archive)[1]
    assert (member.number, member.holding.state) == (before, "reserved")
    assert member.name != "演示改名" and not member.changes.exists()


def test_an_id_number_of_another_is_told_and_nothing_changes(branch_role):
    other, archive = waiting(branch_role), waiting(branch_role)
    with pytest.raises(PersonKnown):
        put_right(archive, branch_role, id_number=other.member.opened("id_number"))
    assert fresh(archive)[0].round == 1 and not archive.member.changes.exists()


def test_the_post_is_corrected_given_and_ended(branch_role):
    archive = waiting(branch_role, **CADRE)
    put_right(archive, branch_role, title="deputy_secretary", post_since=date(2025, 9, 1))
    post = archive.member.posts.get()
    assert (post.title, post.since) == ("deputy_secretary", date(2025, 9, 1))
    nothing = dict.fromkeys(("title", "appointed_by", "cadre_nature"), "")
    put_right(archive, branch_role, is_cadre=False, post_since=None, on_party_committee=None, **nothing)
    assert not archive.member.posts.filter(ended_on=None).exists()
    put_right(archive, branch_role, **CADRE)
    assert archive.member.posts.get(ended_on=None).title == "committee_member"


def test_a_second_secretary_is_told(branch_role):
    waiting(branch_role, **(CADRE | {"title": "secretary"}))
    archive = waiting(branch_role, **CADRE)
    with pytest.raises(PostTaken):
        put_right(archive, branch_role, title="secretary")
    assert archive.member.posts.get().title == "committee_member"


def test_saving_without_a_change_leaves_review_and_history_alone(branch_role):
    archive = waiting(branch_role)
    assert put_right(archive, branch_role) == ()
    assert fresh(archive)[0].round == 1
    assert not AuditEvent.objects.filter(verb="correct").exists() and not archive.member.changes.exists()


# The review starts anew -------------------------------------------------------------------------


def test_an_open_review_starts_anew_and_the_old_page_decides_nothing(branch_role, committee_role):
    page = waiting(branch_role)
    put_right(page, branch_role, name="演示改名")
    archive = fresh(page)[0]
    assert (archive.state, archive.round) == ("waiting", 2) and archive.submitted_at > page.submitted_at
    with pytest.raises(StaleState, match="有变化"):
        approving(archive, committee_role, page)()
    approving(archive, committee_role, archive)()
    assert fresh(page)[1].state == "active"


def test_a_reviewer_with_the_old_page_is_told_and_sees_the_new_data(branch_role, committee_role, log_in):
    page = waiting(branch_role)
    client = log_in(committee_role)
    assert 'name="round" value="1"' in client.get(reverse("review", args=[page.uuid])).content.decode()
    put_right(page, branch_role, name="演示改后")
    for step, more in (("review-approve", {}), ("review-refuse", {"reason": "与录入信息不符"})):
        sent = {"sha256": page.upload.sha256, "round": "1", **more}
        words = client.post(reverse(step, args=[page.uuid]), sent, follow=True).content.decode()
        assert "在您查看期间有变化" in words and "演示改后" in words and 'name="round" value="2"' in words
    assert fresh(page)[0].state == "waiting"


@pytest.mark.parametrize("round", ["", "0", "2", "x", "1 ", "９", "99999999999"])
def test_a_round_nobody_was_shown_decides_nothing(branch_role, committee_role, log_in, round):
    page = waiting(branch_role)
    sent = {"sha256": page.upload.sha256, "round": round}
    log_in(committee_role).post(reverse("review-approve", args=[page.uuid]), sent)
    assert fresh(page)[0].state == "waiting"


def test_the_reviewers_to_do_is_there_once_and_says_the_new_name(branch_role, committee_role):
    archive = waiting(branch_role, name="演示旧名")
    put_right(archive, branch_role, name="演示新名")
    todo = Notice.objects.open_todos().get(subject=f"archive:{archive.pk}")
    assert "演示新名" in todo.title and todo.organization == committee_role.organization


def test_a_file_still_being_checked_goes_on_with_the_new_data(branch_role):
    archive = checking(branch_role)
    put_right(archive, branch_role, name="演示改名")
    found_good(archive.upload)
    archive = fresh(archive)[0]
    assert (archive.state, archive.round) == ("waiting", 2)


def test_nobody_approves_data_they_corrected_themselves(world, branch_role, committee_role):
    colleague = world.role(world.branch)
    archive = waiting(branch_role)
    put_right(archive, colleague, name="演示改名")
    put_right(archive, branch_role, phone="13912345678")
    archive = fresh(archive)[0]
    for role in (colleague, branch_role):
        both = RoleFactory(user=role.user, organization=world.school)
        with pytest.raises(PermissionDenied, match="本人"):
            approving(archive, both, archive)()
    approving(archive, committee_role, archive)()


def test_what_a_committee_entered_below_and_the_branch_corrected_is_reviewed(world, branch_role):
    from archives.services import entry as entries
    from tests.archives.cases import uploaded
    from tests.factories import entry_with_file, new_key

    committee = world.role(world.school)
    upload = uploaded(committee)
    member = entries.enter(
        entry_with_file(), organization=world.branch, upload=upload, key=new_key(), by=committee
    )
    archive = member.archives.get()
    put_right(archive, branch_role, name="演示改名")
    found_good(upload)
    archive, member = fresh(archive)
    assert (archive.state, member.state) == ("waiting", "pending")


# A refused one ----------------------------------------------------------------------------------


def test_a_refused_one_stays_refused_until_it_is_submitted_again(branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    put_right(archive, branch_role, name="演示改名")
    assert fresh(archive)[1].state == "refused"


def test_a_refused_one_goes_again_with_the_same_bytes_and_corrected_data(branch_role, committee_role):
    archive = refused(branch_role, committee_role)
    put_right(archive, branch_role, name="演示改名", again=True)
    second = archive.member.archives.open().get()
    old, member = fresh(archive)
    assert (old.state, second.state, member.state) == ("refused", "waiting", "pending")
    assert second.upload_id != old.upload_id and second.upload.sha256 == old.upload.sha256
    assert second.upload.path.read_bytes() == old.upload.path.read_bytes()
    approving(second, committee_role, second)()
    assert fresh(archive)[1].state == "active"


def test_a_file_that_was_unusable_does_not_go_again(branch_role, log_in):
    archive = checking(branch_role)
    found_bad(archive.upload)
    with pytest.raises(StaleState, match="替换档案"):
        put_right(archive, branch_role, name="演示改名", again=True)
    assert fresh(archive)[1].name != "演示改名"
    page = log_in(branch_role).post(url(archive), posted(archive, name="演示改名")).content.decode()
    assert "重新提交审核" not in page and "替换档案" in page


# The page ---------------------------------------------------------------------------------------


def test_the_form_comes_filled_and_the_look_is_on_record(branch_role, log_in):
    archive = waiting(branch_role, phone="13912345678")
    page = log_in(branch_role).get(url(archive)).content.decode()
    assert page.count(f'value="{archive.member.opened("id_number")}"') == 2
    assert 'value="13912345678"' in page and f'value="{archive.member.number}"' in page
    assert 'type="file"' not in page
    event = AuditEvent.objects.get(verb="edit_open")
    assert set(event.fields) == {"id_number", "phone", "address"}


def test_what_changes_is_shown_before_it_is_saved(branch_role, log_in):
    archive = waiting(branch_role, name="演示旧名")
    client = log_in(branch_role)
    answer = client.post(
        url(archive), posted(archive, name="演示新名", study_status="master", education="bachelor")
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and "确认修改" in page
    for words in ("演示旧名", "演示新名", "普通本科在读", "硕士研究生在读"):
        assert words in page
    assert fresh(archive)[1].name == "演示旧名"
    words = client.post(url(archive), posted(archive, "save", name="演示新名"), follow=True).content.decode()
    assert "已修改" in words and "变更记录" in words and "演示旧名" in words
    assert fresh(archive)[1].name == "演示新名"


def test_the_rules_are_asked_again(branch_role, log_in):
    archive = waiting(branch_role)
    for values, words in (
        ({"name": ""}, "请填写姓名"),
        ({"id_number_again": "1"}, "两次填写不一致"),
        ({"joined_on": "2024-05-04"}, "编号"),
        ({"phone": "123"}, "手机号码"),
    ):
        for step in ("check", "save"):
            answer = log_in(branch_role).post(url(archive), posted(archive, step, **values))
            assert answer.status_code == 422 and words in answer.content.decode(), values
    assert fresh(archive)[0].round == 1


def test_a_taken_number_is_told_at_its_field(branch_role, log_in):
    other, archive = waiting(branch_role), waiting(branch_role)
    for step in ("check", "save"):
        answer = log_in(branch_role).post(url(archive), posted(archive, step, number=other.member.number))
        assert answer.status_code == 422 and "发展团员编号已被占用" in answer.content.decode()


def test_while_people_type_marks_and_verdicts_follow(branch_role, log_in):
    archive = waiting(branch_role)
    sent = {**posted(archive), "occupation": "worker", "shown": "{}"}
    page = (
        log_in(branch_role).post(url(archive, "amend-fields"), sent, headers={"HX-Request": "true"}).content
    )
    assert "具体职业" in page.decode()


def test_a_page_that_a_colleague_overtook_does_not_overwrite(world, branch_role, log_in):
    archive = waiting(branch_role)
    old_page = posted(archive, "save", phone="13900000000")
    put_right(archive, world.role(world.branch), name="演示改名")
    words = log_in(branch_role).post(url(archive), old_page, follow=True).content.decode()
    assert "已由他人修改" in words
    assert fresh(archive)[1].name == "演示改名" and fresh(archive)[1].opened("phone") == "13800000000"


def test_approved_while_the_form_was_open_is_told_and_nothing_changes(branch_role, committee_role, log_in):
    archive = waiting(branch_role)
    sent = posted(archive, "save", name="演示改名")
    approving(archive, committee_role, archive)()
    words = log_in(branch_role).post(url(archive), sent, follow=True).content.decode()
    assert "只有审核中和未通过的可以修改" in words
    assert fresh(archive)[1].name != "演示改名"


def test_a_committees_own_cadre_is_corrected_by_form_c(world, log_in):
    from archives.services import entry as entries
    from tests.archives.cases import uploaded
    from tests.factories import entry_with_file, new_key

    role = world.role(world.general)
    entry = entry_with_file(**CADRE, on_duty="on_duty", address="")
    member = entries.enter(entry, organization=world.general, upload=uploaded(role), key=new_key(), by=role)
    archive = member.archives.get()
    page = log_in(role).get(url(archive)).content.decode()
    assert "在岗状态" in page and "户籍地址" not in page
    answer = log_in(role).post(url(archive), posted(archive, "save", on_duty="off_duty"))
    assert answer.status_code == 302 and member.posts.get().on_duty == "off_duty"


# Who may ----------------------------------------------------------------------------------------

PLACES = {
    "branch": 302, "general": 403, "school": 403, "county": 403, "city": 403, "province": 403,
    "sibling": 404, "street": 404, "street_branch": 404, "other_city": 404, "other_branch": 404,
}  # fmt: skip


@pytest.mark.parametrize(("place", "status"), PLACES.items())
def test_who_may_correct_a_branchs_entry(world, branch_role, log_in, place, status):
    archive, role = waiting(branch_role), world.role(getattr(world, place))
    client = log_in(role)
    assert client.get(url(archive)).status_code == (200 if status == 302 else status)
    assert client.post(url(archive), posted(archive, "save", name="演示改名")).status_code == status
    assert client.post(url(archive, "amend-fields"), posted(archive)).status_code == (
        200 if status == 302 else status
    )
    assert (fresh(archive)[1].name == "演示改名") == (status == 302)
    if status != 404:
        offered = url(archive) in client.get(reverse("member", args=[archive.member.uuid])).content.decode()
        assert offered == (status == 302)


def test_who_submitted_for_a_branch_below_may_correct_it_too(world, branch_role):
    from archives.services import entry as entries
    from tests.archives.cases import uploaded
    from tests.factories import entry_with_file, new_key

    general = world.role(world.general)
    member = entries.enter(
        entry_with_file(), organization=world.branch, upload=uploaded(general), key=new_key(), by=general
    )
    archive = member.archives.get()
    assert put_right(archive, general, name="演示改名") == ("name",)
    assert put_right(archive, branch_role, name="演示再改") == ("name",)


def test_nobody_corrects_one_in_force_and_no_cadre_in_person_anything(
    world, branch_role, committee_role, log_in
):
    archive = approved(branch_role, committee_role)
    with pytest.raises(StaleState, match="在册"):
        put_right(archive, branch_role, name="演示改名")
    assert log_in(branch_role).get(url(archive)).status_code == 403
    pending = waiting(branch_role)
    person = RoleFactory(organization=world.branch, duty=Duty.CADRE)
    with pytest.raises(PermissionDenied):
        put_right(pending, person, name="演示改名")


# At the same moment -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_approval_never_puts_data_in_force_that_its_page_did_not_show():
    world = plant_world()
    branch, reviewer = world.role(world.branch), world.role(world.school)
    for _ in range(8):
        page = waiting(branch, name="演示旧名")
        results = at_once(
            lambda page=page: put_right(page, branch, name="演示新名"), approving(page, reviewer, page)
        )
        assert len(only(StaleState, results)) == 1, results
        archive, member = fresh(page)
        assert (archive.state, archive.round, member.state, member.name) in {
            ("approved", 1, "active", "演示旧名"),
            ("waiting", 2, "pending", "演示新名"),
        }
        assert member.holding.holder == member.name


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_of_the_same_page_one_counts():
    world = plant_world()
    one, two = world.role(world.branch), world.role(world.branch)
    for make in (waiting, waiting, lambda role: refused(role, world.role(world.school))):
        page = make(one)
        results = at_once(
            lambda page=page: put_right(page, one, seen=0, name="演示甲改"),
            lambda page=page: put_right(page, two, seen=0, phone="13911111111"),
        )
        assert len(only(StaleState, results)) == 1, results
        assert page.member.changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_corrections_to_the_same_number_one_gets_it():
    world = plant_world()
    role = world.role(world.branch)
    first, second = waiting(role), waiting(role)
    results = at_once(
        lambda: put_right(first, role, number="202211888888"),
        lambda: put_right(second, role, number="202211888888"),
    )
    assert len(only(NumberTaken, results)) == 1, results
    assert Holding.objects.filter(number="202211888888").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_the_verdict_on_the_file_end_in_the_queue():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(5):
        page = checking(role)
        results = at_once(
            lambda page=page: put_right(page, role, name="演示改名"),
            lambda page=page: found_good(page.upload),
        )
        assert not only(Exception, results), results
        archive, member = fresh(page)
        assert (archive.state, archive.round, member.name) == ("waiting", 2, "演示改名")
        assert Notice.objects.open_todos().filter(subject=f"archive:{page.pk}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_correction_and_a_withdrawal_the_withdrawal_is_last():
    world = plant_world()
    role = world.role(world.branch)
    for _ in range(5):
        page = waiting(role)
        results = at_once(
            lambda page=page: put_right(page, role, number="", joined_on=date(2016, 5, 4)),
            lambda page=page: withdraw(page.member, reason="录入错误", by=role),
        )
        assert len(only(StaleState, results)) <= 1 and not only(ValueError, results), results
        assert fresh(page)[1].state == "withdrawn"
        assert not Holding.objects.exclude(state="released").filter(number=page.member.number).exists()
