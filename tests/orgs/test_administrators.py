"""Administrators: who may set whom, never more than there may be, one account a person; and every way up somebody might try."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orgs.keepers import why_not_take_over
from orgs.models import AuditEvent, Duty, Notice, ProvinceSettings, Role, User
from orgs.services import administrators, credentials, second_factor
from orgs.services import organizations as tree
from orgs.services.administrators import AdministratorRefused, Appointed, Whom
from tests.factories import PASSWORD, RoleFactory, UserFactory, plant_world
from tests.orgs.trees import in_background
from tests.races import at_once, only
from zhtj.lib.states import StaleState

NEW = Whom("演示新人", "xinren01")


def appoint(place, whom=NEW, *, by):
    return administrators.appoint(place, whom, seen=administrators.staff_seen(place), by=by)


def replace(role, whom=NEW, *, by):
    return administrators.replace(role, whom, seen=administrators.staff_seen(role.organization), by=by)


def end(role, *, by):
    administrators.end(role, seen=administrators.staff_seen(role.organization), by=by)


def reset(user, *, by):
    return administrators.reset_password(user, seen=administrators.password_seen(user), by=by)


def own(role):
    """The person of this role, as whoever knows account and name would give them."""
    return Whom(role.user.name, role.user.username, existing=True)


def system(world):
    return RoleFactory(organization=world.province, duty=Duty.SYSTEM)


def untouched(user):
    before = (user.password, user.sessions)
    user.refresh_from_db()
    return (user.password, user.sessions) == before


# Who may what to whom ------------------------------------------------------------------------------

BELOW = {
    "province": {"city", "county", "school", "general", "branch", "street_branch", "other_branch"},
    "county": {"school", "general", "branch", "street_branch"},
    "school": {"general", "branch"},
    "general": {"branch"},
    "branch": set(),
    "street": {"street_branch"},
}
PLACES = ("province", "city", "county", "school", "general", "branch", "street_branch", "other_branch")


@pytest.mark.parametrize("who", [*BELOW, "system"])
def test_exactly_those_above_appoint_replace_end_and_reset(world, who):
    by = system(world) if who == "system" else world.role(getattr(world, who))
    for place in PLACES:
        organization, one = getattr(world, place), world.role(getattr(world, place))
        ProvinceSettings.objects.update_or_create(id=1, defaults={"administrators_each": 9})
        allowed = who == "system" or place in BELOW[who]
        assert (administrators.why_not_appoint(organization, by) == "") is allowed, place
        assert (administrators.why_not_end(one, by) == "") is allowed, place
        assert (why_not_take_over(one.user, by=by) == "") is allowed, place
        deeds = (
            lambda organization=organization, place=place: appoint(
                organization, Whom("演示新人", f"new-{place}"), by=by
            ),
            lambda one=one: reset(one.user, by=by),
            lambda one=one, place=place: replace(one, Whom("演示接任", f"next-{place}"), by=by),
        )
        for deed in deeds:
            if allowed:
                assert deed()
            else:
                with pytest.raises(PermissionDenied):
                    deed()


@pytest.mark.parametrize("duty", [Duty.CADRE, Duty.AUDITOR])
def test_no_other_duty_sets_administrators(world, duty):
    by, one = RoleFactory(organization=world.province, duty=duty), world.role(world.school)
    for deed in (lambda: appoint(world.school, by=by), lambda: replace(one, by=by), lambda: reset(one.user, by=by)):  # fmt: skip
        with pytest.raises(PermissionDenied):
            deed()
    with pytest.raises(AdministratorRefused):
        end(one, by=by)


# Appointing, replacing, ending ----------------------------------------------------------------------


def test_a_new_administrator_has_a_password_to_change_and_a_proposed_account(world):
    made = appoint(world.school, Whom(" 演示  张三 "), by=world.role(world.county))
    user = made.role.user
    assert user.name == "演示张三" and user.username.startswith("yanshizhangsan")
    assert user.check_password(made.password) and user.must_change_password
    assert (made.role.organization, made.role.duty) == (world.school, Duty.ADMINISTRATOR)
    event = AuditEvent.objects.get(verb="administrator.appoint")
    assert (event.subject, event.organization) == (f"role:{made.role.pk}", world.school)
    assert Notice.objects.get(organization=world.school).title == "演示张三 已设为本组织管理员"


@pytest.mark.parametrize(
    ("whom", "field", "words"),
    [
        (Whom("演示新人", "TAKEN"), "username", "该账号已存在，请换一个"),
        (Whom("演示新人", "110101200801015006"), "username", "不能用身份证号码或手机号码"),
        (Whom("演示新人", "ab"), "username", "4 至 32 个"),
        (Whom("演", "xinren01"), "name", "姓名应为 2 至 50 个字，现为 1 个字"),
        (Whom("演示\u202e新人", "xinren01"), "name", "看不见的字符"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words_and_nothing_is_made(world, whom, field, words):
    UserFactory(username="taken")
    people = User.objects.count()
    with pytest.raises(AdministratorRefused, match=words) as refused:
        appoint(world.school, whom, by=world.role(world.county))
    assert refused.value.field == field and User.objects.count() == people + 1  # whoever acts
    assert not administrators.staff(world.school)


def test_no_more_than_the_province_allows_and_who_they_are_is_said(world):
    by, names = world.role(world.county), "演示甲（jia001）、演示乙（yi0001）"
    first = appoint(world.school, Whom("演示甲", "jia001"), by=by)
    appoint(world.school, Whom("演示乙", "yi0001"), by=by)
    with pytest.raises(AdministratorRefused, match=f"已有 2 名管理员：{names}，每个组织至多 2 名"):
        appoint(world.school, by=by)
    assert not User.objects.filter(username=NEW.username).exists()
    ended = replace(first.role, by=by)  # also where it is full
    assert [one.user.name for one in administrators.staff(world.school)] == ["演示乙", "演示新人"]
    events = AuditEvent.objects.filter(verb="administrator.replace").values_list("subject", "note")
    assert list(events) == [(f"role:{ended.role.pk}", f"role:{first.role.pk}")]
    ProvinceSettings.objects.update_or_create(id=1, defaults={"administrators_each": 3})
    appoint(world.school, Whom("演示丙", "bing01"), by=by)


def test_ending_says_what_it_brings_about_and_the_reviews_go_up(world):
    by, one = world.role(world.city), world.role(world.school)
    RoleFactory(user=one.user, organization=world.street)
    lines = administrators.consequences(one)
    assert any("丁街道团工委”管理员" in line for line in lines)
    assert (
        f"待“{world.school.name}”审核和办理的事项转由“{world.city.name}”办理" in lines
    )  # the county has nobody
    end(one, by=by)
    one.refresh_from_db()
    assert one.ended_at and not administrators.staff(world.school)
    with pytest.raises(StaleState):
        administrators.end(one, seen="x", by=by)
    with pytest.raises(AdministratorRefused, match="已不是"):
        end(one, by=by)
    second = appoint(world.school, by=by)
    assert not any("没有管理员" in line for line in administrators.consequences(one))
    assert any("将没有管理员" in line for line in administrators.consequences(second.role))


def test_what_was_decided_on_an_old_page_is_not_carried_out(world):
    by, one = world.role(world.county), world.role(world.school)
    seen = administrators.staff_seen(world.school)
    appoint(world.school, by=by)
    other = Whom("演示他人", "taren01")
    for deed in (
        lambda: administrators.appoint(world.school, other, seen=seen, by=by),
        lambda: administrators.replace(one, other, seen=seen, by=by),
        lambda: administrators.end(one, seen=seen, by=by),
    ):
        with pytest.raises(StaleState, match="请核对现在的管理员"):
            deed()
    assert not User.objects.filter(username="taren01").exists()


def test_a_closed_organisation_gets_nobody(world):
    tree.deactivate(world.sibling, by=world.role(world.school))
    world.sibling.refresh_from_db()
    with pytest.raises(AdministratorRefused, match="已停用"):
        appoint(world.sibling, by=world.role(world.school))


def test_who_is_dismissed_while_the_organisation_is_closed_is_not_back_when_it_opens(world, log_in):
    by, gone, back = world.role(world.school), world.role(world.sibling), world.role(world.sibling)
    tree.deactivate(world.sibling, by=by)
    for role in (gone, back):
        role.refresh_from_db()
    with pytest.raises(AdministratorRefused, match="已停用，不能设置管理员"):
        replace(gone, by=by)
    client, page = log_in(by), reverse("administrators", args=[world.sibling.pk])
    shown = client.get(page).content.decode()
    assert gone.user.name in shown and "不再担任的请先停用" in shown
    assert reverse("administrator-replace", args=[gone.pk]) not in shown
    ending = reverse("administrator-end", args=[gone.pk])
    assert "将没有管理员" not in client.get(ending).content.decode()
    client.post(ending, {"seen": administrators.staff_seen(world.sibling)})
    gone.refresh_from_db()
    assert gone.ended_at is not None
    tree.reactivate(world.sibling, by=by)
    assert list(Role.objects.current().filter(organization=world.sibling).order_by("pk")) == [back]


# One account a person -------------------------------------------------------------------------------


def test_an_existing_account_goes_on_with_its_password_and_both_roles_are_offered(world, client):
    cadre = RoleFactory(organization=world.branch, duty=Duty.CADRE, user__name="演示书记")
    by = world.role(world.school)
    assert administrators.alike(world.general, "演示书记") == [cadre]  # directly below counts
    assert administrators.alike(world.school, "演示书记") == []
    made = appoint(world.general, own(cadre), by=by)
    assert made.password == "" and made.role.user == cadre.user and cadre.user.check_password(PASSWORD)
    client.post(reverse("login"), {"username": cadre.user.username, "password": PASSWORD})
    page = client.get(reverse("roles")).content.decode()
    assert world.general.name in page and world.branch.name in page and "团干部本人" in page


def told_of(role):
    """Who reads in 操作中心 that this role was given, with the words."""
    return {
        one.organization: one.body for one in Notice.objects.filter(subject=f"role:{role.pk}", kind="管理员")
    }


def test_those_for_whom_somebody_acts_already_are_told_of_a_further_role_and_what_to_do(world):
    by, one, colleague = world.role(world.street), world.role(world.school), world.role(world.school)
    world.role(world.county)
    made = appoint(world.street_branch, own(one), by=by).role
    told = told_of(made)
    assert set(told) == {world.school, world.street_branch}
    assert "由“丁街道团工委”办理" in told[world.school] and "联系停用该身份" in told[world.school]
    assert "今后密码由“共青团乙县委员会”的管理员重置" in told[world.school]
    end(colleague, by=world.role(world.county))  # from now on nobody else is there
    made = appoint(world.other_branch, own(one), by=world.role(world.other_school)).role
    assert set(told_of(made)) == {
        world.school,
        world.county,
        world.street_branch,
        world.street,
        world.other_branch,
    }


def test_of_somebody_new_nobody_else_is_told(world):
    made = appoint(world.branch, by=world.role(world.school)).role
    assert set(told_of(made)) == {world.branch}


def test_who_is_one_already_is_not_made_one_twice(world):
    by, one = world.role(world.county), world.role(world.school)
    with pytest.raises(AdministratorRefused, match="已是“丙中学团委”的管理员"):
        appoint(world.school, own(one), by=by)
    with pytest.raises(AdministratorRefused, match="没有更换"):
        replace(one, own(one), by=by)
    one.refresh_from_db()
    assert one.ended_at is None


def test_a_change_of_roles_ends_the_persons_sessions_and_nobody_elses(world):
    by, one, other = world.role(world.city), world.role(world.school), world.role(world.street)
    clients = {role: Client() for role in (by, one, other)}

    def alive(role):
        return not clients[role].get(reverse("inbox")).headers.get("Location", "").startswith("/login/")

    for deed in (
        lambda: appoint(world.general, own(one), by=by),
        lambda: end(one, by=by),
        lambda: reset(User.objects.get(pk=one.user_id), by=by),
    ):
        for role, browser in clients.items():
            browser.force_login(User.objects.get(pk=role.user_id))
        assert alive(one)
        deed()
        assert [alive(by), alive(one), alive(other)] == [True, False, True]


def test_a_lost_phone_is_forgotten_only_when_asked_for(world):
    by, one = world.role(world.city), world.role(world.school)
    second_factor.begin(one.user)
    one.user.totpdevice_set.update(confirmed=True)
    reset(one.user, by=by)
    assert second_factor.is_set(one.user)
    one.user.refresh_from_db()
    seen = administrators.password_seen(one.user)
    administrators.reset_password(one.user, seen=seen, by=by, second_factor=True)
    assert not second_factor.is_set(one.user)
    assert AuditEvent.objects.latest("pk").fields == ["password", "second_factor"]


# Ways up, each closed -------------------------------------------------------------------------------


def test_attack_reset_somebody_who_is_also_administrator_elsewhere(world):
    by, one = world.role(world.county), world.role(world.school)
    RoleFactory(user=one.user, organization=world.other_school)
    with pytest.raises(PermissionDenied, match=f"账号由“{world.province.name}”的管理员重置"):
        reset(one.user, by=by)
    assert untouched(one.user)
    reset(one.user, by=Role.objects.get(organization=world.province))


def test_attack_reset_a_colleague_or_a_superior_who_also_administers_a_branch(world):
    by = world.role(world.school)
    for place in (world.school, world.county):
        person = world.role(place)
        RoleFactory(user=person.user, organization=world.branch)
        with pytest.raises(PermissionDenied, match="不全在您的管理范围内"):
            reset(person.user, by=by)
        assert untouched(person.user)


def test_attack_appoint_a_stranger_below_and_then_reset_the_password(world):
    by, stranger = world.role(world.county), world.role(world.other_county)
    appoint(world.school, own(stranger), by=by)
    stranger.user.refresh_from_db()
    with pytest.raises(PermissionDenied):
        reset(stranger.user, by=by)
    assert untouched(stranger.user)


def test_attack_reset_an_account_without_any_role_left(world):
    """No role is outside one's reach where there is none: an account that may be given a role again tomorrow."""
    stranger = world.role(world.other_county)
    Role.objects.filter(pk=stranger.pk).update(ended_at=timezone.now())
    with pytest.raises(PermissionDenied, match="省级系统管理员"):
        reset(stranger.user, by=world.role(world.county))
    assert untouched(stranger.user)


def test_attack_reset_somebody_whose_other_organisation_is_closed_for_now(world):
    one = world.role(world.branch)
    RoleFactory(user=one.user, organization=world.street_branch)
    tree.deactivate(world.street_branch, by=world.role(world.street))
    with pytest.raises(PermissionDenied, match="不全在您的管理范围内"):
        reset(one.user, by=world.role(world.school))


def test_attack_reset_a_cadre_of_above_or_beside(world):
    by = world.role(world.school)
    for place, allowed in ((world.school, True), (world.branch, True), (world.county, False), (world.street, False)):  # fmt: skip
        cadre = RoleFactory(organization=place, duty=Duty.CADRE)
        assert (why_not_take_over(cadre.user, by=by) == "") is allowed, place


@pytest.mark.parametrize("duty", [Duty.SYSTEM, Duty.AUDITOR])
def test_attack_take_an_account_of_the_system_or_of_the_audit(world, duty):
    apart = RoleFactory(organization=world.province, duty=duty)
    RoleFactory(user=apart.user, organization=world.school)
    for by in (world.role(world.county), Role.objects.get(organization=world.province, duty="administrator")):
        with pytest.raises(PermissionDenied):
            reset(apart.user, by=by)
        with pytest.raises(AdministratorRefused, match="不相符，或该账号不能使用"):
            appoint(world.general, own(apart), by=by)
    assert untouched(apart.user)
    other = system(world)
    assert (why_not_take_over(apart.user, by=other) == "") is (duty == Duty.SYSTEM)
    with pytest.raises(AdministratorRefused):
        appoint(world.general, own(apart), by=other)


def test_attack_system_administrator_makes_themselves_administrator_of_the_province(world):
    by = system(world)
    with pytest.raises(AdministratorRefused, match="不相符，或该账号不能使用"):
        appoint(world.province, own(by), by=by)


def test_attack_keep_the_password_of_an_account_until_it_has_a_higher_role(world):
    """Whoever makes or resets an account knows its password until it is changed."""
    county, city = world.role(world.county), world.role(world.city)
    first = appoint(world.school, by=county)
    second = appoint(world.county, own(first.role), by=city)
    user = User.objects.get(pk=first.role.user_id)
    assert user.check_password(second.password) and not user.check_password(first.password)
    assert user.must_change_password and AuditEvent.objects.latest("pk").fields == ["password"]


def test_attack_be_shown_a_password_of_an_account_with_a_higher_role(world):
    """The same the other way round: the new password is for whoever could reset the account."""
    made = appoint(world.county, by=world.role(world.city))
    with pytest.raises(AdministratorRefused, match="还没有修改一次性密码，暂不能增加身份") as refused:
        appoint(world.branch, own(made.role), by=world.role(world.school))
    assert refused.value.field == "username" and made.role.user.check_password(made.password)
    assert untouched(made.role.user)
    assert not Role.objects.filter(user=made.role.user, organization=world.branch).exists()


def test_attack_oneself_appointed_ended_replaced_or_reset(world):
    by = world.role(world.school)
    mine = RoleFactory(user=by.user, organization=world.general)
    with pytest.raises(AdministratorRefused, match="不能把自己设为管理员"):
        appoint(world.branch, own(by), by=by)
    for deed in (lambda: end(mine, by=by), lambda: replace(mine, by=by)):
        with pytest.raises(AdministratorRefused, match="不能停用或更换自己"):
            deed()
    with pytest.raises(PermissionDenied, match="修改密码"):
        reset(by.user, by=by)


def test_attack_end_another_duty_through_the_administrators_page(world):
    cadre = RoleFactory(organization=world.branch, duty=Duty.CADRE)
    with pytest.raises(AdministratorRefused, match="不在这里停用"):
        end(cadre, by=world.role(world.school))


def test_attack_find_out_who_exists_by_trying_accounts_and_names(world, settings):
    settings.DISCLOSURES_AN_HOUR = 5
    by, stranger = world.role(world.school), world.role(world.other_school)
    off = UserFactory(is_active=False)
    tries = (
        Whom(stranger.user.name, "nobody", existing=True), Whom("演示无人", stranger.user.username, existing=True),
        Whom("演示无人", "nobody", existing=True), Whom(off.name, off.username, existing=True), Whom("", "", existing=True),
    )  # fmt: skip
    told = set()
    for whom in tries:
        with pytest.raises(AdministratorRefused) as refused:
            appoint(world.branch, whom, by=by)
        told.add((str(refused.value), refused.value.field))
    assert told == {(administrators.NO_MATCH, "username")}
    assert AuditEvent.objects.filter(verb="administrator.unmatched", user=by.user).count() == 5
    with pytest.raises(AdministratorRefused, match="已达上限"):  # now not even who matches
        appoint(world.branch, own(stranger), by=by)
    appoint(world.branch, own(stranger), by=world.role(world.county))


def test_attack_find_out_who_exists_by_opening_accounts(world, settings):
    settings.DISCLOSURES_AN_HOUR = 3
    by, taken = world.role(world.school), world.role(world.other_school).user.username
    for username in (taken, taken.upper(), f" {taken}"):
        with pytest.raises(AdministratorRefused, match="该账号已存在，请换一个"):
            appoint(world.branch, Whom("演示新人", username), by=by)
    assert AuditEvent.objects.filter(verb="administrator.unmatched", user=by.user).count() == 3
    for username in (taken, "free001"):
        with pytest.raises(AdministratorRefused, match="已达上限"):
            appoint(world.branch, Whom("演示新人", username), by=by)
    assert appoint(world.branch, Whom("演示新人"), by=by)  # an account that is proposed


def test_a_proposed_account_is_free_and_says_the_name(world):
    assert credentials.propose_username("吕布").startswith("lv")
    assert credentials.propose_username("阿依古丽·买买提").startswith("ayigulimaimaiti")
    assert not credentials.username_problem(credentials.propose_username("\U00020000\U00020001"))


def test_a_promise_of_the_database_that_is_not_about_the_account_is_not_told_as_a_taken_account(world):
    by = world.role(world.school)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orgs_role ADD CONSTRAINT none_any_more CHECK (id < 0) NOT VALID")
    with pytest.raises(IntegrityError, match="none_any_more"), transaction.atomic():
        appoint(world.branch, by=by)


# At the same moment ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_account_made_by_somebody_else_in_that_moment_is_told_as_taken(world):
    by = world.role(world.school)

    def late():
        with pytest.raises(AdministratorRefused, match="该账号已存在，请换一个"):
            appoint(world.branch, by=by)

    with in_background(late) as start_and_block, transaction.atomic():
        UserFactory(username=NEW.username)
        start_and_block()
    assert not administrators.staff(world.branch)


@pytest.mark.django_db(transaction=True)
def test_two_superiors_at_once_do_not_make_three():
    world = plant_world()
    one, two = world.role(world.county), world.role(world.city)
    for place in (world.school, world.street, world.county_branch):
        appoint(place, Whom("演示先到", ""), by=one)
        seen = administrators.staff_seen(place)
        results = at_once(
            *[
                lambda by=by, place=place, seen=seen: administrators.appoint(
                    place, Whom("演示新人"), seen=seen, by=by
                )
                for by in (one, two)
            ]
        )
        assert [len(only(Appointed, results)), len(only(StaleState, results))] == [1, 1], results
        assert len(administrators.staff(place)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_role_given_at_the_moment_of_a_reset_is_seen_by_it_or_waits_for_it():
    """Never: a password that a county knows, on an account that another county has just been given."""
    world = plant_world()
    county, other = world.role(world.county), world.role(world.other_county)
    for _ in range(4):
        one = world.role(world.school)
        given, done = at_once(
            lambda one=one: appoint(world.other_school, own(one), by=other),
            lambda one=one: reset(one.user, by=county),
        )
        if isinstance(done, str):  # the role comes after the person has changed the password
            assert isinstance(given, AdministratorRefused), (given, done)
        else:
            assert isinstance(given, Appointed) and isinstance(done, PermissionDenied), (given, done)
        Role.objects.filter(user=one.user).update(ended_at=timezone.now())
