"""The province's desk: numbers. Django finds what is registered by this module."""

from numbering.admin import lists, segments

__all__ = ["lists", "segments"]
