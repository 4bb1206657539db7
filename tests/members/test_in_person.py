"""操作中心 of 团干部本人: what others did to the own post, data and file is told to the cadre, and to nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from archives.services import appointment, identity, review
from members.models import Post
from members.services import study, titles
from orgs.models import Duty, Notice, Role, User
from tests.archives.cases import approved, replacing
from tests.archives.test_appointment import POST, again, entered
from tests.factories import RoleFactory
from tests.members.old_titles import in_person, old_post

INBOX = reverse("inbox")


@pytest.fixture
def cadre(branch_role, committee_role):
    """In force with a file and a post, and with the own account."""
    member = approved(branch_role, committee_role, **POST | {"on_duty": ""}).member
    post = Post.objects.select_related("member", "organization").get(member=member)
    return post, in_person(post, branch_role)


def told(role):
    return list(Notice.objects.visible_to(role).order_by("pk").values_list("kind", "title"))


def test_a_title_chosen_by_the_administrator_is_told_to_the_cadre_and_leads_to_the_own_page(
    branch_role, log_in
):
    post = old_post(branch_role, "组织委员")
    role = in_person(post, branch_role)
    titles.choose(post, "committee_member", by=branch_role)
    [notice] = Notice.objects.visible_to(role)
    assert branch_role.user.name in notice.title and "重新选择" in notice.title
    client = log_in(role)
    page = client.get(INBOX).content.decode()
    assert notice.title in page and "操作中心，1 条未读" in page
    assert client.post(reverse("notice", args=[notice.pk])).url == reverse("me")
    assert "条未读" not in client.get(INBOX).content.decode()


def test_nobody_is_told_what_they_did_themselves(branch_role):
    post = old_post(branch_role, "组织委员")
    role = in_person(post, branch_role)
    titles.choose(post, "committee_member", by=role)
    assert told(role) == [] and len(told(branch_role)) == 1


def test_a_changed_post_and_a_replaced_file_are_told(world, cadre, branch_role, committee_role):
    post, role = cadre
    member = post.member
    wanted = again(member, on_duty="", title="secretary", post_since=date(2026, 1, 1))
    appointment.change(post, wanted, by=branch_role)
    new = replacing(member.archives.get(), committee_role)
    review.approve(new, sha256=new.upload.sha256, round=new.round, by=world.role(world.province))
    assert [kind for kind, _ in told(role)] == ["任职", "档案替换"]


def test_corrected_data_are_told(world, branch_role):
    member = entered(branch_role, **POST | {"on_duty": ""}, study_status="junior", education="primary")
    role = in_person(Post.objects.get(member=member), branch_role)
    seen = study.Study.of(member)
    study.update(member, replace(seen, study_status="senior"), seen=seen, by=branch_role)
    identity.correct(
        member, name="演示新名", id_number="", reason="经核对户口簿", seen=identity.seen(member),
        by=world.role(world.province),
    )  # fmt: skip
    assert [kind for kind, _ in told(role)] == ["信息更正", "信息更正"]


def test_what_is_told_in_person_is_read_by_no_colleague_and_no_administrator(branch_role, log_in):
    post = old_post(branch_role, "组织委员")
    role = in_person(post, branch_role)
    titles.choose(post, "committee_member", by=branch_role)
    notice = Notice.objects.get(person=role.user)
    other = in_person(old_post(branch_role, "宣传委员"), branch_role)
    both = RoleFactory(user=User.objects.get(pk=role.user_id), organization=branch_role.organization)
    assert both.duty == Duty.ADMINISTRATOR
    for stranger in (branch_role, other, both, Role.objects.get(pk=other.pk)):
        assert not Notice.objects.visible_to(stranger).filter(pk=notice.pk).exists()
    assert log_in(other).post(reverse("notice", args=[notice.pk])).status_code == 404
