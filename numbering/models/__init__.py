"""What the numbering app stores; one file a subject."""

from numbering.models.disputes import Dispute
from numbering.models.holdings import Holding
from numbering.models.issues import Issue
from numbering.models.registrations import Registration, RegistrationStep
from numbering.models.segments import Delta, Segment, SegmentCount

__all__ = [
    "Delta",
    "Dispute",
    "Holding",
    "Issue",
    "Registration",
    "RegistrationStep",
    "Segment",
    "SegmentCount",
]
