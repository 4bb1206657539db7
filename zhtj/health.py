"""Two addresses for machines: /healthz says that the process lives, /readyz that the system can work.

No person, no host name and no exception text leaves through them: they answer without a login.
"""

import datetime
import tempfile
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis

from orgs.models import Heartbeat

WORKER_SILENCE = datetime.timedelta(seconds=30)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; touches nothing, so that a slow database restarts no web server."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part answers, else 503; each part with “ok” or what is the matter."""
    parts = {name: _answer(check) for name, check in CHECKS.items()}
    ready = all(text == "ok" for text in parts.values())
    return JsonResponse(parts, status=200 if ready else 503, json_dumps_params={"ensure_ascii": False})


def _answer(check: Callable[[], str]) -> str:
    """Whatever a broken part raises is a state to report here, never an error page."""
    try:
        return check() or "ok"
    except Exception as error:
        return f"无法使用（{type(error).__name__}）"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"有 {len(missing)} 个数据库变更尚未执行" if missing else ""


def _storage() -> str:
    return _writable(settings.ARCHIVE_DIR)


def _broker() -> str:
    if not settings.REDIS_URL:
        return _writable(settings.BROKER_DIR)
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2) as redis:
        redis.ping()
    return ""


def _worker() -> str:
    """The row is written by a beat task through the broker and the real worker: all three are alive, or it is old."""
    alive = Heartbeat.objects.filter(name="worker", at__gt=timezone.now() - WORKER_SILENCE)
    return "" if alive.exists() else "后台处理程序没有响应"


def _writable(folder: object) -> str:
    """A read-only or full disk shows itself at the first byte."""
    with tempfile.TemporaryFile(dir=str(folder)) as probe:
        probe.write(b"1")
    return ""


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "storage": _storage,
    "broker": _broker,
    "worker": _worker,
}
