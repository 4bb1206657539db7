"""Dictionaries in the province's hands: what is changed shows at once, is on record, and nothing is lost."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from orgs.dictionaries import Group
from orgs.models import AuditEvent, Duty, Option
from orgs.services import dictionaries
from orgs.services.dictionaries import OptionRefused
from tests.factories import RoleFactory
from tests.races import at_once

LIST = reverse("admin:orgs_option_changelist")


def system(world):
    return RoleFactory(organization=world.province, duty=Duty.SYSTEM)


@pytest.fixture
def desk(world, log_in):
    return log_in(system(world))


def sent(group, **changes):
    """The list of one dictionary as the browser sends it, with the changes by code: `farmer_label="…"`."""
    data = {"_save": "保存", "form-MIN_NUM_FORMS": 0, "form-MAX_NUM_FORMS": 1000}
    rows = list(Option.objects.in_group(group).order_by("group", "order", "-pk"))
    data |= {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows)}
    for at, row in enumerate(rows):
        given = {
            name: changes.get(f"{row.code}_{name}", getattr(row, name))
            for name in ("label", "order", "is_active")
        }
        data |= {
            f"form-{at}-id": row.pk,
            f"form-{at}-label": given["label"],
            f"form-{at}-order": given["order"],
        }
        if given["is_active"]:
            data[f"form-{at}-is_active"] = "on"
    return data


def verbs():
    found = AuditEvent.objects.filter(verb__startswith="option").order_by("pk")
    return [(event.verb, event.subject, event.fields) for event in found]


def test_a_list_changed_as_a_whole_is_on_record_row_by_row_and_seen_in_the_form_at_once(desk, world, log_in):
    query = f"{LIST}?group=occupation"
    answer = desk.post(
        query, sent("occupation", farmer_label="农业从业者", freelance_is_active=False, other_order=1)
    )
    assert answer.status_code == 302, answer.context["cl"].formset.errors
    rows = {row.code: row for row in Option.objects.in_group("occupation")}
    assert sorted(verbs()) == sorted(
        ("option.change", f"option:{rows[code].pk}", [field])
        for code, field in (("farmer", "label"), ("freelance", "is_active"), ("other", "order"))
    )
    page = log_in(world.role(world.branch)).get(reverse("enter")).content.decode()
    assert '<option value="farmer">农业从业者</option>' in page
    assert "自由职业者" not in page
    assert page.index('value="other">其他') < page.index('value="farmer"')


def test_an_entry_is_added_and_seen_in_the_form_at_once(desk, world, log_in):
    new = {"group": "occupation", "code": "courier", "label": " 快递  员 ", "order": "50"}
    answer = desk.post(reverse("admin:orgs_option_add"), new)
    assert answer.status_code == 302
    added = Option.objects.get(code="courier")
    assert (added.label, added.order, added.is_active) == ("快递 员", 50, True)
    assert verbs() == [("option.add", f"option:{added.pk}", ["label", "order"])]
    page = log_in(world.role(world.branch)).get(reverse("enter")).content.decode()
    assert '<option value="courier">快递 员</option>' in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"label": "农民"}, "中已有“农民”（代码 farmer）"),
        ({"code": "farmer"}, "代码“farmer”已用于“农民”"),
        ({"code": "快递"}, "代码应以小写字母开头"),
        ({"code": "x y"}, "代码应以小写字母开头"),
        ({"label": " "}, "请填写名称"),
        ({"label": "长" * 61}, "60"),
        ({"label": "有\0"}, "有看不见的字符，请删去后重新填写"),
        ({"group": "nothing"}, "nothing"),
        ({"group": ""}, "请选择字典"),
        ({"order": "99999"}, "32767"),
    ],
)
def test_what_cannot_be_added_comes_back_with_words(desk, given, words):
    count = Option.objects.count()
    new = {"group": "occupation", "code": "courier", "label": "快递员", "order": "50"} | given
    answer = desk.post(reverse("admin:orgs_option_add"), new)
    assert answer.status_code in {200, 400} and Option.objects.count() == count and not verbs()
    assert words in answer.content.decode()


def test_the_code_of_an_entry_stays_whatever_is_sent(desk):
    one = Option.objects.get(group="occupation", code="farmer")
    url = reverse("admin:orgs_option_change", args=[one.pk])
    assert 'name="code"' not in desk.get(url).content.decode()
    data = {"label": "农业从业者", "order": 3, "is_active": "on", "code": "hacked", "group": "education"}
    assert desk.post(url, data).status_code == 302
    one.refresh_from_db()
    assert (one.group, one.code, one.label, one.order) == ("occupation", "farmer", "农业从业者", 3)


def test_saving_what_was_not_changed_writes_nothing(desk):
    assert desk.post(f"{LIST}?group=duty", sent("duty")).status_code == 302
    assert not verbs()


def test_two_entries_of_one_list_cannot_have_one_name(desk):
    answer = desk.post(f"{LIST}?group=occupation", sent("occupation", farmer_label="自由职业者"))
    assert answer.status_code == 200 and "中已有“自由职业者”（代码 freelance）" in answer.content.decode()
    assert Option.objects.get(group="occupation", code="farmer").label == "农民" and not verbs()


def test_the_last_entry_of_a_list_stays_on(desk):
    off = {f"{code}_is_active": False for code in ("on_duty", "off_duty")}
    answer = desk.post(f"{LIST}?group=duty", sent("duty", **off), follow=True)
    assert "最后一个启用的选项" in answer.content.decode()
    assert Option.objects.in_group("duty").filter(is_active=True).count() == 2 and not verbs()


def test_only_the_province_changes_a_dictionary(world):
    one = Option.objects.first()
    for place in ("city", "branch"):
        by = world.role(getattr(world, place))
        with pytest.raises(PermissionDenied):
            dictionaries.change(one.pk, label="x", order=1, is_active=True, by=by)
        with pytest.raises(PermissionDenied):
            dictionaries.add(group=Group.DUTY, code="x", label="x", order=1, by=by)


@pytest.mark.django_db(transaction=True)
def test_two_people_switching_off_the_last_two_leave_one(world):
    dictionaries.plant()
    by = system(world)
    rows = list(Option.objects.in_group(Group.DUTY))
    outcomes = at_once(
        *(
            lambda row=row: dictionaries.change(
                row.pk, label=row.label, order=row.order, is_active=False, by=by
            )
            for row in rows
        )
    )
    assert sum(isinstance(one, OptionRefused) for one in outcomes) == 1
    assert Option.objects.in_group(Group.DUTY).filter(is_active=True).count() == 1
