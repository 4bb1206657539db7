"""The steps of an 编号登记备案, as its filer, the auditor and whoever acts next come to know of them."""

from __future__ import annotations

from numbering.flow import REGISTRATION
from numbering.models import Registration, RegistrationStep, rising
from numbering.models.registrations import RegistrationQuerySet
from orgs.models import Notice, Organization, Role
from orgs.services import audit, notices
from zhtj.lib.states import move

NOTICE = "编号登记备案"
State = Registration.State
Verb = RegistrationStep.Verb
ACTIONS = {State.RETURNED: "去修改", State.HANDLED: "去录入"}
"""What there is to do about a registration that came to this."""


def void(rows: RegistrationQuerySet, *, reason: str, by: Role) -> None:
    """Those that stand hold no more: the number is free for others, as far as they kept it.

    Inside a transaction in which the caller holds the number's segment. `reason` names nobody.
    """
    standing = rows.exclude(state=State.WITHDRAWN).select_related("organization", "filed_for")
    for one in standing.order_by("pk"):
        before = one.state
        move(one, State.WITHDRAWN, table=REGISTRATION, waits_at=None, handled_at=None)
        step(one, Verb.WITHDRAWN, by=by, from_state=before, reason=reason)
        title = f"{one.name}的{one.get_kind_display()}已由{by.organization.short_name}撤回"
        tell(one.filed_for, one, Notice.Sort.RESULT, title, f"编号 {one.number}：{reason}")


def step(
    registration: Registration, verb: RegistrationStep.Verb, *, by: Role, from_state: str, reason: str = ""
) -> None:
    """What the filer reads, what the auditor reads, and the to-do of whoever acted is done."""
    RegistrationStep.objects.create(registration=registration, verb=verb, role=by, reason=reason)
    audit.record(
        role=by, verb=f"registration.{verb}", subject=_subject(registration), organization=registration.organization,
        from_state=from_state, to_state=registration.state,
    )  # fmt: skip
    notices.finish(_subject(registration), by=by.user)


def tell_level(registration: Registration) -> None:
    """Whoever has to act next."""
    level = registration.waits_at or registration.filed_for
    what = rising.TO_REGISTER if level.parent_id is None else rising.TO_CONFIRM
    title = f"{registration.name}的{registration.get_kind_display()}{what}"
    tell(level, registration, Notice.Sort.TODO, title)


def tell(
    organization: Organization, registration: Registration, sort: Notice.Sort, title: str, body: str = ""
) -> None:
    """With the way to its page."""
    notices.tell(
        organization, sort=sort, kind=NOTICE, subject=_subject(registration), title=title, body=body,
        link="registration", link_args=[str(registration.uuid)],
        action=ACTIONS.get(State(registration.state), ""),
    )  # fmt: skip


def _subject(registration: Registration) -> str:
    return f"registration:{registration.pk}"
