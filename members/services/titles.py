"""重新选择现任职务 (指引 1.3（4）, 3.10): old titles that came in by load, and the choice of a new one for each."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from members import sheet
from members.models import Post
from members.models.post import PostQuerySet
from members.rules.titles import suggestion
from members.services import changes, in_person, posts
from members.services.posts import PostTaken
from orgs import policy
from orgs.dictionaries import titles_for
from orgs.models import AuditEvent, Duty, Notice, Option, Organization, Role, settled
from orgs.policy import Act
from orgs.services import audit, notices
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState

CHOSEN = "choose_title"
UNKNOWN = "请选择新的现任职务"
NOT_OFFERED = "所选职务不在本组织的选项中，请重新选择"


def rows_of(role: Role) -> PostQuerySet:
    """Whose choice it is: an administrator's the cadres of their own organisation, a cadre's their own posts, nobody else's any."""
    current = Post.objects.current()
    if not policy.grants(role, Act.CHOOSE_TITLE):
        return current.none()
    own = role.duty == Duty.CADRE
    return current.filter(member__account__user=role.user_id) if own else current.of(role.organization)


def left(role: Role) -> int:
    """How many are still to be chosen."""
    return rows_of(role).to_choose().count()


def offered(organization: Organization) -> list[tuple[str, str]]:
    """(code, words) of 团内现任职务 in this organisation."""
    options = Option.objects.in_group(titles_for(organization.kind)).filter(is_active=True)
    return list(options.values_list("code", "label"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One row's outcome in words for the person."""

    post: Post
    problem: str = ""


def choose(post: Post, title: str, *, by: Role) -> None:
    """The new title of one post; the old one stays in its history.

    Raises:
        PermissionDenied: neither an administrator of the organisation nor the cadre in person.
        PostTaken: the title is not offered, or the organisation has its 书记.
        StaleState: chosen or ended meanwhile; says as what and by whom.
    """
    if not rows_of(by).filter(pk=post.pk).exists():
        if Post.objects.filter(pk=post.pk).exclude(ended_on=None).exists():
            raise StaleState(f"{post.member.name}已登记离任，无需重新选择。")
        raise PermissionDenied("只有任职组织的管理员和团干部本人可以重新选择现任职务。")
    try:
        with transaction.atomic():
            _choose(post, title, by)
    except IntegrityError:
        # Another 书记 at this very moment; by now that row can be read.
        posts.require_title_open(title, post.organization)
        raise


def _choose(post: Post, title: str, by: Role) -> None:
    place = settled(post.organization_id)
    if title not in dict(offered(place)):
        raise PostTaken(Problem("title", "title_unknown", NOT_OFFERED if title else UNKNOWN))
    posts.require_title_open(title, place, but=post)
    if not Post.objects.to_choose().filter(pk=post.pk).update(title=title):
        raise StaleState(_already(post))
    changes.record(post.member, {"title": (post.old_title, title)}, by=by)
    audit.record(
        role=by, verb=CHOSEN, subject=f"member:{post.member_id}", organization=place, fields=["title"]
    )
    in_person.tell(
        post.member,
        place,
        kind="职务调整",
        title=f"您在{place.name}的现任职务已由{by.user.name}重新选择",
        by=by,
    )
    if by.duty == Duty.CADRE:
        notices.tell(
            place,
            sort=Notice.Sort.NEWS,
            kind="职务调整",
            title=f"{post.member.name}已重新选择现任职务",
            subject=f"member:{post.member_id}",
            link="cadres",
        )


def _already(post: Post) -> str:
    now = Post.objects.select_related("organization", "member").get(pk=post.pk)
    if now.ended_on is not None:
        return f"{now.member.name}已登记离任，无需重新选择。"
    # Not the person's last change of a title: that may be another post's.
    chosen = AuditEvent.objects.filter(
        verb=CHOSEN, subject=f"member:{now.member_id}", organization=now.organization
    )
    last = chosen.select_related("user").order_by("-pk").first()
    who = last.user.name if last and last.user else "他人"
    return f"{now.member.name}的现任职务已由{who}选择为“{sheet.of_post(now).title}”，本次选择没有保存。"


def choose_suggested(role: Role) -> tuple[int, list[Choice]]:
    """全部采用建议: each row by itself, so that one which cannot be does not keep the others; how many, and what was in the way."""
    done, others = 0, []
    for post in rows_of(role).to_choose().select_related("member", "organization").order_by("pk"):
        code = suggestion(post.old_title, dict(offered(post.organization)))
        if not code:
            continue
        try:
            choose(post, code, by=role)
        except PostTaken as taken:
            others.append(Choice(post, f"{taken.problem.message}。{taken.problem.detail}"))
        except StaleState as late:
            others.append(Choice(post, str(late)))
        else:
            done += 1
    return done, others
