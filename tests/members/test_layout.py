"""The three forms word for word as the guide's figures show them."""

import pytest

from members.choices import Ethnicity, Variant
from members.guide import HELP
from members.layout import HEADINGS, SPECS, Widget, initial, sections
from members.rules import FIELDS
from orgs.dictionaries import DICTIONARIES, Group

# 指引 1.1 (figure A): label, placeholder, top to bottom.
FIGURE_A = """姓名|请输入姓名
身份证号码|请认真填写身份证号码
身份证号码|请再次填写身份证号码
民族|请选择民族
职业|请选择职业
在读状况|请选择
具体职业|请选择
学历|请选择学历
政治面貌|请选择政治面貌
入团时间|请选择入团时间
发展团员编号|入团时间在2017年1月1号后需填写
入党时间|请选择入党年月
是否团干部|请选择是否团干部
团内现任职务|请选择团内现任职务
任现职年月|请选择任现职年月
任现职方式|请选择任现职方式
团干部性质|请选择团干部性质
是否同级党（工）委（党支部）委员|请选择
手机号码|手机号码
手机号码归属|请选择
户籍地址|户籍地址
电子邮箱|电子邮箱
QQ|QQ
微信|
微博|微博
入团志愿书|选择入团志愿书
是否递交入党申请书|请选择是否递交入党申请书
递交入党申请书时间|请选择递交入党申请书时间
是否成为注册志愿者|是否成为注册志愿者
成为注册志愿者的时间|请选择时间"""


def shown(variant):
    return [f"{f.label}|{f.placeholder}" for section in sections(variant) for f in section.fields]


def test_form_a_reads_as_its_figure():
    assert shown(Variant.A) == FIGURE_A.split("\n")


def test_form_b_differs_from_a_in_three_placeholders():
    assert set(shown(Variant.B)) - set(shown(Variant.A)) == {
        "微信|微信",
        "入团志愿书|请选择",
        "递交入党申请书时间|请选择时间",
    }


def test_form_c_has_the_state_of_duty_and_neither_address_nor_cadre_question():
    assert set(shown(Variant.C)) - set(shown(Variant.A)) == {
        "微信|微信",
        "在岗状态|请选择在岗状态",
        "是否成为注册志愿者|请选择是否成为注册志愿者",
    }
    names = [f.name for section in sections(Variant.C) for f in section.fields]
    assert "address" not in names and "is_cadre" not in names


def test_headings():
    assert (HEADINGS[Variant.A], HEADINGS[Variant.C]) == ("录入团员团干部", "录入团干部")


def test_only_form_a_begins_with_an_occupation():
    assert [initial(v) for v in Variant] == [{"occupation": "worker"}, {}, {}]


@pytest.mark.parametrize("variant", Variant)
def test_every_field_stands_in_one_section_and_is_known_to_the_rules(variant):
    names = [f.name for section in sections(variant) for f in section.fields]
    assert len(names) == len(set(names))
    assert set(names) <= set(FIELDS) == set(SPECS)


def test_help_is_about_fields_and_names_its_source():
    assert set(HELP) <= set(FIELDS)
    assert all(h.source.startswith("操作指引 ") for helps in HELP.values() for h in helps)


def test_months_and_days_are_told_apart():
    widgets = {name: spec.widget for name, spec in SPECS.items()}
    assert widgets["post_since"] == widgets["joined_party_on"] == Widget.MONTH
    assert widgets["joined_on"] == widgets["applied_on"] == widgets["volunteer_since"] == Widget.DATE


def test_56_peoples_in_the_order_of_the_standard_then_others():
    labels = Ethnicity.labels
    assert len(labels) == 57
    assert (labels[0], labels[4], labels[55], labels[56]) == ("汉族", "维吾尔族", "基诺族", "其他")


@pytest.mark.parametrize("group", Group)
def test_dictionaries_have_each_code_and_label_once(group):
    options = DICTIONARIES[group]
    assert len({code for code, _ in options}) == len({label for _, label in options}) == len(options)
