"""Forms of the numbering app."""
