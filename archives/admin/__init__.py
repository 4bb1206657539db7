"""The province's desk: members and their files. Django finds what is registered by this module."""

from archives.admin import members, papers

__all__ = ["members", "papers"]
