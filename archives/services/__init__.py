"""Use cases that join person and file."""
