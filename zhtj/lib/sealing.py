"""Sealed columns: AES-256-GCM bound to table, field and row, and one blind index for looking people up.

A sealed column yields opaque bytes. Opening is explicit and needs the row's uuid, so a value copied to another row does not open.
"""

import hashlib
import hmac
import os
import re
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE = 12


class Sealed(bytes):
    """What a sealed column holds: never shown, never compared."""

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class BrokenSeal(Exception):
    """The stored value was altered, moved from another row, or its key is gone. The text names field and row, never the value."""

    def __init__(self, field: str, row: UUID) -> None:
        super().__init__(f"{field} of {row}")


@lru_cache(maxsize=256)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(row: UUID, field: str, text: str) -> Sealed:
    """Encrypt `text` for `field` ("members.Member.phone") of the row with this uuid; empty text stays empty."""
    if not text:
        return Sealed()
    key_id, key = next(iter(settings.DATA_KEYS.items()))
    nonce = os.urandom(NONCE)
    return Sealed(bytes([key_id]) + nonce + _cipher(key).encrypt(nonce, text.encode(), _bound(row, field)))


def open_sealed(row: UUID, field: str, sealed: bytes) -> str:
    """The text that was sealed.

    Raises:
        BrokenSeal: the value does not belong to this row and field, was altered, or its key is missing.
    """
    if not sealed:
        return ""
    key = settings.DATA_KEYS.get(sealed[0])
    if key is None:
        raise BrokenSeal(field, row)
    try:
        return _cipher(key).decrypt(sealed[1 : NONCE + 1], sealed[NONCE + 1 :], _bound(row, field)).decode()
    except InvalidTag:
        raise BrokenSeal(field, row) from None


def _bound(row: UUID, field: str) -> bytes:
    return field.encode() + b"|" + row.bytes


def blind(kind: str, value: str) -> bytes:
    """A keyed hash for exact look-ups of a normalised value, 32 bytes; equal values give equal hashes."""
    return hmac.new(settings.INDEX_KEY, f"{kind}|{value}".encode(), hashlib.sha256).digest()


def mask_id(number: str) -> str:
    """`110101********002X`: enough to recognise, not enough to use."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """`138****5678`."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "*" * len(phone)


_DISTRICT = re.compile(
    r"(?:.{2,8}?(?:省|自治区|市))?(?:.{2,10}?(?:市|州|盟|地区))?(?:.{1,8}?(?:区|县|旗|市))?"
)


def mask_address(address: str) -> str:
    """`演示省演示市演示区****`: down to the district."""
    district = _DISTRICT.match(address)
    return f"{district.group() if district else ''}****" if address else ""


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column for `seal`ed values; filtering, ordering or searching on it is an error, not an empty answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in {"isnull"}:
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} 是加密列，不能用于查询；请用盲索引。")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} 是加密列，不能用于查询或排序。")
