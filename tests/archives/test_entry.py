"""Entering a member through form A."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from archives import inspection, pdf
from archives.models import Archive, Upload
from archives.services import entry as entries
from members.models import Member, Post
from members.rules import ENTRY_FIELDS
from numbering.models import Holding
from orgs.models import AuditEvent, Notice, Option
from orgs.services import organizations
from tests.factories import EntryFactory, RoleFactory, entry_with_file, new_key

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
GOOD = pdf.Verdict(accepted=True, reason="", pages=12, warnings=(), ms=1)
BAD = pdf.Verdict(accepted=False, reason="encrypted", pages=0, warnings=(), ms=1)


def posted(entry, **more):
    """What the browser sends for an entry."""
    words = {True: "yes", False: "no", None: ""}
    values = {name: getattr(entry, name) for name in ENTRY_FIELDS}
    sent = {
        name: words[v] if v is None or isinstance(v, bool) else v.isoformat() if isinstance(v, date) else v
        for name, v in values.items()
    }
    return {**sent, "key": str(new_key()), **more}


def pdf_file(name="志愿书.pdf", body=PDF):
    return SimpleUploadedFile(name, body, "application/pdf")


def test_without_a_file_an_old_member_is_in_force_at_once(log_in, branch_role):
    entry = EntryFactory()
    answer = log_in(branch_role).post(reverse("enter"), posted(entry, step="submit"))
    member = Member.objects.get()
    assert answer.url == reverse("entered", args=[member.uuid])
    assert (member.state, member.holding.state) == ("active", "held")


def test_submitting_without_checking_first_shows_the_check_page_and_writes_nothing(log_in, branch_role):
    answer = log_in(branch_role).post(reverse("enter"), posted(EntryFactory()))
    assert "确认信息" in answer.content.decode()
    assert not Member.objects.exists()


def test_with_a_file_it_waits_for_the_nearest_committee(log_in, world, branch_role, committee_role):
    client = log_in(branch_role)
    client.post(reverse("upload"), {"file": pdf_file()})
    upload = Upload.objects.get()
    client.post(reverse("enter"), posted(entry_with_file(), step="submit", upload=str(upload.uuid)))
    archive = Archive.objects.get()
    assert (archive.state, archive.member.state, archive.member.holding.state) == (
        "checking",
        "pending",
        "reserved",
    )
    inspection.settle(upload, GOOD)
    archive.refresh_from_db()
    assert (archive.state, archive.reviewer) == ("waiting", world.school)
    assert Notice.objects.filter(
        organization=world.school, sort="todo", subject=f"archive:{archive.pk}"
    ).exists()


def test_a_file_found_unusable_after_submission_is_told_with_what_to_do(log_in, world, branch_role):
    client = log_in(branch_role)
    client.post(reverse("enter"), {**posted(entry_with_file(), step="submit"), "file": pdf_file()})
    inspection.settle(Upload.objects.get(), BAD)
    member = Member.objects.get()
    notice = Notice.objects.get(organization=world.branch)
    assert (member.state, member.archives.get().state, member.holding.state) == (
        "refused",
        "refused",
        "reserved",
    )
    assert "加密" in notice.body


def test_a_file_known_to_be_unusable_is_refused_at_its_field(log_in, branch_role):
    client = log_in(branch_role)
    client.post(reverse("upload"), {"file": pdf_file()})
    upload = Upload.objects.get()
    inspection.settle(upload, BAD)
    answer = client.post(reverse("enter"), posted(entry_with_file(), upload=str(upload.uuid)))
    assert answer.status_code == 422
    assert "加密" in answer.context["form"].errors["file"][0]


def test_nothing_typed_or_picked_is_lost_when_the_form_comes_back(log_in, branch_role):
    entry = entry_with_file(id_number_again="110101199001010000", address="演示路甲1号<b>")
    answer = log_in(branch_role).post(reverse("enter"), {**posted(entry), "file": pdf_file()})
    form = answer.context["form"]
    assert answer.status_code == 422
    for name in ("name", "id_number", "number", "phone", "address", "joined_on"):
        assert form[name].value() == posted(entry)[name]
    page = answer.content.decode()
    assert f'name="upload" value="{Upload.objects.get().uuid}"' in page
    assert "错误：" in page.split("</title>")[0]
    assert 'href="#id_id_number_again"' in page


def test_the_same_form_sent_again_makes_one_member(log_in, branch_role):
    client = log_in(branch_role)
    sent = posted(EntryFactory(), step="submit")
    first, second = (client.post(reverse("enter"), sent) for _ in range(2))
    assert first.url == second.url
    assert Member.objects.count() == 1


def test_a_number_already_taken_names_the_organisation_and_the_holder(log_in, world, branch_role):
    log_in(world.role(world.other_branch)).post(
        reverse("enter"), posted(EntryFactory(number="201811000001", name="演示占用"), step="submit")
    )
    answer = log_in(branch_role).post(reverse("enter"), posted(EntryFactory(number="201811000001")))
    assert answer.context["form"].errors["number"] == ["发展团员编号已被占用"]
    assert "庚中学高二9班团支部" in answer.content.decode()
    assert "演示占用" in answer.content.decode()
    assert AuditEvent.objects.filter(verb="show_number_holder", user=branch_role.user).count() == 1


def test_names_of_holders_are_told_to_one_person_only_so_often_an_hour(log_in, world, branch_role, settings):
    settings.DISCLOSURES_AN_HOUR = 1
    client = log_in(world.role(world.other_branch))
    for serial in (1, 2):
        client.post(
            reverse("enter"),
            posted(EntryFactory(number=f"20181100000{serial}", name="演示占用"), step="submit"),
        )
    client = log_in(branch_role)
    pages = [
        client.post(reverse("enter"), posted(EntryFactory(number=f"20181100000{n}"))).content.decode()
        for n in (1, 2)
    ]
    assert ["演示占用" in page for page in pages] == [True, False]


def test_a_person_already_in_the_system_is_named_by_organisation_only(log_in, world, branch_role):
    entry = EntryFactory(name="演示重复")
    log_in(world.role(world.other_branch)).post(reverse("enter"), posted(entry, step="submit"))
    answer = log_in(branch_role).post(reverse("enter"), posted(EntryFactory(id_number=entry.id_number)))
    page = answer.content.decode()
    assert "庚中学高二9班团支部" in page and "演示重复" not in page


def test_id_phone_and_address_are_sealed_in_the_database(log_in, branch_role):
    from django.db import connection

    entry = EntryFactory(phone="13912345678", address="演示路秘密1号")
    log_in(branch_role).post(reverse("enter"), posted(entry, step="submit"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_member::text FROM members_member")
        row = cursor.fetchone()[0]
    member = Member.objects.get()
    assert entry.id_number not in row and "13912345678" not in row and "秘密" not in row
    assert (member.opened("id_number"), member.opened("phone")) == (entry.id_number, "13912345678")


def test_a_cadre_gets_a_post_and_others_none(log_in, branch_role):
    cadre = EntryFactory(
        is_cadre=True,
        title="secretary",
        post_since=date(2024, 9, 1),
        appointed_by="elected",
        cadre_nature="part_time",
        on_party_committee=False,
    )
    client = log_in(branch_role)
    client.post(reverse("enter"), posted(cadre, step="submit"))
    client.post(reverse("enter"), posted(EntryFactory(title="secretary"), step="submit"))
    post = Post.objects.get()
    assert (Member.objects.count(), post.title, post.member.name) == (2, "secretary", cadre.name)


def test_fields_that_do_not_apply_are_cleared_on_the_server(log_in, branch_role):
    entry = EntryFactory(
        occupation_detail="farmer", applied_on=date(2024, 1, 1), joined_party_on=date(2024, 1, 1)
    )
    log_in(branch_role).post(reverse("enter"), posted(entry, step="submit"))
    member = Member.objects.get()
    assert (member.occupation_detail, member.applied_on, member.joined_party_on) == ("", None, None)


def test_extra_values_in_the_post_change_nothing(log_in, world, branch_role):
    sent = posted(
        EntryFactory(),
        step="submit",
        state="active",
        organization=world.other_branch.pk,
        entered_by=1,
        is_branch_member="",
    )
    log_in(branch_role).post(reverse("enter"), sent)
    member = Member.objects.get()
    assert (member.organization, member.entered_by, member.is_branch_member) == (
        world.branch,
        branch_role.user,
        True,
    )


@pytest.mark.parametrize("place", ["general", "school", "street", "county", "city", "province"])
def test_form_a_is_for_branches_only(log_in, world, place):
    role = world.role(getattr(world, place))
    assert log_in(role).get(reverse("enter")).status_code == 403
    assert log_in(role).post(reverse("enter"), posted(EntryFactory(), step="submit")).status_code == 403
    assert not Member.objects.exists()


def test_a_warning_stops_until_it_is_confirmed(log_in, branch_role):
    client, entry = log_in(branch_role), EntryFactory(education="primary")
    first = client.post(reverse("enter"), posted(entry))
    assert first.status_code == 422 and 'value="education_unusual"' in first.content.decode()
    client.post(reverse("enter"), posted(entry, step="submit", confirmed="education_unusual"))
    assert Member.objects.exists()


def test_live_answers_hold_only_what_changed_and_say_it(log_in, branch_role):
    client = log_in(branch_role)
    shown = client.get(reverse("enter")).context["shown"]
    answer = client.post(
        reverse("enter-fields"), {"occupation": "student", "joined_on": "2023-05-04", "shown": shown}
    ).content.decode()
    assert 'id="div_id_study_status" data-hx-swap-oob="true"' in answer
    assert 'id="div_id_name"' not in answer
    assert "发展团员编号 现为必填：入团时间在2017年1月1日及以后" in answer
    assert "请填写" not in answer


def test_a_live_answer_never_tells_whether_a_number_is_taken(log_in, world, branch_role):
    log_in(world.role(world.other_branch)).post(
        reverse("enter"), posted(EntryFactory(number="201811000001"), step="submit")
    )
    answer = log_in(branch_role).post(
        reverse("enter-fields"), posted(EntryFactory(number="201811000001"), shown="")
    )
    assert "占用" not in answer.content.decode()


@pytest.mark.parametrize("shown", ["", "nonsense", "[]", '{"name": 1}', '{"name": ["bogus", "x"]}'])
def test_a_page_that_remembers_nonsense_is_redrawn(log_in, branch_role, shown):
    answer = log_in(branch_role).post(reverse("enter-fields"), {"shown": shown})
    assert 'id="div_id_name"' in answer.content.decode()


def test_a_dead_broker_costs_nothing_but_time(
    log_in, branch_role, django_capture_on_commit_callbacks, caplog
):
    from zhtj.celery import app

    app.conf.broker_url, app.conf.broker_transport_options = (
        "redis://127.0.0.1:1/0",
        {"socket_connect_timeout": 0.2},
    )
    with django_capture_on_commit_callbacks(execute=True):
        answer = log_in(branch_role).post(reverse("upload"), {"file": pdf_file()})
    assert (answer.status_code, Upload.objects.get().state) == (200, "checking")


def test_a_holding_is_reserved_until_the_member_is_confirmed(world, branch_role):
    member = entries.enter(
        entry_with_file(),
        organization=world.branch,
        upload=upload_of(branch_role),
        key=new_key(),
        by=branch_role,
    )
    assert Holding.objects.get().state == "reserved"
    assert member.state == "pending"


def upload_of(role, name="a.pdf"):
    from archives.services import uploads

    return uploads.store(pdf_file(name), organization=role.organization, by=role)


def test_what_waits_follows_a_branch_that_is_moved(world, branch_role):
    upload = upload_of(branch_role)
    member = entries.enter(
        entry_with_file(), organization=world.branch, upload=upload, key=new_key(), by=branch_role
    )
    inspection.settle(upload, GOOD)
    street = world.role(world.street)
    organizations.move(world.branch, to=world.street, by=world.role(world.province))
    archive = Archive.objects.get(member=member)
    assert (archive.reviewer, archive.at_3) == (street.organization, street.organization_id)
    assert (
        Notice.objects.get(subject=f"archive:{archive.pk}", done_at=None).organization == street.organization
    )


def test_a_form_opened_for_one_branch_is_never_submitted_to_another(log_in, world):
    here = world.role(world.branch)
    there = RoleFactory(user=here.user, organization=world.street_branch)
    entry = EntryFactory()
    answer = log_in(there).post(reverse("enter"), posted(entry, step="submit", page_role=str(here.pk)))
    page = answer.content.decode()
    assert answer.status_code == 409 and "切换" in page and entry.id_number in page
    assert f'name="page_role" value="{here.pk}"' in page
    assert not Member.objects.exists()


def test_what_the_province_changes_in_a_dictionary_shows_in_the_form(log_in, branch_role):
    Option.objects.filter(group="occupation", code="farmer").update(label="农业从业者")
    Option.objects.filter(group="occupation", code="freelance").update(is_active=False)
    Option.objects.create(group="occupation", code="courier", label="快递员", order=99)
    client = log_in(branch_role)
    page = client.get(reverse("enter")).content.decode()
    assert '<option value="farmer">农业从业者</option>' in page
    assert '<option value="courier">快递员</option>' in page
    assert "自由职业者" not in page
    late = EntryFactory(
        occupation="worker", study_status="", occupation_detail="freelance", education="bachelor"
    )
    answer = client.post(reverse("enter"), posted(late))
    assert answer.status_code == 422 and "所选的具体职业不在选项之内" in answer.content.decode()


def test_nobody_is_entered_into_a_branch_that_was_just_closed(world, branch_role):
    organizations.deactivate(world.branch, by=world.role(world.province))
    with pytest.raises(PermissionDenied, match="已停用"):
        entries.enter(EntryFactory(), organization=world.branch, upload=None, key=new_key(), by=branch_role)
    assert not Member.objects.exists()


def test_a_branch_with_entries_under_way_is_not_closed(world, branch_role):
    entries.enter(
        entry_with_file(),
        organization=world.branch,
        upload=upload_of(branch_role),
        key=new_key(),
        by=branch_role,
    )
    with pytest.raises(ValidationError, match="1 名团员审核中或未通过"):
        organizations.deactivate(world.branch, by=world.role(world.province))


def test_nobody_fills_the_disk_of_everybody(log_in, branch_role, settings):
    settings.UPLOADS_AN_HOUR = 2
    client = log_in(branch_role)
    answers = [client.post(reverse("upload"), {"file": pdf_file()}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert "文件过多" in answers[2].content.decode()
    assert Upload.objects.count() == 2
