"""Writes of the numbering app, one file a use case."""
