"""The first values of the dictionaries."""

from orgs.dictionaries import DICTIONARIES
from orgs.models import Option


def plant(**signal: object) -> None:
    """Add what is missing, after every migrate; what provincial staff renamed or switched off stays as they left it."""
    Option.objects.bulk_create(
        [
            Option(group=str(group), code=code, label=label, order=order)
            for group, options in DICTIONARIES.items()
            for order, (code, label) in enumerate(options, 1)
        ],
        ignore_conflicts=True,
    )
