"""The Celery application: the broker only rings the bell, the database row is the truth."""

import os

from celery import Celery
from celery.signals import worker_ready
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["filesystem"] = "zhtj.lib.folder_broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")

app = Celery("zhtj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def first_beat(**_: object) -> None:
    """A fresh worker shows itself at once, through the broker like every other beat."""
    app.send_task("orgs.tasks.beat")
