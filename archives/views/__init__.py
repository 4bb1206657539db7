"""Screens that join person and file, a module a screen group."""
