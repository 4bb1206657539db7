"""Every service that writes for somebody writes its audit event, once, in the transaction of the change; the test finds the services itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from archives import exports as kinds
from archives.models import Look
from archives.services import (
    amendment,
    appointment,
    claims,
    disclosure,
    entry,
    exports,
    identity,
    release,
    renumbering,
    replacement,
    resubmission,
    review,
    stock_reasons,
    uploads,
    withdrawal,
)
from members.made_up import id_number
from members.models import Post
from members.services import accounts, changes, study, titles, titles_load
from numbering import filing, runs, vacant
from numbering.admission import Admission
from numbering.domains import Domain
from numbering.models import Holding, Registration
from numbering.services import (
    disputes,
    identities,
    issues,
    registration_steps,
    registrations,
    segment_table,
    segments,
)
from numbering.services.segment_table import Wanted
from orgs import jobs as running
from orgs.kinds import Kind
from orgs.models import AuditEvent, Duty, Job, Option, ProvinceSettings
from orgs.services import (
    accounts as signing,
)
from orgs.services import (
    administrators,
    dictionaries,
    jobs,
    moves,
    organizations,
    organizations_many,
    province,
    relocation,
    second_factor,
)
from orgs.services.administrators import Whom
from tests.archives.cases import approved, found_good, pdf_bytes, refused, replacing, uploaded, waiting
from tests.archives.claiming import disputed, typed
from tests.archives.test_appointment import POST, again, entered
from tests.factories import PASSWORD, EntryFactory, RoleFactory, entry_with_file, new_key
from tests.members.old_titles import line, old_post
from tests.numbering.cases import FIRST, YEAR, chain, issued
from tests.numbering.filings import filed, person
from tests.numbering.filings import segments as numbers_of_the_branch
from tests.orgs.sessions import code_of, phone_of, request_of

WHY = "经核对发放单，编号属于他人"
CASES = {}
"""Service (and, after a blank, which case of it) → what it is given, and the verbs it leaves: its own first, then those of other services it calls."""
ACTS_FOR = ("Role", "User", "HttpRequest")
"""Whoever has one of these among its parameters, under any name, acts for somebody or asks about somebody."""
COMMANDS = {
    "orgs.province.appoint",
    "orgs.province.reset_appointed",
    "orgs.province.end_appointed",
    "members.titles_load.load",
}
"""On the server itself, for nobody who is signed in."""
BY_NOBODY = {*COMMANDS, "orgs.accounts.record_failure", "orgs.accounts.why_not_proved"}
"""Their events name no role: a login that fails has none."""

QUESTIONS = ("why_not", "may_", "require_")
"""A function named like this answers or refuses, and writes nothing: so it is everywhere here, but for those with a case."""
ASKS = "only asks: nothing is written"
PART = "a part of other services, which write the event"
SILENT = {
    "orgs.organizations_many.plan_many": ASKS,
    "orgs.relocation.moving": ASKS,
    "numbering.issues.preview": ASKS,
    "numbering.registrations.problems": ASKS,
    "numbering.returned.read": ASKS,
    "numbering.segment_table.examine": ASKS,
    "members.accounts.place_of": ASKS,
    "members.titles.left": ASKS,
    "members.titles.rows_of": ASKS,
    "orgs.accounts.acting_role": ASKS,
    "orgs.accounts.roles_of": ASKS,
    "orgs.accounts.why_refused": ASKS,
    "orgs.administrators.consequences": ASKS,
    "orgs.administrators.password_seen": ASKS,
    "orgs.codes.stored": ASKS,
    "orgs.second_factor.codes_left": ASKS,
    "orgs.second_factor.due": ASKS,
    "orgs.second_factor.is_set": ASKS,
    "orgs.second_factor.is_verified": ASKS,
    "orgs.second_factor.needed": ASKS,
    "orgs.second_factor.needing": ASKS,
    "orgs.second_factor.pending": ASKS,
    "orgs.second_factor.person": ASKS,
    "archives.drafts.variant_for": ASKS,
    "archives.entry.made_by": ASKS,
    "orgs.second_factor.begin": "a key that counts for nothing until `confirm`, which writes the event",
    "orgs.notices.mark_read": "what somebody has read is theirs alone",
    "orgs.audit.record": "the event itself",
    "orgs.audit.record_each": "the events themselves",
    "orgs.writing.record": "the event itself",
    "orgs.writing.record_created": "the event itself",
    "orgs.accounts.set_one_time_password": PART,
    "orgs.codes.renew": PART,
    "orgs.credentials.before_a_role": PART,
    "orgs.credentials.end_sessions": PART,
    "orgs.notices.finish": PART,
    "orgs.notices.tell": PART,
    "orgs.second_factor.clear": PART,
    "orgs.second_factor.hold": PART,
    "numbering.pending.announce": PART,
    "archives.drafts.save": "a draft is of its writer alone, sealed, and nobody's record yet",
    "orgs.misses.note": PART,
    "orgs.elsewhere.tell": PART,
    "numbering.giving.give": PART,
    "numbering.registration_steps.step": PART,
    "archives.drafts.become_entry": PART,
    "archives.withdrawal.hold": PART,
    "archives.release.lose": PART,
    "members.accounts.close": PART,
    "members.changes.correct": PART,
    "members.changes.record": PART,
    "members.entry.enter": PART,
    "members.in_person.tell": PART,
    "members.numbers.lose": PART,
    "members.numbers.register": PART,
}


def acts(function):
    taken = (str(one.annotation).split(" | ")[0] for one in inspect.signature(function).parameters.values())
    return not set(ACTS_FOR).isdisjoint(taken)


def services():
    """Every public function of a service module that takes somebody, and those of the command line."""
    found = {}
    for app in ("orgs", "numbering", "members", "archives"):
        package = importlib.import_module(f"{app}.services")
        for one in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{app}.services.{one.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                called = f"{app}.{one.name}.{name}"
                asks = name.startswith(("_", *QUESTIONS)) and called not in CASES
                if (
                    function.__module__ == module.__name__
                    and not asks
                    and (acts(function) or called in COMMANDS)
                ):
                    found[called] = function
    return found


def case(service, *verbs):
    def keep(make):
        CASES[service] = (make, verbs)
        return make

    return keep


def system(world):
    return RoleFactory(organization=world.province, duty=Duty.SYSTEM)


# Each case prepares what it needs and returns the one call that is looked at.


@case("orgs.dictionaries.add", "option.add")
def _(world):
    by = system(world)
    return lambda: dictionaries.add(group="occupation", code="courier", label="快递员", order=9, by=by)


@case("orgs.dictionaries.change", "option.change")
def _(world):
    dictionaries.plant()
    one, by = Option.objects.in_group("occupation").first(), system(world)
    return lambda: dictionaries.change(one.pk, label="改后", order=one.order, is_active=True, by=by)


@case("orgs.jobs.start", "export")
def _(world):
    by = world.role(world.city)
    return lambda: jobs.start("test_table", title="演示导出", params={}, by=by)


@case("archives.exports.start", "export")
def _(world):
    by = world.role(world.city)
    return lambda: exports.start(kinds.TABLE, world.city, YEAR, by=by)


@case("orgs.organizations.create", "organization.create")
def _(world):
    by = world.role(world.school)
    new = {"kind": Kind.BRANCH, "name": "丙中学新团支部", "short_name": "新团支部", "industry": ""}
    return lambda: organizations.create(parent=world.school, by=by, **new)


@case("orgs.organizations.rename", "organization.rename")
def _(world):
    by = world.role(world.school)
    return lambda: organizations.rename(world.branch, name="改名团支部", short_name="改名", by=by)


@case("orgs.relocation.move", "organization.move")
def _(world):
    by = world.role(world.county)
    return lambda: relocation.move(world.sibling, to=world.general, by=by)


@case("orgs.moves.start_move", "move_organization.start")
def _(world):
    by = world.role(world.county)
    seen = relocation.moving(world.sibling, world.general, by).seen
    return lambda: moves.start_move(world.sibling, to=world.general, by=by, seen=seen)


@case("orgs.organizations_many.create_many", "organization.create_many", *["organization.create"] * 2)
def _(world):
    by = world.role(world.school)
    return lambda: organizations_many.create_many(world.school, [["甲支部"], ["乙支部"]], by)


@case("orgs.organizations.change_kind", "organization.change_kind")
def _(world):
    by = world.role(world.school)
    return lambda: organizations.change_kind(world.sibling, kind=Kind.GENERAL_BRANCH, by=by)


@case("orgs.organizations.deactivate", "organization.deactivate")
def _(world):
    by = world.role(world.school)
    return lambda: organizations.deactivate(world.sibling, by=by)


@case("orgs.organizations.reactivate", "organization.reactivate")
def _(world):
    by = world.role(world.school)
    organizations.deactivate(world.sibling, by=by)
    return lambda: organizations.reactivate(world.sibling, by=by)


@case("orgs.province.rerun", "job.rerun")
def _(world):
    by, job = system(world), jobs.start("test_table", title="演示导出", params={}, by=world.role(world.city))
    running.fail(job, "演示原因")
    job = Job.objects.get(pk=job.pk)
    return lambda: province.rerun(job, seen=province.job_seen(job), by=by)


@case("orgs.administrators.reset_password", "reset_password")
def _(world):
    by, user = system(world), world.role(world.city).user
    return lambda: administrators.reset_password(user, seen=administrators.password_seen(user), by=by)


@case("orgs.administrators.appoint", "administrator.appoint")
def _(world):
    by, whom, seen = world.role(world.city), Whom("演示新人"), administrators.staff_seen(world.school)
    return lambda: administrators.appoint(world.school, whom, seen=seen, by=by)


@case("orgs.administrators.replace", "administrator.replace")
def _(world):
    by, one, whom = world.role(world.city), world.role(world.school), Whom("演示新人")
    seen = administrators.staff_seen(world.school)
    return lambda: administrators.replace(one, whom, seen=seen, by=by)


@case("orgs.administrators.end", "administrator.end")
def _(world):
    by, one = world.role(world.city), world.role(world.school)
    return lambda: administrators.end(one, seen=administrators.staff_seen(world.school), by=by)


@case("orgs.province.set_titles_due", "settings.change")
def _(world):
    by, seen = system(world), province.settings_seen(ProvinceSettings.now())
    return lambda: province.set_titles_due(date(2026, 12, 31), seen=seen, by=by)


@case("orgs.province.set_administrators_each", "settings.change")
def _(world):
    by, seen = system(world), province.settings_seen(ProvinceSettings.now())
    return lambda: province.set_administrators_each(3, seen=seen, by=by)


@case("orgs.province.set_second_factor", "settings.change")
def _(world):
    by, seen = system(world), province.settings_seen(ProvinceSettings.now())
    return lambda: province.set_second_factor([Duty.SYSTEM], seen=seen, by=by)


@case("numbering.segments.register", "segment.register")
def _(world):
    by, place = world.role(world.province), world.province
    return lambda: segments.register(
        domain=Domain.SENIOR, year=YEAR, first=FIRST, last=FIRST + 9, province=place, by=by
    )


@case("numbering.segment_table.register_all", "segment.register")
def _(world):
    by = world.role(world.province)
    rows = [([], Wanted(YEAR, Domain.SENIOR, FIRST, FIRST + 9), "")]
    return lambda: segment_table.register_all(rows, province=world.province, by=by)


@case("numbering.segments.hand_down", "segment.hand_down")
def _(world):
    county, by = chain(world)["county"], world.role(world.county)
    return lambda: segments.hand_down(county, to=world.street, first=county.last, last=county.last, by=by)


@case("numbering.segments.hand_down_many", "segment.hand_down")
def _(world):
    county, by = chain(world)["county"], world.role(world.county)
    seen = runs.fingerprint(vacant.free_runs(county))
    return lambda: segments.hand_down_many(county, [(world.street, 5)], seen=seen, by=by)


@case("numbering.segments.take_back", "segment.take_back")
def _(world):
    branch, by = chain(world)["branch"], world.role(world.general)
    return lambda: segments.take_back(branch, first=branch.last, last=branch.last, by=by)


@case("numbering.issues.issue", "issue")
def _(world):
    chain(world)
    by = world.role(world.school)
    return lambda: issued(world.branch, by)


@case("numbering.issues.issue_many", "issue")
def _(world):
    chain(world)
    by, born = world.role(world.school), id_number(date(2010, 3, 4))
    whom = Admission(name="演示待录", id_number=born, joined_on=date(2026, 5, 4), domain=Domain.SENIOR)
    return lambda: issues.issue_many([issues.Line(world.branch, whom)], by=by)


@case("numbering.issues.withdraw", "issue.withdraw")
def _(world):
    chain(world)
    by = world.role(world.school)
    one = issued(world.branch, by)
    return lambda: issues.withdraw(one, by=by)


def registered(world):
    """Filed by the branch; it waits at the school."""
    numbers_of_the_branch(world)
    branch, school = world.role(world.branch), world.role(world.school)
    return filed(world.branch, branch), branch, school


@case("numbering.registrations.file", "registration.filed")
def _(world):
    numbers_of_the_branch(world)
    by = world.role(world.branch)
    return lambda: filed(world.branch, by)


@case("numbering.registrations.file_again", "registration.filed_again")
def _(world):
    one, branch, school = registered(world)
    registrations.return_(one, reason="请补正", by=school)
    given = filing.reading(**person(number=one.number), unit="", discharged_on=None)
    return lambda: registrations.file_again(one, given, by=branch)


@case("numbering.registrations.pass_up", "registration.confirmed")
def _(world):
    one, _, school = registered(world)
    return lambda: registrations.pass_up(one, by=school)


@case("numbering.registrations.return_", "registration.returned")
def _(world):
    one, _, school = registered(world)
    return lambda: registrations.return_(one, reason="请补正", by=school)


@case("numbering.registrations.withdraw", "registration.withdrawn")
def _(world):
    one, branch, _ = registered(world)
    return lambda: registrations.withdraw(one, by=branch)


@case("numbering.registrations.handle", "registration.handled")
def _(world):
    numbers_of_the_branch(world)
    one, by = filed(world.branch, world.role(world.branch)), world.role(world.province)
    return lambda: registrations.handle(one, by=by)


@case("numbering.registration_steps.void", "registration.withdrawn")
def _(world):
    one, by = filed(world.branch, world.role(world.branch), kind="veteran"), world.role(world.province)
    registrations.handle(one, by=by)
    return lambda: registration_steps.void(Registration.objects.all(), reason="已释放", by=by)


@case("numbering.identities.follow", "issue.correct", "registration.corrected")
def _(world):
    numbers_of_the_branch(world)
    one, by = filed(world.branch, world.role(world.branch), kind="veteran"), world.role(world.province)
    registrations.handle(one, by=by)
    given = issued(world.branch, world.role(world.school), id_number=one.opened_id())
    old, new = one.opened_id(), id_number(date(2010, 1, 2))
    return lambda: identities.follow(given.number, old=old, new=new, name="演示新名", by=by)


@case("numbering.disputes.file", "dispute.file")
def _(world):
    case = disputed(world)
    disputes.withdraw(case.dispute, by=case.filer)
    held, one = Holding.objects.get(pk=case.dispute.holding_id), case.entry
    return lambda: disputes.file(
        holding=held, name=one.name, id_number=one.id_number, joined_on=one.joined_on, remark="",
        organization=world.branch, by=case.filer,
    )  # fmt: skip


@case("archives.claims.file", "dispute.file")
def _(world):
    case = disputed(world)
    disputes.withdraw(case.dispute, by=case.filer)
    upload = uploaded(case.filer)
    found_good(upload)
    return lambda: claims.file(
        case.entry, typed(case.entry), organization=world.branch, upload=upload, key=new_key(), remark="", by=case.filer
    )  # fmt: skip


@case("numbering.disputes.answer", "dispute.answer")
def _(world):
    case = disputed(world)
    return lambda: disputes.answer(case.dispute, "已核对", by=case.holder)


@case("numbering.disputes.withdraw", "dispute.withdraw")
def _(world):
    case = disputed(world)
    return lambda: disputes.withdraw(case.dispute, by=case.filer)


@case("numbering.disputes.dismiss", "dispute.dismiss")
def _(world):
    case = disputed(world)
    return lambda: disputes.dismiss(case.dispute, reason=WHY, by=case.judge)


@case("numbering.disputes.uphold", "dispute.uphold", "issue", "issue.withdraw")
def _(world):
    case = disputed(world)
    return lambda: disputes.uphold(case.dispute, place=world.branch, reason=WHY, by=case.judge)


@case("archives.claims.uphold", "dispute.uphold", "issue", "issue.withdraw", "number.lose")
def _(world):
    case = disputed(world)
    return lambda: claims.uphold(case.dispute, reason=WHY, by=case.judge)


@case("archives.renumbering.register", "number.register")
def _(world):
    case = disputed(world)
    claims.uphold(case.dispute, reason=WHY, by=case.judge)
    case.member.refresh_from_db()
    new = issued(world.sibling, case.judge, name=case.member.name, id_number=case.member.opened("id_number"))
    return lambda: renumbering.register(case.member, new.number, by=case.holder)


@case("archives.release.release", "number.release", "issue.withdraw")
def _(world):
    case = disputed(world)
    disputes.withdraw(case.dispute, by=case.filer)
    by = world.role(world.province)
    case.member.refresh_from_db()
    return lambda: release.release(case.member, reason=WHY, seen=release.seen(case.member), by=by)


def in_force(world):
    return approved(world.role(world.branch), world.role(world.school))


@case("archives.identity.correct", "identity.correct")
def _(world):
    member, by = in_force(world).member, world.role(world.province)
    member.refresh_from_db()
    seen = identity.seen(member)
    return lambda: identity.correct(member, name="演示新名", id_number="", reason=WHY, seen=seen, by=by)


@case("archives.entry.enter", "enter", "submit")
def _(world):
    by = world.role(world.branch)
    upload = uploaded(by)
    return lambda: entry.enter(
        entry_with_file(), organization=world.branch, upload=upload, key=new_key(), by=by
    )


@case("archives.entry.attach", "submit")
def _(world):
    by = world.role(world.branch)
    member, upload = refused(by, world.role(world.school)).member, uploaded(by)
    return lambda: entry.attach(member, upload, by=by)


@case("archives.amendment.correct", "correct")
def _(world):
    by = world.role(world.branch)
    member = waiting(by).member
    wanted = replace(changes.entry_of(member), email="demo@example.cn")
    return lambda: amendment.correct(member, wanted, seen=changes.version(member), by=by)


@case("archives.withdrawal.withdraw", "withdraw")
def _(world):
    by = world.role(world.branch)
    member = waiting(by).member
    return lambda: withdrawal.withdraw(member, reason="录入有误", by=by)


@case("archives.resubmission.resubmit", "resubmit", "submit")
def _(world):
    by = world.role(world.branch)
    member, upload = refused(by, world.role(world.school)).member, uploaded(by)
    return lambda: resubmission.resubmit(member, upload, by=by)


@case("archives.review.approve", "approve")
def _(world):
    by, archive = world.role(world.school), waiting(world.role(world.branch))
    return lambda: review.approve(archive, sha256=archive.upload.sha256, round=archive.round, by=by)


@case("archives.review.approve of a replacement", "approve", "retire")
def _(world):
    by, archive = world.role(world.province), replacing(in_force(world), world.role(world.school))
    seen = {"sha256": archive.upload.sha256, "round": archive.round}
    return lambda: review.approve(archive, **seen, by=by)


@case("archives.review.approve_from_list", "approve")
def _(world):
    by, archive = world.role(world.school), waiting(world.role(world.branch))
    for page in range(archive.upload.pages):
        Look.objects.remember(by.user, archive, page + 1)
    return lambda: review.approve_from_list(archive, sha256=archive.upload.sha256, round=archive.round, by=by)


@case("archives.review.refuse", "refuse")
def _(world):
    by, archive = world.role(world.school), waiting(world.role(world.branch))
    return lambda: review.refuse(
        archive, sha256=archive.upload.sha256, round=archive.round, reason="缺页，请补齐", by=by
    )


@case("archives.replacement.replace", "replace", "submit")
def _(world):
    archive, by = in_force(world), world.role(world.school)
    upload = uploaded(world.role(world.branch))
    return lambda: replacement.replace(
        archive.member, upload, instead_of=archive, reason="扫描不清，重新扫描", by=by
    )


@case("archives.uploads.store", "upload")
def _(world):
    by, file = world.role(world.branch), SimpleUploadedFile("志愿书.pdf", pdf_bytes(), "application/pdf")
    return lambda: uploads.store(file, organization=world.branch, by=by)


@case("archives.uploads.again", "upload")
def _(world):
    by = world.role(world.branch)
    upload = uploaded(by)
    return lambda: uploads.again(upload, by=by)


@case("archives.stock_reasons.add", "add_reason")
def _(world):
    by = world.role(world.school)
    return lambda: stock_reasons.add("缺页", by=by)


@case("archives.stock_reasons.remove", "remove_reason")
def _(world):
    by = world.role(world.school)
    one = stock_reasons.add("缺页", by=by)
    return lambda: stock_reasons.remove(one.pk, by=by)


def cadre(world):
    """With a post in the branch."""
    return entered(world.role(world.branch), **{**POST, "on_duty": ""})


@case("archives.appointment.appoint", "appoint")
def _(world):
    member, by = cadre(world), world.role(world.school)
    return lambda: appointment.appoint(member, again(member), organization=world.school, by=by)


@case("archives.appointment.leave", "leave")
def _(world):
    post, by = Post.objects.get(member=cadre(world)), world.role(world.branch)
    return lambda: appointment.leave(post, on=date(2026, 1, 1), by=by)


@case("archives.appointment.change", "change_post")
def _(world):
    member, by = cadre(world), world.role(world.branch)
    post, wanted = (
        Post.objects.get(member=member),
        again(member, on_duty="", title="secretary", post_since=date(2026, 1, 1)),
    )
    return lambda: appointment.change(post, wanted, by=by)


@case("members.accounts.open_account", "open_account")
def _(world):
    member, by = cadre(world), world.role(world.branch)
    return lambda: accounts.open_account(member, by=by)


@case("members.accounts.renew_password", "renew_password")
def _(world):
    member, by = cadre(world), world.role(world.branch)
    accounts.open_account(member, by=by)
    return lambda: accounts.renew_password(member, by=by)


@case("members.titles.choose", "choose_title")
def _(world):
    dictionaries.plant()
    by = world.role(world.branch)
    post = old_post(by, "组织委员")
    title = titles.offered(world.branch)[-1][0]
    return lambda: titles.choose(post, title, by=by)


@case("members.titles.choose_suggested", "choose_title")
def _(world):
    dictionaries.plant()
    by = world.role(world.branch)
    old_post(by, "组织委员")
    return lambda: titles.choose_suggested(by)


@case("members.titles_load.load", "load_title")
def _(world):
    dictionaries.plant()
    member = entered(world.role(world.branch))
    return lambda: titles_load.load([line(member, world.school, "组织委员")], write=True)


@case("archives.disclosure.holder_is_told", "show_number_holder")
def _(world):
    by, held = world.role(world.other_branch), waiting(world.role(world.branch)).member.holding
    return lambda: disclosure.holder_is_told(held, by=by)


@case("archives.disclosure.person_known", "show_known_person")
def _(world):
    by, member = world.role(world.other_branch), waiting(world.role(world.branch)).member
    return lambda: disclosure.person_known(member, by=by)


@case("archives.appointment.meet", "show_known_person")
def _(world):
    by, member = world.role(world.other_branch), waiting(world.role(world.branch)).member
    return lambda: appointment.meet(member, EntryFactory(), organization=world.other_branch, by=by)


@case("orgs.province.appoint", "appoint_duty")
def _(world):
    return lambda: province.appoint(username="demo.auditor", name="演示审计", duty=Duty.AUDITOR)


@case("orgs.province.reset_appointed", "reset_password")
def _(world):
    username = system(world).user.username
    return lambda: province.reset_appointed(username)


@case("orgs.province.end_appointed", "end_duty")
def _(world):
    leaving, _ = system(world), system(world)
    return lambda: province.end_appointed(leaving.user.username)


@case("orgs.accounts.begin_session", "log_in")
def _(world):
    request = request_of(world.role(world.branch))
    return lambda: signing.begin_session(None, request, request.user)


@case("orgs.accounts.record_failure", "log_in_failed")
def _(world):
    return lambda: signing.record_failure(None, {"username": "nobody"})


@case("orgs.accounts.why_not_proved", "log_in_failed")
def _(world):
    request = request_of(world.role(world.branch))
    return lambda: signing.why_not_proved(request, request.user, PASSWORD + "x")


@case("orgs.accounts.act_as", "act_as")
def _(world):
    role = world.role(world.branch)
    request = request_of(role)
    return lambda: signing.act_as(request, role)


@case("orgs.accounts.sign_out", "log_out")
def _(world):
    request = request_of(world.role(world.branch))
    return lambda: signing.sign_out(request)


@case("orgs.accounts.change_password", "change_password")
def _(world):
    request = request_of(world.role(world.branch))
    return lambda: signing.change_password(request, request.user, "lang-genug-und-neu")


@case("orgs.second_factor.confirm", "second_factor.set_up")
def _(world):
    request = request_of(world.role(world.branch))
    phone = second_factor.begin(request.user)
    return lambda: second_factor.confirm(request, phone, code_of(phone))


@case("orgs.second_factor.check", "second_factor.verify")
def _(world):
    request = request_of(world.role(world.branch))
    phone = phone_of(request)
    return lambda: second_factor.check(request.user, code_of(phone), role=request.role)


@case("orgs.second_factor.verify", "second_factor.verify")
def _(world):
    request = request_of(world.role(world.branch))
    phone = phone_of(request)
    return lambda: second_factor.verify(request, code_of(phone))


@case("orgs.second_factor.renew_codes", "second_factor.new_codes")
def _(world):
    request = request_of(world.role(world.branch))
    phone_of(request)
    return lambda: second_factor.renew_codes(request)


@case("orgs.second_factor.remove", "second_factor.remove")
def _(world):
    request = request_of(world.role(world.branch))
    phone_of(request)
    return lambda: second_factor.remove(request)


def student(world):
    by = world.role(world.branch)
    return entered(by, study_status="junior", education="primary"), by


@case("members.study.update", "study")
def _(world):
    member, by = student(world)
    seen = study.Study.of(member)
    return lambda: study.update(member, replace(seen, study_status="senior"), seen=seen, by=by)


@case("members.study.update_all", "study")
def _(world):
    member, by = student(world)
    seen = study.Study.of(member)
    rows = [(member, replace(seen, study_status="senior"), seen)]
    return lambda: study.update_all(rows, organization=world.branch, by=by)


def test_no_service_is_forgotten():
    """A new one gets a case here, or a line that says why it writes nothing of its own."""
    found, tried = set(services()), {service.split(" ")[0] for service in CASES}
    assert found == tried | set(SILENT), {
        "without a case": found - tried - set(SILENT),
        "gone": (tried | set(SILENT)) - found,
    }
    assert not tried & set(SILENT)


@pytest.mark.parametrize("service", sorted(CASES))
def test_each_service_leaves_exactly_its_own_event(world, service):
    make, verbs = CASES[service]
    act = make(world)
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    act()
    left = list(AuditEvent.objects.filter(pk__gt=last).values_list("verb", flat=True))
    assert sorted(left) == sorted(verbs) and left.count(verbs[0]) == 1
    roles = set(AuditEvent.objects.filter(pk__gt=last).values_list("role", flat=True))
    assert roles == {None} if service.split(" ")[0] in BY_NOBODY else None not in roles
