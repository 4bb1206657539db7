"""crispy's output in our clothes: star, lines in their order, ARIA that names what is there."""

import re
from types import SimpleNamespace

import html5lib
import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from crispy_forms.utils import render_crispy_form
from django import forms


class Sample(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label="姓名")
    nation = forms.ChoiceField(label="民族", choices=[("", "请选择民族"), ("han", "汉族")])
    occupation = forms.ChoiceField(
        label="职业", choices=[("a", "职业青年"), ("b", "青年学生")], widget=forms.RadioSelect
    )
    number = forms.CharField(label="发展团员编号", required=False, help_text="12 位")
    agreed = forms.BooleanField(label="已核对", required=False)


def markup(data: dict[str, str] | None = None, **extra: SimpleNamespace) -> str:
    form = Sample(data)
    for name, values in extra.items():
        form.fields[name].zt = values
    form.helper = FormHelper()
    form.helper.form_tag = False
    form.helper.layout = Layout(Fieldset("基本信息", *form.fields))
    return str(render_crispy_form(form))


def element(html: str, identifier: str) -> str:
    found = re.search(rf'<\w+[^>]*\bid="{identifier}"[^>]*>', html)
    assert found, identifier
    return found.group()


def test_fieldset_has_our_grid() -> None:
    html = markup()
    assert '<fieldset class="zt-fs">' in html
    assert "<legend>基本信息</legend>" in html
    assert '<div class="zt-fields">' in html


def test_required_field_has_a_star_before_and_words_after_its_label() -> None:
    html = markup()
    assert (
        '<span class="zt-req" aria-hidden="true">* </span>姓名<span class="visually-hidden">（必填）</span>'
        in html
    )
    assert 'aria-required="true"' in element(html, "id_name")
    assert 'aria-required="true"' not in element(html, "id_number")


def test_rules_decide_about_the_star_where_they_spoke() -> None:
    html = markup(number=SimpleNamespace(required=True), name=SimpleNamespace(required=False))
    assert 'aria-required="true"' in element(html, "id_number")
    assert 'aria-required="true"' not in element(html, "id_name")


def test_error_is_tied_to_its_control_and_stands_before_the_hint() -> None:
    html = markup(
        {"name": ""},
        name=SimpleNamespace(hint="与身份证一致", error_detail="例如 演示甲", warn="请核对", ok=""),
    )
    control = element(html, "id_name")
    assert 'aria-invalid="true"' in control
    assert 'aria-describedby="id_name_e id_name_w id_name_h"' in control
    assert "is-invalid" in control
    assert html.index('id="id_name_e"') < html.index('id="id_name_w"') < html.index('id="id_name_h"')
    assert "<small>例如 演示甲</small>" in html


def test_every_described_id_exists() -> None:
    html = markup({"number": "x"}, number=SimpleNamespace(ok="未被占用", hint="", warn="", error_detail=""))
    named = {
        identifier
        for value in re.findall(r'aria-describedby="([^"]*)"', html)
        for identifier in value.split()
    }
    assert named
    assert all(f'id="{identifier}"' in html for identifier in named)


def test_radio_buttons_stand_in_one_named_frame() -> None:
    html = markup({"name": "x"})
    group = element(html, "div_id_occupation")
    assert 'role="radiogroup"' in group
    assert 'aria-labelledby="id_occupation_l"' in group
    assert '<div class="zt-seg" id="id_occupation">' in html
    assert "aria-invalid" not in element(html, "id_occupation_0")


def test_hidden_field_keeps_its_place_but_shows_nothing() -> None:
    """With scripts, that is: without them nothing could bring it back, and so it stands there for them alone."""
    html = markup(nation=SimpleNamespace(hidden=True))
    assert '<div id="div_id_nation" hidden></div>' in html
    without, _, with_scripts = html.partition("<noscript>")[2].partition("</noscript>")
    assert 'name="nation"' in without
    assert 'name="nation"' not in with_scripts


def test_words_of_the_rules_are_escaped() -> None:
    assert "<img" not in markup(
        name=SimpleNamespace(hint="<img src=x>", warn="<img>", ok="<img>", error_detail="")
    )


@pytest.mark.parametrize("data", [None, {"name": ""}])
def test_markup_is_valid_html(data: dict[str, str] | None) -> None:
    html5lib.HTMLParser(strict=True).parseFragment(markup(data))
