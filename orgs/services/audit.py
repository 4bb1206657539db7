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
    event = _event(role, verb, subject, organization, from_state, to_state, fields, note)
    event.save(force_insert=True)
    return event


def record_each(
    subjects: Iterable[tuple[str, Organization]],
    *,
    role: Role | None,
    verb: str,
    to_state: str = "",
    fields: Iterable[str] = (),
) -> None:
    """`record` for several objects to which the same was done at once, in one statement."""
    named = list(fields)
    AuditEvent.objects.bulk_create(
        _event(role, verb, subject, organization, "", to_state, named, "")
        for subject, organization in subjects
    )


def _event(
    role: Role | None, verb: str, subject: str, organization: Organization | None, from_state: str, to_state: str,
    fields: Iterable[str], note: str,
) -> AuditEvent:  # fmt: skip
    return AuditEvent(
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
