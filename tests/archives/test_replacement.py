"""替换: from the list of 电子数据库 to the decision; the old file stays until then, and after a refusal (指引 3.11)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from archives.models import Archive, Upload
from archives.services import replacement, resubmission, review
from members.models import Member
from members.services import study
from orgs.models import AuditEvent, Notice
from orgs.services import organizations
from tests.archives.cases import (
    REASON,
    approved,
    found_bad,
    found_good,
    pdf_bytes,
    refused,
    replacing,
    uploaded,
    waiting,
)
from tests.factories import EntryFactory, new_key
from zhtj.lib.states import StaleState

WHY = "原来上传的是另一名同学的志愿书"


@pytest.fixture
def old(branch_role, committee_role):
    return approved(branch_role, committee_role)


@pytest.fixture
def county_role(world):
    return world.role(world.county)


def url(archive):
    return reverse("replace", args=[archive.member.uuid])


def states(archive):
    return [one.state for one in archive.member.archives.order_by("pk")]


def decide(act, archive, by, **more):
    act(archive, sha256=archive.upload.sha256, round=archive.round, by=by, **more)


def send(client, old, **more):
    file = SimpleUploadedFile("新.pdf", pdf_bytes(), "application/pdf")
    return client.post(url(old), {"file": file, "reason": WHY, "instead_of": str(old.uuid), **more})


def listed(client, archive):
    """The two columns and 操作 of the member's row in 本级新发展团员详情."""
    asked = {"org": archive.member.organization_id, "year": archive.member.joined_on.year}
    html = client.get(reverse("database-people"), asked).content.decode()
    return html[html.index(f">{archive.member.name}</a></th>") :].split("</tr>")[0], html


# Who, and from where -----------------------------------------------------------------------------------


def test_a_superior_committee_finds_the_way_in_the_list_and_sees_what_is_in_force(
    old, committee_role, log_in
):
    client = log_in(committee_role)
    row, _ = listed(client, old)
    assert f'href="{url(old)}"' in row
    page = client.get(url(old)).content.decode()
    assert "若审核未通过，系统仍将保留原档案" in page
    for fact in (
        "第 1 版",
        old.upload.name,
        old.submitted_by.name,
        old.decided_by.name,
        old.upload.sha256,
        "12 页",
    ):
        assert fact in page, fact


@pytest.mark.parametrize("place", ["branch", "general"])
def test_branches_read_whom_to_ask(world, old, log_in, place):
    role = world.role(getattr(world, place))
    client = log_in(role)
    row, page = listed(client, old)
    assert url(old) not in row and "如上传错误，请联系上级团组织操作替换" in page
    assert (
        "如上传错误，请联系上级团组织操作替换"
        in client.get(reverse("member", args=[old.member.uuid])).content.decode()
    )
    answer = client.get(url(old))
    assert answer.status_code == 403 and "请联系上级团组织操作替换" in answer.content.decode()
    with pytest.raises(PermissionDenied):
        replacement.replace(old.member, uploaded(role), instead_of=old, reason=WHY, by=role)
    assert states(old) == ["approved"]


def test_a_committees_own_cadres_are_replaced_by_the_committee_above(world, county_role, log_in):
    from archives.services import entry as entries
    from tests.archives.test_entry_cadre import cadre

    role = world.role(world.school)
    upload = uploaded(role)
    found_good(upload)
    made = entries.enter(cadre(), organization=world.school, upload=upload, key=new_key(), by=role)
    own = made.archives.get()
    assert own.state == "approved"
    with pytest.raises(PermissionDenied, match="联系上级"):
        replacement.replace(made, uploaded(role), instead_of=own, reason=WHY, by=role)
    assert replacing(own, county_role).state == "waiting"


@pytest.mark.parametrize("place", ["sibling", "street", "other_school", "other_city"])
def test_a_neighbour_cannot_tell_that_it_exists(world, old, log_in, place):
    client = log_in(world.role(getattr(world, place)))
    assert client.get(url(old)).status_code == 404
    assert send(client, old).status_code == 404
    assert states(old) == ["approved"]


@pytest.mark.parametrize("made", [waiting, None])
def test_without_a_file_in_force_there_is_nothing_to_replace(
    world, branch_role, committee_role, log_in, made
):
    from archives.services import entry as entries

    if made:
        member = made(branch_role).member
    else:
        bare = EntryFactory()
        member = entries.enter(bare, organization=world.branch, upload=None, key=new_key(), by=branch_role)
    answer = log_in(committee_role).get(reverse("replace", args=[member.uuid]), follow=True)
    assert "没有审核通过的入团志愿书" in answer.content.decode()


# The form ----------------------------------------------------------------------------------------------


def test_a_replacement_waits_and_the_old_file_stays_in_force(old, committee_role, county_role, log_in):
    client = log_in(committee_role)
    answer = send(client, old)
    assert answer.status_code == 302 and answer.url.startswith(reverse("database-people"))
    assert states(old) == ["approved", "checking"]
    new = old.member.archives.get(replaces=old)
    found_good(new.upload)
    new.refresh_from_db()
    assert (new.state, new.reviewer, new.replace_reason) == ("waiting", county_role.organization, WHY)
    row, _ = listed(client, old)
    assert "已上传 · 替换审核中" in row and "通过" in row and url(old) not in row
    todo = Notice.objects.get(subject=f"archive:{new.pk}")
    assert (todo.sort, todo.kind, todo.organization) == ("todo", "档案替换", county_role.organization)
    for archive in (old, new):
        assert client_sees(client, archive)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"reason": ""}, "请填写替换原因"),
        ({"reason": "错了"}, "请填写替换原因"),
        ({"reason": "　 \n"}, "请填写替换原因"),
        ({"reason": "错" * 501}, "替换原因不超过 500 字"),
        ({"reason": "错\0错错错错"}, ""),
        ({"instead_of": "nonsense"}, "已由他人替换"),
        ({"instead_of": ""}, "已由他人替换"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_the_file(old, committee_role, log_in, sent, words):
    answer = send(log_in(committee_role), old, **sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "<title>错误：" in page
    kept = Upload.objects.get(archive=None)
    assert f'value="{kept.uuid}"' in page and "新.pdf" in page
    assert states(old) == ["approved"]


def test_without_a_file_the_reason_is_kept_and_both_errors_are_told_at_once(old, committee_role, log_in):
    client = log_in(committee_role)
    answer = client.post(url(old), {"reason": WHY, "instead_of": str(old.uuid)})
    assert (
        answer.status_code == 422
        and "请选择入团志愿书" in answer.content.decode()
        and WHY in answer.content.decode()
    )
    both = client.post(url(old), {"reason": "", "instead_of": str(old.uuid)}).content.decode()
    assert "有 2 处需要修改" in both


def test_an_unusable_file_and_the_very_same_file_are_refused(old, committee_role, log_in):
    client = log_in(committee_role)
    bad = uploaded(committee_role)
    found_bad(bad)
    sent = {"reason": WHY, "instead_of": str(old.uuid)}
    answer = client.post(url(old), {**sent, "upload": str(bad.uuid)})
    assert answer.status_code == 422 and "加密" in answer.content.decode()
    same = SimpleUploadedFile("同.pdf", old.upload.path.read_bytes(), "application/pdf")
    answer = client.post(url(old), {**sent, "file": same})
    assert answer.status_code == 422 and "同一个文件" in answer.content.decode()
    assert states(old) == ["approved"]


def test_of_a_file_used_elsewhere_meanwhile_the_reason_is_kept(
    old, branch_role, committee_role, log_in, monkeypatch
):
    upload = uploaded(committee_role)
    other = approved(branch_role, committee_role)
    genuine = replacement.replace

    def beaten(member, spent, **more):
        genuine(other.member, spent, instead_of=other, reason=WHY, by=committee_role)
        return genuine(member, spent, **more)

    monkeypatch.setattr(replacement, "replace", beaten)
    sent = {"reason": WHY, "instead_of": str(old.uuid), "upload": str(upload.uuid)}
    answer = log_in(committee_role).post(url(old), sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "请重新选择文件" in page and WHY in page
    assert states(old) == ["approved"]


def test_one_at_a_time(old, committee_role, county_role, log_in):
    replacing(old, committee_role)
    with pytest.raises(StaleState, match="正在审核"):
        replacement.replace(old.member, uploaded(county_role), instead_of=old, reason=WHY, by=county_role)
    page = log_in(county_role).get(url(old), follow=True).content.decode()
    assert "已有一份档案替换正在审核" in page
    assert states(old) == ["approved", "waiting"]


def test_a_page_opened_before_another_replacement_does_not_replace_the_new_file(
    world, old, committee_role, county_role, log_in
):
    decide(review.approve, replacing(old, committee_role), county_role)
    answer = send(log_in(committee_role), old)
    page = answer.content.decode()
    assert answer.status_code == 422 and "已由他人替换" in page and WHY in page
    now = old.member.archives.get(state="approved")
    assert str(now.uuid) in page and "第 2 版" in page
    with pytest.raises(StaleState, match="刚刚由他人替换"):
        replacement.replace(
            old.member, uploaded(committee_role), instead_of=old, reason=WHY, by=committee_role
        )
    assert states(old) == ["replaced", "approved"]


# What becomes of it ------------------------------------------------------------------------------------


def test_approved_it_is_in_force_and_the_old_one_a_version(
    old, branch_role, committee_role, county_role, log_in
):
    new = replacing(old, committee_role)
    decide(review.approve, new, county_role)
    assert states(old) == ["replaced", "approved"]
    told = {
        (one.sort, one.organization_id): one for one in Notice.objects.filter(subject=f"archive:{new.pk}")
    }
    assert set(told) == {
        ("todo", county_role.organization_id),
        ("result", committee_role.organization_id),
        ("news", branch_role.organization_id),
    }
    assert {one.kind for one in told.values()} == {"档案替换"}
    page = log_in(branch_role).get(reverse("member", args=[old.member.uuid])).content.decode()
    for words in (
        "第 1 版",
        "第 2 版",
        "已替换",
        "档案替换审核通过，新档案生效",
        "由新档案替换，保留备查",
        "提交档案替换",
        WHY,
    ):
        assert words in page, words
    for archive in (old, new):
        assert archive.upload.sha256 in page
        assert client_sees(log_in(branch_role), archive)


def client_sees(client, archive):
    answer = client.get(reverse("archive-original", args=[archive.uuid]))
    return answer.status_code == 200 and answer.getvalue() == archive.upload.path.read_bytes()


def test_refused_the_old_one_stays_and_the_column_says_so(
    old, branch_role, committee_role, county_role, log_in
):
    new = replacing(old, committee_role)
    decide(review.refuse, new, county_role, reason=REASON)
    assert states(old) == ["approved", "refused"]
    row, _ = listed(log_in(committee_role), old)
    assert "已上传 · 上次替换未通过" in row and REASON in row and url(old) in row and "替换档案" not in row
    result = Notice.objects.get(subject=f"archive:{new.pk}", sort="result")
    assert (result.kind, result.organization) == ("档案替换", committee_role.organization)
    assert REASON in result.body and "原档案继续有效" in result.body
    assert not Notice.objects.filter(subject=f"archive:{new.pk}", sort="news").exists()
    page = log_in(branch_role).get(reverse("member", args=[old.member.uuid])).content.decode()
    assert "档案替换审核未通过，原档案继续有效" in page and REASON in page


def test_a_file_the_inspection_refuses_leaves_everything_as_it_was(old, committee_role):
    upload = uploaded(committee_role)
    new = replacement.replace(old.member, upload, instead_of=old, reason=WHY, by=committee_role)
    found_bad(upload)
    new.refresh_from_db()
    assert (new.state, states(old)) == ("refused", ["approved", "refused"])
    result = Notice.objects.get(subject=f"archive:{new.pk}")
    assert "档案替换未通过检查" in result.title and "原档案继续有效" in result.body
    assert replacing(old, committee_role).state == "waiting"


def test_every_replacement_needs_another_person_even_at_the_top(world, old):
    role = world.role(world.province)
    new = replacing(old, role)
    assert new.reviewer == world.province
    with pytest.raises(PermissionDenied, match="本人提交"):
        decide(review.approve, new, role)
    decide(review.approve, new, world.role(world.province))
    assert states(old) == ["replaced", "approved"]


def test_only_a_leading_body_above_the_submitter_decides(world, old, committee_role, county_role):
    new = replacing(old, committee_role)
    for role in (world.role(world.school), world.role(world.city)):
        with pytest.raises(PermissionDenied):
            decide(review.approve, new, role)
    decide(review.approve, new, county_role)


def test_after_a_move_whoever_stands_above_the_member_decides(world, old, committee_role, county_role):
    new = replacing(old, committee_role)
    top = world.role(world.province)
    there = world.role(world.other_county)
    organizations.move(world.branch, to=world.other_school, by=top)
    new.refresh_from_db()
    assert new.reviewer == world.other_county
    assert Notice.objects.get(subject=f"archive:{new.pk}", done_at=None).organization == world.other_county
    with pytest.raises(PermissionDenied):
        decide(review.approve, new, county_role)
    decide(review.approve, new, there)
    assert states(old) == ["replaced", "approved"]
    result = Notice.objects.get(subject=f"archive:{new.pk}", sort="result")
    assert (
        result.organization == committee_role.organization and not result.link
    )  # no page of theirs any more


# A person in force with an open or refused replacement ---------------------------------------------------


@pytest.mark.parametrize("outcome", ["checking", "waiting", "refused", "bad"])
def test_the_member_stays_in_force_whatever_becomes_of_the_replacement(
    world, old, branch_role, committee_role, county_role, log_in, outcome
):
    if outcome in {"checking", "bad"}:
        upload = uploaded(committee_role)
        replacement.replace(old.member, upload, instead_of=old, reason=WHY, by=committee_role)
        if outcome == "bad":
            found_bad(upload)
    else:
        new = replacing(old, committee_role)
        if outcome == "refused":
            decide(review.refuse, new, county_role, reason=REASON)
    member = Member.objects.get(pk=old.member_id)
    assert (member.state, member.holding.state) == ("active", "held")
    assert resubmission.why_not(member, by=branch_role)
    assert not study.why_not(member, by=branch_role)
    client = log_in(branch_role)
    page = client.get(reverse("member", args=[member.uuid])).content.decode()
    assert (
        reverse("resubmit", args=[member.uuid]) not in page
        and reverse("amend", args=[member.uuid]) not in page
    )
    assert reverse("study-update", args=[member.uuid]) in page
    home = client.get(reverse("home"))
    counts = {task.label: task.count for task in home.context["tasks"]}
    assert (counts["未通过待修改"], counts["审核中"]) == (0, 0)
    listed_in = client.get(reverse("members")).content.decode()
    assert member.name in listed_in and "在册" in listed_in
    for state in ("pending", "refused"):
        assert member.name not in client.get(reverse("members"), {"state": state}).content.decode()
    entered = client.get(reverse("entered", args=[member.uuid])).content.decode()
    assert "未通过检查" not in entered and "正在检查" not in entered and "县团县委" not in entered
    row, _ = listed(client, old)
    assert "替换档案" not in row and ">通过<" in row.replace("\n", "")


def test_a_refused_first_file_has_its_own_way(branch_role, committee_role, log_in):
    first = refused(branch_role, committee_role)
    row, _ = listed(log_in(committee_role), first)
    assert "替换档案" in row and url(first) not in row


# The desk ----------------------------------------------------------------------------------------------


def test_the_reviewer_sees_both_files_and_why(old, committee_role, county_role, log_in):
    new = replacing(old, committee_role)
    client = log_in(county_role)
    queue = client.get(reverse("reviews")).content.decode()
    assert "替换" in queue
    page = client.get(reverse("review", args=[new.uuid])).content.decode()
    for words in (WHY, "新档案", "原档案", committee_role.user.name, "若审核未通过，系统仍将保留原档案"):
        assert words in page, words
    for archive in (old, new):
        assert reverse("archive-page", args=[archive.uuid, 12]) in page
        assert client_sees(client, archive)
    plain = client.get(reverse("review", args=[waiting(old.submitted_as).uuid])).content.decode()
    assert "原档案" not in plain


# On record ---------------------------------------------------------------------------------------------


def test_asking_and_retiring_are_on_record_with_their_states(old, committee_role, county_role):
    new = replacing(old, committee_role)
    decide(review.approve, new, county_role)
    asked = AuditEvent.objects.get(verb="replace")
    assert (asked.role, asked.subject, asked.from_state) == (
        committee_role,
        f"member:{old.member_id}",
        "approved",
    )
    retired = AuditEvent.objects.get(verb="retire")
    assert (retired.role, retired.subject) == (county_role, f"archive:{old.pk}")
    assert (retired.from_state, retired.to_state) == ("approved", "replaced")
    assert not AuditEvent.objects.filter(note__contains=WHY).exists()


def test_what_is_replaced_is_never_deleted(old, committee_role, county_role):
    from archives import housekeeping

    decide(review.approve, replacing(old, committee_role), county_role)
    Upload.objects.update(created_at="2020-01-01T00:00:00+08:00")
    housekeeping.purge()
    for archive in Archive.objects.all():
        assert archive.upload.path.exists()
