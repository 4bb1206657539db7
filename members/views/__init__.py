"""Screens of the member app."""
