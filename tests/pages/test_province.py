"""省级管理: who gets in, that every page of it opens, asks a constant number of questions and deletes nothing."""

from __future__ import annotations

import itertools
import re

import pytest
from django.contrib.admin import ShowFacets
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from archives.models import Archive, Upload
from members.models import Member
from numbering.domains import Domain
from numbering.models import Dispute, Holding, Issue, Registration, Segment
from numbering.services import disputes, holdings, segments
from orgs.jobs import fail
from orgs.models import AuditEvent, AuditSeal, Duty, Job, Option, Organization, ProvinceSettings, Role, User
from orgs.province import GROUPS, BoundedPaginator, site
from orgs.services import dictionaries, jobs
from tests.archives.cases import approved
from tests.factories import RoleFactory
from tests.numbering.cases import FIRST, YEAR, chain, issued
from tests.numbering.filings import filed
from tests.orgs import handlers  # noqa: F401 registers the kind of job used here

_serial = itertools.count(500_000)
PLACES = ("branch", "general", "school", "street", "county", "city", "other_city")
MODELS = sorted(site._registry, key=lambda model: model._meta.label_lower)


RIGHTS = {
    Duty.ADMINISTRATOR: {Segment, Issue, Holding, Dispute, Registration, Member, Archive, Upload},
    Duty.SYSTEM: {Organization, User, Role, Option, Job, ProvinceSettings},
    Duty.AUDITOR: {AuditEvent, AuditSeal},
}
"""Who sees what at the desk: three sets that do not meet."""
OF_WHOM = {model: duty for duty, models in RIGHTS.items() for model in models}
ADDING = {Segment, Option}
OTHERS = {Segment: ["numbering_segment_table"], Member: ["members_member_find"]}
DEEDS = {
    Organization: {"appoint"},
    Member: {"release", "identity"},
    User: {"reset"},
    Role: {"replace", "end"},
    Job: {"rerun"},
    ProvinceSettings: {"deadline", "administrators", "second-factor"},
}


def name_of(model):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def lists(models=MODELS):
    return [reverse(f"{name_of(model)}_changelist") for model in models]


def pages_of(models):
    """Every address of these models that needs no object."""
    found = lists(models)
    for model in models:
        found += [reverse(f"{name_of(model)}_add")] * (model in ADDING)
        found += [reverse(f"admin:{name}") for name in OTHERS.get(model, [])]
    return found


def pages():
    """Every address of the desk that needs no object."""
    apps = {model._meta.app_label for model in MODELS}
    return [
        reverse("admin:index"),
        *pages_of(MODELS),
        *(reverse("admin:app_list", args=[one]) for one in apps),
    ]


@pytest.fixture
def desks(world, log_in):
    """`desks(model)` or `desks(duty)`: the client of whoever may, signed in."""
    roles = {duty: RoleFactory(organization=world.province, duty=duty) for duty in RIGHTS}

    def of(what):
        return log_in(roles[what if what in roles else OF_WHOM[what]])

    return of


@pytest.fixture
def desk(desks):
    """The province's administrator, signed in."""
    return desks(Duty.ADMINISTRATOR)


def registered(world, count, start=FIRST):
    """So many segments of the province, each with a piece handed down to the city."""
    by = world.role(world.province)
    for n in range(count):
        first = start + 1000 * n
        top = segments.register(
            domain=Domain.SENIOR, year=YEAR, first=first, last=first + 99, province=world.province, by=by
        )
        segments.hand_down(top, to=world.city, first=first, last=first + 9, by=by)


@pytest.mark.parametrize("place", PLACES)
def test_whoever_is_not_of_the_province_is_told_what_is_missing(world, log_in, place):
    role = world.role(getattr(world, place))
    client = log_in(role)
    for url in pages():
        for answer in (client.get(url), client.post(url)):
            page = answer.content.decode()
            assert answer.status_code == 403, url
            assert (
                "不能在“" in page
                and "进入省级管理" in page
                and "省级领导机关管理员、系统管理员、审计员办理" in page
            )


def test_the_first_page_says_nothing_in_english_also_where_nobody_looks(desk):
    for url in (reverse("admin:index"), reverse("admin:app_list", args=["numbering"])):
        page = desk.get(url).content.decode()
        assert '<th scope="col">名称</th>' in page and 'class="app-numbering module' in page
        assert not re.findall(r"<th[^>]*>\s*[A-Za-z][^<]*</th>", page)


def test_a_cadre_of_the_province_is_not_let_in(world, log_in):
    client = log_in(RoleFactory(organization=world.province, duty=Duty.CADRE))
    assert [client.get(url).status_code for url in pages()] == [403] * len(pages())


def test_flags_of_an_account_open_nothing(world, log_in):
    role = RoleFactory(organization=world.city, user__is_staff=True, user__is_superuser=True)
    assert log_in(role).get(reverse("admin:index")).status_code == 403


def test_without_a_login_our_login_page_opens_and_leads_back(client, world):
    for url in [*pages(), "/admin/nowhere/"]:
        assert client.get(url).url == f"/login/?next={url}"
    assert client.get("/admin/login/").url == "/login/?next=/admin/login/"


def test_the_password_is_changed_first_and_a_role_chosen(world, log_in, client):
    fresh = RoleFactory(organization=world.province, user__must_change_password=True)
    assert log_in(fresh).get(reverse("admin:index")).url.startswith(reverse("password-change"))
    several = world.role(world.province)
    RoleFactory(user=several.user, organization=world.branch)
    client.force_login(several.user)
    assert client.get(reverse("admin:index")).url.startswith(reverse("roles"))


@pytest.mark.parametrize("model", MODELS)
def test_a_list_is_narrowed_by_its_own_filters_only(model, desks):
    """Else what no page shows, a password's hash or a blind index, could be asked out letter by letter."""
    client, url = desks(model), lists([model])[0]
    if model is ProvinceSettings:
        return
    filters = [one for one in site._registry[model].list_filter if isinstance(one, str)]
    for field in model._meta.concrete_fields:
        if field.name not in filters:
            for lookup in (f"{field.name}__startswith", f"{field.name}__regex"):
                assert client.get(url, {lookup: "1"}).status_code == 400, lookup
    assert [client.get(url, {f"{one}__exact": "1"}).status_code for one in filters].count(400) == 0


def opened(model, client):
    """The list of a model; 全省设置 has one row and no list."""
    return client.get(lists([model])[0], follow=model is ProvinceSettings)


def test_every_registered_model_is_somebody_s_and_of_one_only():
    assert set(OF_WHOM) == set(MODELS) == set(site._registry)
    assert sum(len(models) for models in RIGHTS.values()) == len(MODELS)
    for model, model_admin in site._registry.items():
        assert {deed.name for deed in model_admin.deeds} == DEEDS.get(model, set())
        assert not model_admin.actions
        assert model_admin.show_facets == ShowFacets.NEVER and not model_admin.show_full_result_count
    assert {model_admin.group for model_admin in site._registry.values()} == set(GROUPS)


@pytest.mark.parametrize("duty", RIGHTS)
def test_each_duty_opens_its_own_pages_and_no_other(world, desks, duty):
    rows = one_of_each(world)
    client = desks(duty)
    for model in MODELS:
        right = OF_WHOM[model] == duty
        urls = [*pages_of([model]), reverse(f"{name_of(model)}_change", args=[rows[model].pk])]
        urls += [reverse(f"{name_of(model)}_{deed}", args=[rows[model].pk]) for deed in DEEDS.get(model, ())]
        for url in urls:
            answer = client.get(url, follow=right)
            assert answer.status_code == (200 if right else 403), (duty, url)
            if not right:
                assert "办理，如需切换身份请点击" in answer.content.decode()
                before = AuditEvent.objects.count()
                assert client.post(url, {"step": "confirm"}).status_code == 403, (duty, url)
                assert AuditEvent.objects.count() == before
    index = client.get(reverse("admin:index")).content.decode()
    for model in MODELS:
        assert (f'href="{lists([model])[0]}"' in index) is (OF_WHOM[model] == duty), (duty, model)


@pytest.mark.parametrize("duty", RIGHTS)
def test_a_page_links_to_nothing_that_would_be_refused(world, desks, duty):
    rows = one_of_each(world)
    client = desks(duty)
    foreign = [lists([model])[0] for model in MODELS if OF_WHOM[model] != duty]
    for model in RIGHTS[duty]:
        page = client.get(reverse(f"{name_of(model)}_change", args=[rows[model].pk])).content.decode()
        assert not [url for url in foreign if f'href="{url}' in page], model


@pytest.mark.parametrize("duty", [Duty.SYSTEM, Duty.AUDITOR])
def test_who_looks_after_the_system_or_its_audit_has_no_page_elsewhere(world, desks, duty):
    client = desks(duty)
    assert client.get("/").url == reverse("admin:index")
    assert "省级管理" in client.get(reverse("inbox")).content.decode()
    for name in (
        "members",
        "cadres",
        "database",
        "reviews",
        "disputes",
        "registrations",
        "segments",
        "issues",
        "organizations",
    ):
        assert client.get(reverse(name)).status_code == 403, name


def test_every_page_opens_in_our_words_and_is_kept_by_no_cache(world, desks):
    rows = one_of_each(world)
    for model, row in rows.items():
        client = desks(model)
        for url in [
            reverse("admin:index"),
            *pages_of([model]),
            reverse(f"{name_of(model)}_change", args=[row.pk]),
        ]:
            answer = client.get(url, follow=True)
            page = answer.content.decode()
            assert answer.status_code == 200, url
            assert "no-store" in answer["Cache-Control"]
            assert "default-src 'self'" in answer["Content-Security-Policy"]
            assert "智慧团建 省级管理" in page and "返回智慧团建" in page and 'action="/logout/"' in page


def test_no_page_has_anything_inline(world, desks):
    for model, row in one_of_each(world).items():
        client = desks(model)
        urls = [*pages_of([model]), reverse(f"{name_of(model)}_change", args=[row.pk])]
        urls += [reverse(f"{name_of(model)}_{deed}", args=[row.pk]) for deed in DEEDS.get(model, ())]
        for url in urls:
            page = client.get(url, follow=True).content.decode()
            assert not re.search(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", page), url


def busy(world, count):
    """So many more rows in every list; the people's ID numbers."""
    school, branch = world.role(world.school), world.role(world.branch)
    ids = []
    for n in range(count):
        issue = issued(world.branch, school)
        number, person = f"202211{next(_serial):06d}", issue.opened_id()
        taken = holdings.take(number, holder="演示占用", id_blind=b"x", organization=world.sibling)
        disputes.file(
            holding=taken, name="演示申请", id_number=person, joined_on=issue.joined_on, remark="",
            organization=world.branch, by=branch,
        )  # fmt: skip
        entered = approved(branch, school)
        ids += [
            person,
            filed(world.branch, branch, kind="veteran").opened_id(),
            entered.member.opened("id_number"),
        ]
        job = jobs.start(
            "test_table", title="演示导出", params={"n": next(_serial)}, by=world.role(world.city)
        )
        fail(job, "演示原因")
        AuditSeal.objects.create(first=n, last=n, horizon=0)
    return ids


def one_of_each(world):
    """Each model of the desk with a row."""
    chain(world)
    busy(world, 1)
    dictionaries.plant()
    ProvinceSettings.objects.get_or_create()
    rows = {model: model.objects.order_by("pk").first() for model in MODELS}
    assert all(rows.values())
    return rows


def test_lists_ask_the_same_questions_of_few_and_of_60_rows(world, desks):
    def asked():
        found = {}
        for model in MODELS:
            client = desks(model)
            for url in [lists([model])[0], reverse("admin:index")]:
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(url, follow=True).status_code == 200
                found[model, url] = len(queries)
        return found

    one_of_each(world)
    Option.objects.filter(pk__gt=Option.objects.order_by("pk")[4].pk).delete()
    asked()  # content types and the like are read once a process
    few = asked()
    Option.objects.bulk_create(
        Option(group="occupation", code=f"made_{n}", label=f"演示职业{n}") for n in range(60)
    )
    registered(world, 30, FIRST + 500_000)
    busy(world, 15)
    assert asked() == few
    assert max(few.values()) <= 14


def test_lists_of_numbers_and_members_show_masked_id_numbers_and_never_whole_ones(world, desk):
    chain(world)
    people = busy(world, 2)
    members = list(Member.objects.all())
    urls = [reverse(f"admin:numbering_{name}_changelist") for name in ("issue", "dispute", "registration")]
    for model in (Issue, Holding, Dispute, Registration):
        one = model.objects.first()
        found = desk.get(reverse(f"admin:numbering_{model._meta.model_name}_changelist"), {"q": one.number})
        assert f">{one.number}</a>" in found.content.decode() and "1 条" in found.content.decode()
        urls.append(reverse(f"admin:numbering_{model._meta.model_name}_change", args=[one.pk]))
    urls += [reverse("admin:members_member_change", args=[member.pk]) for member in members]
    urls.append(reverse("admin:members_member_changelist"))
    pages = [desk.get(url).content.decode() for url in urls]
    phones = [member.opened("phone") for member in members]
    assert not [phone for phone in phones for page in pages if phone in page]
    assert not [person for person in people for page in pages if person in page]
    assert all("********" in page for page, url in zip(pages, urls, strict=True) if "/holding/" not in url)
    assert not any('name="_save"' in page for page in pages)


def test_a_long_table_is_counted_no_further_than_anybody_pages(world, desk, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "LIMIT", 3)
    chain(world)
    busy(world, 5)
    page = desk.get(reverse("admin:numbering_issue_changelist")).content.decode()
    assert "3 条以上，请查找或筛选" in page


def test_the_page_of_a_segment_asks_the_same_questions_of_few_and_of_many_pieces(world, desk):
    made = chain(world)
    url = reverse("admin:numbering_segment_change", args=[made["province"].pk])

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url).status_code == 200
        return len(queries)

    asked()
    few = asked()
    by = world.role(world.province)
    for n in range(30):
        first = made["province"].first + 500 + 10 * n
        segments.hand_down(made["province"], to=world.other_city, first=first, last=first + 9, by=by)
    assert asked() == few


def test_nothing_has_an_address_for_deleting_and_django_keeps_no_log(world, desks):
    for model, one in one_of_each(world).items():
        client, name = desks(model), name_of(model)
        for gone in ("delete", "history"):
            with pytest.raises(NoReverseMatch):
                reverse(f"{name}_{gone}", args=[1])
            url = f"{reverse(f'{name}_changelist')}{one.pk}/{gone}/"
            assert client.post(url, {"post": "yes"}).status_code == 404
        before = model.objects.count()
        sent = {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"}
        client.post(reverse(f"{name}_changelist"), sent)
        assert model.objects.count() == before
    assert not LogEntry.objects.exists()


def test_nothing_is_changed_or_added_by_a_form_of_the_admin_except_dictionaries_and_segments(world, desks):
    for model, one in one_of_each(world).items():
        client = desks(model)
        if model not in ADDING:
            assert client.post(reverse(f"{name_of(model)}_add"), {}).status_code == 403, model
        if model is not Option:
            url = reverse(f"{name_of(model)}_change", args=[one.pk])
            assert 'name="_save"' not in client.get(url).content.decode(), model
            assert client.post(url, {"name": "x", "state": "x"}).status_code == 403, model


def test_djangos_own_login_and_password_pages_are_not_there():
    names = {
        one.name for one in get_resolver("zhtj.urls").url_patterns[2].url_patterns if hasattr(one, "name")
    }
    assert "index" in names
    assert not names & {"login", "logout", "password_change", "password_change_done", "view_on_site"}


@pytest.mark.parametrize("asked", ["0", "99999999999999999999", "x", "1 OR 1", "%ED%A0%80", "%0A"])
def test_what_does_not_exist_is_our_404(desks, asked):
    for model in MODELS:
        client, url = desks(model), lists([model])[0]
        assert client.get(f"{url}{asked}/change/").status_code == 404, url
        for deed in DEEDS.get(model, ()):
            assert client.get(f"{url}{asked}/{deed}/").status_code == 404, url


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\ufffd"}, {"q": "9" * 500}, {"year": "x"}, {"year": "99999999999999999999"}, {"depth": "-1"}, {"p": "9999"},
        {"domain__exact": "nothing"}, {"organization__name": "甲"}, {"o": "9.9.-9"}, {"group": "nothing"}, {"e": "1"},
        {"from": "x", "to": "9999-12-31"}, {"from": "0001-01-01"}, {"at": "9" * 30}, {"sort": "nothing"}, {"q": "a:b"},
    ],
)  # fmt: skip
def test_an_address_somebody_made_up_is_no_server_error(desks, query):
    for model in MODELS:
        url = lists([model])[0]
        assert desks(model).get(url, query).status_code in {200, 302, 400}, (url, query)


def test_the_menu_leads_the_province_there(world, desk, log_in):
    page = desk.get("/").content.decode()
    assert f'href="{reverse("admin:index")}"' in page and "省级管理" in page
    assert "省级管理" not in log_in(world.role(world.city)).get("/").content.decode()
