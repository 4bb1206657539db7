"""/healthz and /readyz tell machines the truth, and tell strangers nothing."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from orgs.models import Heartbeat

ROOT = Path(__file__).resolve().parents[2]
GOOD = dict.fromkeys(("database", "migrations", "storage", "broker", "worker"), "ok")


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.BROKER_DIR = tmp_path / "broker-ready"
    settings.BROKER_DIR.mkdir()


def beat(seconds_ago: int) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - datetime.timedelta(seconds=seconds_ago))


def test_healthz_answers_without_touching_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


def test_readyz_is_200_when_every_part_answers(client: Client, db: None) -> None:
    beat(seconds_ago=20)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, GOOD)


@pytest.mark.parametrize("seconds_ago", [None, 31, 3600])
def test_a_silent_worker_is_said_in_words(client: Client, db: None, seconds_ago: int | None) -> None:
    if seconds_ago is not None:
        beat(seconds_ago)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {**GOOD, "worker": "后台处理程序没有响应"})


def test_a_missing_migration_is_counted(client: Client, db: None) -> None:
    beat(seconds_ago=0)
    MigrationRecorder(connection).migration_qs.filter(app="sessions").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "有 1 个数据库变更尚未执行")


@pytest.mark.parametrize(("part", "setting"), [("storage", "ARCHIVE_DIR"), ("broker", "BROKER_DIR")])
def test_an_unusable_folder_is_reported_without_its_path(
    client: Client, db: None, settings: Settings, tmp_path: Path, part: str, setting: str
) -> None:
    beat(seconds_ago=0)
    setattr(settings, setting, tmp_path / "gone")
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {**GOOD, part: "无法使用（FileNotFoundError）"})
    assert str(tmp_path) not in response.content.decode()


def test_a_dead_redis_is_reported_without_its_address(client: Client, db: None, settings: Settings) -> None:
    beat(seconds_ago=0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {**GOOD, "broker": "无法使用（ConnectionError）"})


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nobody_can_post_there(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_a_dead_database_is_a_state_and_not_an_error_page(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "for address in ('/healthz', '/readyz'):\n"
        "    response = Client(headers={'host': 'localhost'}).get(address)\n"
        "    print(response.status_code, response.content.decode())\n"
    )
    env = {
        **os.environ,
        "DATABASE_URL": "postgres://zhtj:very-secret@127.0.0.1:1/zhtj",
        "VAR_DIR": str(tmp_path),
    }
    env |= {"DEBUG": "1", "REDIS_URL": "", "PYTHONIOENCODING": "utf-8"}
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True
    ).stdout
    healthz, readyz = out.splitlines()
    assert healthz == "200 ok"
    assert readyz.startswith("503 ")
    parts = json.loads(readyz.removeprefix("503 "))
    assert parts["database"] == parts["worker"] == "无法使用（OperationalError）"
    assert (parts["storage"], parts["broker"]) == ("ok", "ok")
    assert "secret" not in out
