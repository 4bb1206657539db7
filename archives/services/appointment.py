"""为已有人员添加任职: a post for somebody who is in the system already, never a second person."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from archives.services import drafts
from archives.services.disclosure import person_known
from members.models import Member, Post
from members.rules import Entry
from members.services import accounts, changes, in_person, posts
from members.services.changes import POST_COLUMNS
from members.services.posts import PostTaken
from orgs import policy
from orgs.kinds import Kind
from orgs.models import Notice, Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState


def may_appoint(by: Role, organization: Organization) -> bool:
    return policy.may(by, _act(by, organization), organization)


def require_may_appoint(by: Role, organization: Organization) -> None:
    policy.require(by, _act(by, organization), organization)


def _act(by: Role, organization: Organization) -> Act:
    """Whoever may enter a cadre there by form B may appoint a known person there too."""
    below = organization.pk != by.organization_id and organization.kind == Kind.BRANCH
    return Act.ENTER_BELOW if below else Act.APPOINT


def meet(member: Member, entry: Entry, *, organization: Organization, by: Role) -> tuple[Problem, bool]:
    """The ID number of an entry is this person's: the words for it, and whether a post for them may be offered instead.

    Out of sight only the organisation is named (limited, on record); in sight, too, until the typed name is theirs.
    """
    if not Member.objects.visible_to(by).filter(pk=member.pk).exists():
        return person_known(member, by=by), False
    way, may_offer = _way(member, entry, organization, by)
    detail = f"所在组织：{member.organization.name}。{way}"
    return Problem("id_number", "id_known", "该身份证号码已在系统中", detail), may_offer


def _way(member: Member, entry: Entry, organization: Organization, by: Role) -> tuple[str, bool]:
    if not entry.is_cadre or not may_appoint(by, organization):
        return "请办理团组织关系转接，不要重复录入。", False
    if entry.name != member.name:
        return "所填姓名与该人员登记的姓名不一致，请核对姓名和身份证号码。", False
    try:
        posts.require_open(entry, organization, member=member)
    except PostTaken as taken:
        return f"{taken.problem.message}。{taken.problem.detail}", False
    return "不要重复录入，可为已有人员添加任职。", True


@transaction.atomic
def appoint(
    member: Member, entry: Entry, *, organization: Organization, by: Role, key: UUID | None = None
) -> Post:
    """Give a known person the post of a checked and cleared entry, and tell their organisation.

    `key` is that of the entry form this came of, whose draft goes.

    Raises:
        PermissionDenied: the role may not appoint there, or the organisation was closed.
        PostTaken: they hold a post there, or the organisation has its 书记.
        StaleState: their entry was withdrawn meanwhile.
    """
    require_may_appoint(by, organization)
    place = settled(organization.pk)
    if not place.is_active:
        raise PermissionDenied(f"“{place.name}”已停用，不能登记任职。")
    if key:
        drafts.become_entry(key, by=by)
    # A withdrawal ends the person's posts: it comes wholly before us (and we refuse) or wholly after (and ends this one too).
    person = Member.objects.select_for_update(no_key=True, of=("self",)).get(pk=member.pk)
    if person.state == Member.State.WITHDRAWN:
        raise StaleState("该人员的录入已撤回，请刷新后查看。")
    post = posts.appoint(person, entry, place)
    audit.record(role=by, verb="appoint", subject=f"member:{person.pk}", organization=place)
    _tell(person, place, f"{person.name}在{place.name}任职", by=by)
    return post


@transaction.atomic
def leave(post: Post, *, on: date, by: Role) -> None:
    """登记离任 of a post in the role's own organisation: it becomes history, and the person's organisation is told.

    Raises:
        PermissionDenied: the post is another organisation's.
        StaleState: it has ended already.
    """
    policy.require(by, Act.APPOINT, post.organization)
    settled(post.organization_id)
    posts.end(post, on=on)
    accounts.close(post.member, post.organization, by=by)
    audit.record(role=by, verb="leave", subject=f"member:{post.member_id}", organization=post.organization)
    _tell(post.member, post.organization, f"{post.member.name}在{post.organization.name}离任", by=by)


@transaction.atomic
def change(post: Post, entry: Entry, *, by: Role) -> bool:
    """变更任职 of a post in the role's own organisation, as a checked and cleared entry has it; False when nothing changed.

    在岗状态 alone is put right in place, with its history; anything else ends the post, and a new one begins in that month.

    Raises:
        PermissionDenied: the post is another organisation's.
        PostTaken: the organisation has another 书记.
        StaleState: it has ended already.
    """
    policy.require(by, Act.APPOINT, post.organization)
    place = settled(post.organization_id)
    changed = differences(post, entry)
    if not changed:
        return False
    if changed == ["on_duty"]:
        before = post.on_duty
        posts.set_on_duty(post, entry.on_duty)
        changes.record(post.member, {"on_duty": (before, entry.on_duty)}, by=by)
        in_person.tell(post.member, place, kind="任职", title=f"您在{place.name}的在岗状态已变更", by=by)
    else:
        posts.replace(post, entry, place)
        _tell(post.member, place, f"{post.member.name}在{place.name}的任职已变更", by=by)
    audit.record(
        role=by, verb="change_post", subject=f"member:{post.member_id}", organization=place, fields=changed
    )
    return True


def differences(post: Post, entry: Entry) -> list[str]:
    """What of the post an entry has otherwise, by field of the form."""
    return [name for name, column in POST_COLUMNS.items() if getattr(post, column) != getattr(entry, name)]


def _tell(person: Member, place: Organization, title: str, *, by: Role) -> None:
    """The cadre in person, and both organisations, but not the one that did it; only the person's own can open the person's page for sure."""
    in_person.tell(person, place, kind="任职", title=title, by=by)
    for told in {person.organization, place} - {by.organization}:
        own = told == person.organization
        notices.tell(
            told,
            sort=Notice.Sort.NEWS,
            kind="任职",
            title=title,
            subject=f"member:{person.pk}",
            link="member" if own else "cadres",
            link_args=[str(person.uuid)] if own else [],
        )
