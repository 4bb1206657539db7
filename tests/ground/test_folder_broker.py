"""The folder broker of a machine without Redis: every message arrives once and whole, whoever reads meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from orgs import tasks
from tests.workers import ring_at
from zhtj.celery import app
from zhtj.lib import folder_broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Connection]:
    folder = tmp_path / "queue"
    folder.mkdir()
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection("filesystem://localhost/", transport_options=options) as connection:
        yield connection


def test_the_application_uses_it(broker: Connection) -> None:
    with app.connection_for_write() as connection:
        assert connection.transport_cls == "filesystem" or connection.transport_cls == "redis"
    assert type(broker.transport) is folder_broker.Transport


def test_a_message_reaches_its_own_queue_and_leaves_no_file(broker: Connection, tmp_path: Path) -> None:
    broker.SimpleQueue("pulse").put({"beat": 1})
    with pytest.raises(Empty):
        broker.SimpleQueue("celery").get_nowait()
    message = broker.SimpleQueue("pulse").get_nowait()
    message.ack()
    assert message.payload == {"beat": 1}
    assert list((tmp_path / "queue").iterdir()) == []


def test_a_half_written_message_is_not_seen(broker: Connection, tmp_path: Path) -> None:
    (tmp_path / "queue" / "1_x.celery.msg.part").write_text('{"half')
    with pytest.raises(Empty):
        broker.SimpleQueue("celery").get_nowait()


def test_many_writers_and_readers_lose_and_double_nothing(broker: Connection) -> None:
    got: list[int] = []
    written = threading.Event()

    def write(start: int) -> None:
        with broker.clone() as mine:
            channel = mine.channel()
            for number in range(start, start + 100):
                channel._put("celery", {"n": number})

    def read() -> None:
        with broker.clone() as mine:
            channel = mine.channel()
            while True:
                last_round = written.is_set()
                try:
                    got.append(channel._get("celery")["n"])
                except Empty:
                    if last_round:
                        return

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for one in [*readers, *writers]:
        one.start()
    for one in writers:
        one.join()
    written.set()
    for one in readers:
        one.join()
    assert sorted(got) == list(range(300))


def test_a_test_rings_where_it_says_wherever_an_earlier_one_rang(tmp_path: Path) -> None:
    folders = [tmp_path / name / "broker" for name in ("earlier", "own")]
    for folder in folders:
        ring_at(folder)
        tasks.beat.delay()
    assert [len(list(folder.iterdir())) for folder in folders] == [1, 1]
