"""Writing the audit."""

from __future__ import annotations

from collections.abc import Iterable

from orgs.models import AuditEvent, Organization, Role


def record(
    *,
    role: Role | None,
    verb: str,
    subject: str,
    organization: Organization | None,
    from_state: str = "",
    to_state: str = "",
    fields: Iterable[str] = (),
    note: str = "",
) -> AuditEvent:
    """Append one event in the caller's transaction; `role` is None for what the system does by itself. Never pass values."""
    return AuditEvent.objects.create(
        user=role.user if role else None,
        role=role,
        organization=organization,
        verb=verb,
        subject=subject,
        from_state=from_state,
        to_state=to_state,
        fields=list(fields),
        note=note,
    )
