"""What is wrong with an entry, in words for the person who typed it."""

from members.rules.entry import Context, Entry
from zhtj.lib.problems import Problem


def problems(entry: Entry, ctx: Context) -> list[Problem]:
    """Everything to put right, in the order of the form; confirmed warnings are left out."""
    return list(entry.unread)
