"""The province's desk: organisations, people, dictionaries, jobs, settings, audit. Django finds what is registered by this module."""

from orgs.admin import audit, dictionaries, people, system

__all__ = ["audit", "dictionaries", "people", "system"]
