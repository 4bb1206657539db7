"""编号登记备案: a matter goes up level by level to the province, which handles it (指引 3.6, 3.9)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from numbering import filing as filings
from numbering import registrable, spans
from numbering.filing import Filing
from numbering.flow import REGISTRATION
from numbering.models import Registration, RegistrationStep
from numbering.rules import number_value
from numbering.services.registration_steps import step, tell, tell_level
from orgs import policy
from orgs.models import Notice, Organization, Role, settled
from orgs.policy import Act
from zhtj.lib.problems import Problem
from zhtj.lib.states import StaleState, move

NUMBERS = 7_203_813
"""First key of the advisory locks of numbers that are being registered."""
State = Registration.State
Verb = RegistrationStep.Verb
OPEN = frozenset({State.RISING, State.RETURNED})
Chosen = tuple[Registration, int | None]
"""A registration and the newest step its page showed; None where no page was looked at."""


class FilingRefused(Exception):
    """What has to be put right before it can be filed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("；".join(problem.message for problem in problems))
        self.problems = problems


def problems(
    filing: Filing, *, organization: Organization, by: Role, but: Registration | None = None
) -> list[Problem]:
    """Everything that keeps `filing` from going up for `organization`; `but` is the registration that is filed again."""
    found = list(filings.problems(filing, today=timezone.localdate()))
    if not organization.is_active:
        found.append(Problem("", "inactive", f"“{organization.name}”已停用，不能再录入"))
    if not found:  # what a number reads as is answered only when all the rest is right
        found += _standing(filing, by=by, but=but) or registrable.problems(filing, organization, but=but)
    return found


def file(
    *, kind: str, organization: Organization, name: str, id_number: str, number: str, developed_by: str,
    by: Role, unit: str = "", discharged_on: date | None = None,
) -> Registration:  # fmt: skip
    """File one person, whom `organization` will enter, with the next level up.

    Raises:
        PermissionDenied: the role may not.
        FilingRefused: with every problem.
    """
    filing = filings.reading(
        kind=kind, name=name, id_number=id_number, number=number, developed_by=developed_by,
        unit=unit, discharged_on=discharged_on,
    )  # fmt: skip
    with transaction.atomic():
        Organization.objects.lock(shared=True)
        place = settled(organization.pk)
        policy.require(by, Act.REGISTER, place)
        _hold_numbers([filing.number])
        made = Registration(filed_by=by.user, filed_for=by.organization, waits_at=_above(by.organization))
        made.place(place)
        _write(made, filing, by=by)
        step(made, Verb.FILED, by=by, from_state="")
        tell_level(made)
    return made


def file_again(registration: Registration, filing: Filing, *, by: Role, seen: int | None = None) -> None:
    """Put a returned one right and send it up again, from the beginning.

    Raises:
        PermissionDenied, FilingRefused: as `file` does.
        StaleState: it does not stand returned (any more).
    """
    with transaction.atomic():
        _hold_numbers([filing.number])
        current = _hold(registration, seen=seen)
        _require_filer(current, by=by)
        if current.state != State.RETURNED:
            raise StaleState(outcome(current))
        move(current, State.RISING, table=REGISTRATION, waits_at=_above(current.filed_for))
        _write(current, filing, by=by)
        step(current, Verb.FILED_AGAIN, by=by, from_state=State.RETURNED)
        tell_level(current)


def pass_up(registration: Registration, *, by: Role, seen: int | None = None) -> None:
    """确认上报: to the next level.

    Raises:
        PermissionDenied: the role may not; the province has nobody above.
        StaleState: it does not wait here, a colleague was faster, or it is not what was `seen`.
    """
    with transaction.atomic():
        current = _waiting(registration, Act.PASS_UP, by=by, seen=seen)
        above = policy.superior_of(by.organization)
        if above is None:
            raise PermissionDenied("已到省级，不再上报，请登记或退回。")
        current.waits_at = above
        current.save(update_fields=["waits_at"])
        step(current, Verb.CONFIRMED, by=by, from_state=State.RISING)
        tell_level(current)


def return_(registration: Registration, *, reason: str, by: Role, seen: int | None = None) -> None:
    """退回 to the organisation that filed it, with a reason it can act on: theirs to do until it is filed again or withdrawn.

    Raises as `pass_up` does.
    """
    with transaction.atomic():
        current = _waiting(registration, Act.PASS_UP, by=by, seen=seen)
        move(current, State.RETURNED, table=REGISTRATION, waits_at=None)
        step(current, Verb.RETURNED, by=by, from_state=State.RISING, reason=reason)
        title = f"{current.name}的{current.get_kind_display()}已由{by.organization.short_name}退回"
        tell(current.filed_for, current, Notice.Sort.TODO, title, reason)


def handle(registration: Registration, *, by: Role, seen: int | None = None) -> None:
    """省级登记: from now on this person can be entered with this number. Raises as `pass_up` does.

    What kept it from being registered when it was filed may have come about since: then it is returned.
    """
    with transaction.atomic():
        number = Registration.objects.values_list("number", flat=True).get(pk=registration.pk)
        _hold_numbers([number])
        current = _waiting(registration, Act.HANDLE_REGISTRATION, by=by, seen=seen)
        if current.number != number:  # returned and filed with another one while we waited
            raise StaleState(outcome(current))
        if words := registrable.why_not_handled(current):
            raise StaleState(
                f"{current.name}的{current.get_kind_display()}没有登记：编号 {number} {words}，请退回，由提交组织核对编号"
            )
        move(current, State.HANDLED, table=REGISTRATION, waits_at=None, handled_at=timezone.now())
        step(current, Verb.HANDLED, by=by, from_state=State.RISING)
        title = f"{current.name}的{current.get_kind_display()}已由省级登记，可以录入"
        tell(current.filed_for, current, Notice.Sort.RESULT, title)
        if current.organization_id != current.filed_for_id:
            tell(current.organization, current, Notice.Sort.NEWS, title)


def withdraw(registration: Registration, *, by: Role, seen: int | None = None) -> None:
    """撤回 by the organisation that filed it, wherever it waits.

    Raises:
        PermissionDenied: filed by another organisation.
        StaleState: it is handled, or withdrawn, already.
    """
    with transaction.atomic():
        current = _hold(registration, seen=seen)
        _require_filer(current, by=by)
        before = current.state
        if before not in OPEN:
            raise StaleState(outcome(current))
        move(current, State.WITHDRAWN, table=REGISTRATION, waits_at=None)
        step(current, Verb.WITHDRAWN, by=by, from_state=before)


def each(chosen: Iterable[Chosen], act: Callable[[Registration, int | None], None]) -> tuple[int, list[str]]:
    """`act` on one after the other, kept together: how many were done, and in words which were not.

    In one order, so that two who decide on the same ones wait for each other instead of locking each other out.
    """
    done, late = 0, []
    rows = list(chosen)
    with transaction.atomic():
        _hold_numbers(registration.number for registration, _ in rows)
        for registration, seen in sorted(rows, key=lambda one: one[0].pk):
            try:
                act(registration, seen)
            except StaleState as stale:
                late.append(str(stale))
            else:
                done += 1
    return done, late


def outcome(registration: Registration) -> str:
    """What became of it last, through whom, and where it stands now."""
    last = registration.steps.select_related("role__user", "role__organization").latest("pk")
    who = f"{last.role.user.name}（{last.role.organization.short_name}）"
    return f"{registration.name}的{registration.get_kind_display()}已由 {who}{last.get_verb_display()}，{standing(registration)}"


def standing(registration: Registration) -> str:
    """Where it stands, in words."""
    if registration.waits_at:
        return f"现由“{registration.waits_at.name}”办理"
    return f"现为“{registration.get_state_display()}”"


def _standing(filing: Filing, *, by: Role, but: Registration | None) -> list[Problem]:
    """The same person with the same number was filed before; of others' filings only that they exist is said."""
    rows = Registration.objects.select_related("waits_at", "filed_for").with_id(filing.id_number)
    other = rows.filter(number=filing.number).exclude(state=State.WITHDRAWN)
    found = (other.exclude(pk=but.pk) if but else other).first()
    if found is None:
        return []
    if found.state == State.HANDLED:
        return [Problem("number", "handled", "该人员的此编号已由省级登记，可以直接录入，无需再次提交")]
    detail = ""
    if Registration.objects.visible_to(by).filter(pk=found.pk).exists():
        detail = f"由“{found.filed_for.name}”提交，{standing(found)}"
    return [Problem("number", "filed", "该人员的此编号已经提交登记，尚未办结，不能重复提交", detail)]


def _above(organization: Organization) -> Organization:
    """The level that acts next; what the province files waits at the province."""
    return policy.superior_of(organization) or organization


def _write(registration: Registration, filing: Filing, *, by: Role) -> None:
    """The checked filing into its row; the unique constraint decides when two file the same at once."""
    again = registration if registration.pk else None
    if found := problems(filing, organization=registration.organization, by=by, but=again):
        raise FilingRefused(found)
    for name in ("kind", "name", "number", "developed_by", "unit", "discharged_on"):
        setattr(registration, name, getattr(filing, name))
    registration.value = number_value(filing.number)
    registration.seal_id(filing.id_number)
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError:
        if found := problems(filing, organization=registration.organization, by=by, but=again):
            raise FilingRefused(found) from None
        raise


def _hold_numbers(numbers: Iterable[str]) -> None:
    """Nobody else registers one of them meanwhile, and nobody issues it or hands it down (`spans.hold`).

    All at once and in one order, so that two lists never wait for each other; before the rows of the registrations.
    """
    asked = sorted(set(numbers))
    keys = sorted({zlib.crc32(number.encode(errors="replace")) - 2**31 for number in asked})
    Organization.objects.lock(shared=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [NUMBERS, keys])
    spans.hold_all(number_value(number) for number in asked)


def _hold(registration: Registration, *, seen: int | None) -> Registration:
    """The registration as it stands, held until the transaction ends; the tree stays as it is meanwhile."""
    Organization.objects.lock(shared=True)
    settled(registration.organization_id)
    Registration.objects.select_for_update().get(pk=registration.pk)
    joined = ("organization", "filed_for", "waits_at")
    current = Registration.objects.select_related(*joined).get(pk=registration.pk)
    if seen is not None and current.steps.latest("pk").pk != seen:
        raise StaleState(outcome(current))
    return current


def _waiting(registration: Registration, act: Act, *, by: Role, seen: int | None) -> Registration:
    """Held, and waiting for exactly the role's organisation."""
    current = _hold(registration, seen=seen)
    policy.require(by, act, current.organization)
    if current.waits_at_id != by.organization_id:
        raise StaleState(outcome(current))
    return current


def _require_filer(registration: Registration, *, by: Role) -> None:
    policy.require(by, Act.REGISTER, registration.organization)
    if registration.filed_for_id != by.organization_id:
        raise PermissionDenied(f"由提交组织“{registration.filed_for.name}”修改或撤回。")
