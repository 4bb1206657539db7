"""Background work of the organisation app; running any of it twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from orgs import audit_chain
from orgs.models import Heartbeat


@shared_task
def beat() -> None:
    """A sign of life of worker and beat together: /readyz looks at its age."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def seal_audit() -> None:
    audit_chain.seal()
