"""What comes after what in the life of a holding."""

from numbering.models import Holding
from zhtj.lib.states import Arrows

HOLDING: Arrows = {
    Holding.State.RESERVED: frozenset({Holding.State.HELD, Holding.State.RELEASED}),
    Holding.State.HELD: frozenset({Holding.State.RELEASED}),
    Holding.State.RELEASED: frozenset(),
}
