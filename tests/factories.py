"""Test data, built the way the product builds it: organisations and people by services, never by setting a state."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import factory

from members.made_up import id_number
from members.rules import Entry
from orgs.kinds import Kind
from orgs.models import Duty, Organization, Role, User
from orgs.services import organizations

PASSWORD = "演示口令-2026"
_serial = itertools.count(1)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"演示管理员{n}")
    password = factory.django.Password(PASSWORD)


class RoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Role

    user = factory.SubFactory(UserFactory)
    duty = Duty.ADMINISTRATOR


class EntryFactory(factory.Factory):
    """A filled form A that is right: a student who joined before there were numbers and files (so that neither is needed)."""

    class Meta:
        model = Entry

    class Params:
        born = factory.LazyFunction(lambda: date(2003, 12, 31) - timedelta(days=next(_serial) % 900))

    name = factory.Sequence(lambda n: f"演示团员{'甲乙丙丁戊己庚辛壬癸'[n % 10]}")
    id_number = factory.LazyAttribute(lambda o: id_number(o.born))
    id_number_again = factory.SelfAttribute("id_number")
    ethnicity = "01"
    occupation = "student"
    study_status = "bachelor"
    education = "senior"
    political_status = "league"
    joined_on = date(2018, 5, 4)
    number = factory.Sequence(lambda n: f"201811{500_000 + n:06d}")
    is_cadre = False
    phone = "13800000000"
    address = "演示省演示市演示路1号"
    applied = False
    volunteer = False


def entry_with_file(**values: object) -> Entry:
    """A right entry of someone who joined in 2022 and therefore needs a number and a file."""
    number = f"202211{500_000 + next(_serial):06d}"
    return EntryFactory(**{"joined_on": date(2022, 5, 4), "number": number, **values})


@dataclass(frozen=True)
class World:
    """省 → 市 → 县 → 学校团委 → 团总支 → 团支部, a street beside it, and a second city that must not be seen from the first."""

    province: Organization
    city: Organization
    county: Organization
    school: Organization
    general: Organization
    branch: Organization
    sibling: Organization
    street: Organization
    street_branch: Organization
    county_branch: Organization
    other_city: Organization
    other_county: Organization
    other_school: Organization
    other_branch: Organization

    def role(self, organization: Organization) -> Role:
        """A new administrator of this organisation."""
        return RoleFactory(organization=organization)


PLAN = (
    ("province", "", Kind.PROVINCE, "共青团演示省委员会", "团省委"),
    ("city", "province", Kind.CITY, "共青团甲城市委员会", "甲城团市委"),
    ("county", "city", Kind.COUNTY, "共青团乙县委员会", "乙县团县委"),
    ("school", "county", Kind.COMMITTEE, "丙中学团委", "丙中学团委"),
    ("general", "school", Kind.GENERAL_BRANCH, "丙中学高一年级团总支", "高一团总支"),
    ("street", "county", Kind.WORKING_COMMITTEE, "丁街道团工委", "丁街道团工委"),
    ("other_city", "province", Kind.CITY, "共青团戊城市委员会", "戊城团市委"),
    ("other_county", "other_city", Kind.COUNTY, "共青团己县委员会", "己县团县委"),
    ("other_school", "other_county", Kind.COMMITTEE, "庚中学团委", "庚中学团委"),
    ("branch", "general", Kind.BRANCH, "丙中学高一1班团支部", "高一1班团支部"),
    ("sibling", "school", Kind.BRANCH, "丙中学教工团支部", "教工团支部"),
    ("street_branch", "street", Kind.BRANCH, "丁街道第一团支部", "丁街道一支部"),
    ("county_branch", "county", Kind.BRANCH, "乙县直属团支部", "直属团支部"),
    ("other_branch", "other_school", Kind.BRANCH, "庚中学高二9班团支部", "高二9班团支部"),
)
"""Names unlike each other, so that a leak can be seen."""


def plant_world() -> World:
    """A small province with one administrator, at its top; in one load, since most tests begin with it."""
    ids = organizations.bulk_load([organizations.Planned(*line) for line in PLAN], province_code="11")
    made = Organization.objects.in_bulk(ids.values())
    RoleFactory(organization=made[ids["province"]])
    return World(**{key: made[pk] for key, pk in ids.items()})


def new_key() -> uuid.UUID:
    return uuid.uuid4()
