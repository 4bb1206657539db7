"""Writes of the organisation app, one file a use case."""
