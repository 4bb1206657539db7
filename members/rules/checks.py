"""What is wrong with an entry, in words for the person who typed it."""

from collections.abc import Iterator, Mapping

from members.choices import PoliticalStatus, StudyStatus
from members.layout import LABELS, POST_FIELDS, SPECS, Widget
from members.rules.domain import number_problems
from members.rules.entry import Context, Entry
from members.rules.marks import (
    USUAL_EDUCATION,
    FieldState,
    cleared,
    field_states,
    usual_education,
)
from members.rules.shapes import shape_problems
from members.rules.timing import timing_problems
from numbering.id_number import IdNumberError, first_difference, parse
from numbering.person import LEAGUE_LAST_AGE
from numbering.rules import number_problem
from zhtj.lib.problems import Problem


def problems(entry: Entry, ctx: Context) -> list[Problem]:
    """Everything to put right, in the order of the form: one error a field, and the warnings not yet confirmed.

    What the form does not ask is not judged: it is cleared before the entry is stored.
    """
    states = field_states(entry, ctx)
    kept = cleared(entry, ctx)
    errors: dict[str, Problem] = {}
    warnings: list[Problem] = []
    for problem in _all(kept, states, ctx):
        if problem.warning:
            warnings.append(problem)
        else:
            errors.setdefault(problem.field, problem)
    open_ = [w for w in warnings if w.code not in ctx.confirmed and w.field not in errors]
    places = {name: place for place, name in enumerate(LABELS)}
    return sorted([*errors.values(), *open_], key=lambda problem: places[problem.field])


def post_problems(entry: Entry, ctx: Context) -> list[Problem]:
    """Only what is wrong with the post: for somebody whose other data are in the system already."""
    return [problem for problem in problems(entry, ctx) if problem.field in POST_FIELDS]


def _all(entry: Entry, states: Mapping[str, FieldState], ctx: Context) -> Iterator[Problem]:
    yield from entry.unread
    yield from _missing(entry, states, ctx)
    yield from _unknown_choices(entry, states)
    yield from shape_problems(entry)
    yield from _identity_problems(entry, ctx)
    yield from _education_problems(entry, ctx)
    if entry.number and entry.joined_on and (problem := number_problem(entry.number, entry.joined_on)):
        yield problem
    yield from number_problems(entry, ctx)
    yield from timing_problems(entry, ctx)


def _missing(entry: Entry, states: Mapping[str, FieldState], ctx: Context) -> Iterator[Problem]:
    said = {problem.field for problem in entry.unread}
    for name, state in states.items():
        value = ctx.has_file if name == "file" else getattr(entry, name)
        empty = value is None or value == "" or (name == "file" and not value)
        if state.required and empty and name not in said:
            yield Problem(name, f"{name}_missing", _missing_words(name, state))


def _missing_words(name: str, state: FieldState) -> str:
    if name == "id_number_again":
        return "请再次填写身份证号码"
    if name == "file":
        return f"{state.reason}的，须上传入团志愿书（PDF 版本）"
    if name == "number":
        return f"{state.reason}的，须填写发展团员编号"
    verb = "请填写" if SPECS[name].widget == Widget.TEXT else "请选择"
    return verb + LABELS[name]


def _unknown_choices(entry: Entry, states: Mapping[str, FieldState]) -> Iterator[Problem]:
    """A value that is not in its list (any more)."""
    for name, state in states.items():
        value = getattr(entry, name, None)
        if not isinstance(value, str) or not value or state.options is None or value in dict(state.options):
            continue
        if value == PoliticalStatus.MASSES:
            yield Problem(
                name, "masses_not_open", f"“群众”只适用于超过 {LEAGUE_LAST_AGE} 周岁的团干部，请核对"
            )
        else:
            yield Problem(name, "choice_unknown", f"所选的{LABELS[name]}不在选项之内，请重新选择")


def _identity_problems(entry: Entry, ctx: Context) -> Iterator[Problem]:
    """The number itself, and that it was typed twice alike (form rows 2 and 3)."""
    first, again = entry.id_number, entry.id_number_again
    if not first:
        return
    try:
        person = parse(first, today=ctx.today)
    except IdNumberError as wrong:
        yield Problem("id_number", wrong.code, wrong.message)
    else:
        if not person.county_known:
            words = "身份证号码前六位不在行政区划代码表内，或早已停用，请核对"
            yield Problem(
                "id_number", "county_unknown", words, "与身份证一致的，确认后可以提交", warning=True
            )
    if again and (place := first_difference(first, again)):
        yield Problem("id_number_again", "id_mismatch", f"两次填写不一致，从第 {place} 位起不同")


def _education_problems(entry: Entry, ctx: Context) -> Iterator[Problem]:
    """学历 is the highest completed, not the one in progress (指引 3.4)."""
    usual = USUAL_EDUCATION.get(entry.study_status, ())
    if entry.education and usual and entry.education not in usual:
        status = StudyStatus(entry.study_status).label
        words = f"{status}，一般选择“{usual_education(entry, ctx)}”，请核对"
        yield Problem("education", "education_unusual", words, "学历按照当前最高学历选择", warning=True)
