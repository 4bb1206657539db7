"""What comes after what in the life of a number."""

from numbering.models import Dispute, Holding, Issue, Registration
from zhtj.lib.states import Arrows

HOLDING: Arrows = {
    Holding.State.RESERVED: frozenset({Holding.State.HELD, Holding.State.RELEASED}),
    Holding.State.HELD: frozenset({Holding.State.RELEASED}),
    Holding.State.RELEASED: frozenset(),
}

ISSUE: Arrows = {
    Issue.State.OPEN: frozenset({Issue.State.ENTERED, Issue.State.WITHDRAWN}),
    Issue.State.ENTERED: frozenset({Issue.State.OPEN, Issue.State.WITHDRAWN}),
    Issue.State.WITHDRAWN: frozenset(),
}

DISPUTE: Arrows = {
    Dispute.State.OPEN: frozenset({Dispute.State.UPHELD, Dispute.State.DISMISSED, Dispute.State.WITHDRAWN}),
    Dispute.State.UPHELD: frozenset(),
    Dispute.State.DISMISSED: frozenset(),
    Dispute.State.WITHDRAWN: frozenset(),
}

REGISTRATION: Arrows = {
    Registration.State.RISING: frozenset(
        {Registration.State.RETURNED, Registration.State.HANDLED, Registration.State.WITHDRAWN}
    ),
    Registration.State.RETURNED: frozenset({Registration.State.RISING, Registration.State.WITHDRAWN}),
    # Taken from whom it was registered for: released by the province, or somebody else's by 编号占用核实.
    Registration.State.HANDLED: frozenset({Registration.State.WITHDRAWN}),
    Registration.State.WITHDRAWN: frozenset(),
}
