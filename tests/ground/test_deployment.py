"""The files a deployment is made from agree with each other and with the settings."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from orgs.urls import urlpatterns

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
NGINX = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def services() -> dict[str, str]:
    body = COMPOSE.split("\nservices:\n", 1)[1].split("\nnetworks:\n", 1)[0]
    parts = re.split(r"^  (\w+):\n", body, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_compose_is_clean_where_docker_can_tell(tmp_path: Path) -> None:
    """Without the compose plugin the next tests still read the file."""
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        assert services()
        return
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=x\nALLOWED_HOSTS=tuan.example.cn\n")
    done = subprocess.run(["docker", "compose", "config", "-q"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_has_every_part_and_watches_the_lasting_ones() -> None:
    found = services()
    assert set(found) == {"migrate", "web", "worker", "beat", "postgres", "redis", "nginx"}
    assert [name for name, body in found.items() if "healthcheck:" not in body] == ["migrate"]
    assert "service_completed_successfully" in COMPOSE


def test_only_nginx_is_reachable_from_outside() -> None:
    assert [name for name, body in services().items() if "ports:" in body] == ["nginx"]
    assert re.search(r"back:\n\s+internal: true", COMPOSE)


def test_images_have_short_names_and_no_secret_is_written_down() -> None:
    images = re.findall(r"^\s+image: (\S+)", COMPOSE, re.MULTILINE) + re.findall(
        r"^FROM (\S+)", DOCKERFILE, re.MULTILINE
    )
    assert all(re.fullmatch(r"[a-z]+(:[\w.-]+)?", image) for image in images), images
    assert set(re.findall(r"\w*(?:PASSWORD|KEY\w*): (.*)", COMPOSE)) == {
        '"${POSTGRES_PASSWORD:?请在 .env 中填写 POSTGRES_PASSWORD}"'
    }


def test_nginx_lets_pass_what_the_application_accepts_and_little_more() -> None:
    limit = int(re.findall(r"client_max_body_size (\d+)m;", NGINX)[0])
    assert settings.UPLOAD_MAX_MB < limit <= settings.UPLOAD_MAX_MB + 2


def test_nginx_limits_every_address_that_takes_a_password_or_a_code_before_somebody_is_signed_in() -> None:
    asked = {f"/{one.pattern}" for one in urlpatterns if str(one.pattern).startswith("login")}
    assert {reverse("login"), reverse("login-resume"), reverse("second-factor-code")} <= asked
    exact, below = (
        re.findall(rf"location {sign}(/\S+) \{{[^}}]*limit_req zone=login", NGINX) for sign in ("= ", "")
    )
    assert all(path in exact or path.startswith(tuple(below)) for path in asked), asked


@pytest.mark.parametrize(("status", "word"), [(413, "20 MB"), (429, "1 分钟后"), (503, "1 分钟后")])
def test_pages_of_nginx_are_small_need_nothing_else_and_say_what_to_do(status: int, word: str) -> None:
    page = (ROOT / f"deploy/errors/{status}.html").read_text(encoding="utf-8")
    assert f"/errors/{status}.html;" in NGINX
    assert "./deploy/errors:/etc/nginx/errors:ro" in COMPOSE
    assert len(page.encode()) < 20_000
    assert (word in page, f"错误代码 {status}" in page) == (True, True)
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) <= {"/", "/login/"}


def test_nginx_replaces_the_headers_that_settings_believe() -> None:
    assert "X-Forwarded-For $remote_addr;" in NGINX
    assert re.search(r"X-Forwarded-Proto \$\w+;", NGINX)
    assert re.search(r"location /protected/ \{\s+internal;\s+alias /var/lib/zhtj/archives/;", NGINX)
    assert "ARCHIVE_DIR: /var/lib/zhtj/archives\n" in COMPOSE


def test_nginx_reaches_the_results_of_jobs_where_the_worker_writes_them() -> None:
    assert re.search(r"location /protected-jobs/ \{\s+internal;\s+alias /var/lib/zhtj/jobs/;", NGINX)
    assert "JOB_DIR: /var/lib/zhtj/jobs\n" in COMPOSE


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    assert "--require-hashes -r requirements/base.txt" in DOCKERFILE
    assert DOCKERFILE.index("\nUSER zhtj") < DOCKERFILE.index("\nCMD")
    assert "--uid 10001" in DOCKERFILE
    assert 'user: "10001:10001"' in services()["nginx"]
