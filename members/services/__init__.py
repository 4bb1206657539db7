"""Writes of the member app, one file a use case."""
