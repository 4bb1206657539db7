"""What is served is what we vendored and drew: nothing altered, nothing missing, nothing from another host."""

import hashlib
import json
import re
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def sprite() -> set[str]:
    return set(re.findall(r'id="i-([\w-]+)"', (STATIC / "zt/icons.svg").read_text()))


def own_texts() -> list[Path]:
    return [path for path in [*(STATIC / "zt").rglob("*"), *TEMPLATES.rglob("*")] if path.is_file()]


def test_vendored_files_are_the_recorded_ones() -> None:
    recorded: dict[str, str] = {}
    for package in json.loads((STATIC / "vendor/vendor.json").read_text()):
        assert package["name"] and package["version"] and package["licence"]
        recorded |= package["files"]
    found = {
        path.relative_to(STATIC / "vendor").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file()
    }
    found.pop("vendor.json")
    assert found == recorded


def test_every_icon_in_a_template_is_in_the_sprite() -> None:
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"{% icon [^%]*%}|icon_name=\"[\w-]+\"", path.read_text())
        for name in re.findall(r'"([\w-]+)"', tag)
    }
    assert used
    assert used <= sprite()


def test_every_icon_named_in_the_code_is_in_the_sprite() -> None:
    from orgs.menus import MENU
    from orgs.templatetags.ui import STATES

    named = {icon for _, icon in STATES.values()} | {item[2] for _, items in MENU for item in items}
    assert named <= sprite()


def test_no_source_map_is_asked_for() -> None:
    assert not [
        path.name
        for path in STATIC.rglob("*")
        if path.suffix in {".js", ".css"} and "sourceMappingURL" in path.read_text()
    ]


def test_nothing_of_ours_comes_from_another_host() -> None:
    # The SVG namespace is a name, not an address.
    strays = {
        path.name: found
        for path in own_texts()
        if (
            found := re.findall(
                r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*",
                path.read_text().replace("http://www.w3.org/2000/svg", ""),
            )
        )
    }
    assert strays == {}


def test_style_sheet_stays_small_enough_to_read() -> None:
    assert len((STATIC / "zt/zhtj.css").read_text().splitlines()) < 450


def test_style_sheet_needs_no_nesting() -> None:
    # Chromium 110 is our oldest; it does not know nested rules.
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "zt/zhtj.css").read_text(), flags=re.S)
    assert not re.search(r"(^|[\s{;])&", text)
