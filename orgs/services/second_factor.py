"""两步验证: after the password a code from the person's phone (RFC 6238), or one of ten recovery codes; each counts once.

django-otp keeps the devices, counts wrong codes per device and makes each further try wait twice as long.
"""

from __future__ import annotations

from typing import cast

import django_otp
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from orgs.models import Authenticator, Duty, ProvinceSettings, Role, User
from orgs.services import audit, codes
from orgs.services.codes import CodeRefused

CODE, SET_UP = "second-factor-code", "second-factor"
"""What may have to be done first, by URL name."""


class FactorRefused(Exception):
    """Why it is not done: words for the person."""


def needed(role: Role) -> bool:
    """Whether the province asks a second factor of this role's duty."""
    return role.duty in ProvinceSettings.now().second_factor


def due(user: User, role: Role | None) -> str:
    """What this session must do before anything opens: give the code, or, where the chosen role needs a second factor, set one up.

    Empty when nothing is due. A one-time password is changed before a second factor is set up. One query, none once verified.
    """
    if is_verified(user):
        return ""
    have = Exists(Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True))
    duties = Subquery(ProvinceSettings.objects.values("second_factor")[:1])
    found = User.objects.filter(pk=user.pk).values_list(have, duties).first()
    is_there, asked = found or (False, None)
    if is_there:
        return CODE
    return SET_UP if role and role.duty in (asked or []) and not user.must_change_password else ""


def needing(user: User) -> list[Role]:
    """The current roles of this person that need one."""
    duties = ProvinceSettings.now().second_factor
    return list(
        Role.objects.current()
        .filter(user=user, duty__in=duties)
        .select_related("organization")
        .order_by("pk")
    )


def is_set(user: User) -> bool:
    """Whether the person has a confirmed device, and is therefore asked for a code at every login."""
    return bool(Authenticator.objects.filter(user=user, confirmed=True).exists())


def is_verified(user: User | AnonymousUser) -> bool:
    """Whether this session has given a code (django_otp.middleware looks the device up)."""
    return getattr(user, "otp_device", None) is not None


def without(duty: Duty) -> tuple[int, int]:
    """How many people have this duty now, and how many of them no second factor yet."""
    people = User.objects.filter(Exists(Role.objects.current().filter(user=OuterRef("pk"), duty=duty)))
    have = Exists(Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True))
    return people.count(), people.exclude(have).count()


# Setting up ---------------------------------------------------------------------------------------


@transaction.atomic
def begin(user: User) -> Authenticator:
    """A new key to be shown to the person, who proves with `confirm` that the phone has it; a key begun before counts no more."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    Authenticator.objects.filter(user=user, confirmed=False).delete()
    return Authenticator.new(user)


def pending(user: User, pk: object) -> Authenticator | None:
    """The device this session has begun, as long as it is not confirmed."""
    return Authenticator.objects.filter(user=user, confirmed=False, pk=pk).first() if pk else None


def confirm(request: HttpRequest, device: Authenticator, code: str) -> list[str]:
    """The phone has the key: from now on it is asked for, in place of the one before; this session counts as verified.

    Returns the recovery codes, which nobody can read afterwards.

    Raises:
        CodeRefused: the code is not the phone's.
        FactorRefused: begun anew meanwhile, or confirmed already.
    """
    user = person(request)
    words: CodeRefused | None = None
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        held = (
            Authenticator.objects.select_for_update().filter(pk=device.pk, user=user, confirmed=False).first()
        )
        if held is None:
            raise FactorRefused("此次设置已经完成，或已在别处重新开始。")
        words = codes.attempt(held, codes.bare(code))
        if words is None:
            before = Authenticator.objects.filter(user=user, confirmed=True).delete()[0]
            held.confirmed = True
            held.save(update_fields=["confirmed"])
            spare = codes.renew(user)
            _record(request, "second_factor.set_up", note="更换" if before else "")
    if words:
        raise words
    hold(request, held)
    return spare


# Signing in ---------------------------------------------------------------------------------------


def verify(request: HttpRequest, code: str) -> None:
    """The code of the phone, or a recovery code: this session opens everything from now on.

    Raises:
        CodeRefused: wrong, used before, or too soon after wrong ones.
    """
    device = check(person(request), code, role=_role(request))
    hold(request, device)


def check(user: User, code: str, *, role: Role | None = None) -> Authenticator:
    """Count this code, which counts once, and put it on record; returns the person's device.

    Raises:
        CodeRefused: wrong, used before, or too soon after wrong ones.
    """
    given = codes.bare(code)
    with transaction.atomic():
        # In the same order by everybody: first the phone, then the recovery codes.
        phone: Authenticator | None = (
            Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        )
        spare = StaticDevice.objects.select_for_update().filter(user=user).first()
        if phone is None:
            raise CodeRefused("还没有设置两步验证。")
        by_phone = bool(codes.SIX.fullmatch(given)) or spare is None
        words = codes.attempt(phone, given) if by_phone else codes.attempt(spare, codes.stored(user, given))
        if words is None and not by_phone:
            left = StaticToken.objects.filter(device=spare).count()
            _write(user, role, "second_factor.recovery_code", note=f"还剩 {left} 个")
        elif words is None:
            _write(user, role, "second_factor.verify")
        elif not words.waits:
            _write(user, role, "second_factor.fail")
    if words:
        raise words
    return phone


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


# Later --------------------------------------------------------------------------------------------


@transaction.atomic
def renew_codes(request: HttpRequest) -> list[str]:
    """Ten new recovery codes; the old ones count no more. The caller has checked a code."""
    user = person(request)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    spare = codes.renew(user)
    _record(request, "second_factor.new_codes")
    return spare


def why_not_remove(user: User) -> str:
    """Why the person keeps the second factor, in words; empty when it may go."""
    roles = needing(user)
    return (
        f"按省级规定，以“{roles[0]}”的身份办理业务须用两步验证，不能停用；换手机请用“更换手机”。"
        if roles
        else ""
    )


@transaction.atomic
def remove(request: HttpRequest) -> None:
    """No second factor from now on. The caller has checked a code.

    Raises:
        FactorRefused: a current duty of the person needs it.
    """
    user = person(request)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if words := why_not_remove(user):
        raise FactorRefused(words)
    clear(user)
    _record(request, "second_factor.remove")


def clear(user: User) -> bool:
    """Take away phone and recovery codes, whatever the person's duty: sessions verified by them are so no more. Whether there were any.

    The caller has asked the policy and writes the audit.
    """
    had = bool(Authenticator.objects.filter(user=user).delete()[0])
    StaticDevice.objects.filter(user=user).delete()
    return had


def hold(request: HttpRequest, device: Authenticator) -> None:
    """This session is verified by a code of this device; under a new key, since it may do more than before."""
    request.session.cycle_key()
    django_otp.login(request, device)


def person(request: HttpRequest) -> User:
    """Whoever is signed in; the caller knows that somebody is."""
    return cast(User, request.user)


def _role(request: HttpRequest) -> Role | None:
    return getattr(request, "role", None)


def _record(request: HttpRequest, verb: str, note: str = "") -> None:
    _write(person(request), _role(request), verb, note)


def _write(user: User, role: Role | None, verb: str, note: str = "") -> None:
    audit.record(
        role=role, verb=verb, subject=f"user:{user.pk}", organization=role.organization if role else None, note=note
    )  # fmt: skip
