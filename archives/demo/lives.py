"""What may happen in a made-up life, and when: dates that fit birth, each other and today."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from members.choices import PARTY_MEMBERS, CadreNature, PoliticalStatus, StudyStatus
from members.rules import Entry
from members.rules.marks import ADULT
from numbering.person import JOINING_AGE, LEAGUE_LAST_AGE
from zhtj.lib.dates import age_on

SINCE = date(2016, 1, 1)
# When 入团 is usual: spring, 4 May, June, autumn, December.
JOINING_DAYS = ((3, 25), (4, 28), (5, 4), (6, 12), (9, 26), (10, 16), (12, 9))
# Youngest and oldest in each 在读状况, in years; all other people work.
AGES = {
    StudyStatus.JUNIOR: (14.6, 15.4),
    StudyStatus.SENIOR: (15.2, 17.4),
    StudyStatus.VOCATIONAL: (15.4, 17.8),
    StudyStatus.COLLEGE: (18.5, 20.5),
    StudyStatus.BACHELOR: (18.3, 22.0),
    StudyStatus.MASTER: (22.5, 25.5),
    StudyStatus.DOCTOR: (25.0, 28.5),
}
WORKING = (20.0, 31.0)
# 领域 of a number as a figure: 初中, 高中, 中职, 高校, 社会.
DOMAINS: dict[str, int] = {
    StudyStatus.JUNIOR: 1,
    StudyStatus.SENIOR: 2,
    StudyStatus.VOCATIONAL: 3,
    **dict.fromkeys((StudyStatus.COLLEGE, StudyStatus.BACHELOR, StudyStatus.MASTER, StudyStatus.DOCTOR), 4),
}
SOCIETY = 5
TITLES = ("secretary", "deputy_secretary", "committee_member")
APPLY_AND_WAIT = timedelta(days=500)
YEAR = timedelta(days=365)


def lately(today: date) -> date:
    """Since when those joined who are entered now: this year, or in its first half a year ago."""
    return today.replace(month=1, day=1) if today.month > 6 else today - YEAR


def between(first: date, last: date, dice: Random) -> date:
    return first + timedelta(days=dice.randint(0, (last - first).days))


def birthday(born: date, age: int) -> date:
    """One born on 29 February keeps it on 1 March, as the rules count."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def born(kind: str, dice: Random, today: date, *, ordinary: bool) -> date:
    """Who is ordinary is not over 28, when only cadres and members of the Party stay."""
    youngest, oldest = AGES.get(StudyStatus(kind), WORKING) if kind in StudyStatus.values else WORKING
    years = dice.uniform(youngest, min(oldest, LEAGUE_LAST_AGE + 0.5) if ordinary else oldest)
    return today - timedelta(days=int(years * 365.25))


def joined(born: date, dice: Random, today: date, *, since: date) -> date:
    """One of the usual days after the 14th birthday and not past 28, at least a week ago; rather early than late.

    Who was past 28 by `since` joined in the year before that birthday.
    """
    last = min(today - timedelta(days=7), birthday(born, LEAGUE_LAST_AGE))
    first = max(min(since, last - YEAR), birthday(born, JOINING_AGE))
    days = (date(year, *day) for year in range(first.year, last.year + 1) for day in JOINING_DAYS)
    possible = [day for day in days if first <= day <= last]
    return min(dice.choice(possible), dice.choice(possible))


def education(born: date, dice: Random, today: date) -> str:
    """Of someone who works."""
    age = age_on(born, today)
    if age < 22:
        return dice.choice(("senior", "vocational", "college"))
    return dice.choice(
        ("vocational", "college", "bachelor", "bachelor", "master" if age > 25 else "bachelor")
    )


def party(born: date, joined: date, dice: Random, today: date) -> dict[str, Any]:
    """Some grown-ups who had the time to apply and to be admitted are members of the Party."""
    first = max(joined, birthday(born, ADULT)) + APPLY_AND_WAIT
    if first >= today.replace(day=1) or dice.random() > 0.3:
        return {}
    month = between(first, today, dice).replace(day=1)
    new = today - month < timedelta(days=365)
    return {
        "political_status": PoliticalStatus.PROBATIONARY if new else PoliticalStatus.PARTY,
        "joined_party_on": month,
    }


def post(place: int, born: date, joined: date, dice: Random, today: date) -> dict[str, Any]:
    """The first three entered in a 团支部 are its 书记, 副书记 and a 委员; who is over 28 holds a post as well."""
    if place >= len(TITLES) and age_on(born, today) <= LEAGUE_LAST_AGE:
        return {}
    return {
        "is_cadre": True,
        "title": TITLES[min(place, len(TITLES) - 1)],
        "post_since": between(joined, today, dice).replace(day=1),
        "appointed_by": dice.choice(("elected", "elected", "appointed")),
        "cadre_nature": CadreNature.PART_TIME,
        "on_party_committee": dice.random() < 0.2,
    }


def application(born: date, entry: Entry, dice: Random, today: date) -> dict[str, Any]:
    """Asked of grown-ups only; who is in the Party has applied, well before."""
    if age_on(born, today) < ADULT or entry.joined_on is None:
        return {}
    in_party = entry.political_status in PARTY_MEMBERS
    if not in_party and dice.random() > 0.3:
        return {"applied": False}
    first = max(entry.joined_on, birthday(born, ADULT))
    last = entry.joined_party_on - timedelta(days=1) if entry.joined_party_on else today
    return {"applied": True, "applied_on": between(first, last, dice)}
