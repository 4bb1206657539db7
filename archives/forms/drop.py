"""The file box: what it shows, and what is wrong with the file in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from archives.models import Upload
from archives.reasons import message
from archives.services import uploads
from archives.services.uploads import UploadRefused
from orgs.models import Organization, Role
from zhtj.lib.problems import Problem
from zhtj.lib.text import say_size

TOKEN = "upload"  # noqa: S105
GONE = "之前选择的文件已用于另一份入团志愿书，或已过期，请重新选择文件"


@dataclass
class Drop:
    """One file box of one form; templates/components/drop.html says what each attribute is for."""

    upload: Upload | None = None
    refused: str = ""
    id: str = "id_file"
    name: str = "file"
    live: bool = True

    @property
    def has_file(self) -> bool:
        return self.upload is not None and self.upload.state != Upload.State.UNUSABLE

    @property
    def problem(self) -> Problem | None:
        """Why the file cannot be submitted, or None."""
        if self.refused:
            return Problem("file", "file_refused", self.refused)
        if self.upload and self.upload.state == Upload.State.UNUSABLE:
            return Problem("file", f"file_{self.upload.reason}", message(self.upload.reason))
        return None

    @property
    def upload_url(self) -> str:
        return reverse("upload")

    @property
    def max_mb(self) -> int:
        return settings.UPLOAD_MAX_MB

    @property
    def state(self) -> dict[str, Any]:
        """For components/drop_state.html."""
        if self.upload is None:
            return {"token_name": TOKEN, "error": self.refused}
        upload = self.upload
        url = reverse("upload-state", args=[upload.uuid])
        return {
            "token_name": TOKEN,
            "token": upload.uuid,
            "file_name": upload.name,
            "size": say_size(upload.size),
            "pages": upload.pages,
            "label": upload.get_state_display(),
            "image_url": reverse("upload-page", args=[upload.uuid, 1])
            if upload.state == Upload.State.USABLE
            else "",
            "poll_url": url if upload.state == Upload.State.CHECKING else "",
            "error": message(upload.reason) if upload.state == Upload.State.UNUSABLE else "",
            "warning": self._warning(upload),
        }

    def _warning(self, upload: Upload) -> str:
        if upload.state == Upload.State.BY_HAND:
            return "系统未能自动检查该文件，可以提交，由审核人查看原件"
        if upload.state == Upload.State.USABLE and upload.pages < settings.UPLOAD_USUAL_PAGES:
            return (
                f"只有 {upload.pages} 页，入团志愿书一般为 {settings.UPLOAD_USUAL_PAGES} 页，请确认没有缺页"
            )
        return ""


def read(
    post: Any, files: MultiValueDict[str, Any], *, organization: Organization, role: Role, live: bool = True
) -> Drop:
    """The box as a POST left it: a file that came along is stored first, whatever else may be wrong with the form."""
    file = files.get("file")
    token = post.get(TOKEN)
    if file is None:
        upload = find(token, role)
        return Drop(upload, refused=GONE if token and not upload else "", live=live)
    try:
        return Drop(uploads.store(file, organization=organization, by=role), live=live)
    except UploadRefused as refused:
        return Drop(refused=str(refused), live=live)


def find(token: Any, role: Role) -> Upload | None:
    """The unused upload with this token, the role's own or at hand from a claim of its organisation."""
    try:
        return Upload.objects.at_hand(role).filter(uuid=str(token), archive=None).first()
    except ValidationError:  # not a uuid
        return None
