"""Which segment a number lies in, and keeping it so while the number changes hands."""

from __future__ import annotations

from collections.abc import Iterable

from numbering.models import Segment


def owner_segment(value: int) -> Segment | None:
    """The deepest segment containing the number; its organisation is 号段归属的组织."""
    return Segment.objects.containing(value).select_related("organization").last()


def hold(value: int | None) -> Segment | None:
    """The deepest segment containing the number, kept as it is (FOR SHARE) until the transaction ends.

    Whoever takes, confirms, releases, issues or un-issues a number does it under this lock; handing down and taking back
    lock the segment FOR UPDATE. So a number never changes its owner while somebody uses it, and the counts of a new piece
    are exact. Comes after the lock on the organisation and before the rows of the number itself.
    """
    return hold_all([value])[0]


def hold_all(values: Iterable[int | None]) -> list[Segment | None]:
    """`hold` for every number that a transaction will touch, where it touches several.

    In the order of the ids, in which a list being issued locks its segments too: one after the other as they come, the two
    would wait for each other.
    """
    asked = list(values)
    found = _owners(asked)
    while ids := sorted({segment.pk for segment in found if segment}):
        # FOR SHARE is not in Django's API. A hand-down we waited for may have put a piece between: look again.
        list(
            Segment.objects.raw(
                "SELECT * FROM numbering_segment WHERE id = ANY(%s) ORDER BY id FOR SHARE", [ids]
            )
        )
        again = _owners(asked)
        if again == found:
            break
        found = again
    return found


def _owners(values: Iterable[int | None]) -> list[Segment | None]:
    return [None if value is None else owner_segment(value) for value in values]
