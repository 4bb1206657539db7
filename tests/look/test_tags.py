"""The tags every template uses."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone

from archives.models import Archive, Upload
from members.models import Member
from orgs.templatetags.ui import STATES


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context)).strip()


def words(html: str) -> str:
    return render("{{ html|striptags }}", html=html)


def test_number_is_grouped_4_2_6_and_copies_without_spaces() -> None:
    html = render("{% number n %}", n="202611004501")
    assert html == '<span class="zt-id"><i>2026</i><i>11</i><i>004501</i></span>'
    assert words(html) == "202611004501"


@pytest.mark.parametrize("odd", ["2015162300000001", "2016A"])
def test_number_of_another_length_stays_whole(odd: str) -> None:
    assert render("{% number n %}", n=odd) == f'<span class="zt-id"><i>{odd}</i></span>'


def test_number_and_id_escape_what_they_show() -> None:
    assert "<b>" not in render("{% number n %}{% idnumber n %}", n="<b>")


def test_missing_number_is_a_dash() -> None:
    assert (
        render("{% number n %}{% idnumber n %}{% date_zh n %}{% month_zh n %}{% time_zh n %}", n=None)
        == "—————"
    )


def test_id_number_is_grouped_6_8_4() -> None:
    assert "<i>110101</i><i>********</i><i>000X</i>" in render("{% idnumber n %}", n="110101********000X")


@pytest.mark.parametrize(
    ("label", "tone"),
    [("审核中", "is-info"), ("未通过", "is-err"), ("待人工检查", "is-warn"), ("在册", "is-ok")],
)
def test_state_has_an_icon_and_a_word(label: str, tone: str) -> None:
    html = render("{% state label %}", label=label)
    assert tone in html
    assert "<use " in html
    assert words(html) == label


def test_state_takes_an_object_a_label_or_a_value_with_its_label() -> None:
    row = SimpleNamespace(get_state_display=lambda: "在册")
    assert (
        render("{% state row %}", row=row)
        == render('{% state "在册" %}')
        == render('{% state "pending" "在册" %}')
    )


def test_every_state_of_the_models_has_its_tone() -> None:
    labels = {
        label
        for model in (Member, Archive, Upload)
        for label in dict(model._meta.get_field("state").flatchoices).values()
    }
    assert labels <= STATES.keys()


def test_meter_is_a_native_bar_with_figures() -> None:
    html = render('{% meter 24 31 "已录入" %}')
    assert '<progress class="zt-bar" max="31" value="24" aria-label="已录入">' in html
    assert "77%" in html


def test_meter_of_nothing_does_not_divide_by_zero() -> None:
    assert "0%" in render("{% meter 0 0 %}")


def test_dates_are_written_out_in_chinese_and_in_our_time_zone() -> None:
    late = datetime(2026, 8, 31, 16, 5, tzinfo=UTC)
    assert (
        render("{% date_zh d %}", d=date(2026, 9, 1))
        == render("{% date_zh d %}", d=late)
        == "2026 年 9 月 1 日"
    )
    assert render("{% month_zh d %}", d=late) == "2026 年 9 月"
    assert render("{% time_zh d %}", d=late) == "2026 年 9 月 1 日 00:05"


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=5), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=5), "5 小时前"),
        (timedelta(days=3, hours=2), "3 天前"),
    ],
)
def test_age_is_said_in_words_with_the_exact_time_beside(age: timedelta, said: str) -> None:
    html = render("{% ago t %}", t=timezone.now() - age)
    assert words(html) == said
    assert "datetime=" in html
    assert "title=" in html
