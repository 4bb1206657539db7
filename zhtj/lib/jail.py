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
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import resource

BUSY = 0.2
"""Whoever had less than this share of a processor until the wall clock struck was kept waiting by a crowded machine."""


class End(Enum):
    """How a jailed process ended. Only the first three are the file's doing."""

    FINISHED = "finished"
    TIMED_OUT = "ran out of time"
    CRASHED = "crashed or printed too much"
    FAILED = "could not do its work"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, and what a finished process printed, which may still be a hijacked one's: check it."""

    end: End
    output: bytes = b""


def run(
    script: Path, args: Sequence[str], *, stdin: IO[bytes], wall_seconds: float = 15, max_output: int = 4096
) -> Outcome:
    """Run a Python script on an open file; at most `wall_seconds`, at most `max_output` bytes of output.

    Isolated (-I), no environment, no inherited files, a session of its own. The script takes its own limits before it
    reads a byte: a hook between fork and exec would not be safe in a process with threads.

    Raises:
        OSError: the process could not be started.
    """
    process = _start(script, args, stdin)
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        _kill_group(process.pid)

    clock = threading.Timer(wall_seconds, stop)
    clock.start()
    try:
        output, status, usage = _heard_out(process, max_output)
    finally:
        clock.cancel()
        # Also when it ended by itself: something it started may have closed the pipe and live on in its group.
        _kill_group(process.pid)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if timed_out.is_set():
        worked = usage.ru_utime + usage.ru_stime
        return Outcome(End.TIMED_OUT if worked > wall_seconds * BUSY else End.FAILED)
    if len(output) > max_output:
        return Outcome(End.CRASHED)
    return Outcome(End.FINISHED, output) if code == 0 else Outcome(_end_of(code))


def _start(script: Path, args: Sequence[str], stdin: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and script
        [sys.executable, "-I", "-B", str(script), *args],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        close_fds=True,
        start_new_session=True,
    )


def _heard_out(
    process: subprocess.Popen[bytes], max_output: int
) -> tuple[bytes, int, resource.struct_rusage]:
    """What it printed, at most one byte more than it may, how it ended and the time it took."""
    assert process.stdout is not None  # noqa: S101 -- a PIPE was asked for
    with process.stdout as pipe:
        output = pipe.read(max_output + 1)
        if len(output) > max_output:
            _kill_group(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
    return output, status, usage


def _end_of(code: int) -> End:
    """A parser that breaks is stopped by a signal. SIGKILL, which we did not send, is the machine out of memory; an exit
    code is an interpreter or a script that could not run at all."""
    if code == -signal.SIGXCPU:
        return End.TIMED_OUT
    return End.CRASHED if code < 0 and code != -signal.SIGKILL else End.FAILED


def _kill_group(pid: int) -> None:
    """The child and whatever it might have started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
