"""What comes after what, for files and for archives."""

from archives.models import Archive, Upload
from zhtj.lib.states import Arrows

UPLOAD: Arrows = {
    Upload.State.CHECKING: frozenset({Upload.State.USABLE, Upload.State.UNUSABLE, Upload.State.BY_HAND}),
    Upload.State.USABLE: frozenset(),
    Upload.State.UNUSABLE: frozenset(),
    Upload.State.BY_HAND: frozenset(),
}

ARCHIVE: Arrows = {
    Archive.State.CHECKING: frozenset(
        {Archive.State.WAITING, Archive.State.REFUSED, Archive.State.APPROVED, Archive.State.WITHDRAWN}
    ),
    Archive.State.WAITING: frozenset(
        {Archive.State.APPROVED, Archive.State.REFUSED, Archive.State.WITHDRAWN}
    ),
    Archive.State.APPROVED: frozenset({Archive.State.REPLACED}),
    Archive.State.REFUSED: frozenset(),
    Archive.State.REPLACED: frozenset(),
    Archive.State.WITHDRAWN: frozenset(),
}
