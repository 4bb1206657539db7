"""The state of a row that a page was made from, so that nothing is done to a row that has changed since."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac

STALE = "该记录在预览之后有变化，没有办理。请核对现在的内容，重新预览。"


def token(*state: object) -> str:
    """A state, for a hidden field: tells nothing of the values it is made from."""
    return salted_hmac("zhtj.lib.seen", "\0".join(str(one) for one in state)).hexdigest()


def same(given: str, *state: object) -> bool:
    """Whether the row is still as the page had it: what a service asks of the row it holds."""
    return constant_time_compare(given.encode("utf-8", "replace"), token(*state).encode())
