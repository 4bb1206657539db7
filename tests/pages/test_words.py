"""The words on the pages held against the guide itself (tests/guide/guide.txt): menus, headings, labels, placeholders, help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.urls import reverse

from members.choices import Variant
from members.guide import HELP
from members.layout import LABELS
from members.made_up import id_number

GUIDE = (Path(__file__).parents[1] / "guide" / "guide.txt").read_text("utf-8")
TITLES = {Variant.A: "录入团员团干部", Variant.B: "第一团支部", Variant.C: "录入团干部"}
BUTTON = "选择文件"
# A field every one of which shows at once: a grown-up cadre and member of the Party, who has applied and volunteers.
EVERYTHING = {
    "step": "edit", "political_status": "party", "id_number": id_number(date(2000, 1, 1)), "joined_on": "2021-05-04",
    "is_cadre": "yes", "applied": "yes", "volunteer": "yes",
}  # fmt: skip
# Where a figure shows something else than its words: what stands there → what it means.
# All: a choice of two is drawn as two buttons, in which no placeholder has a place, and figure A has it filled in.
MISPRINTS = {
    Variant.A: {"职业青年": []},
    # B: cut off at the edge of the box.
    Variant.B: {"请选择职业": [], "入团时间在2017年1月1号": ["入团时间在2017年1月1号后需填写"]},
    # C: a label lost between two columns.
    Variant.C: {
        "请选择职业": [],
        "请选择是否递交入党申请书": ["是否递交入党申请书", "请选择是否递交入党申请书"],
    },
}


def figure(variant: Variant) -> list[str]:
    """Every word of the guide's figure in reading order; a star stands before the label it marks."""
    lines = re.search(rf"^{TITLES[variant]}\t+\n((?:.+\n)+)", GUIDE, re.M)
    assert lines
    words = re.sub(r"<input[^>]*>", "", lines[1]).split()
    return [meant for word in words if word != BUTTON for meant in MISPRINTS[variant].get(word, [word])]


@dataclass(frozen=True)
class Field:
    label: str
    placeholder: str
    starred: bool
    buttons: tuple[str, ...]


def of_class(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if name in one.get("class", "").split()]


def words(element: Element, *, without: tuple[str, ...] = ("zt-req", "visually-hidden")) -> str:
    """The text of an element as it is seen."""
    if without and set(without) & set(element.get("class", "").split()):
        return ""
    inside = "".join(words(child, without=without) + (child.tail or "") for child in element)
    return "".join(((element.text or "") + inside).split())


def read(box: Element) -> Field:
    """One field of the page."""
    label = (of_class(box, "zt-label") or list(box.iter("label")))[0]
    hints = [one.get("placeholder") for one in box.iter("input") if one.get("placeholder")]
    hints += [words(option) for option in box.iter("option") if option.get("value") == ""]
    hints += [
        "".join((state[1].text or "").split())
        for drop in of_class(box, "zt-drop")
        for state in (list(drop[0]),)
    ]
    buttons = tuple(words(one) for one in of_class(box, "btn"))
    return Field(words(label), "".join(hints), bool(of_class(label, "zt-req")), buttons)


@dataclass
class Page:
    root: Element
    fields: list[Field]


@pytest.fixture
def shown(world, log_in):
    """`shown(variant, **typed)`: the page of a form, as whoever uses it sees it."""

    def show(variant: Variant, **typed: str) -> Page:
        place = {Variant.A: world.branch, Variant.B: world.school, Variant.C: world.school}[variant]
        url = reverse({Variant.A: "enter", Variant.B: "enter-below", Variant.C: "enter-cadre"}[variant])
        url += f"?org={world.branch.pk}" if variant == Variant.B else ""
        client = log_in(world.role(place))
        answer = client.post(url, typed) if typed else client.get(url)
        assert answer.status_code == 200
        root = html5lib.parse(answer.content.decode(), namespaceHTMLElements=False)
        boxes = [one for one in root.iter("div") if one.get("id", "").startswith("div_id_") and len(one)]
        return Page(root, [read(box) for box in boxes])

    return show


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("occupation", ["worker", "student"])
def test_labels_and_placeholders_are_the_figures_in_its_order(shown, variant, occupation):
    fields = shown(variant, **EVERYTHING, occupation=occupation).fields
    seen = [word for field in fields for word in (field.label, field.placeholder) if word]
    meant = [word for word in figure(variant) if word != "*"]
    if occupation == "student":  # 在读状况 / 具体职业, and whose telephone it is (3.2)
        meant[meant.index("具体职业")] = "在读状况"
        meant.insert(meant.index("手机号码") + 2, "手机号码归属")
    assert seen == meant


@pytest.mark.parametrize("variant", Variant)
def test_the_words_of_an_empty_date_box_are_on_screen_and_gone_once_it_is_filled(shown, variant):
    under = {
        joined: [words(one) for box in shown(variant, step="edit", joined_on=joined).root.iter("div")
                 if box.get("id") == "div_id_joined_on" for one in of_class(box, "zt-say")]
        for joined in ("", "2021-05-04")
    }  # fmt: skip
    assert "请选择入团时间" in under[""]
    assert "请选择入团时间" not in under["2021-05-04"]


@pytest.mark.parametrize("variant", Variant)
def test_what_the_figure_stars_is_starred_and_the_file_has_its_button(shown, variant):
    fields = {field.label: field for field in shown(variant, **EVERYTHING, occupation="worker").fields}
    drawn = figure(variant)
    starred = {drawn[place + 1] for place, word in enumerate(drawn) if word == "*"}
    assert len(starred) > 10
    assert starred <= {label for label, field in fields.items() if field.starred}
    assert fields["入团志愿书"].buttons == (BUTTON,)


@pytest.mark.parametrize("variant", Variant)
def test_the_heading_is_the_figures_and_the_last_button_is_the_guides(shown, world, variant):
    page = shown(variant)
    expected = world.branch.name if variant == Variant.B else TITLES[variant]
    assert [words(one) for one in page.root.iter("h1")] == [expected]
    assert "点击“提交”" in GUIDE
    assert "提交" in {words(one) for one in page.root.iter("button")}


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("branch", "团员管理-录入团员团干部"),
        ("general", "团员管理-录入下级团员"), ("school", "团员管理-录入下级团员"), ("street", "团员管理-录入下级团员"),
        ("general", "干部管理-录入干部"), ("school", "干部管理-录入干部"), ("street", "干部管理-录入干部"),
    ],
)  # fmt: skip
def test_menus_are_called_as_in_the_guide_for_those_it_names(world, log_in, place, path):
    assert f"“{path}”" in GUIDE
    answer = log_in(world.role(getattr(world, place))).get(reverse("home"))
    (menu,) = of_class(html5lib.parse(answer.content.decode(), namespaceHTMLElements=False), "zt-sidebody")
    group, paths = "", []
    for one in menu.iter():
        if one.tag == "h2":
            group = words(one)
        elif one.tag == "a":
            paths.append(f"{group}-{words(one)}")
    assert path in paths


def test_help_is_the_guides_word_for_word():
    plain = re.sub(r"\s|\*\*", "", GUIDE)
    for name, passages in HELP.items():
        for one in passages:
            for text in one.paragraphs:
                assert re.sub(r"\s|\*\*", "", text) in plain, (name, one.source)


def test_the_notes_and_the_answers_about_entering_all_stand_beside_a_field():
    sources = {one.source.removeprefix("操作指引 ") for passages in HELP.values() for one in passages}
    notes = {f"1.3（{number}）" for number in range(1, 5)}
    assert notes | {"3.1", "3.2", "3.3", "3.4", "3.5"} <= sources


@pytest.mark.parametrize("variant", Variant)
def test_the_page_shows_the_help_of_the_fields_it_has(shown, variant):
    page = shown(variant)
    told = {
        one.get("data-help-for"): words(one) for one in page.root.iter("details") if one.get("data-help-for")
    }
    everything = "".join(told.values())
    for name, text in told.items():
        assert text.startswith(LABELS[name])
    absent = {Variant.C: {"is_cadre"}}.get(variant, set())
    for name, passages in HELP.items():
        if name not in absent:
            texts = [text for one in passages for text in one.paragraphs]
            assert all(re.sub(r"\s", "", text) in everything for text in texts), name
