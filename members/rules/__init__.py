"""What an entry by form A, B or C must be. Pure: forms, services and the import all ask here."""

from members.rules.checks import post_problems, problems
from members.rules.entry import ENTRY_FIELDS, FIELDS, Context, Entry
from members.rules.marks import FieldState, Need, announce, cleared, field_states, identity, is_cadre
from members.rules.timing import leaving_problem

__all__ = [
    "ENTRY_FIELDS",
    "FIELDS",
    "Context",
    "Entry",
    "FieldState",
    "Need",
    "announce",
    "cleared",
    "field_states",
    "identity",
    "is_cadre",
    "leaving_problem",
    "post_problems",
    "problems",
]
