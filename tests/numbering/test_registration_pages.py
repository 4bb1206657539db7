"""编号登记备案 on the page: lists, filing, deciding, putting right."""

from __future__ import annotations

import pytest
from django.urls import reverse

from numbering.models import Registration
from numbering.services import registrations
from numbering.views import pending
from orgs.models import Notice
from tests.archives.claiming import enter_as, wanting
from tests.factories import RoleFactory
from tests.numbering.filings import LEVELS, filed, person, segments, staffed, veteran

LIST = reverse("registrations")
DECIDE = reverse("registrations-decide")
REASON = "发展组织全称有误"


def url(one, name="registration"):
    return reverse(name, args=[one.uuid])


def tick(one):
    return f"{one.uuid}:{one.steps.latest('pk').pk}"


def typed(values):
    sent = {name: value for name, value in values.items() if name != "kind"}
    return sent | ({"discharged_on": f"{sent['discharged_on']:%Y-%m-%d}"} if "discharged_on" in sent else {})


def words(answer):
    return answer.content.decode()


@pytest.mark.parametrize(
    ("place", "tabs"),
    [
        ("branch", ["我提交的", "已登记", "全部"]),
        ("general", ["我提交的", "已登记", "全部"]),
        ("school", ["待我处理", "我提交的", "已登记", "全部"]),
        ("street", ["待我处理", "我提交的", "已登记", "全部"]),
        ("county", ["待我处理", "我提交的", "已登记", "全部"]),
        ("city", ["待我处理", "我提交的", "已登记", "全部"]),
        ("province", ["待省级登记", "我提交的", "已登记", "全部"]),
    ],
)
def test_each_kind_of_organisation_has_its_tabs_and_the_forms(world, client, log_in, place, tabs):
    log_in(world.role(getattr(world, place)))
    page = client.get(LIST)
    assert [tab["label"] for tab in page.context["tabs"]] == tabs
    assert ("导出待登记名单" in words(page)) == (place == "province")
    for tab in ("todo", "mine", "done", "all", "nonsense"):
        assert client.get(LIST, {"tab": tab}).status_code == 200
    for kind in ("unused", "veteran"):
        form = client.get(reverse(f"registration-{kind}"))
        assert form.status_code == 200
        assert ('name="unit"' in words(form)) == (kind == "veteran")
        assert ("选择录入组织" in words(form)) == (place != "branch")


def test_the_branch_files_and_reads_where_it_stands(world, client, log_in, caplog):
    segments(world)
    staffed(world)
    log_in(world.role(world.branch))
    values = person()
    refused = client.post(reverse("registration-unused"), typed(values) | {"name": ""})
    assert refused.status_code == 422 and caplog.records
    answer = client.post(reverse("registration-unused"), typed(values), follow=True)
    one = Registration.objects.get()
    assert answer.redirect_chain[-1][0] == url(one)
    assert f"现由“{world.school.name}”办理" in words(answer)
    assert values["id_number"] not in words(answer) and f"{values['id_number'][-4:]}" in words(answer)
    assert values["id_number"] not in url(one) and values["id_number"] not in caplog.text


def test_a_superior_files_for_a_branch_chosen_in_the_tree(world, client, log_in):
    log_in(world.role(world.school))
    form = reverse("registration-veteran")
    client.post(f"{form}?org={world.branch.pk}", typed(veteran()))
    assert Registration.objects.get().organization == world.branch
    assert client.post(f"{form}?org={world.other_branch.pk}", typed(veteran())).status_code == 404
    for name in ("search", "children"):
        args = [world.school.pk] if name == "children" else []
        answer = client.get(reverse(f"registration-veteran-{name}", args=args), {"q": "教工"})
        assert world.sibling.short_name in words(answer)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"id_number": "110101\x00"}, "身份证号码"),
        ({"number": "1" * 5000}, "发展团员编号"),
        ({"unit": "部" * 5000}, "服役部队不超过 120 个字符"),
        ({"discharged_on": "2025-02-30"}, "2025 年没有 2 月 30 日"),
        ({"discharged_on": "\x00"}, "日期无法识别"),
    ],
)
def test_bad_input_is_said_at_its_field_and_costs_nothing_typed(world, client, log_in, change, said):
    log_in(world.role(world.branch))
    sent = typed(veteran()) | change
    body = "&".join(
        f"{name}=" + "".join(f"%{byte:02X}" for byte in value.encode()) for name, value in sent.items()
    )
    answer = client.post(
        reverse("registration-veteran"), body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422 and said in words(answer)
    kept = {name: value for name, value in sent.items() if name not in change}
    assert all(f'value="{value}"' in words(answer) for value in kept.values())
    assert not Registration.objects.exists()


def test_it_goes_up_on_the_pages_of_every_level_and_is_seen_by_each(world, client, log_in):
    segments(world)
    levels = staffed(world)
    branch = world.role(world.branch)
    one = filed(world.branch, branch)
    for place in LEVELS:
        log_in(levels[place])
        assert one.name in words(client.get(LIST))
        assert one.name in words(client.get(url(one)))
        step = "handle" if place == "province" else "pass"
        client.post(DECIDE, {"tick": tick(one), "step": step, "page": "one"})
        assert url(one) not in words(client.get(LIST))
        assert one.name in words(client.get(LIST, {"tab": "all"}))
        assert client.get(url(one)).status_code == 200
    log_in(branch)
    page = client.get(url(one))
    assert [event["title"] for event in page.context["events"]] == ["省级登记", *["确认上报"] * 3, "提交"]
    for place in LEVELS:
        assert levels[place].user.name in words(page)
    assert "去录入" in words(page)


def test_others_are_told_nothing(world, client, log_in):
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    for place in ("sibling", "street", "other_city", "other_branch"):
        log_in(world.role(getattr(world, place)))
        for name in ("registration", "registration-edit", "registration-withdraw"):
            assert client.get(url(one, name)).status_code == 404
        decided = client.post(DECIDE, {"tick": tick(one), "step": "pass"})
        assert decided.status_code in {403, 404}
        assert one.name not in words(client.get(LIST, {"tab": "all"}))


def test_ticked_ones_go_up_and_the_rest_stays(world, client, log_in):
    levels, role = staffed(world), world.role(world.branch)
    first, second, third = (
        filed(world.branch, role, kind="veteran", name=f"演示{sign}员") for sign in "甲乙丙"
    )
    log_in(levels["school"])
    page = client.post(DECIDE, {"tick": [tick(first), tick(third)], "step": "pass"}, follow=True)
    assert "已确认上报 2 条" in words(page) and second.name in words(page)
    assert list(Registration.objects.order_by("pk").values_list("waits_at", flat=True)) == [
        world.county.pk,
        world.school.pk,
        world.county.pk,
    ]


def test_all_of_the_page_go_up_together_and_nothing_that_came_since(world, client, log_in):
    levels, role = staffed(world), world.role(world.branch)
    shown = [filed(world.branch, role, kind="veteran", name=f"演示{sign}员") for sign in "甲乙"]
    late = filed(world.branch, role, kind="veteran", name="演示后到")
    log_in(levels["school"])
    asked = client.post(DECIDE, {"all": [tick(one) for one in shown], "tick": tick(late), "step": "pass_all"})
    assert asked.status_code == 200 and Registration.objects.filter(waits_at=world.school).count() == 3
    assert [one.name for one, _ in asked.context["chosen"]] == [one.name for one in shown]
    client.post(DECIDE, {"tick": [tick(one) for one in shown], "step": asked.context["step"]})
    at_school = Registration.objects.filter(waits_at=world.school)
    assert [one.name for one in at_school] == ["演示后到"]


def test_what_the_province_ticks_is_registered_only_when_confirmed(world, client, log_in):
    segments(world)
    levels = staffed(world)
    both = [filed(world.branch, world.role(world.branch), name=f"演示{sign}员") for sign in "甲乙"]
    for place in LEVELS[:-1]:
        for one in both:
            registrations.pass_up(one, by=levels[place])
    log_in(levels["province"])
    assert 'name="step" value="handle_ticked"' in words(client.get(LIST))
    asked = client.post(DECIDE, {"tick": tick(both[0]), "step": "handle_ticked"})
    assert [one.name for one, _ in asked.context["chosen"]] == ["演示甲员"]
    assert not Registration.objects.filter(state="handled").exists()
    client.post(DECIDE, {"tick": tick(both[0]), "step": asked.context["step"]})
    assert [one.name for one in Registration.objects.filter(state="handled")] == ["演示甲员"]
    nothing = client.post(DECIDE, {"step": "handle_ticked"}, follow=True)
    assert "没有勾选" in words(nothing)
    assert client.post(DECIDE, {"tick": tick(both[1]), "step": "handle_else"}).status_code == 404


def test_several_are_returned_with_one_reason_asked_for_first(world, client, log_in):
    levels, role = staffed(world), world.role(world.branch)
    both = [filed(world.branch, role, kind="veteran", name=f"演示{sign}员") for sign in "甲乙"]
    log_in(levels["school"])
    ticks = [tick(one) for one in both]
    asked = client.post(DECIDE, {"tick": ticks, "step": "return"})
    assert asked.status_code == 200 and all(one.name in words(asked) for one in both)
    missing = client.post(DECIDE, {"tick": ticks, "step": "return", "reason": " "})
    assert missing.status_code == 422 and "请填写退回的原因" in words(missing)
    assert all(f'value="{one}"' in words(missing) for one in ticks)
    client.post(DECIDE, {"tick": ticks, "step": "return", "reason": REASON})
    assert set(Registration.objects.values_list("state", flat=True)) == {"returned"}


def test_with_nothing_ticked_the_page_says_so(world, client, log_in):
    log_in(world.role(world.school))
    for sent in ({}, {"tick": "nonsense"}, {"tick": "x" * 36 + ":1"}, {"tick": "-" * 36 + ":1"}):
        page = client.post(DECIDE, sent | {"step": "pass"}, follow=True)
        assert page.status_code == 200 and "没有勾选" in words(page)
    assert client.post(DECIDE, {"step": "nonsense"}).status_code == 404


def test_a_branch_decides_nothing(world, client, log_in):
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    log_in(world.role(world.branch))
    for step in ("pass", "handle", "return"):
        assert client.post(DECIDE, {"tick": tick(one), "step": step}).status_code == 403
    assert "确认上报" not in words(client.get(url(one)))


def test_a_city_does_not_handle(world, client, log_in):
    levels = staffed(world, "city")
    one = filed(world.branch, world.role(world.branch), kind="veteran")
    log_in(levels["city"])
    assert client.post(DECIDE, {"tick": tick(one), "step": "handle"}).status_code == 403


def test_the_returned_one_is_put_right_with_the_id_number_left_as_it_is(world, client, log_in):
    role, values = world.role(world.branch), veteran()
    one = registrations.file(organization=world.branch, by=role, **values)
    registrations.return_(one, reason=REASON, by=world.role(world.province))
    log_in(role)
    assert "修改后重新提交" in words(client.get(url(one)))
    form = client.get(url(one, "registration-edit"))
    assert REASON in words(form) and values["id_number"] not in words(form)
    assert f'value="{values["discharged_on"]:%Y-%m-%d}"' in words(form)
    sent = typed(values) | {"id_number": "", "developed_by": "演示部队某旅团委"}
    wrong = client.post(url(one, "registration-edit"), sent | {"name": ""})
    assert wrong.status_code == 422 and "请填写姓名" in words(wrong)
    client.post(url(one, "registration-edit"), sent)
    one.refresh_from_db()
    assert (one.state, one.developed_by, one.opened_id()) == (
        "rising",
        "演示部队某旅团委",
        values["id_number"],
    )
    again = client.get(url(one, "registration-edit"), follow=True)
    assert "修改后重新提交" in words(again) and again.redirect_chain[-1][0] == url(one)


def test_withdrawing_is_asked_once_more(world, client, log_in):
    role = world.role(world.branch)
    one = filed(world.branch, role, kind="veteran")
    log_in(role)
    assert client.get(url(one, "registration-withdraw")).status_code == 200
    client.post(url(one, "registration-withdraw"))
    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert "已由" in words(client.post(url(one, "registration-withdraw"), follow=True))


def test_a_long_list_is_paged_without_an_offset(world, client, log_in):
    role = world.role(world.branch)
    for _ in range(51):
        filed(world.branch, role, kind="veteran")
    log_in(role)
    first = client.get(LIST)
    assert len(first.context["page"].rows) == 50
    assert len(client.get(LIST + first.context["page"].next_url).context["page"].rows) == 1


def test_the_queue_costs_the_same_few_queries_however_long(
    world, client, log_in, django_assert_max_num_queries
):
    levels, role = staffed(world, "school"), world.role(world.branch)
    for _ in range(8):
        filed(world.branch, role, kind="veteran")
    log_in(levels["school"])
    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_who_may_enter_the_registered_person_is_led_there_until_it_is_done(world, client, log_in):
    entry = wanting(veteran()["number"])
    values = veteran(number=entry.number, id_number=entry.id_number)
    one = registrations.file(organization=world.branch, by=world.role(world.school), **values)
    ways = {
        "branch": f"{reverse('enter')}?registration={one.uuid}",
        "school": f"{reverse('enter-below')}?org={world.branch.pk}&registration={one.uuid}",
        "province": f"{reverse('enter-below')}?org={world.branch.pk}&registration={one.uuid}",
    }

    def led():
        found = {}
        for place in ways:
            log_in(world.role(getattr(world, place)))
            found[place] = client.get(url(one)).context["enter_url"]
            listed = [way for _, way in client.get(reverse("numbers-pending")).context["registered"]]
            assert listed == ([found[place]] if found[place] else [])
        return found

    assert led() == dict.fromkeys(ways, "")
    registrations.handle(one, by=world.role(world.province))
    assert led() == ways
    log_in(world.role(world.school))
    assert {"去录入"} == set(
        Notice.objects.filter(title__contains="可以录入").values_list("action", flat=True)
    )
    assert "已登记、可以录入" in words(client.get(reverse("numbers-pending")))
    enter_as(entry, world.role(world.branch))
    assert led() == dict.fromkeys(ways, "")
    assert "已录入" in words(client.get(url(one)))


def test_a_form_opened_for_one_branch_is_never_filed_for_another(world, log_in):
    segments(world)
    staffed(world)
    here = world.role(world.branch)
    there = RoleFactory(user=here.user, organization=world.street_branch)
    values = typed(person()) | {"page_role": here.pk}
    answer = log_in(there).post(reverse("registration-unused"), values)
    assert answer.status_code == 409 and "切换组织" in words(answer)
    assert f"录入组织：{world.branch.name}" in words(answer)
    assert f'name="page_role" value="{here.pk}"' in words(answer) and values["name"] in words(answer)
    assert not Registration.objects.exists()


def test_the_page_of_who_can_be_entered_says_that_not_all_stand_there(world, client, log_in, monkeypatch):
    monkeypatch.setattr(pending, "REGISTERED", 2)
    role, province = world.role(world.branch), world.role(world.province)
    log_in(role)
    for at in range(3):
        registrations.handle(filed(world.branch, role, kind="veteran"), by=province)
        page = client.get(reverse("numbers-pending"))
        assert ("只列出最早登记的 2 人" in page.content.decode()) == (at == 2)
    assert len(page.context["registered"]) == 2
