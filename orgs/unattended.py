"""What waits at a committee where nobody is: submitted in the very moment in which its last administrator went, so that neither saw the other."""

from django.db import transaction

from orgs.kinds import COMMITTEES
from orgs.models import Duty, Notice, Organization, Role, located_models


def settle() -> int:
    """Ask every model again whose turn it is there; how many such committees there were. Where nobody is above either, it stays."""
    staffed = Role.objects.current().filter(duty=Duty.ADMINISTRATOR).values("organization")
    waiting = Notice.objects.open_todos().exclude(organization__in=staffed).values("organization")
    found = Organization.objects.filter(pk__in=waiting, kind__in=COMMITTEES).order_by("pk")
    ids = list(found.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            held = Organization.objects.hold(pk)
            for model in located_models():
                model.after_staffing(held)
    return len(ids)
