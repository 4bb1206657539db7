"""The audit: append-only for everybody, sealed without losing an uncommitted event, verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from orgs import audit_chain
from orgs.models import AuditEvent, AuditSeal, Role
from orgs.services import audit

INSERT = """
INSERT INTO orgs_auditevent (at, verb, subject, from_state, to_state, fields, note)
VALUES (now(), 'slow', 'test:1', '', '', '{}', '')"""


def record(subject: str = "test:1") -> AuditEvent:
    return audit.record(role=None, verb="test", subject=subject, organization=None)


def seal_all() -> None:
    """Open a seal, give it its horizon and, with nobody else writing, close it."""
    for _ in range(3):
        audit_chain.seal()
    assert not AuditSeal.objects.filter(hash=None).exists()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    """As somebody with full rights on the database would do it."""
    execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        execute("SET session_replication_role = DEFAULT")


@contextmanager
def another_connection() -> Iterator[BaseDatabaseWrapper]:
    other = connections.create_connection("default")
    try:
        yield other
    finally:
        other.close()


def test_an_event_names_who_acted_in_which_role(branch_role: Role) -> None:
    event = audit.record(
        role=branch_role,
        verb="test",
        subject="test:1",
        organization=branch_role.organization,
        fields=["name"],
    )
    event.refresh_from_db()
    assert (event.user, event.role, event.organization, event.fields) == (
        branch_role.user,
        branch_role,
        branch_role.organization,
        ["name"],
    )


@pytest.fixture
def guarded(transactional_db: None) -> Iterator[None]:
    """With the guard against TRUNCATE that the tests' own flush needs to be off."""
    execute("ALTER TABLE orgs_auditevent ENABLE TRIGGER orgs_auditevent_no_truncate")
    yield
    execute("ALTER TABLE orgs_auditevent DISABLE TRIGGER orgs_auditevent_no_truncate")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orgs_auditevent SET verb = 'x'",
        "DELETE FROM orgs_auditevent",
        "TRUNCATE orgs_auditevent CASCADE",
    ],
)
def test_the_database_refuses_to_change_the_past(guarded: None, statement: str) -> None:
    record()
    with pytest.raises(DatabaseError, match="审计记录不可修改或删除"), transaction.atomic():
        execute(statement)
    assert AuditEvent.objects.filter(verb="test").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["UPDATE orgs_auditseal SET count = 0", "DELETE FROM orgs_auditseal"])
def test_a_closed_seal_cannot_be_changed_either(statement: str) -> None:
    record()
    seal_all()
    with pytest.raises(DatabaseError, match="已封存的审计不可修改或删除"), transaction.atomic():
        execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_event_still_uncommitted_while_sealing_is_not_lost() -> None:
    with another_connection() as slow:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute(INSERT)  # has the smaller number
        after = record()
        for _ in range(3):
            audit_chain.seal()
            assert AuditSeal.objects.get().hash is None
        slow.commit()
    seal_all()
    closed = AuditSeal.objects.get()
    assert closed.hash is not None
    assert (closed.last, closed.count) == (after.pk, 2)
    assert list(audit_chain.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_no_writer_waits_while_a_seal_is_being_written() -> None:
    record()
    with transaction.atomic():
        audit_chain.seal()
        with another_connection() as other, other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            cursor.execute(INSERT)
    assert AuditEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_seals_follow_each_other_without_a_gap() -> None:
    for _ in range(3):
        record()
        seal_all()
    seals = list(AuditSeal.objects.exclude(hash=None).order_by("first"))
    assert len(seals) == 3
    assert [one.first for one in seals[1:]] == [one.last + 1 for one in seals[:-1]]
    assert [one.previous for one in seals[1:]] == seals[:-1]
    assert list(audit_chain.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_numbers_lost_to_rolled_back_transactions_do_not_stop_the_sealing() -> None:
    record()
    seal_all()
    execute(
        "SELECT setval(pg_get_serial_sequence('orgs_auditevent', 'id'), (SELECT max(id) + 50000 FROM orgs_auditevent))"
    )
    last = record()
    seal_all()
    assert AuditSeal.objects.exclude(hash=None).latest("pk").last == last.pk
    assert list(audit_chain.verify()) == []


def three_sealed() -> list[AuditEvent]:
    events = [record(f"test:{number}") for number in range(3)]
    seal_all()
    return events


@pytest.mark.django_db(transaction=True)
def test_an_altered_event_is_found() -> None:
    events = three_sealed()
    with behind_the_triggers():
        execute(f"UPDATE orgs_auditevent SET note = 'x' WHERE id = {events[1].pk}")
    (found,) = audit_chain.verify()
    assert "内容与封存不符" in found


@pytest.mark.django_db(transaction=True)
def test_a_removed_event_is_found() -> None:
    events = three_sealed()
    with behind_the_triggers():
        execute(f"DELETE FROM orgs_auditevent WHERE id = {events[1].pk}")
    (found,) = audit_chain.verify()
    assert "封存 3 条，现有 2 条" in found


@pytest.mark.django_db(transaction=True)
def test_a_removed_seal_is_found() -> None:
    three_sealed()
    middle = AuditSeal.objects.get(hash__isnull=False)
    three_sealed()
    with behind_the_triggers():
        execute(f"DELETE FROM orgs_auditseal WHERE id = {middle.pk}")
    assert any("不相接" in line for line in audit_chain.verify())


@pytest.mark.django_db
def test_an_event_left_unsealed_for_an_hour_is_reported() -> None:
    with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC)):
        record()
    record()
    (found,) = audit_chain.verify()
    assert "1 条超过一小时未封存" in found


@pytest.mark.django_db(transaction=True)
def test_the_command_fails_when_something_is_wrong() -> None:
    events = three_sealed()
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert "审计记录完整" in said.getvalue()
    with behind_the_triggers():
        execute(f"UPDATE orgs_auditevent SET verb = 'x' WHERE id = {events[0].pk}")
    with pytest.raises(CommandError, match="1 处问题"):
        call_command("verify_audit", stderr=StringIO())
