"""Taking, confirming and releasing a number."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from numbering import rollup, spans
from numbering.flow import HOLDING, ISSUE
from numbering.models import Holding, Issue
from numbering.rules import number_value
from numbering.services import pending
from orgs.models import Organization, User
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


def take(
    number: str, *, holder: str, id_blind: bytes, organization: Organization, by: User | None = None
) -> Holding:
    """Claim a normalised number for one person; `organization` is held by the caller (`settled`).

    Where the number was issued to this very person (`id_blind`), their issue is now 已录入, through `by`.

    Raises:
        NumberTaken: it is held already, also when two entries race for it.
    """
    holding = Holding(number=number, value=number_value(number), holder=holder)
    holding.place(organization)
    spans.hold(holding.value)
    try:
        with transaction.atomic():
            holding.save(force_insert=True)
    except IntegrityError:
        # The unique constraint decided; should the winner have released it since, the constraint's word stands as an error.
        require_free(number)
        raise
    entered = _use_issue(holding, id_blind, by)
    rollup.add(holding.value, reserved=1, issued=-entered)
    return holding


def confirm(holding: Holding) -> None:
    """Its member is in force: 预占 → 已占用.

    Raises:
        StaleState: it was released meanwhile.
    """
    spans.hold(holding.value)
    move(holding, Holding.State.HELD, table=HOLDING)
    rollup.add(holding.value, held=1, reserved=-1)


def release(holding: Holding) -> None:
    """Free the number again; the row stays as history, and the number is 已发放 again where it was this person's.

    Raises:
        StaleState: it was released already.
    """
    spans.hold(holding.value)
    held = holding.state == Holding.State.HELD
    move(holding, Holding.State.RELEASED, table=HOLDING, ended_at=timezone.now())
    opened = _reopen(Issue.objects.filter(holding=holding))
    rollup.add(holding.value, held=-held, reserved=-(not held), issued=opened)


def rebind(holding: Holding, *, id_blind: bytes, by: User | None = None) -> None:
    """Its holder's ID number was put right: whose issue it uses follows.

    Of an entry under review, the branch typed another person than the committee issued the number to: that promise stands, and
    is 待录入 again until the committee says otherwise. Where the person is the same one under another ID number, as the province
    alone decides, their issue bears the new one by now (`identities.follow`), and stays used.
    """
    spans.hold(holding.value)
    opened = _reopen(Issue.objects.filter(holding=holding).exclude(id_blind=id_blind))
    rollup.add(holding.value, issued=opened - _use_issue(holding, id_blind, by))


def rename(holding: Holding, *, holder: str) -> None:
    """The holder's name was put right: “taken by whom” must say it as it is now."""
    Holding.objects.filter(pk=holding.pk).update(holder=holder)
    holding.holder = holder


def _use_issue(holding: Holding, id_blind: bytes, by: User | None) -> int:
    """Whether the number was issued to this person and waited for the entry: 待录入 → 已录入, and perhaps the last that did."""
    # Locked, so that one who takes the issue back at this moment comes wholly before (there is none) or after (it is entered).
    waiting = Issue.objects.open().select_related("organization").select_for_update(of=("self",))
    issue = waiting.filter(number=holding.number, id_blind=id_blind).first()
    if issue is None:
        return 0
    move(issue, Issue.State.ENTERED, table=ISSUE, holding=holding)
    pending.announce(issue.organization, by=by)
    return 1


def _reopen(used: QuerySet[Issue]) -> int:
    """Of the one issue that a holding used, if any: 已录入 → 待录入 again. Somebody waits, so no to-do ends through whoever did it."""
    issue = used.select_related("organization").first()
    if issue is None:
        return 0
    move(issue, Issue.State.OPEN, table=ISSUE, holding=None)
    pending.announce(issue.organization)
    return 1
