"""The jail: its limits hold, whatever the child does, and the parent believes only a well-formed verdict."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from archives import pdf
from tests.pdfs import plain_pdf
from tests.workers import wait_until
from zhtj.lib import jail
from zhtj.lib.jail import End

CONFINED = f"import runpy; runpy.run_path({str(pdf.CHILD)!r})['confine']()\n"


@pytest.fixture
def jailed(tmp_path):
    """Run a few lines as a jailed script, under the limits of the real one."""

    def run(lines: str, *, confined: bool = True, **options) -> jail.Outcome:
        script = tmp_path / "script.py"
        script.write_text((CONFINED if confined else "") + lines)
        (tmp_path / "in").write_bytes(b"the file")
        with (tmp_path / "in").open("rb") as file:
            return jail.run(script, ["one", "two"], stdin=file, **options)

    return run


def test_a_script_gets_its_arguments_and_the_file_and_nothing_else(jailed):
    outcome = jailed(
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:], sys.stdin.read(), dict(os.environ), sorted(os.listdir('/dev/fd'))[:9], os.getsid(0) == os.getpid()]))"
    )
    argv, said, environment, _, own_session = json.loads(outcome.output)
    assert (outcome.end, argv, said, own_session) == (End.FINISHED, ["one", "two"], "the file", True)
    assert set(environment) <= {"LC_CTYPE"}  # set by Python itself


def test_files_the_parent_has_open_are_not_inherited(jailed, tmp_path):
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        outcome = jailed(f"import os\ntry: os.fstat({secret.fileno()})\nexcept OSError: print('closed')")
    assert outcome.output == b"closed\n"


def test_the_child_sets_every_limit(jailed):
    outcome = jailed(
        "import json, resource as r\n"
        "print(json.dumps({n: r.getrlimit(getattr(r, 'RLIMIT_' + n)) for n in ('AS', 'CPU', 'FSIZE', 'CORE', 'NOFILE', 'NPROC')}))"
    )
    if sys.platform != "linux":
        return
    memory = 512 * 2**20
    assert json.loads(outcome.output) == {
        "AS": [memory, memory], "CPU": [10, 12], "FSIZE": [0, 0], "CORE": [0, 0], "NOFILE": [32, 32], "NPROC": [0, 0],
    }  # fmt: skip


def test_limits_cannot_be_raised_again_by_an_ordinary_user(jailed):
    outcome = jailed(
        "import os, resource as r\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: r.setrlimit(r.RLIMIT_AS, (2**40, 2**40))\n"
        "except ValueError: print('no')\n"
        "try: os.fork()\n"
        "except OSError: print('alone')"
    )
    assert outcome.output == b"no\nalone\n"


def test_who_allocates_a_gigabyte_is_stopped(jailed):
    outcome = jailed("try: b'x' * 2**30\nexcept MemoryError: print('no')")
    assert outcome.output == b"no\n"


def test_who_writes_a_file_is_stopped(jailed, tmp_path):
    target = tmp_path / "out"
    outcome = jailed(f"with open({str(target)!r}, 'wb', 0) as out: out.write(b'x')")
    assert outcome.end in (End.FAILED, End.CRASHED)
    assert not target.exists() or target.stat().st_size == 0


def test_who_burns_the_processor_is_killed(jailed):
    outcome = jailed("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass")
    assert outcome.end == End.TIMED_OUT


def test_who_burns_time_is_killed_by_the_wall_clock(jailed):
    began = time.monotonic()
    outcome = jailed("while True: pass", wall_seconds=2)
    # A crowded test machine may have kept the loop itself waiting.
    assert outcome.end in (End.TIMED_OUT, End.FAILED)
    assert time.monotonic() - began < 10


def test_who_was_only_kept_waiting_is_not_to_blame(jailed):
    assert jailed("import time; time.sleep(60)", wall_seconds=1).end == End.FAILED


def test_whatever_it_started_is_killed_too(jailed):
    outcome = jailed(
        "import os, sys, time\n"
        "child = os.fork()\n"
        "if child: print(child); sys.stdout.flush(); os._exit(0)\n"
        "os.close(1); time.sleep(60)",
        confined=False,
    )
    assert outcome.end == End.FINISHED
    pid = int(outcome.output)
    wait_until(lambda: gone(pid), "the process to be killed", 10)  # a signal takes its time


def gone(pid: int) -> bool:
    """Dead, or a zombie that nobody has collected yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return state.strip() in ("", "Z", "Zs", "Z+")


def test_a_flood_of_output_is_cut_off(jailed):
    outcome = jailed("import sys\nwhile True: sys.stdout.write('x' * 65536)", max_output=1000)
    assert outcome == jail.Outcome(End.CRASHED)


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        ("raise SystemExit(3)", End.FAILED),
        ("import nothing_of_this_name", End.FAILED),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})", End.CRASHED),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGABRT)})", End.CRASHED),
        # Nobody but the machine (out of memory) or its keeper sends this one.
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", End.FAILED),
    ],
)
def test_a_crash_of_the_parser_is_told_from_a_failure_of_ours(jailed, lines, end):
    assert jailed(lines).end == end


def lied_to(monkeypatch, tmp_path, lines: str) -> pdf.Verdict:
    """The verdict when the child is another script: what a hijacked process could say."""
    script, file = tmp_path / "liar.py", tmp_path / "a.pdf"
    script.write_text(lines)
    file.write_bytes(plain_pdf())
    monkeypatch.setattr(pdf, "CHILD", script)
    return pdf.inspect(file, max_pages=100)


GOOD = {"verdict": "accept", "reason": "", "pages": 12, "warnings": []}


@pytest.mark.parametrize(
    "said",
    [
        "", "accept", "[]", "null", "{}", '"accept"', "[" * 2000, "\x00" * 100, json.dumps(GOOD) * 2,
        json.dumps({**GOOD, "pages": 0}), json.dumps({**GOOD, "pages": 101}), json.dumps({**GOOD, "pages": True}),
        json.dumps({**GOOD, "pages": "12"}), json.dumps({**GOOD, "reason": "encrypted"}), json.dumps({**GOOD, "reason": []}),
        json.dumps({**GOOD, "warnings": "x"}), json.dumps({**GOOD, "verdict": "maybe"}),
        json.dumps({**GOOD, "verdict": "reject", "reason": "made up"}), json.dumps({**GOOD, "verdict": "reject", "reason": {}}),
    ],
)  # fmt: skip
def test_garbage_is_no_acceptance(monkeypatch, tmp_path, said):
    verdict = lied_to(monkeypatch, tmp_path, f"import sys; sys.stdout.write({said!r})")
    assert (verdict.accepted, verdict.reason) == (False, "unreadable")


def test_bytes_that_are_no_text_are_no_acceptance(monkeypatch, tmp_path):
    verdict = lied_to(monkeypatch, tmp_path, "import sys; sys.stdout.buffer.write(bytes(range(256)))")
    assert (verdict.accepted, verdict.reason) == (False, "unreadable")


def test_a_child_that_dies_or_floods_has_accepted_nothing(monkeypatch, tmp_path):
    well = f"print({json.dumps(GOOD)!r}, flush=True); import os, signal; "
    crashed = lied_to(monkeypatch, tmp_path, well + "os.kill(os.getpid(), signal.SIGSEGV)")
    flooded = lied_to(monkeypatch, tmp_path, well + "os.write(1, b' ' * 60000)")
    assert {crashed.reason, flooded.reason} == {"too_complex"}


def test_a_jail_that_cannot_work_is_not_the_files_fault(monkeypatch, tmp_path):
    with pytest.raises(pdf.InspectionUnavailable):
        lied_to(monkeypatch, tmp_path, "import nothing_of_this_name")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(pdf.InspectionUnavailable):
        pdf.inspect(tmp_path / "a.pdf", max_pages=100)


def test_a_file_that_is_gone_is_not_a_bad_file(tmp_path):
    with pytest.raises(pdf.InspectionUnavailable):
        pdf.inspect(tmp_path / "missing.pdf", max_pages=100)
