"""操作中心: telling an organisation's administrators, or one person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from orgs.models import Notice, NoticeRead, Organization, User


def tell(
    organization: Organization,
    *,
    sort: Notice.Sort,
    kind: str,
    title: str,
    subject: str,
    body: str = "",
    link: str = "",
    link_args: Sequence[object] = (),
    action: str = "",
    person: User | None = None,
) -> None:
    """Write one notice in the transaction of what it reports; an open to-do on the same subject is not repeated.

    `action` is the word on its button where 去处理 (a to-do) or 查看 says too little: 继续录入, 去修改, 去核实, 下载.
    With `person` it is theirs alone, and no administrator reads it.
    """
    notice = Notice(
        organization=organization,
        sort=sort,
        kind=kind,
        title=title,
        body=body,
        subject=subject,
        link=link,
        link_args=list(link_args),
        action=action,
        person=person,
    )
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        if sort != Notice.Sort.TODO:
            raise


def finish(subject: str, *, by: User | None) -> None:
    """Close the open to-dos on this subject: colleagues see 已由 ×× 处理."""
    Notice.objects.open_todos().filter(subject=subject).update(done_at=timezone.now(), done_by=by)


def mark_read(notices: Sequence[Notice], *, by: User) -> None:
    NoticeRead.objects.bulk_create(
        [NoticeRead(notice=one, user=by) for one in notices], ignore_conflicts=True
    )
