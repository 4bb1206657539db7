"""Which fields a form shows at this moment, which are required and why (指引 1.1, 1.3, 2.2, 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from members import choices
from members.choices import PARTY_MEMBERS, Occupation, PoliticalStatus, StudyStatus, Variant
from members.layout import ABSENT, LABELS
from members.rules.domain import fitting_occupation, fitting_statuses
from members.rules.entry import ANSWERS, ENTRY_FIELDS, FIELDS, Context, Entry
from numbering.id_number import IdNumber, IdNumberError, parse
from numbering.person import LEAGUE_LAST_AGE
from numbering.rules import number_reason, number_required
from orgs.dictionaries import Group, Options, titles_for
from zhtj.lib.dates import say_date

FILES_BEGIN = date(2020, 1, 1)
ADULT = 18

# What 学历 (highest completed, 指引 3.4) usually goes with each 在读状况. Codes of `Group.EDUCATION`.
USUAL_EDUCATION: dict[str, tuple[str, ...]] = {
    StudyStatus.JUNIOR: ("primary",),
    StudyStatus.SENIOR: ("junior",),
    StudyStatus.VOCATIONAL: ("junior",),
    StudyStatus.COLLEGE: ("senior", "vocational"),
    StudyStatus.BACHELOR: ("senior", "college", "vocational"),
    StudyStatus.MASTER: ("bachelor",),
    StudyStatus.DOCTOR: ("master",),
}


class Need(StrEnum):
    HIDDEN = "hidden"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class FieldState:
    """How one field stands now: shown or not, marked or not and why, what can be chosen, what is said under it."""

    need: Need
    reason: str = ""
    options: Options | None = None
    hint: str = ""
    ok: str = ""

    @property
    def shown(self) -> bool:
        return self.need != Need.HIDDEN

    @property
    def required(self) -> bool:
        return self.need == Need.REQUIRED


HIDDEN = FieldState(Need.HIDDEN)
OPTIONAL = FieldState(Need.OPTIONAL)
REQUIRED = FieldState(Need.REQUIRED)


def identity(entry: Entry, ctx: Context) -> IdNumber | None:
    """The ID number read, or None while it is missing or wrong."""
    try:
        return parse(entry.id_number, today=ctx.today)
    except IdNumberError:
        return None


def is_cadre(entry: Entry, ctx: Context) -> bool:
    """Form C enters cadres only."""
    return ctx.variant == Variant.C or entry.is_cadre is True


def age_today(entry: Entry, ctx: Context) -> int | None:
    person = identity(entry, ctx)
    return person.age_on(ctx.today) if person else None


def field_states(entry: Entry, ctx: Context) -> dict[str, FieldState]:
    """Every field of FIELDS, hidden ones included."""
    states = _always() | _by_occupation(entry) | _by_joining(entry, ctx) | _by_post(entry, ctx)
    states |= _by_party(entry, ctx) | {"volunteer_since": _if(entry.volunteer, "已选择成为注册志愿者")}
    for name in ABSENT[ctx.variant]:
        states[name] = HIDDEN
    options = _options(entry, ctx)
    hints, oks = _hints(entry, ctx), _oks(entry, ctx)
    return {
        name: replace(states[name], options=options.get(name), hint=hints.get(name, ""), ok=oks.get(name, ""))
        if states[name].shown
        else replace(HIDDEN, options=options.get(name))
        for name in FIELDS
    }


def cleared(entry: Entry, ctx: Context) -> Entry:
    """The entry without what its form does not ask (any more): this is what is stored."""
    states = field_states(entry, ctx)
    empty: dict[str, Any] = {
        name: None if name in ANSWERS or not isinstance(getattr(entry, name), str) else ""
        for name in ENTRY_FIELDS
        if not states[name].shown
    }
    if ctx.variant == Variant.C:
        empty["is_cadre"] = True
    return replace(entry, **empty, unread=tuple(p for p in entry.unread if states[p.field].shown))


def announce(before: Mapping[str, FieldState], after: Mapping[str, FieldState]) -> list[str]:
    """What a screen reader is told when marks changed: 发展团员编号 现为必填：入团时间在2017年1月1日及以后."""
    said = []
    for name, now in after.items():
        was = before.get(name, HIDDEN)
        if now.need == was.need:
            continue
        words = {Need.REQUIRED: "现为必填", Need.OPTIONAL: "现为选填", Need.HIDDEN: "不再需要填写"}[now.need]
        said.append(f"{LABELS[name]} {words}" + (f"：{now.reason}" if now.reason else ""))
    return said


def _always() -> dict[str, FieldState]:
    required = (
        *("name", "id_number", "id_number_again", "ethnicity", "occupation", "education", "political_status"),
        *("joined_on", "is_cadre", "phone", "address", "volunteer"),
    )
    optional = ("email", "qq", "wechat", "weibo")
    return dict.fromkeys(required, REQUIRED) | dict.fromkeys(optional, OPTIONAL)


def _by_occupation(entry: Entry) -> dict[str, FieldState]:
    """青年学生 → 在读状况; otherwise 具体职业, as the guide's figures show it before 职业 is chosen."""
    student = entry.occupation == Occupation.STUDENT
    return {
        "study_status": _if(student, "职业为青年学生"),
        "occupation_detail": HIDDEN if student else REQUIRED,
        "phone_owner": OPTIONAL if student else HIDDEN,
    }


def _by_joining(entry: Entry, ctx: Context) -> dict[str, FieldState]:
    """发展团员编号 (指引 1.3（2）) and 入团志愿书 (指引 3.1)."""
    joined = entry.joined_on
    number, file = OPTIONAL, OPTIONAL
    if joined and number_required(joined, ctx.province_code):
        number = FieldState(Need.REQUIRED, number_reason(ctx.province_code))
    if joined and joined >= FILES_BEGIN:
        file = FieldState(Need.REQUIRED, "入团时间在2020年1月1日及以后")
    return {"number": number, "file": file}


def _by_post(entry: Entry, ctx: Context) -> dict[str, FieldState]:
    names = ("title", "post_since", "appointed_by", "cadre_nature", "on_party_committee", "on_duty")
    return dict.fromkeys(names, _if(is_cadre(entry, ctx), "担任团干部"))


def _by_party(entry: Entry, ctx: Context) -> dict[str, FieldState]:
    """入党时间, 是否递交入党申请书: not asked under 18 on the day of entry (指引 1.3（3）)."""
    age = age_today(entry, ctx)
    applied = OPTIONAL
    if age is not None:
        applied = FieldState(Need.REQUIRED, "已满18周岁") if age >= ADULT else HIDDEN
    return {
        "joined_party_on": _if(entry.political_status in PARTY_MEMBERS, "政治面貌为中共党员或中共预备党员"),
        "applied": applied,
        "applied_on": _if(applied.shown and entry.applied, "已递交入党申请书"),
    }


def _if(condition: bool | None, reason: str) -> FieldState:
    return FieldState(Need.REQUIRED, reason) if condition else HIDDEN


def _options(entry: Entry, ctx: Context) -> dict[str, Options]:
    lists = ctx.dictionaries
    return {
        "ethnicity": tuple(choices.Ethnicity.choices),
        "occupation": _fitting_occupations(ctx),
        "study_status": _fitting_statuses(ctx),
        "occupation_detail": lists[Group.OCCUPATION],
        "education": lists[Group.EDUCATION],
        "political_status": _political_statuses(entry, ctx),
        "title": lists[titles_for(ctx.kind)],
        "appointed_by": lists[Group.APPOINTMENT],
        "cadre_nature": tuple(choices.CadreNature.choices),
        "on_duty": lists[Group.DUTY],
        "phone_owner": tuple(choices.PhoneOwner.choices),
    } | dict.fromkeys(ANSWERS, choices.YES_NO)


def _fitting_occupations(ctx: Context) -> Options:
    """All, or those that fit the number the form was opened with."""
    fitting = ctx.narrowed_to and fitting_occupation(ctx.narrowed_to)
    return tuple(one for one in Occupation.choices if fitting in {None, one[0]})


def _fitting_statuses(ctx: Context) -> Options:
    if ctx.narrowed_to is None:
        return tuple(StudyStatus.choices)
    return tuple((one.value, one.label) for one in fitting_statuses(ctx.narrowed_to, ctx.study_domains))


def _political_statuses(entry: Entry, ctx: Context) -> Options:
    """群众 is open only to a cadre over 28."""
    age = age_today(entry, ctx)
    masses = is_cadre(entry, ctx) and age is not None and age > LEAGUE_LAST_AGE
    return tuple(c for c in PoliticalStatus.choices if masses or c[0] != PoliticalStatus.MASSES)


def usual_education(entry: Entry, ctx: Context) -> str:
    """普通高中 / 大学专科: the labels of what usually goes with the chosen 在读状况, or nothing."""
    labels = dict(ctx.dictionaries[Group.EDUCATION])
    return " / ".join(labels[code] for code in USUAL_EDUCATION.get(entry.study_status, ()) if code in labels)


def _hints(entry: Entry, ctx: Context) -> dict[str, str]:
    hints = {"phone": "没有手机的学生团员可填写家长或者老师的手机号码"}
    if entry.occupation == Occupation.STUDENT:
        hints["education"] = "按照当前最高学历选择"
        if usual := usual_education(entry, ctx):
            hints["education"] += f"。{StudyStatus(entry.study_status).label}，一般为“{usual}”"
    return hints


def _oks(entry: Entry, ctx: Context) -> dict[str, str]:
    person = identity(entry, ctx)
    if person is None:
        return {}
    facts = (say_date(person.born_on), person.sex, f"{person.age_on(ctx.today)} 岁")
    oks = {"id_number": "\u3000".join(("校验位正确", *facts))}
    if entry.id_number == entry.id_number_again:
        oks["id_number_again"] = "两次填写一致"
    return oks
