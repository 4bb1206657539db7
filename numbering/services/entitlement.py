"""Whose a number is before it is entered: issued to this person, to another one, or 未使用 (指引 3.6)."""

from __future__ import annotations

from collections.abc import Container

from django.conf import settings

from numbering.facts import is_registered, segmented
from numbering.models import Dispute, Issue
from zhtj.lib.problems import Problem
from zhtj.lib.sealing import blind


class NotIssued(Exception):
    """The number was not issued to this person; `problem` says so, as a warning where it may be confirmed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


UNUSED = Problem(
    "number",
    "number_unused",
    "发展团员编号未使用",
    "该编号还没有发放。请核对编号；编号无误的，请联系上级团委发放，或办理未使用登记，逐级上报省级团委登记后再录入",
)
OF_ANOTHER = "number_of_another"
WORDS = "该发展团员编号已发放给另一人，尚未录入，请核对编号"
ADJUDGED = Problem(
    "number",
    "number_adjudged",
    "该发展团员编号已经核实属于他人，请核对编号",
    "编号与入团志愿书一致的，请联系核实该编号的团委",
)


def require_issued(number: str, *, id_number: str, confirmed: Container[str] = ()) -> None:
    """Insist that a free number (or one just taken for them) may be entered by this person.

    Asked again in the transaction that took the number: by then their issue is 已录入 and its row locked, or it was taken back.

    Raises:
        NotIssued: it was issued to nobody, or to another person and that is not `confirmed`; an older one: released for another.
    """
    person = blind("person.id", id_number)
    if segmented(number) is None:
        if _adjudged_away(number, person):
            raise NotIssued(ADJUDGED)
        return
    issue = Issue.objects.standing().filter(number=number).first()
    if issue is None:
        if settings.ISSUE_NEEDED and not is_registered(number, id_number=id_number):
            raise NotIssued(UNUSED)
    elif bytes(issue.id_blind) != person:
        if settings.ISSUE_BINDS_PERSON or _adjudged(issue):
            raise NotIssued(
                Problem("number", OF_ANOTHER, WORDS, "编号无误的，请联系发放编号的团委收回后重新发放")
            )
        if OF_ANOTHER not in confirmed:
            raise NotIssued(
                Problem("number", OF_ANOTHER, WORDS, "编号与入团志愿书一致的，确认后可以提交", warning=True)
            )


def _adjudged(issue: Issue) -> bool:
    """Released for this very person by 编号占用核实 (指引 3.7): nobody else takes it by a tick, least of all who had to give it up."""
    upheld = Dispute.objects.filter(number=issue.number, state=Dispute.State.UPHELD)
    return upheld.filter(id_blind=bytes(issue.id_blind)).exists()


def _adjudged_away(number: str, person: bytes) -> bool:
    """Of an older number nothing is issued that would keep it for whom 编号占用核实 released it: the last decision does."""
    upheld = Dispute.objects.filter(number=number, state=Dispute.State.UPHELD)
    last = upheld.order_by("-decided_at", "-pk").values_list("id_blind", flat=True).first()
    return last is not None and bytes(last) != person
