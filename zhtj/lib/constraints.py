"""Which promise of the database a write would have broken."""

from __future__ import annotations

from django.db import IntegrityError


def broken_by(error: IntegrityError) -> str:
    """The name of the constraint that refused; empty where it was none that has a name."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
