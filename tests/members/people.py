"""Entries of made-up people for the rules' tests."""

from dataclasses import replace
from datetime import date
from typing import Any

from members.choices import Variant
from members.made_up import id_number
from members.rules import Context, Entry, problems

TODAY = date(2026, 11, 22)


def context(variant: Variant = Variant.A, **changes: Any) -> Context:
    return replace(Context(variant=variant, today=TODAY, province_code="11", has_file=True), **changes)


def entry(**changes: Any) -> Entry:
    """A student of 21 who joined in 2023 and has nothing wrong; changes are typed over it."""
    number = id_number(changes.pop("born", date(2005, 3, 14)))
    plain = Entry(
        name="演示一",
        id_number=number,
        id_number_again=number,
        ethnicity="01",
        occupation="student",
        study_status="bachelor",
        education="senior",
        political_status="league",
        joined_on=date(2023, 9, 1),
        number="202311000001",
        is_cadre=False,
        phone="13800000000",
        phone_owner="self",
        address="演示市示范区学苑路1号",
        applied=False,
        volunteer=False,
    )
    if "id_number" in changes:
        changes.setdefault("id_number_again", changes["id_number"])
    return replace(plain, **changes)


def cadre(**changes: Any) -> Entry:
    post = {
        "is_cadre": True,
        "title": "committee_member",
        "post_since": date(2024, 9, 1),
        "appointed_by": "elected",
        "cadre_nature": "part_time",
        "on_party_committee": False,
    }
    return entry(**(post | changes))


def codes(person: Entry, variant: Variant = Variant.A, **circumstances: Any) -> set[str]:
    return {problem.code for problem in problems(person, context(variant, **circumstances))}
