"""Background work: ids in, nothing out. The row is the truth, so that a lost or repeated message changes nothing."""

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from archives import housekeeping, inspection
from archives.models import Upload


@shared_task
def inspect_upload(upload_id: int) -> None:
    inspection.inspect(upload_id)


@shared_task
def sweep() -> None:
    """Ring again for files nobody is inspecting: the broker was down, a worker died, or the machinery failed."""
    idle = Upload.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=timezone.now()), state=Upload.State.CHECKING
    )
    for upload in idle.order_by("pk")[:500]:
        if upload.attempts >= inspection.ATTEMPTS:
            inspection.give_up(upload)
        else:
            inspect_upload.delay(upload.pk)


@shared_task
def purge() -> None:
    housekeeping.purge()
