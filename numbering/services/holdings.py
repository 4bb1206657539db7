"""Taking, confirming and releasing a number."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from numbering.flow import HOLDING
from numbering.models import Holding
from numbering.rules import number_value
from orgs.models import Organization
from zhtj.lib.states import move


class NumberTaken(Exception):
    """Someone holds the number already (指引 3.7); `holding` says who and where."""

    def __init__(self, holding: Holding) -> None:
        super().__init__("发展团员编号已被占用")
        self.holding = holding


def require_free(number: str) -> None:
    """Insist that nobody holds this normalised number.

    Raises:
        NumberTaken: somebody does.
    """
    occupant = (
        Holding.objects.select_related("organization")
        .exclude(state=Holding.State.RELEASED)
        .filter(number=number)
        .first()
    )
    if occupant:
        raise NumberTaken(occupant)


def take(number: str, *, holder: str, organization: Organization) -> Holding:
    """Claim a normalised number for one person; `organization` is held by the caller (`settled`).

    Raises:
        NumberTaken: it is held already, also when two entries race for it.
    """
    holding = Holding(number=number, value=number_value(number), holder=holder)
    holding.place(organization)
    try:
        with transaction.atomic():
            holding.save(force_insert=True)
    except IntegrityError:
        # The unique constraint decided; should the winner have released it since, the constraint's word stands as an error.
        require_free(number)
        raise
    return holding


def confirm(holding: Holding) -> None:
    """Its member is in force: 预占 → 已占用.

    Raises:
        StaleState: it was released meanwhile.
    """
    move(holding, Holding.State.HELD, table=HOLDING)


def release(holding: Holding) -> None:
    """Free the number again; the row stays as history.

    Raises:
        StaleState: it was released already.
    """
    move(holding, Holding.State.RELEASED, table=HOLDING, ended_at=timezone.now())


def rename(holding: Holding, *, holder: str) -> None:
    """The holder's name was put right: “taken by whom” must say it as it is now."""
    Holding.objects.filter(pk=holding.pk).update(holder=holder)
    holding.holder = holder
