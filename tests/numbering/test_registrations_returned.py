"""The province's list: out as a workbook of texts, back as a table whose preview is what happens."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from numbering import registrations_export
from numbering.models import Registration
from numbering.services import registrations, returned
from orgs import jobs
from orgs.models import AuditEvent, Job
from tests.numbering.filings import filed, staffed, veteran
from zhtj.lib import sheets
from zhtj.lib.table import TableUnreadable

URL = reverse("registrations-returned")


@pytest.fixture
def province(world):
    return world.role(world.province)


def waiting(world, count=3):
    role = world.role(world.branch)
    return [filed(world.branch, role, kind="veteran", name=f"演示{'甲乙丙丁'[n]}员") for n in range(count)]


def text(*rows):
    return "\n".join("\t".join(row) for row in rows)


def states():
    return dict(Registration.objects.values_list("name", "state"))


def test_the_preview_says_of_every_row_what_will_happen(world, province):
    levels = staffed(world, "school")
    good, bad, done = waiting(world, 3)
    for one in (good, bad, done):
        registrations.pass_up(one, by=levels["school"])
    registrations.handle(done, by=province)
    below = filed(world.branch, world.role(world.branch), kind="veteran", name="演示在途")
    gone = filed(world.branch, world.role(world.branch), kind="veteran", name="演示撤回")
    registrations.withdraw(gone, by=gone.filed_by.roles.get())
    stranger = veteran()
    rows = [
        ["身份证号码", "发展团员编号", "结果"],
        [good.opened_id(), good.number, "成功"],
        [good.opened_id().lower(), f" {good.number}", "成功"],
        [bad.opened_id(), bad.number, "未找到该编号"],
        [bad.opened_id(), "202266999999", "成功"],
        [done.opened_id(), done.number, "成功"],
        [below.opened_id(), below.number, "成功"],
        [gone.opened_id(), gone.number, "成功"],
        [stranger["id_number"], stranger["number"], "成功"],
        ["110101200001010000", stranger["number"], "成功"],
        [bad.opened_id(), bad.number, ""],
    ]
    lines = returned.read(rows, by=province)
    assert [line.marks for line in lines] == [True] + [False] * 9
    words = [line.words for line in lines]
    for line, part in zip(
        words,
        ["将登记", "与第 1 行重复", "未找到该编号", "编号不一致", "已登记过", "丙中学团委", "已撤回",
         "没有找到", "身份证号码不正确", "没有填写"],
        strict=True,
    ):  # fmt: skip
        assert part in line
    assert all("*" in line.id_number for line in lines)


@pytest.mark.parametrize(
    "rows",
    [
        [["{id}", "{number}"]],
        [["{id}", "{number}", "已登记"]],
        [["编号", "姓名", "身份证号码"], ["{number}", "某某", "{id}"]],
        [list(registrations_export.HEADER), ["1", "", "", "{id}", "{number}", "", "", "", "", "已处理"]],
    ],
)
def test_columns_are_found_by_their_names_or_by_their_place(world, province, rows):
    [one] = waiting(world, 1)
    filled = [[cell.format(id=one.opened_id(), number=one.number) for cell in row] for row in rows]
    [line] = returned.read(filled, by=province)
    assert (line.marks, line.registration) == (True, one)


def test_the_export_sent_back_unfilled_marks_nothing(world, province):
    waiting(world, 2)
    job = Job.objects.create(
        kind=registrations_export.KIND, title="x", organization=world.province, role=province
    )
    _, content = registrations_export.export(job, lambda done, total: None)
    rows = [[cell.value or "" for cell in row] for row in load_workbook(BytesIO(content)).active]
    assert [line.marks for line in returned.read(rows, by=province)] == [False, False]


def test_a_header_without_the_number_is_said(world, province):
    with pytest.raises(TableUnreadable, match="表头缺少“发展团员编号”"):
        returned.read([["身份证号码", "姓名"], ["1", "2"]], by=province)


def test_what_the_preview_shows_is_what_confirming_does(world, province, client, log_in):
    first, second, third = waiting(world, 3)
    log_in(province)
    body = text([first.opened_id(), first.number], [second.opened_id(), "202266999999"])
    page = client.post(URL, {"text": body})
    assert page.status_code == 200 and states() == dict.fromkeys(states(), "rising")
    assert [line.marks for line in page.context["lines"]] == [True, False]
    shown = page.content.decode()
    assert first.opened_id() not in shown and second.opened_id() not in shown
    ticks = [f"{line.registration.uuid}:{line.registration.last_step}" for line in page.context["marks"]]
    assert all(f'value="{tick}"' in shown for tick in ticks)
    client.post(reverse("registrations-decide"), {"tick": ticks, "step": "handle"})
    assert states() == {first.name: "handled", second.name: "rising", third.name: "rising"}


def test_a_row_that_changed_after_the_preview_is_not_marked_and_said(world, province, client, log_in):
    one, other = waiting(world, 2)
    log_in(province)
    page = client.post(URL, {"text": text(*([x.opened_id(), x.number] for x in (one, other)))})
    ticks = [f"{line.registration.uuid}:{line.registration.last_step}" for line in page.context["marks"]]
    registrations.return_(one, reason="编号有误", by=world.role(world.province))
    after = client.post(reverse("registrations-decide"), {"tick": ticks, "step": "handle"}, follow=True)
    assert states() == {one.name: "returned", other.name: "handled"}
    assert f"没有办理：{one.name}" in after.content.decode()


def test_a_workbook_is_read_like_pasted_text(world, province, client, log_in):
    [one] = waiting(world, 1)
    log_in(province)
    book = sheets.workbook(
        "返回", ["身份证号码", "发展团员编号", "结果"], [[one.opened_id(), one.number, "成功"]]
    )
    page = client.post(URL, {"file": SimpleUploadedFile("返回.xlsx", book)})
    assert [line.marks for line in page.context["lines"]] == [True]


@pytest.mark.parametrize("body", ["", "\x00", "身份证号码\t姓名\n1\t2", "1.1010E+17\t202266000001"])
def test_a_list_that_cannot_be_read_says_why_and_keeps_what_was_pasted(world, province, client, log_in, body):
    log_in(province)
    page = client.post(URL, {"text": body})
    assert page.status_code == 422 and "错误：" in page.content.decode()
    assert page.context["text"] == body


def test_the_export_is_text_in_full_and_on_record(world, province, client, log_in):
    people = waiting(world, 2)
    filed(
        world.branch,
        world.role(world.branch),
        kind="veteran",
        name="=1+1".replace("=1+1", "演示公式"),
        unit="=HYPERLINK(1)",
    )
    log_in(province)
    answer = client.post(reverse("registrations-export"))
    job = Job.objects.get()
    assert answer.url == reverse("job", args=[job.uuid])
    assert (job.kind, job.params) == (registrations_export.KIND, {})
    assert AuditEvent.objects.filter(verb="export", subject=f"job:{job.pk}", user=province.user).exists()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.file_name.endswith(".xlsx")
    rows = list(load_workbook(BytesIO(job.path.read_bytes())).active)
    assert [cell.value for cell in rows[0]] == list(registrations_export.HEADER)
    assert [row[3].value for row in rows[1:3]] == [one.opened_id() for one in people]
    assert len(rows[1][3].value) == 18
    assert {cell.data_type for row in rows for cell in row if cell.value} == {"s"}
    assert rows[3][6].value == "=HYPERLINK(1)"


def test_only_the_province_exports_and_reads_lists(world, client, log_in):
    for place in ("city", "county", "school", "branch"):
        log_in(world.role(getattr(world, place)))
        assert client.post(reverse("registrations-export")).status_code == 403
        assert client.get(URL).status_code == 403
        assert client.post(URL, {"text": "1\t2"}).status_code == 403
    job = Job(kind=registrations_export.KIND, organization=world.city, role=world.role(world.city))
    with pytest.raises(PermissionDenied):
        registrations_export.export(job, lambda done, total: None)
