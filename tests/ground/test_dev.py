"""dev.py: keys of this machine, and what it refuses."""

from __future__ import annotations

import argparse
import re
import socket
import stat
from pathlib import Path

import pytest

import dev


def wish(**values: object) -> argparse.Namespace:
    return argparse.Namespace(**{"host": "127.0.0.1", "no_demo": False, "reset": False, **values})


def test_keys_are_made_once_and_only_their_owner_reads_them(own_var: Path) -> None:
    path = dev.own_secrets()
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(own_var.stat().st_mode) == 0o700
    assert re.findall(r"^(\w+)=", first, re.MULTILINE) == ["SECRET_KEY", "DATA_KEYS", "INDEX_KEY", "DEBUG"]
    assert dev.own_secrets().read_text() == first


def test_the_shell_comes_before_the_file_and_the_file_before_our_own_keys(
    own_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / ".env").write_text("# 说明\nSECRET_KEY='from file'\nexport INDEX_KEY=from-file\n")
    monkeypatch.setenv("INDEX_KEY", "from shell")
    env = dev.environment()
    assert (env["SECRET_KEY"], env["INDEX_KEY"], env["VAR_DIR"]) == ("from file", "from shell", str(own_var))
    assert not (own_var / "dev.env").exists()


def test_tests_ignore_the_deployment_beside_them(
    own_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://production/zhtj\nHTTPS=1\n")
    env = dev.test_environment()
    assert "DATABASE_URL" not in env
    assert "HTTPS" not in env
    assert env["ENV_FILE"] == ""
    assert env["VAR_DIR"] == str(own_var / "test")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "tuan.example.cn"])
def test_demo_accounts_never_face_a_network(own_var: Path, host: str) -> None:
    with pytest.raises(dev.Stop, match="demo accounts"):
        dev.refuse_public_demo(wish(host=host))
    dev.refuse_public_demo(wish(host=host, no_demo=True))
    own_var.mkdir()
    dev.DEMO.touch()
    with pytest.raises(dev.Stop, match="demo accounts"):
        dev.refuse_public_demo(wish(host=host, no_demo=True))
    dev.refuse_public_demo(wish(host=host, no_demo=True, reset=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_may_have_demo_accounts(own_var: Path, host: str) -> None:
    dev.refuse_public_demo(wish(host=host))


def test_a_taken_port_is_said_with_a_way_out(own_var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(dev.Stop, match="--port"):
        dev.refuse_taken_port("127.0.0.1", taken.getsockname()[1])


def test_two_at_once_are_told_apart(own_var: Path) -> None:
    with (
        dev.locked("run.lock", busy="running"),
        pytest.raises(dev.Stop, match="running"),
        dev.locked("run.lock", busy="running"),
    ):
        pass
    with dev.locked("run.lock", busy="running"):
        pass


def test_reset_leaves_a_configured_database_to_its_owner(own_var: Path) -> None:
    with pytest.raises(dev.Stop, match="yourself"):
        dev.reset({"DATABASE_URL": "postgres://elsewhere/zhtj"})


def test_reset_takes_what_run_made_and_keeps_the_keys(own_var: Path) -> None:
    dev.own_secrets()
    (own_var / "archives/ab").mkdir(parents=True)
    (own_var / "jobs").mkdir()
    dev.DEMO.touch()
    (own_var / "celerybeat-schedule.db").touch()
    dev.reset({})
    assert not dev.server_home().exists()
    assert {path.name for path in own_var.iterdir() if path.suffix != ".lock"} == {"dev.env", "pg.id"}


def test_a_private_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_text("old")
    path.chmod(0o644)
    dev.write_private(path, "新")
    assert path.read_text(encoding="utf-8") == "新"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_words_of_a_management_command_stay_as_typed() -> None:
    args, words = dev.parse(["manage", "runserver", "--help", "--port", "1"])
    assert (args.command, words) == ("manage", ["runserver", "--help", "--port", "1"])


def test_unknown_words_are_refused_except_where_they_are_passed_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args, extra = dev.parse(["test", "--no-check", "tests/orgs", "-k", "move"])
    assert (args.no_check, extra) == (True, ["tests/orgs", "-k", "move"])
    with pytest.raises(SystemExit):
        dev.parse(["run", "--prot", "1"])
    assert "--prot" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["base", "dev"])
def test_pins_have_hashes_and_name_no_index(name: str) -> None:
    text = (dev.ROOT / f"requirements/{name}.txt").read_text()
    assert not re.search(r"https?:|file:|--index-url|--extra-index-url|--find-links|--trusted-host", text)
    pins = re.findall(r"^[\w.\[\]-]+==\S+.*$", text, re.MULTILINE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins), "a pin without a hash"
