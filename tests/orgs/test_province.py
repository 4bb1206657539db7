"""What the province does for its system: a preview that is what then happens, once, on record; nobody gives themselves the audit."""

from __future__ import annotations

import html
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from archives.services import disclosure
from numbering.models.registrations import RegistrationStep
from orgs import jobs
from orgs.admin.audit import SORTS
from orgs.models import AuditEvent, Duty, Job, ProvinceSettings, Role, User
from orgs.services import administrators, province
from orgs.services import jobs as queue
from tests.factories import PASSWORD, RoleFactory, UserFactory
from tests.orgs import handlers  # noqa: F401 registers the kinds of jobs used here
from tests.races import at_once, only
from zhtj.lib.states import StaleState


@pytest.fixture
def system(world):
    return RoleFactory(organization=world.province, duty=Duty.SYSTEM)


@pytest.fixture
def desk(log_in, system):
    return log_in(system)


def of(row, deed):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{deed}", args=[row.pk])


def preview(client, url, **given):
    """What the page says will happen, and what its form sends to confirm it."""
    page = client.post(url, given).content.decode()
    lines = [
        html.unescape(line) for line in re.findall(r"<li>([^<]*)</li>", page.split('class="zt-effects"')[1])
    ]
    hidden = re.findall(
        r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', page.split('class="zt-effects"')[1]
    )
    sent = {name: html.unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}
    return lines, {**given, **sent}


def events(verb):
    return list(AuditEvent.objects.filter(verb=verb).order_by("pk").values_list("subject", "user", "fields"))


def broken(world):
    job = queue.start("test_table", title="演示导出", params={}, by=world.role(world.city))
    Job.objects.filter(pk=job.pk).update(attempts=3)
    job.refresh_from_db()
    jobs.give_up(job)
    return job


def test_a_password_reset_is_shown_once_ends_sessions_and_must_be_changed(world, desk, system):
    user = world.role(world.city).user
    elsewhere = Client()
    elsewhere.force_login(user)
    url = of(user, "reset")
    lines, sent = preview(desk, url)
    assert "原密码立即失效" in lines[0] and user.username in lines[0]
    assert User.objects.get(pk=user.pk).password == user.password and not events("reset_password")
    page = desk.post(url, sent).content.decode()
    password = re.search(r"<output[^>]*>([^<]+)</output>", page)[1]
    changed = User.objects.get(pk=user.pk)
    assert changed.check_password(html.unescape(password)) and changed.must_change_password
    assert elsewhere.get(reverse("inbox")).url.startswith("/login/")
    assert events("reset_password") == [(f"user:{user.pk}", system.user_id, ["password"])]
    again = desk.post(url, sent).content.decode()
    assert "密码在此期间已经变更，没有再次重置" in again and password not in again
    assert User.objects.get(pk=user.pk).password == changed.password and len(events("reset_password")) == 1
    assert not [one for one in AuditEvent.objects.values_list("note", flat=True) if password in one]


def test_a_password_reset_ends_the_lock_that_failed_attempts_have_brought(world, system, client):
    user = world.role(world.city).user
    wrong = {"username": user.username, "password": "不对"}
    while client.post(reverse("login"), wrong).status_code != 429:
        pass
    password = administrators.reset_password(user, seen=administrators.password_seen(user), by=system)
    assert client.post(reverse("login"), {**wrong, "password": password}).status_code == 302


def test_the_audit_s_password_and_one_s_own_are_out_of_reach(world, desk, system):
    auditor = RoleFactory(organization=world.province, duty=Duty.AUDITOR)
    for user, words in (
        (auditor.user, "审计员的账号不能在这里重置"),
        (system.user, "自己的密码请用“修改密码”修改"),
    ):
        assert words in desk.get(of(user, "reset")).content.decode()
        with pytest.raises(PermissionDenied, match=words):
            administrators.reset_password(user, seen=administrators.password_seen(user), by=system)
        before = user.password
        desk.post(of(user, "reset"), {"step": "confirm", "seen": administrators.password_seen(user)})
        assert User.objects.get(pk=user.pk).password == before
    assert not events("reset_password")


def test_a_failed_job_runs_again_once(world, desk, system):
    job = broken(world)
    lines, sent = preview(desk, of(job, "rerun"))
    assert "“演示导出”重新排队" in lines[0]
    answer = desk.post(of(job, "rerun"), sent)
    assert answer.url == reverse("admin:orgs_job_change", args=[job.pk])
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.finished_at) == ("queued", 0, "", None)
    page = desk.post(of(job, "rerun"), sent).content.decode()
    assert "任务排队中，只有未完成的可以重新执行" in page
    assert len(events("job.rerun")) == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.has_file


def test_a_job_that_failed_again_since_the_preview_is_looked_at_again(world, system):
    job = broken(world)
    seen = province.job_seen(job)
    province.rerun(job, seen=seen, by=system)
    jobs.fail(Job.objects.get(pk=job.pk), "又一次")
    with pytest.raises(StaleState):
        province.rerun(job, seen=seen, by=system)
    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED


@pytest.mark.django_db(transaction=True)
def test_of_two_who_reset_or_run_again_at_once_one_does(world):
    system = RoleFactory(organization=world.province, duty=Duty.SYSTEM)
    job, user = broken(world), world.role(world.city).user
    seen, looked = province.job_seen(job), administrators.password_seen(user)
    twice = at_once(*[lambda: province.rerun(job, seen=seen, by=system)] * 2)
    assert len(only(StaleState, twice)) == 1
    twice = at_once(*[lambda: administrators.reset_password(user, seen=looked, by=system)] * 2)
    assert len(only(StaleState, twice)) == 1 and len(only(str, twice)) == 1
    assert (len(events("job.rerun")), len(events("reset_password"))) == (1, 1)


def test_the_deadline_of_the_titles_is_set_changed_and_taken_away(desk, system):
    url = reverse("admin:orgs_provincesettings_deadline", args=[1])
    lines, sent = preview(desk, url, titles_due_on="2026-12-31")
    assert lines[0].startswith("现在：不设截止日期") and "2026 年 12 月 31 日" in lines[1]
    assert ProvinceSettings.now().titles_due_on is None
    assert desk.post(url, sent).status_code == 302
    assert ProvinceSettings.now().titles_due_on == date(2026, 12, 31)
    assert "在预览之后有变化" in desk.post(url, sent).content.decode()
    assert events("settings.change") == [("province_settings:1", system.user_id, ["titles_due_on"])]
    desk.post(url, preview(desk, url, titles_due_on="")[1])
    assert ProvinceSettings.now().titles_due_on is None
    assert "截止日期应为存在的日期" in desk.post(url, {"titles_due_on": "2026-02-30"}).content.decode()


@pytest.mark.parametrize("duty", [Duty.ADMINISTRATOR, Duty.AUDITOR, Duty.CADRE])
def test_the_services_ask_for_the_right_themselves(world, duty):
    by, job, user = (
        RoleFactory(organization=world.province, duty=duty),
        broken(world),
        world.role(world.city).user,
    )
    if duty != Duty.ADMINISTRATOR:
        with pytest.raises(PermissionDenied):
            administrators.reset_password(user, seen=administrators.password_seen(user), by=by)
    with pytest.raises(PermissionDenied):
        province.rerun(job, seen=province.job_seen(job), by=by)
    with pytest.raises(PermissionDenied):
        province.set_titles_due(None, seen=province.settings_seen(ProvinceSettings.now()), by=by)


def test_the_first_password_of_an_account_does_not_open_the_duty_it_is_appointed_to(world):
    """Known to whoever made the account."""
    user, out = UserFactory(username="zhang", must_change_password=True), StringIO()
    call_command("appoint_duty", username="zhang", duty="system", stdout=out)
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    assert user.check_password(re.search(r"密码 (\S+)（", out.getvalue())[1])


def test_system_and_auditor_are_appointed_on_the_server_and_are_never_one_person(world):
    out = StringIO()
    call_command("appoint_duty", username="zhang", person="演示张", duty="auditor", stdout=out)
    password = re.search(r"密码 (\S+)（", out.getvalue())[1]
    role = Role.objects.get(user__username="zhang")
    assert (role.duty, role.organization, role.user.must_change_password) == (
        Duty.AUDITOR,
        world.province,
        True,
    )
    assert role.user.check_password(password)
    for duty, words in (("system", "不能同时是系统管理员和审计员"), ("auditor", "zhang 已是审计员")):
        with pytest.raises(CommandError, match=words):
            call_command("appoint_duty", username="zhang", person="", duty=duty, stdout=out)
    out = StringIO()
    call_command("appoint_duty", username="zhang", reset=True, stdout=out)
    assert User.objects.get(username="zhang").check_password(re.search(r"密码 (\S+)（", out.getvalue())[1])
    with pytest.raises(CommandError, match="不是在任的系统管理员或审计员"):
        call_command("appoint_duty", username="nobody", reset=True, stdout=out)
    with pytest.raises(CommandError):
        call_command("appoint_duty", username="li", person="", duty="system", stdout=out)
    assert not User.objects.filter(username="li").exists()
    assert [one[0] for one in events("appoint_duty")] == [f"role:{role.pk}"]


def test_a_duty_of_the_province_is_ended_on_the_server_with_its_sessions_and_never_the_last_of_the_system(
    world,
):
    first, second, auditor = (
        RoleFactory(organization=world.province, duty=duty)
        for duty in (Duty.SYSTEM, Duty.SYSTEM, Duty.AUDITOR)
    )
    client, out = Client(), StringIO()
    client.force_login(first.user)
    call_command("appoint_duty", username=first.user.username, end=True, stdout=out)
    assert f"{first.user.name} 不再是系统管理员" in out.getvalue()
    assert client.get(reverse("home")).url.startswith(reverse("login"))
    with pytest.raises(CommandError, match="是唯一的系统管理员，请先任命另一人"):
        call_command("appoint_duty", username=second.user.username, end=True, stdout=out)
    with pytest.raises(CommandError, match="不是在任的系统管理员或审计员"):
        call_command("appoint_duty", username=first.user.username, end=True, stdout=out)
    call_command("appoint_duty", username=auditor.user.username, end=True, stdout=out)
    call_command("appoint_duty", username=auditor.user.username, duty="system", stdout=out)
    call_command("appoint_duty", username=second.user.username, end=True, stdout=out)
    ended = [one.pk for one in (first, auditor, second)]
    assert [one[0] for one in events("end_duty")] == [f"role:{pk}" for pk in ended]
    assert not Role.objects.current().filter(pk__in=ended).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_the_last_two_of_the_system_at_once_one_is_refused(world):
    names = [RoleFactory(organization=world.province, duty=Duty.SYSTEM).user.username for _ in range(2)]
    results = at_once(*[lambda name=name: province.end_appointed(name) for name in names])
    assert sorted(type(one).__name__ for one in results) == ["ProvinceRefused", "Role"]


def test_the_audit_is_found_by_account_verb_object_kind_and_day(world, log_in):
    auditor = RoleFactory(organization=world.province, duty=Duty.AUDITOR)
    system = RoleFactory(organization=world.province, duty=Duty.SYSTEM, user__username="sysop")
    province.set_titles_due(None, seen=province.settings_seen(ProvinceSettings.now()), by=system)
    event, client, url = (
        AuditEvent.objects.latest("pk"),
        log_in(auditor),
        reverse("admin:orgs_auditevent_changelist"),
    )
    link = reverse("admin:orgs_auditevent_change", args=[event.pk])
    day = event.at.date().isoformat()
    for query in (
        {"q": "sysop"},
        {"q": "settings.change"},
        {"q": "province_settings:1"},
        {"sort": "system"},
        {"from": "2026-01-01"},
    ):
        assert link in client.get(url, query).content.decode(), query
    for query in (
        {"q": "look"},
        {"q": "member:1"},
        {"sort": "looks"},
        {"to": "2026-01-01"},
        {"from": "2199-01-01", "to": day},
    ):
        assert link not in client.get(url, query).content.decode(), query


def test_every_verb_of_the_audit_is_found_under_a_kind():
    """The verbs from the sources, so that none can be forgotten; those put together from parts by what they are put together from."""
    sources = [
        path.read_text()
        for app in ("orgs", "members", "numbering", "archives")
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
        if path.name != "audit.py"
    ]
    written = {f"registration.{verb}" for verb in RegistrationStep.Verb.values}
    written |= {
        f"{verb}{tail}"
        for verb in (disclosure.PERSON_SHOWN, disclosure.NUMBER_SHOWN)
        for tail in ("", "_withheld")
    }
    for text in sources:
        written |= set(re.findall(r'verb="([a-z_.]+)"', text))
        written |= set(re.findall(r'record\(\s*\w+,\s*"([a-z_.]+)"', text))
    assert {"look", "dispute.file", "organization.move"} < written
    assert written - {verb for _, verbs in SORTS.values() for verb in verbs} == set()
