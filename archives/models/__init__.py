"""Uploaded files, and the 入团志愿书 that point to them."""

from archives.models.archive import Archive
from archives.models.claim import Claim
from archives.models.desk import Look, StockReason
from archives.models.draft import Draft
from archives.models.upload import Upload

__all__ = ["Archive", "Claim", "Draft", "Look", "StockReason", "Upload"]
