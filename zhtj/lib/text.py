"""Text as people type it on a Chinese keyboard, and as they read it."""

import unicodedata


def plain(text: str) -> str:
    """Full-width signs as plain ones, no blanks. Line breaks and invisible signs stay, to be refused.

    Sign by sign: as a whole, signs could melt into one another once the blanks between them are gone.
    """
    return "".join(unicodedata.normalize("NFKC", sign) for sign in text).replace(" ", "")


def normalise_name(text: str) -> str:
    """A person's name as it is kept: one kind of middle dot; blanks only between Latin words."""
    for dot in "•‧・･∙⋅．":
        text = text.replace(dot, "·")
    words = unicodedata.normalize("NFC", text.replace("\u3000", " ")).strip().split(" ")
    joint = " " if all(word.isascii() for word in words) else ""
    return joint.join(word for word in words if word)


def say_size(size: int) -> str:
    """3.2 MB, 640 KB: the size of a file."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} KB"
