"""Two thousand forms and more, each right but for one to three fields: an answer in words every time, and nothing written on refusal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives.forms.drop import Drop
from archives.forms.entry import EntryForm
from archives.models import Archive
from members.choices import Variant
from members.models import Member, Post
from numbering.models import Dispute, Holding, Issue, Registration, Segment
from tests.archives.cases import found_good, uploaded
from tests.archives.claiming import NUMBER, disputed
from tests.archives.test_entry import PDF, posted
from tests.factories import entry_with_file, new_key
from tests.numbering.filings import person, veteran

ANSWERS = {200, 302, 400, 403, 404, 409, 413, 422, 429}
WRITTEN = (Member, Holding, Post, Archive)
EXAMPLES = {Variant.A: 700, Variant.B: 500, Variant.C: 500}
OF_NUMBERS = 30
POST_OF_C = {
    "is_cadre": True, "title": "committee_member", "post_since": date(2024, 9, 1), "appointed_by": "elected",
    "cadre_nature": "part_time", "on_party_committee": False, "on_duty": "on_duty",
}  # fmt: skip

# --- what may be typed into a control, by its kind

ALPHABETS = (
    st.characters(codec="ascii"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF),
    st.characters(categories=("Mn", "Mc", "Me")),
    st.sampled_from("\u200e\u200f\u202a\u202b\u202e\u2066\u2069\u200b\ufeff\0\r\n\t·• Ｘ０９"),
    st.characters(exclude_categories=("Cs",)),
)
DATES = (
    *(
        "0001-01-01",
        "1900-01-01",
        "2016-12-31",
        "2017-01-01",
        "2019-12-31",
        "2020-01-01",
        "2024-02-29",
        "2023-02-29",
    ),
    *(
        "2099-12-31",
        "9999-12-31",
        "2020-13-01",
        "2020-00-00",
        "２０２３-０９-０１",
        "2023年9月1日",
        "2023/9/1",
        "2023-09",
    ),
    *("2016-12", "0000-00", "2023-13", "-1", "20230901", "2023-9-1 00:00", "٢٠٢٣-٠٩-٠١"),
)
FILES = (b"", b"%PDF-", PDF, PDF * 3000, b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"\0" * 100, PDF[:-20])
CHOICES = (
    "",
    "yes",
    "no",
    "student",
    "worker",
    "party",
    "masses",
    "committee_member",
    "standing_member",
    "off_duty",
    "1",
    "-1",
)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Nothing, one sign, as much as the box takes, one more, and far too much."""
    sizes = st.sampled_from((0, 1, longest, longest + 1, 100_000))
    exact = st.builds(lambda sign, size: sign * size, st.one_of(*ALPHABETS), sizes)
    return st.one_of(exact, *(st.text(alphabet, max_size=40) for alphabet in ALPHABETS))


def files() -> st.SearchStrategy[SimpleUploadedFile]:
    names = st.one_of(
        st.sampled_from(("志愿书.pdf", "a.exe", "../../x.pdf", ".pdf")), st.text(min_size=1, max_size=300)
    )
    return st.builds(
        lambda name, body: SimpleUploadedFile(
            name.replace("\0", "").strip(" ./\\") or "x", body, "application/pdf"
        ),
        names.filter(lambda name: name.isprintable()),
        st.sampled_from(FILES),
    )


def typed_into(widget: forms.Widget) -> st.SearchStrategy[Any]:
    """The strategy of a control of the form."""
    match widget:
        case forms.FileInput():
            return files()
        case forms.Select() | forms.RadioSelect():
            own = [str(code) for code, _ in widget.choices]
            return st.one_of(st.sampled_from([*own, *CHOICES]), texts(20))
        case forms.DateInput():
            near = st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(date.isoformat)
            return st.one_of(st.sampled_from(DATES), near, texts(10))
    return texts(int(widget.attrs.get("maxlength", 100)))


def controls(form: EntryForm) -> dict[str, st.SearchStrategy[Any]]:
    """Every control of the page: the form's fields, then what it carries along unseen."""
    seen = {name: typed_into(field.widget) for name, field in form.fields.items()}
    nonsense = st.one_of(st.uuids().map(str), texts(36))
    confirmed = st.lists(st.sampled_from(("education_unusual", "county_unknown", "over_28", "?")), max_size=3)
    return seen | {
        "key": nonsense, "upload": nonsense, "page_role": nonsense, "confirmed": confirmed,
        "shown": st.one_of(texts(50), st.sampled_from(("null", "[]", '{"name": 1}', '{"name": ["?", 0]}', "[" * 9999))),
    }  # fmt: skip


# --- the three forms, each on its page


@pytest.fixture
def page(request, world, log_in):
    """(client, url, a right form, its controls) of the form the test is about."""
    variant = request.param
    role = world.role(
        world.general if variant == Variant.C else world.branch if variant == Variant.A else world.school
    )
    place = world.branch if variant == Variant.B else role.organization
    match variant:
        case Variant.A:
            url = reverse("enter")
        case Variant.B:
            url = f"{reverse('enter-below')}?org={place.pk}"
        case _:
            url = reverse("enter-cadre")
    form = EntryForm(variant=variant, organization=place, today=timezone.localdate(), drop=Drop())
    upload = uploaded(role)
    found_good(upload)
    right = posted(entry_with_file(**POST_OF_C), upload=str(upload.uuid), page_role=str(role.pk))
    return log_in(role), url, right, controls(form)


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in WRITTEN)


@pytest.mark.parametrize(("page", "variant"), [(v, v) for v in Variant], indirect=["page"])
def test_the_form_that_is_changed_is_right(page, variant):
    client, url, right, _ = page
    assert client.post(url, right | {"step": "check"}).status_code == 200
    assert rows() == (0, 0, 0, 0)
    assert client.post(url, right | {"step": "submit"}).status_code == 302
    assert rows() == (1, 1, 1, 1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("page", "variant"), [(v, v) for v in Variant], indirect=["page"])
def test_no_form_fails_and_no_refused_one_writes(page, variant):
    client, url, right, strategies = page
    live = url.replace("/?", "/fields/?") if "?" in url else f"{url}fields/"
    change = st.sampled_from(sorted(strategies)).flatmap(
        lambda name: st.tuples(st.just(name), strategies[name])
    )

    @settings(
        max_examples=EXAMPLES[variant], deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        st.lists(change, min_size=1, max_size=3),
        st.sampled_from(("submit", "submit", "submit", "check", "edit", "live", "?")),
    )
    def one(changes, step):
        sent = right | {"key": str(new_key())} | dict(changes) | {"step": step}
        before = transaction.savepoint()
        answer = client.post(live if step == "live" else url, sent)
        after = rows()
        transaction.savepoint_rollback(before)
        assert answer.status_code in ANSWERS
        entered = answer.status_code == 302 and answer.url.endswith("/entered/")
        assert after[0] == entered and max(after) <= entered

    one()


# --- the forms of numbers


def of_numbers(world: Any) -> dict[str, tuple[Any, str, dict[str, Any]]]:
    """Who sends it, where to, and a right form, where one number is disputed."""
    case = disputed(world)
    segment, place = Segment.objects.get(organization=world.school), world.sibling
    admitted = {
        "name": "演示新人",
        "id_number": person()["id_number"],
        "joined_on": "2026-05-04",
        "domain": "senior",
    }
    unused = {key: value for key, value in person(number=str(int(NUMBER) + 50)).items() if key != "kind"}
    served = {key: str(value) for key, value in veteran().items() if key != "kind"}
    uuid, reason = case.dispute.uuid, {"reason": "发放登记表上是申请人"}
    return {
        "issue": (case.judge, reverse("issue-new") + f"?org={place.pk}", admitted),
        "list": (case.judge, reverse("issue-list"), {"text": "\t".join((place.name, *admitted.values())), "step": "preview"}),
        "hand-down": (case.judge, reverse("segment-hand-down"), {"to": place.pk, "segment": segment.pk, "count": 5, "first": ""}),
        "take-back": (world.role(world.county), reverse("segment-take-back", args=[segment.pk]), {"count": 5}),
        "unused": (case.filer, reverse("registration-unused"), unused),
        "veteran": (case.filer, reverse("registration-veteran"), served),
        "answer": (case.holder, reverse("dispute-answer", args=[uuid]), {"answer": "编号是本支部的"}),
        "dismiss": (case.judge, reverse("dispute-dismiss", args=[uuid]), reason),
        "uphold": (case.judge, reverse("dispute-uphold", args=[uuid]), reason | {"tail": NUMBER[-4:]}),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["issue", "list", "hand-down", "take-back", "unused", "veteran", "answer", "dismiss", "uphold"]
)
def test_no_form_of_numbers_fails_and_no_refused_one_writes(world, log_in, name):
    role, url, right = of_numbers(world)[name]
    client = log_in(role)
    before = transaction.savepoint()
    assert client.post(url, right).status_code in {200, 302}
    transaction.savepoint_rollback(before)
    hostile = st.one_of(texts(60), st.sampled_from((*DATES, *CHOICES)))
    change = st.tuples(st.sampled_from(sorted(right)), hostile)

    def standing() -> list[Any]:
        written = (Segment, Issue, Registration, Dispute, Holding)
        return [list(model.objects.order_by("pk").values_list("pk", *states(model))) for model in written]

    @settings(max_examples=OF_NUMBERS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(change, min_size=1, max_size=3))
    def one(changes):
        before, stood = transaction.savepoint(), standing()
        answer = client.post(url, right | dict(changes))
        stands = standing()
        transaction.savepoint_rollback(before)
        assert answer.status_code in ANSWERS
        assert stands == stood or answer.status_code in {200, 302}

    one()


def states(model: Any) -> list[str]:
    return ["span"] if model is Segment else ["state"]
