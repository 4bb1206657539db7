"""Notices: to whom, once, closed for everybody, read by each."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.urls import reverse

from orgs.models import Duty, Notice, Organization, Role
from orgs.services import notices
from tests.factories import RoleFactory, World


def tell(
    organization: Organization, subject: str = "test:1", sort: str = Notice.Sort.TODO, **more: object
) -> None:
    notices.tell(organization, sort=sort, kind="待审核", title=f"事项 {subject}", subject=subject, **more)


def seen(role: Role) -> list[str]:
    return list(Notice.objects.visible_to(role).values_list("subject", flat=True))


def test_a_notice_travels_neither_up_nor_down(world: World) -> None:
    tell(world.school)
    assert seen(world.role(world.school)) == ["test:1"]
    for place in (world.county, world.general, world.street, world.other_school):
        assert seen(world.role(place)) == []
    assert seen(RoleFactory(organization=world.school, duty=Duty.CADRE)) == []


def test_an_open_to_do_is_not_repeated_but_a_closed_one_may_come_again(
    world: World, committee_role: Role
) -> None:
    tell(world.school)
    tell(world.school)
    assert Notice.objects.count() == 1
    notices.finish("test:1", by=committee_role.user)
    tell(world.school)
    assert Notice.objects.count() == 2


def test_results_are_told_each_time(world: World) -> None:
    tell(world.branch, sort=Notice.Sort.RESULT)
    tell(world.branch, sort=Notice.Sort.RESULT)
    assert Notice.objects.count() == 2


def test_a_repeated_to_do_does_not_break_the_transaction_around_it(world: World) -> None:
    tell(world.school)
    with transaction.atomic():
        tell(world.school)
        tell(world.school, "test:2")
    assert Notice.objects.count() == 2


def test_finishing_closes_only_this_subject_and_names_who_did_it(world: World, committee_role: Role) -> None:
    tell(world.school)
    tell(world.school, "test:12")
    notices.finish("test:1", by=committee_role.user)
    done, still = Notice.objects.order_by("pk")
    assert (done.done_by, still.done_at) == (committee_role.user, None)


def test_reading_is_personal_and_may_happen_twice(world: World) -> None:
    one, other = world.role(world.school), world.role(world.school)
    tell(world.school)
    notice = Notice.objects.get()
    notices.mark_read([notice], by=one.user)
    notices.mark_read([notice], by=one.user)
    assert not Notice.objects.unread_by(one.user).exists()
    assert Notice.objects.unread_by(other.user).get() == notice
    assert Notice.objects.with_unread(one.user).get().unread is False
    assert Notice.objects.with_unread(other.user).get().unread is True


def test_a_link_to_a_page_that_does_not_exist_is_empty(world: World) -> None:
    tell(world.school, "a", link="inbox")
    tell(world.school, "b", link="no-such-page")
    tell(world.school, "c", link="inbox", link_args=["too many"])
    tell(world.school, "d")
    assert [one.url for one in Notice.objects.order_by("pk")] == [reverse("inbox"), "", "", ""]


def test_a_result_that_cannot_be_written_is_not_swallowed(world: World) -> None:
    tell(world.school, sort=Notice.Sort.RESULT)
    broken = Organization(pk=0)
    try:
        with transaction.atomic():
            tell(broken, sort=Notice.Sort.RESULT)
            transaction.get_connection().check_constraints()
    except IntegrityError:
        return
    raise AssertionError("a notice to nobody was accepted")
