"""A verdict while the tree is being changed, on two real connections."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from archives.models import Archive
from archives.services import entry as entries
from orgs.models import Organization
from orgs.services import organizations
from tests.archives.cases import found_good, uploaded
from tests.factories import entry_with_file, new_key, plant_world
from tests.races import at_once
from tests.workers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


def entered_below(role, branch):
    """The file stands in the committee, the member in the branch."""
    upload = uploaded(role)
    entries.enter(entry_with_file(), organization=branch, upload=upload, key=new_key(), by=role)
    return upload


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() == (True,)


def test_a_verdict_waits_for_a_change_of_the_tree_and_then_counts():
    world = plant_world()
    upload = entered_below(world.role(world.school), world.branch)

    def worker() -> None:
        try:
            found_good(upload)
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    with transaction.atomic():
        Organization.objects.lock()
        thread.start()
        wait_until(somebody_waits, "the verdict waits for the tree")
    thread.join(timeout=20)
    assert Archive.objects.get(upload=upload).state == "approved"


def test_verdicts_and_moves_of_the_branch_never_stop_each_other():
    world = plant_world()
    school, mover = world.role(world.school), world.role(world.province)
    for home in (world.school, world.general) * 3:
        branch = Organization.objects.get(pk=world.branch.pk)
        upload = entered_below(school, branch)
        results = at_once(
            lambda upload=upload: found_good(upload),
            lambda branch=branch, home=home: organizations.move(branch, to=home, by=mover),
        )
        assert not [one for one in results if isinstance(one, Exception)], results
        archive = Archive.objects.select_related("member").get(upload=upload)
        now = Organization.objects.get(pk=branch.pk)
        assert (archive.state, archive.member.state) == ("approved", "active")
        assert (now.parent_id, getattr(archive, f"at_{now.depth}")) == (home.pk, now.pk)
