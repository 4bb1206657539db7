"""What the organisation app stores; one file a subject."""

from orgs.models.audit import AuditEvent, AuditSeal, Heartbeat
from orgs.models.jobs import Job
from orgs.models.located import (
    Located,
    LocatedQuerySet,
    at_columns,
    located_models,
    path_after_move,
    queue_lines,
    scope_indexes,
    settled,
)
from orgs.models.notices import Notice, NoticeRead
from orgs.models.options import Option
from orgs.models.organizations import Organization
from orgs.models.people import Duty, Role, User, new_uuid
from orgs.models.second_factor import Authenticator
from orgs.models.settings import ProvinceSettings

__all__ = [
    "AuditEvent",
    "AuditSeal",
    "Authenticator",
    "Duty",
    "Heartbeat",
    "Job",
    "Located",
    "LocatedQuerySet",
    "Notice",
    "NoticeRead",
    "Option",
    "Organization",
    "ProvinceSettings",
    "Role",
    "User",
    "at_columns",
    "located_models",
    "new_uuid",
    "path_after_move",
    "queue_lines",
    "scope_indexes",
    "settled",
]
