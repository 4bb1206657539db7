"""What the organisation app stores; one file a subject."""

from orgs.models.audit import AuditEvent, AuditSeal, Heartbeat
from orgs.models.located import Located, LocatedQuerySet, at_columns, located_models, scope_indexes, settled
from orgs.models.notices import Notice, NoticeRead
from orgs.models.options import Option
from orgs.models.organizations import Organization
from orgs.models.people import Duty, Role, User, new_uuid

__all__ = [
    "AuditEvent",
    "AuditSeal",
    "Duty",
    "Heartbeat",
    "Located",
    "LocatedQuerySet",
    "Notice",
    "NoticeRead",
    "Option",
    "Organization",
    "Role",
    "User",
    "at_columns",
    "located_models",
    "new_uuid",
    "scope_indexes",
    "settled",
]
