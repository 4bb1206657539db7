"""`dev.py run` as a person uses it: everything starts, says where, and is gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import dev

pytestmark = pytest.mark.timeout(
    240
)  # longer than `run` itself waits, so that its own words are what fails the test
CONFIGURED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "DEBUG", "HTTPS"}


class Run:
    """`dev.py run` in a var folder of its own, with nothing configured and without the demo data."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = str(probe.getsockname()[1])
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if name not in CONFIGURED}
        env |= {"VAR_DIR": str(self.var), "ENV_FILE": "", "PYTHONIOENCODING": "utf-8"}
        words = [sys.executable, "dev.py", "run", "--no-demo", "--port", self.port]
        return subprocess.Popen(
            words, cwd=dev.ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def wait_ready(self) -> None:
        said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            said += line
            if f"http://127.0.0.1:{self.port}/" in line:
                return
        raise AssertionError(said)

    def offspring(self) -> list[psutil.Process]:
        """Every process that belongs to it, the database server among them."""
        home = Path("/var/tmp") / f"zhtj-{dev.short_hash(self.var)}" if dev.AS_ROOT else self.var / "pg"
        server = psutil.Process(int(next(home.glob("data*/postmaster.pid")).read_text().split()[0]))
        return [*psutil.Process(self.process.pid).children(recursive=True), server, *server.children()]

    def end(self) -> tuple[int, str]:
        said, _ = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "var")
    yield run
    if run.process.poll() is None:
        run.process.terminate()
        run.end()
    if dev.AS_ROOT:
        shutil.rmtree(Path("/var/tmp") / f"zhtj-{dev.short_hash(run.var)}", ignore_errors=True)


def still_there(processes: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=30)
    return alive


def test_ctrl_c_leaves_nothing_behind_and_a_second_copy_is_refused(system: Run) -> None:
    system.wait_ready()
    processes = system.offspring()
    assert {"web.log", "worker.log", "beat.log"} <= {path.name for path in (system.var / "log").iterdir()}
    second = system.start()
    said, _ = second.communicate(timeout=60)
    assert second.returncode != 0
    assert "running from this folder already" in said
    system.process.send_signal(signal.SIGINT)
    assert system.end()[0] == 130
    assert still_there(processes) == []


def test_a_dead_part_is_named_with_its_log_and_all_the_others_stop(system: Run) -> None:
    system.wait_ready()
    processes = system.offspring()
    worker = next(one for one in processes if "worker" in one.cmdline() and one.ppid() == system.process.pid)
    worker.kill()
    code, said = system.end()
    assert code == 1
    assert "worker ended with code -9" in said
    assert str(system.var / "log/worker.log") in said
    assert still_there(processes) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_run_frees_its_port_and_the_next_one_takes_the_database_over(system: Run) -> None:
    system.wait_ready()
    children = psutil.Process(system.process.pid).children()
    system.process.kill()
    system.end()
    assert still_there(children) == []
    system.process = system.start()
    system.wait_ready()
