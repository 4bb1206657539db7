"""Posts of cadres: one current post per person and organisation, one 书记 per organisation; what ended stays as history."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import Member, Post
from members.models.post import SECRETARY
from members.rules import Entry
from orgs.models import Organization
from zhtj.lib.dates import say_month
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState


class PostTaken(Exception):
    """The post cannot be given; `problem` says why at 团内现任职务."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def require_open(entry: Entry, organization: Organization, *, member: Member | None = None) -> None:
    """Insist that the post an entry names can be given there, to this person when they are known already.

    Raises:
        PostTaken: they hold a post there, or the organisation has its 书记.
    """
    if not entry.is_cadre:
        return
    if member and Post.objects.current().filter(member=member, organization=organization).exists():
        words = "此人在本组织已有现任职务，一人在一个组织只有一个现任职务"
        raise PostTaken(
            Problem("title", "post_held", words, "职务变动的，请在干部列表打开其页面，变更任职。")
        )
    require_title_open(entry.title, organization)


def require_title_open(title: str, organization: Organization, *, but: Post | None = None) -> None:
    """Insist that the organisation can give this title (to whoever holds `but` already): one 书记 each.

    Raises:
        PostTaken: it has its 书记.
    """
    if title != SECRETARY:
        return
    others = Post.objects.current().filter(organization=organization, title=SECRETARY)
    if post := others.exclude(pk=but.pk if but else 0).select_related("member").first():
        detail = (
            f"现任书记：{post.member.name}，{say_month(post.since)}任职。须先登记其离任，或选择其他职务。"
        )
        raise PostTaken(Problem("title", "secretary_taken", "该组织已有书记，一个组织只有一名书记", detail))


def appoint(member: Member, entry: Entry, organization: Organization) -> Post:
    """The post an entry names: a row of its own. The rules have seen to it that it is whole; the caller holds `organization`.

    Raises:
        PostTaken: by another, or already held; also when that happened at this very moment.
    """
    if entry.post_since is None or entry.on_party_committee is None:
        raise ValueError("the rules let an incomplete post pass")
    post = Post(
        member=member,
        title=entry.title,
        since=entry.post_since,
        appointed_by=entry.appointed_by,
        nature=entry.cadre_nature,
        on_party_committee=entry.on_party_committee,
        on_duty=entry.on_duty,
    )
    post.place(organization)
    try:
        with transaction.atomic():
            post.save(force_insert=True)
    except IntegrityError:
        # The constraints decide between two at once; by now the other's row can be read.
        require_open(entry, organization, member=member)
        raise
    return post


def end(post: Post, *, on: date) -> None:
    """离任: the post becomes history.

    Raises:
        StaleState: it has ended already.
    """
    if not Post.objects.current().filter(pk=post.pk).update(ended_on=on):
        raise StaleState("该任职已登记离任，请刷新后查看。")
    post.ended_on = on


def replace(post: Post, entry: Entry, organization: Organization) -> Post:
    """变更任职: the post ends in the month in which the new one begins. The caller holds `organization`.

    Raises:
        StaleState: it has ended already.
        PostTaken: the organisation has another 书记.
    """
    if entry.post_since is None:
        raise ValueError("the rules let an incomplete post pass")
    end(post, on=entry.post_since)
    return appoint(post.member, entry, organization)


def set_on_duty(post: Post, on_duty: str) -> None:
    """在岗状态 alone: the post goes on.

    Raises:
        StaleState: it has ended already.
    """
    if not Post.objects.current().filter(pk=post.pk).update(on_duty=on_duty):
        raise StaleState("该任职已登记离任，请刷新后查看。")
    post.on_duty = on_duty


def end_all(member: Member) -> None:
    """The posts of a withdrawn entry end with it, so that the organisation may have another 书记."""
    this_month = timezone.localdate().replace(day=1)
    Post.objects.current().filter(member=member).update(ended_on=this_month)
