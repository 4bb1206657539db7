"""What an organisation may be called. Pure: forms, pasted lists and services ask the same function."""

import unicodedata

LONGEST = {"全称": 120, "简称": 60}


def tidy(text: str) -> str:
    """Without blanks around, one where there were several, and every sign under the one number that it has."""
    signs = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in signs)
    return " ".join(part for part in spaced.split(" ") if part)


def problems(name: str, short_name: str) -> list[str]:
    """What is wrong with a name and its short form, both tidied; a sentence each."""
    found = []
    for what, text in (("全称", name), ("简称", short_name)):
        if not text:
            found.append(f"请填写{what}")
        elif len(text) > LONGEST[what]:
            found.append(f"{what}最多 {LONGEST[what]} 个字，现有 {len(text)} 个")
        elif any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in text):
            found.append(f"{what}有换行或看不见的字符，请删去后重新填写")
    return found
