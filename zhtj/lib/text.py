"""Text as people type it on a Chinese keyboard."""

import unicodedata


def plain(text: str) -> str:
    """Full-width signs as plain ones, no blanks. Line breaks and invisible signs stay, to be refused.

    Sign by sign: as a whole, signs could melt into one another once the blanks between them are gone.
    """
    return "".join(unicodedata.normalize("NFKC", sign) for sign in text).replace(" ", "")
