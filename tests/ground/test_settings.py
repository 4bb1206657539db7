"""Settings fail loudly, say which variable, never repeat a secret; .env.example names them all."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
GOOD = {
    "SECRET_KEY": "s" * 50,
    "DATA_KEYS": f"1:{KEY}",
    "INDEX_KEY": KEY,
    "DATABASE_URL": "postgres://zhtj@127.0.0.1/zhtj",
}


STUDIES = ("junior", "senior", "vocational", "college", "bachelor", "master", "doctor")


def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict[str, object]:
    """The settings module as a fresh process would see it."""
    for name in list(os.environ):
        if name in names_read():
            monkeypatch.delenv(name)
    for name, value in {**GOOD, "ENV_FILE": "", "VAR_DIR": str(tmp_path / "var"), **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "zhtj/settings.py"))


def reads() -> list[tuple[str, ast.Call]]:
    """Every `env.x("NAME")`, `need("NAME")`, `folder("NAME")` of settings and env."""
    found = []
    for file in ("zhtj/settings.py", "zhtj/env.py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                of_env = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "env"
                own = isinstance(node.func, ast.Name) and node.func.id in {"need", "folder"}
                if of_env or own:
                    found.append((str(node.args[0].value), node))
    return found


def names_read() -> set[str]:
    return {name for name, _ in reads()}


def example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_every_variable_that_is_read_is_explained_and_no_other() -> None:
    deployed = (ROOT / "docker-compose.yml").read_text() + (ROOT / "Dockerfile").read_text()
    by_containers = set(re.findall(r"\$\{([A-Z_]+)", deployed))
    assert names_read() - set(example()) == set()
    assert set(example()) - names_read() - by_containers == set()


def test_the_defaults_explained_are_the_defaults_used() -> None:
    told = example()
    for name, call in reads():
        default = next((word.value for word in call.keywords if word.arg == "default"), None)
        if isinstance(default, ast.Constant) and default.value != "":
            value = int(default.value) if isinstance(default.value, bool) else default.value
            assert told[name] == str(value), name


def test_complete_settings_load_without_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(tmp_path, monkeypatch)
    assert settings["DEBUG"] is False
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["INDEX_KEY"] == b"01234567890123456789012345678901"


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_value_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"缺少环境变量 {name}：.*\.env\.example"):
        load(tmp_path, monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_KEYS", KEY),
        ("DATA_KEYS", f"0:{KEY}"),
        ("DATA_KEYS", f"256:{KEY}"),
        ("DATA_KEYS", f"1:{KEY},1:{KEY}"),
        ("DATA_KEYS", "1:dG9vIHNob3J0"),
        ("DATA_KEYS", "1:不是base64"),
        ("INDEX_KEY", "dG9vIHNob3J0"),
        ("INDEX_KEY", KEY[:-1]),
        ("DATABASE_URL", "sqlite:///db.sqlite3"),
        ("DATABASE_URL", "mysql://root@localhost/zhtj"),
        ("STUDY_DOMAINS", "junior=junior"),
        ("STUDY_DOMAINS", ",".join(f"{code}=society" for code in STUDIES)),
        ("STUDY_DOMAINS", "初中在读"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as caught:
        load(tmp_path, monkeypatch, **{name: value})
    assert value.rpartition(":")[2] not in str(caught.value)


def test_which_status_belongs_to_which_domain_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ",".join(f"{code}={'vocational' if code == 'college' else 'senior'}" for code in STUDIES)
    read = load(tmp_path, monkeypatch, STUDY_DOMAINS=told)["STUDY_DOMAINS"]
    assert read == {code: "vocational" if code == "college" else "senior" for code in STUDIES}


def test_nothing_starts_without_settings(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "ENV_FILE": "", "VAR_DIR": str(tmp_path), "SECRET_KEY": "very-secret"}
    found = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert found.returncode != 0
    assert "缺少环境变量 DATABASE_URL" in found.stderr
    assert "very-secret" not in found.stderr


def test_the_image_collects_static_files_with_settings_that_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = (
        "SECRET_KEY"
        + (ROOT / "Dockerfile").read_text().split("RUN SECRET_KEY", 1)[1].split("python manage.py")[0]
    )
    given = dict(re.findall(r"\b([A-Z_]+)=(\S+)", build))
    assert load(tmp_path, monkeypatch, **{**given, "VAR_DIR": str(tmp_path)})["DEBUG"] is False
