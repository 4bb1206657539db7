"""Somebody sits at a session that is not theirs, or knows a password that was to be used once."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from orgs.models import AuditEvent, Authenticator, User
from orgs.services import accounts, administrators
from tests.factories import PASSWORD, RoleFactory
from zhtj.lib.states import StaleState

NEW = "樱桃树下-第9排-座位"
OVERVIEW = "/second-factor/"
ONE_TIME = "dbtd-gcaq-pun6"


def change(client, old, new=NEW):
    given = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("password-change"), given)


def test_the_old_password_is_not_found_out_by_trying(branch_role, log_in):
    client = log_in(branch_role)
    tried = [change(client, f"猜测-{at}").status_code for at in range(6)]
    assert tried == [422] * 4 + [429] * 2
    assert change(client, PASSWORD).status_code == 429  # not even the right one
    assert AuditEvent.objects.filter(verb="log_in_failed", subject=f"user:{branch_role.user_id}").count() == 5
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")  # where the person is, nothing is locked
    sent = {"username": branch_role.user.username, "password": PASSWORD}
    assert elsewhere.post(reverse("login"), sent).status_code == 302
    assert User.objects.get(pk=branch_role.user_id).check_password(PASSWORD)


def test_a_phone_is_not_added_without_the_password(branch_role, log_in):
    """Else whoever finds the page open keeps the person out from then on."""
    client = log_in(branch_role)
    for sent in ({}, {"password": ""}, {"password": "猜测"}):
        answer = client.post(OVERVIEW, {"do": "begin", **sent})
        assert answer.status_code == 422 and 'id="errors"' in answer.content.decode()
    assert "密码不正确" in answer.content.decode() and not Authenticator.objects.exists()
    assert client.get(OVERVIEW + "set-up/").url.startswith(OVERVIEW)
    assert client.post(OVERVIEW, {"do": "begin", "password": PASSWORD}).url == OVERVIEW + "set-up/"


@pytest.mark.parametrize("typed", [ONE_TIME, ONE_TIME.upper().replace("-", " ")])
def test_a_one_time_password_is_not_kept_as_ones_own(world, client, typed):
    """Whoever made it knows it."""
    role = RoleFactory(organization=world.branch, user__must_change_password=True)
    role.user.set_password(ONE_TIME)
    role.user.save()
    client.force_login(role.user)
    answer = change(client, ONE_TIME, typed)
    assert answer.status_code == 422 and "不能与原密码相同" in answer.content.decode()
    assert User.objects.get(pk=role.user_id).must_change_password


def test_a_password_reset_meanwhile_is_not_overwritten(world):
    role = world.role(world.branch)
    request, before = RequestFactory().post("/password/"), User.objects.get(pk=role.user_id)
    seen = administrators.password_seen(role.user)
    password = administrators.reset_password(role.user, seen=seen, by=world.role(world.school))
    with pytest.raises(StaleState):
        accounts.change_password(request, before, NEW)
    role.user.refresh_from_db()
    assert role.user.check_password(password) and role.user.must_change_password
