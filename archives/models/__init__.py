"""Uploaded files, and the 入团志愿书 that point to them."""

from archives.models.archive import Archive
from archives.models.draft import Draft
from archives.models.upload import Upload

__all__ = ["Archive", "Draft", "Upload"]
