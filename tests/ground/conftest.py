"""Ground tests work on the project's own files and on `dev.py` with a var folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev


@pytest.fixture
def own_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`dev` working in an empty var folder, with nothing set in the shell."""
    monkeypatch.setattr(dev, "VAR", tmp_path / "var")
    monkeypatch.setattr(dev, "DEMO", tmp_path / "var/demo.json")
    for name in (
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "DATA_KEYS",
        "INDEX_KEY",
        "DEBUG",
        "VAR_DIR",
        "ENV_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path / "var"
    if dev.AS_ROOT:
        shutil.rmtree(dev.server_home(), ignore_errors=True)
