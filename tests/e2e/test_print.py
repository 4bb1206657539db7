"""Paper: the fields are on it and the menus are not, ID numbers stay masked, lists lie across."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import date

import pypdf
import pytest

from archives.services import entry as entries
from tests.e2e.conftest import sign_in
from tests.factories import EntryFactory, new_key
from tests.numbering.cases import chain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREEN_ONLY = ("操作中心", "录入团员团干部", "修改密码", "打印", "操作指引", "查询", "还差谁", "导出")


def paper(page) -> tuple[str, float, float]:
    """What is printed: the text without blanks, width and height of the first sheet in millimetres."""
    made = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(sheet.extract_text() for sheet in made.pages)
    box = made.pages[0].mediabox
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return plain, round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


@pytest.mark.parametrize(
    ("path", "words", "across"),
    [
        ("/members/", ("演示甲", "在册"), True),
        ("/cadres/", ("演示甲", "书记"), True),
        ("{person}", ("演示甲", "汉族", "在册", "办理经过"), False),
        ("/database/", ("高中", "下级合计"), False),
        ("/numbers/", ("高中领域", "剩余"), False),
    ],
)
def test_what_is_printed_holds_the_facts_and_no_menus(site, open_page, path, words, across):
    chain(site)
    role = site.role(site.branch)
    post = {
        "is_cadre": True, "title": "secretary", "post_since": date(2024, 9, 1), "appointed_by": "elected",
        "cadre_nature": "part_time", "on_party_committee": False,
    }  # fmt: skip
    typed = EntryFactory(name="演示甲", **post)
    member = entries.enter(typed, organization=site.branch, upload=None, key=new_key(), by=role)
    page = sign_in(open_page(), site.role(site.school))
    page.goto(path.format(person=f"/members/{member.uuid}/"))
    text, width, height = paper(page)
    for word in words:
        assert word in text
    assert not [word for word in SCREEN_ONLY if word in text]
    assert typed.id_number not in text
    assert (width, height) == ((297, 210) if across else (210, 297))


def test_the_button_prints_and_is_not_there_without_scripts(site, open_page):
    page = sign_in(open_page(), site.role(site.branch))
    page.goto("/members/")
    page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    page.get_by_role("button", name="打印").click()
    assert page.locator("body").get_attribute("data-printed") == "yes"
    plain = sign_in(open_page(java_script_enabled=False), site.role(site.branch))
    plain.goto("/members/")
    assert not plain.get_by_role("button", name="打印").is_visible()
