"""Running a parser on a hostile file: in a process of its own, with nothing to gain and little to break."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO


class End(Enum):
    FINISHED = "finished"
    TIMED_OUT = "timed out"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a jailed process ended, and what it printed; trust the output only of a FINISHED one, and check it even then."""

    end: End
    output: bytes = b""


def run(script: Path, args: Sequence[str], *, stdin: IO[bytes], wall_seconds: float = 15, max_output: int = 4096) -> Outcome:
    """Run a Python script on an open file; at most `wall_seconds`, at most `max_output` bytes of output.

    Isolated (-I), no environment, no inherited files, a session of its own; the script sets its memory and CPU limits first.

    Raises:
        OSError: the process could not be started: our trouble, not the file's.
    """
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-I", "-B", str(script), *args],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        close_fds=True,
        start_new_session=True,
    )
    timed_out = threading.Event()

    def kill() -> None:
        timed_out.set()
        _kill_group(process.pid)

    clock = threading.Timer(wall_seconds, kill)
    clock.start()
    try:
        pipe = process.stdout
        output = pipe.read(max_output + 1) if pipe else b""
        if len(output) > max_output:
            _kill_group(process.pid)
        code = process.wait()
    finally:
        clock.cancel()
        if process.stdout:
            process.stdout.close()
        _kill_group(process.pid)
    if timed_out.is_set():
        return Outcome(End.TIMED_OUT)
    return Outcome(End.FINISHED, output) if code == 0 and len(output) <= max_output else Outcome(End.DIED)


def _kill_group(pid: int) -> None:
    """The child and whatever it might have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
