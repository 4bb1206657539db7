"""A real Celery worker in a process of its own, on the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

READY_SECONDS = 60


def test_database_url() -> str:
    """DATABASE_URL with the test database's name."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


test_database_url.__test__ = False  # type: ignore[attr-defined]


@contextmanager
def worker(broker: Path, *, include: str = "") -> Iterator[subprocess.Popen[str]]:
    """A worker that listens at the broker folder (or Redis) and shares this test's files; killed at the end. `include`: a module with tasks or handlers of the test."""
    env = {
        **os.environ,
        "DATABASE_URL": test_database_url(),
        "BROKER_DIR": str(broker),
        "BROKER_CONTROL_DIR": str(broker.with_name("control")),
        "ARCHIVE_DIR": str(settings.ARCHIVE_DIR),
        "JOB_DIR": str(settings.JOB_DIR),
        "UPLOAD_TEMP_DIR": str(settings.FILE_UPLOAD_TEMP_DIR),
        "LOG_LEVEL": "INFO",
    }
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "zhtj",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
        *(["--include", include] if include else []),
    ]
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        _wait_ready(process)
        yield process
    finally:
        kill(process)


def _wait_ready(process: subprocess.Popen[str]) -> None:
    """Blocks on the worker's own log until it says that it is ready; from then on somebody has to keep reading it."""
    lines: list[str] = []
    ready = threading.Event()

    def read() -> None:
        with process.stdout as log:
            for line in log:
                lines.append(line)
                if "ready." in line:
                    ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(READY_SECONDS) or process.poll() is not None:
        raise RuntimeError("the worker did not start:\n" + "".join(lines[-20:]))


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, the whole group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=20)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Ask until it is so; fails with `what` when the time is up."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        pause.wait(0.05)


def listen_at(folder: Path) -> None:
    """Make this process ring at a broker folder, unless the suite runs on Redis."""
    if settings.REDIS_URL:
        _ring(settings.REDIS_URL, {})
    else:
        ring_at(folder)


def ring_at(folder: Path) -> None:
    """Make this process ring at this folder and nowhere else."""
    control = folder.with_name("control")
    for one in (folder, control):
        one.mkdir(parents=True, exist_ok=True)
    places = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": control}
    _ring("filesystem://", {name: str(place) for name, place in places.items()})


def _ring(url: str, options: dict[str, str]) -> None:
    from zhtj.celery import app

    app.conf.broker_url, app.conf.broker_transport_options = url, options
    # Kept connections still ring where an earlier test listened, where a worker may be alive.
    app._pool = app.amqp._producer_pool = None
