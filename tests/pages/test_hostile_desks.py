"""The forms of the province's desk, of 替换, of the review desk and of posts: whatever is sent, an answer in words and never a failure."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from archives.models import Archive, StockReason
from archives.services import stock_reasons
from members.models import Member, Post
from orgs import policy
from orgs.models import Duty, Job, Option, Organization, ProvinceSettings, Role, User
from orgs.province import site
from orgs.services import administrators, organizations
from tests.archives.cases import approved, refused, replacing, uploaded, waiting
from tests.factories import RoleFactory
from tests.members.old_titles import in_person, old_post

HOSTILE = (
    *("", "\0", "甲\0乙", "\ud800", "甲" * 55, "甲" * 70_000, "-1", "0", "9" * 40, "1e9", "٣", "[]", "<b>", "\u202e", "' OR 1=1 --"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "99999-01-01", "0000-00", "{{ 7 }}", "..\\..", "null", "confirm"),
)  # fmt: skip
QUERY = (
    "",
    "-1",
    "9" * 40,
    quote("甲" * 300),
    "%ed%a0%80",
    "%ff",
    "x%27%20--",
    "1%00",
    "0001-01-01",
    "9999-12-31",
)
ANSWERS = {200, 302, 400, 403, 404, 405, 409, 413, 422}
WRITTEN = (Member, Post, Archive, Organization, User, Role, Job, Option, ProvinceSettings, StockReason)


def kept() -> list[Any]:
    return [sorted(map(str, model.objects.values_list())) for model in WRITTEN]


def forms(world: Any) -> list[tuple[Role, str, dict[str, str]]]:
    """Who sends it, where to, and a form that is right or nearly so."""
    branch, judge = world.role(world.branch), world.role(world.school)
    top, system = world.role(world.province), RoleFactory(organization=world.province, duty=Duty.SYSTEM)
    old = approved(branch, judge)
    other = replacing(approved(branch, judge), judge)
    wait, down = waiting(branch), refused(branch, judge)
    post = old_post(branch, "组织委员", name="演示本人")
    cadre = in_person(post, branch)
    reason = stock_reasons.add("缺第 3 页", by=judge)
    below = world.role(world.general)
    whom = {
        "name": "演示新人",
        "account": "new",
        "username": "",
        "use": "",
        "step": "confirm",
        "seen": administrators.staff_seen(world.general),
    }
    seen = {"sha256": wait.upload.sha256, "round": str(wait.round)}
    member = old.member

    def admin(row: Any, deed: str) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{deed}", args=[row.pk])

    sure = {"step": "confirm", "seen": "x"}
    return [
        (top, admin(member, "release"), {"number": member.number, "reason": "经核对发放单有误", **sure}),
        (top, admin(member, "identity"), {"name": member.name, "id_number": "", "id_number_again": "", "reason": "经核对户口簿有误", **sure}),
        (top, reverse("admin:members_member_find"), {"id_number": member.opened("id_number")}),
        (system, admin(branch.user, "reset"), dict(sure)),
        (system, reverse("admin:orgs_provincesettings_deadline", args=[1]), {"titles_due_on": "2027-01-01", **sure}),
        (system, reverse("admin:orgs_option_add"), {"group": "x", "code": "x", "label": "x", "order": "1"}),
        (judge, reverse("administrator-add", args=[world.general.pk]), whom),
        (judge, reverse("administrator-replace", args=[below.pk]), whom),
        (judge, reverse("administrator-end", args=[below.pk]), {"seen": ""}),
        (judge, reverse("administrator-reset", args=[below.pk]), {"seen": "", "second_factor": ""}),
        (judge, reverse("organization-add", args=[world.school.pk]), {"name": "新", "short_name": "", "kind": "branch", "industry": "other"}),
        (judge, reverse("organization-paste", args=[world.school.pk]), {"text": "甲\t乙\t团支部\t其他", "step": "confirm", "seen": ""}),
        (judge, reverse("organization-rename", args=[world.general.pk]), {"name": "新", "short_name": "", "seen": organizations.seen(world.general)}),
        (judge, reverse("organization-kind", args=[world.general.pk]), {"kind": "committee", "seen": organizations.seen(world.general)}),
        (judge, reverse("organization-move", args=[world.branch.pk]) + f"?org={world.school.pk}", {"seen": ""}),
        (judge, reverse("organization-deactivate", args=[world.sibling.pk]), {"seen": ""}),
        (system, admin(world.general, "appoint"), whom),
        (system, admin(below, "replace"), whom),
        (system, admin(below, "end"), dict(sure)),
        (judge, reverse("replace", args=[member.uuid]), {"upload": str(uploaded(judge).uuid), "reason": "上传了他人的文件", "instead_of": "x"}),
        (judge, reverse("review-approve", args=[wait.uuid]), {**seen, "check": "complete", "q": "", "org": "", "sort": ""}),
        (judge, reverse("review-refuse", args=[wait.uuid]), {**seen, "reason": "", "q": "", "org": ""}),
        (judge, reverse("review-skip", args=[wait.uuid]), {"q": "", "org": "", "sort": "", "late": ""}),
        (judge, reverse("reviews-approve"), {"chosen": f"{wait.uuid}:{wait.upload.sha256}:x", "q": "", "sort": ""}),
        (judge, reverse("stock-reasons"), {"text": ""}),
        (judge, reverse("stock-reason-remove", args=[reason.pk + 1]), {"x": ""}),
        (top, reverse("review-approve", args=[other.uuid]), {"sha256": "", "round": ""}),
        (branch, reverse("titles-choose", args=[post.pk]), {"title": "", "next": ""}),
        (branch, reverse("titles-later"), {"next": ""}),
        (branch, reverse("cadre-account", args=[post.member.uuid]), {"do": "", "same": ""}),
        (branch, reverse("change-post", args=[post.member.uuid]), {"title": "", "post_since": "", "appointed_by": "", "cadre_nature": "", "on_duty": ""}),
        (branch, reverse("leave", args=[post.member.uuid]), {"ended_on": ""}),
        (branch, reverse("appoint", args=[down.member.uuid]), {"step": "confirm", "org": "", "title": "", "post_since": ""}),
        (cadre, reverse("titles-choose", args=[post.pk]), {"title": "", "next": ""}),
        (cadre, reverse("me-reveal"), {"field": ""}),
    ]  # fmt: skip


@pytest.mark.timeout(300)  # some four hundred forms
def test_no_form_fails_and_no_refused_one_writes(world):
    chance = random.Random(20261123)
    for role, url, right in forms(world):
        client = Client(raise_request_exception=False)
        client.force_login(role.user)
        for name in right:
            for value in chance.sample(HOSTILE, 3):
                sent = {
                    key: text.encode("utf-8", "surrogatepass")
                    for key, text in (right | {name: value}).items()
                }
                with transaction.atomic():
                    before = kept()
                    answer = client.post(url, sent)
                    assert answer.status_code in ANSWERS, (url, name, value[:20], answer.status_code)
                    assert answer.status_code in {200, 302} or kept() == before, (url, name, value[:20])
                    transaction.set_rollback(True)


@pytest.mark.parametrize(
    "wanted", ["0", "logout", "甲", "//elsewhere.example/", "https://elsewhere.example/"]
)
def test_the_way_back_is_an_address_of_ours_and_never_a_view_s_name(branch_role, log_in, wanted):
    """What is no address is a view's name to Django, or nothing at all."""
    old_post(branch_role, "组织委员", name="演示本人")
    client = log_in(branch_role)
    for url in (reverse("titles-later"), reverse("act-as", args=[branch_role.pk])):
        assert client.post(url, {"next": wanted}).url == reverse("home"), url
        assert client.post(url, {"next": "/inbox/?tab=news"}).url == "/inbox/?tab=news", url


@pytest.mark.parametrize("duty", [Duty.ADMINISTRATOR, Duty.SYSTEM, Duty.AUDITOR])
def test_no_address_of_the_desk_fails(world, duty):
    role, chance = RoleFactory(organization=world.province, duty=duty), random.Random(20261123)
    client = Client(raise_request_exception=False)
    client.force_login(role.user)
    for model, model_admin in site._registry.items():
        if not policy.grants(role, model_admin.act):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found = reverse(f"{name}_changelist")
        filters = [
            one if isinstance(one, str) else getattr(one, "parameter_name", "from")
            for one in model_admin.list_filter
        ]
        for value in chance.sample(QUERY, 4):
            for key in (
                "q",
                "p",
                "o",
                "id__in",
                "from",
                "to",
                *filters,
                *(f"{one}__exact" for one in filters),
            ):
                answer = client.get(f"{found}?{key}={value}")
                assert answer.status_code in ANSWERS, (found, key, value, answer.status_code)
            answer = client.get(f"{found}{value}/change/")
            assert answer.status_code in ANSWERS, (found, value, answer.status_code)
