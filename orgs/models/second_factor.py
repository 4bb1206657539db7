"""The phone of a person who signs in by two steps: django-otp's device, with its key sealed."""

from __future__ import annotations

import base64
import secrets
from typing import Any
from uuid import UUID

from django_otp.plugins.otp_totp.models import TOTPDevice

from orgs.models.people import User
from zhtj.lib.sealing import open_sealed, seal

FIELD = "otp_totp.TOTPDevice.key"


class Authenticator(TOTPDevice):  # type: ignore[misc]
    """What a database dump holds of the key opens only with DATA_KEYS, and only for this person.

    django-otp's column takes 80 characters: 160 bits in base32, sealed and written in base 85, are 77.
    """

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "身份验证器"

    @classmethod
    def new(cls, user: User) -> Authenticator:
        """A device with a key of its own, not confirmed yet."""
        text = base64.b32encode(secrets.token_bytes(20)).decode()
        sealed = base64.b85encode(seal(UUID(int=user.pk), FIELD, text)).decode()
        made: Authenticator = cls.objects.create(user=user, name="身份验证器", key=sealed, confirmed=False)
        return made

    @property
    def text_key(self) -> str:
        """The key as it is typed into a phone: 32 letters and digits."""
        return open_sealed(UUID(int=self.user_id), FIELD, base64.b85decode(self.key))

    @property
    def bin_key(self) -> Any:
        return base64.b32decode(self.text_key)
