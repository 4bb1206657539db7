"""A request as a service sees it: a signed-in person with a role, a session, and perhaps a phone for 两步验证."""

from __future__ import annotations

import base64

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory
from django_otp.oath import TOTP

from orgs.models import Authenticator, Role, User
from orgs.services import second_factor


def request_of(role: Role) -> HttpRequest:
    request = RequestFactory().post("/")
    request.session, request.user, request.role = SessionStore(), User.objects.get(pk=role.user_id), role
    return request


def code_of(phone: Authenticator) -> str:
    """What the phone shows now."""
    return f"{TOTP(base64.b32decode(phone.text_key)).token():06d}"


def phone_of(request: HttpRequest) -> Authenticator:
    """Set up and confirmed, its first code not used yet."""
    phone = second_factor.begin(request.user)
    Authenticator.objects.filter(pk=phone.pk).update(confirmed=True)
    return Authenticator.objects.get(pk=phone.pk)
