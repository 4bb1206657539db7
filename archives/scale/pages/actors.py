"""Who opens the pages: an administrator of the biggest and of the smallest organisation of every kind, and the other duties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.test import Client
from django.urls import reverse

from archives.models import Archive, Draft
from members.models import Post
from numbering.models import Dispute, Registration
from orgs.kinds import MAX_LEVELS, Kind
from orgs.models import Authenticator, Duty, Job, Organization, Role, User
from orgs.services import second_factor
from orgs.views.second_factor import BEGUN


@dataclass(frozen=True, slots=True)
class Actor:
    """`level` is what is compared: the kind of organisation, or the duty; `size` tells the two of a level apart.

    `begun` is what this person has done in the session, beyond logging in.
    """

    level: str
    size: str
    role: Role | None
    begun: Callable[[User, SessionBase], None] | None = None

    def __str__(self) -> str:
        return f"{self.level}（{self.size}）" if self.size else self.level


NOBODY = Actor("未登录", "", None)


def actors() -> list[Actor]:
    """Found in the data; an organisation without an administrator is given one, so call this in a transaction that is rolled back."""
    found = [NOBODY]
    for kind, ids in _extremes().items():
        sizes = ("大", "小") if len(ids) > 1 else ("",)
        for size, pk in zip(sizes, ids, strict=True):
            organization = Organization.objects.get(pk=pk)
            found.append(Actor(str(kind.label), size, _role(organization, Duty.ADMINISTRATOR)))
    province = Organization.objects.get(parent=None)
    found += [Actor(str(duty.label), "", _role(province, duty)) for duty in (Duty.SYSTEM, Duty.AUDITOR)]
    return [*found, *_in_person(), *_on_the_way_in(province), *_concerned()]


def _in_person() -> Iterator[Actor]:
    """Somebody with a file of their own, who has changed the one-time password: before that, no page opens."""
    file = Archive.objects.filter(member__account__user=OuterRef("user"))
    cadres = Role.objects.current().filter(duty=Duty.CADRE).annotate(has_file=Exists(file))
    likely = cadres.order_by("-has_file", "user__must_change_password", "pk")
    for role in likely.select_related("organization", "user")[:1]:
        role.user.must_change_password = False
        role.user.save(update_fields=["must_change_password"])
        yield Actor(str(Duty.CADRE.label), "", role)


def _on_the_way_in(province: Organization) -> Iterator[Actor]:
    """Persons of their own, for whoever owes a code gets to see nothing else."""
    for words, begun in (("尚未输入验证码", _owe_a_code), ("正在设置两步验证", _set_up)):
        yield Actor(words, "", _new_role(province, Duty.AUDITOR, words), begun)


def _owe_a_code(user: User, session: SessionBase) -> None:
    device = Authenticator.new(user)
    device.confirmed = True
    device.save(update_fields=["confirmed"])


def _set_up(user: User, session: SessionBase) -> None:
    session[BEGUN] = second_factor.begin(user).pk


def _concerned() -> Iterator[Actor]:
    """What is rare concerns few: administrators of those who filed, hold, decide, keep or asked for the newest of its kind."""
    opened, upheld = Dispute.objects.open(), Dispute.objects.filter(state=Dispute.State.UPHELD)
    registrations = Registration.objects.filter
    places: dict[str, QuerySet[Any, Any]] = {
        "申请方": opened.values("filed_for"),
        "占用方": opened.values("occupant_organization"),
        "核实组织": opened.values("judge"),
        "获准的申请方": upheld.values("filed_for"),
        "提交登记的组织": registrations(state=Registration.State.RISING).values("filed_for"),
        "登记被退回的组织": registrations(state=Registration.State.RETURNED).values("filed_for"),
        "导出的组织": Job.objects.values("organization"),
        "有原职务的组织": Post.objects.current().exclude(old_title="").values("organization"),
        "有草稿的组织": Draft.objects.values("kept_by"),
        "编号待更正的组织": Archive.objects.filter(member__number_due=True).values(
            "submitted_as__organization"
        ),
    }
    administrators = (
        Role.objects.current().filter(duty=Duty.ADMINISTRATOR).select_related("organization", "user")
    )
    for words, newest in places.items():
        for role in administrators.filter(organization__in=newest.order_by("-pk")[:1]).order_by("pk")[:1]:
            yield Actor(words, "", role)


def signed_in(actor: Actor) -> Client:
    """A browser of this person, past the questions that come before any page."""
    client = Client(raise_request_exception=False, SERVER_NAME=_host())
    if actor.role:
        client.force_login(actor.role.user)
        session = client.session
        session["role"] = actor.role.pk
        if actor.begun:
            actor.begun(actor.role.user, session)
        session.save()
        client.post(reverse("titles-later"), secure=settings.HTTPS)
    return client


def _extremes() -> dict[Kind, list[int]]:
    """By kind, the active organisation with the most people below it and the one with the fewest, or the only one."""
    columns = ", ".join(f"(m.at_{depth})" for depth in range(MAX_LEVELS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH sizes AS (
                SELECT v.id, count(*) AS people FROM members_member m CROSS JOIN LATERAL (VALUES {columns}) v(id)
                WHERE v.id IS NOT NULL GROUP BY v.id
            )
            SELECT o.kind, o.id FROM orgs_organization o LEFT JOIN sizes s ON s.id = o.id
            WHERE o.deactivated_at IS NULL ORDER BY o.kind, s.people IS NULL, s.people DESC, o.id
            """  # noqa: S608 -- constants of this program
        )
        rows: list[tuple[str, int]] = cursor.fetchall()
    by_kind = {Kind(kind): [pk for _, pk in group] for kind, group in groupby(rows, key=lambda row: row[0])}
    ends = {kind: list(dict.fromkeys((ids[0], ids[-1]))) for kind, ids in by_kind.items()}
    return {kind: ends[kind] for kind in Kind if kind in ends}


def _role(organization: Organization, duty: Duty) -> Role:
    settled = Role.objects.current().filter(
        organization=organization, duty=duty, user__must_change_password=False
    )
    found = settled.select_related("organization", "user").order_by("pk").first()
    return found or _new_role(organization, duty, "打开页面")


def _new_role(organization: Organization, duty: Duty, name: str) -> Role:
    user = User.objects.create_user(f"open-pages-{uuid4()}", name=name)
    return Role.objects.create(user=user, organization=organization, duty=duty)


def _host() -> str:
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return named[0] if named else "localhost"
