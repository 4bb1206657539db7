"""Dates against each other, against birth and against today (spec/domain 4, ages)."""

from collections.abc import Iterator
from datetime import date, timedelta

from members.choices import PARTY_MEMBERS
from members.layout import LABELS
from members.rules.entry import MONTHS, Context, Entry
from members.rules.marks import ADULT, identity, is_cadre
from numbering.id_number import IdNumber
from numbering.person import LEAGUE_LAST_AGE, joining_problem
from zhtj.lib.dates import age_on, say_date, say_month
from zhtj.lib.problems import Problem


def timing_problems(entry: Entry, ctx: Context) -> Iterator[Problem]:
    yield from _future(entry, ctx)
    yield from _post(entry)
    yield from _application(entry)
    if person := identity(entry, ctx):
        if entry.joined_on and (problem := joining_problem(person, entry.joined_on)):
            yield problem
        yield from _party_age(entry, person)
        yield from _before_birth(entry, person)
        yield from _over_age(entry, ctx, person)


def _future(entry: Entry, ctx: Context) -> Iterator[Problem]:
    """No date in the future; a month counts as begun."""
    for name in ("joined_on", "joined_party_on", "post_since", "applied_on", "volunteer_since"):
        day: date | None = getattr(entry, name)
        if day and day > ctx.today:
            said = say_month(day) if name in MONTHS else say_date(day)
            yield Problem(name, f"{name}_future", f"{LABELS[name]} {said} 晚于今天，请核对")


def _post(entry: Entry) -> Iterator[Problem]:
    """Months are compared, because 任现职年月 has no day."""
    since, joined = entry.post_since, entry.joined_on
    if since and joined and since < joined.replace(day=1):
        words = f"任现职年月 {say_month(since)} 早于入团时间 {say_date(joined)}，请核对"
        yield Problem("post_since", "post_before_joining", words)


def leaving_problem(left: date | None, *, since: date, today: date) -> Problem | None:
    """离任年月 of a post held since `since`; months are compared."""
    if left is None:
        return Problem("ended_on", "ended_on_missing", "请选择离任年月")
    if left > today:
        return Problem("ended_on", "ended_on_future", f"离任年月 {say_month(left)} 晚于本月，请核对")
    if left < since:
        words = f"离任年月 {say_month(left)} 早于任现职年月 {say_month(since)}，请核对"
        return Problem("ended_on", "ended_before_post", words)
    return None


def _application(entry: Entry) -> Iterator[Problem]:
    party = entry.political_status in PARTY_MEMBERS
    if party and entry.applied is False:
        words = "政治面貌为中共党员或中共预备党员的，是否递交入党申请书应选择“是”"
        yield Problem("applied", "party_member_not_applied", words)
    applied, joined = entry.applied_on, entry.joined_party_on
    if applied and joined and applied.replace(day=1) > joined:
        words = f"递交入党申请书时间 {say_date(applied)} 晚于入党时间 {say_month(joined)}，请核对"
        yield Problem("applied_on", "applied_after_party", words)


def _party_age(entry: Entry, person: IdNumber) -> Iterator[Problem]:
    born = f"{say_date(person.born_on)} 出生"
    joined, applied = entry.joined_party_on, entry.applied_on
    if joined and age_on(person.born_on, _month_end(joined)) < ADULT:
        words = f"入党时不满 {ADULT} 周岁，请核对入党时间和身份证号码"
        yield Problem("joined_party_on", "party_too_young", words, born)
    if applied and person.age_on(applied) < ADULT:
        words = f"递交入党申请书时不满 {ADULT} 周岁，请核对时间和身份证号码"
        yield Problem("applied_on", "applied_too_young", words, born)


def _before_birth(entry: Entry, person: IdNumber) -> Iterator[Problem]:
    since = entry.volunteer_since
    if since and since < person.born_on:
        words = f"成为注册志愿者的时间 {say_date(since)} 早于出生日期，请核对"
        yield Problem("volunteer_since", "volunteer_before_birth", words)


def _over_age(entry: Entry, ctx: Context, person: IdNumber) -> Iterator[Problem]:
    """A warning: who is over 28 stays as a cadre or as a member of the Party."""
    age = person.age_on(ctx.today)
    if age > LEAGUE_LAST_AGE and not is_cadre(entry, ctx) and entry.political_status not in PARTY_MEMBERS:
        words = (
            f"现已满 {age} 周岁。超过 {LEAGUE_LAST_AGE} 周岁的，应为团干部、中共党员或中共预备党员，请核对"
        )
        yield Problem("is_cadre", "over_28", words, "情况属实的，确认后可以提交", warning=True)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
