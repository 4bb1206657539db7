"""How a rule says what is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: at which field, a stable code for tests, and words for the person.

    `detail` is a second line (what each side is, what would fit). A `warning` may be confirmed; anything else stops the entry.
    """

    field: str
    code: str
    message: str
    detail: str = ""
    warning: bool = False
