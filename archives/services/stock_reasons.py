"""常用原因: what a committee says again and again when it refuses a file."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction

from archives.models import StockReason
from orgs import policy
from orgs.models import Organization, Role
from orgs.policy import Act
from orgs.services import audit
from zhtj.lib.states import StaleState

DEFAULTS: Final[tuple[tuple[str, str], ...]] = (
    ("缺页", "缺页，请补齐后重新扫描上传"),
    ("模糊", "字迹模糊，请重新扫描"),
    ("无公章", "无公章，请加盖公章后重新扫描上传"),
    ("与录入信息不符", "与录入信息不符，请核对后重新上传"),
    ("非入团志愿书", "上传的文件不是入团志愿书，请重新选择文件"),
)
"""(button, text) until a committee has its own; the text is a start that is edited before it is sent."""
MOST = 20
SHORT = 14


def offered(organization: Organization) -> list[tuple[str, str]]:
    """(button, text) of what is offered to the reviewers of this committee."""
    return [(_short(one.text), one.text) for one in own(organization)] or list(DEFAULTS)


def own(organization: Organization) -> list[StockReason]:
    return list(StockReason.objects.filter(organization=organization).order_by("pk"))


def add(text: str, *, by: Role) -> StockReason:
    """Keep one more for the role's own committee.

    Raises:
        PermissionDenied: its administrators do not review.
        StaleState: it is there already, or there are too many; in words.
    """
    policy.require(by, Act.REVIEW, by.organization)
    try:
        with transaction.atomic():
            if StockReason.objects.filter(organization=by.organization).count() >= MOST:
                raise StaleState(f"常用原因至多 {MOST} 条，请先删除不用的")
            reason = StockReason.objects.create(organization=by.organization, text=text)
            _record(by, "add_reason", reason.pk)
    except IntegrityError:
        raise StaleState(f"“{text}”已在常用原因中") from None
    return reason


def remove(pk: int, *, by: Role) -> None:
    """Raises as `add` does; StaleState when it is gone already."""
    policy.require(by, Act.REVIEW, by.organization)
    with transaction.atomic():
        if not StockReason.objects.filter(pk=pk, organization=by.organization).delete()[0]:
            raise StaleState("该常用原因已删除")
        _record(by, "remove_reason", pk)


def _record(by: Role, verb: str, pk: int) -> None:
    audit.record(role=by, verb=verb, subject=f"stock_reason:{pk}", organization=by.organization)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
