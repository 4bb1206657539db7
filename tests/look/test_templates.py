"""Every template keeps the rules of the strict content policy, and says what it expects."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
FORBIDDEN = {
    "inline style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "javascript address": r"javascript:",
    "unescaped value": r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b",
    "htmx without data-": r"\shx-[a-z]",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles_and_keeps_the_content_policy(name: str) -> None:
    get_template(name)
    text = (ROOT / name).read_text()
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    "name",
    [name for name in TEMPLATES if name.startswith("components/") and "{{" in (ROOT / name).read_text()],
)
def test_component_says_what_it_needs(name: str) -> None:
    fragments_of_a_tag = {"icon", "state", "meter", "ago", "aria"}
    assert Path(name).stem in fragments_of_a_tag or (ROOT / name).read_text().startswith("{% comment %}")
