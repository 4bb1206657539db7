"""Receiving files: straight to the disk they stay on, and no further than the limit."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Streams to a temporary file and marks it as too large, instead of filling the disk, past UPLOAD_MAX_MB.

    The rest of the body is read and dropped, so that what else was typed on the form survives.
    """

    received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > 10 * settings.UPLOAD_MAX_MB * 2**20:
            raise StopUpload(connection_reset=True)
        if self.received <= settings.UPLOAD_MAX_MB * 2**20:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        """The file with the size that was sent, which tells its reader that it is too large (and then cut short on disk)."""
        return super().file_complete(self.received)
