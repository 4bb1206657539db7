"""领域 of the number against who is entered (指引 3.3). Asked at entry only: 在读状况 may change afterwards (3.5)."""

from collections.abc import Iterator, Mapping

from members.choices import Occupation, StudyStatus
from members.rules.entry import Context, Entry
from numbering.domains import Domain
from numbering.rules import segment_problem
from zhtj.lib.problems import Problem


def number_problems(entry: Entry, ctx: Context) -> Iterator[Problem]:
    """First whether the number lies in a segment open here, then whether its 领域 fits. Nothing where there are no facts."""
    if not entry.number or ctx.facts is None:
        return
    problem = segment_problem(ctx.facts) or domain_problem(Domain(ctx.facts.domain), entry, ctx.study_domains)
    if problem:
        yield problem


def domain_problem(domain: Domain, entry: Entry, study_domains: Mapping[str, str]) -> Problem | None:
    """What does not fit, and which values would; nothing as long as 职业 or 在读状况 is not chosen."""
    current = _current(entry)
    if current is None or _fits(domain, entry, study_domains):
        return None
    return Problem(
        "number",
        "number_domain",
        f"该发展团员编号属于{domain.label}领域，与拟录入团员所属领域不符，请重新核实",
        f"编号属于{domain.label}领域；当前{current}。{_wanted(domain, study_domains)}",
    )


def fitting_occupation(domain: Domain) -> Occupation:
    return Occupation.WORKER if domain == Domain.SOCIETY else Occupation.STUDENT


def fitting_statuses(domain: Domain, study_domains: Mapping[str, str]) -> list[StudyStatus]:
    """None for 社会."""
    return [status for status in StudyStatus if study_domains.get(status) == domain]


def _fits(domain: Domain, entry: Entry, study_domains: Mapping[str, str]) -> bool:
    if entry.occupation == Occupation.WORKER:
        return domain == Domain.SOCIETY
    return study_domains.get(entry.study_status) == domain


def _current(entry: Entry) -> str | None:
    """What is chosen now, in words; None while the choice is open (or is none at all)."""
    if entry.occupation == Occupation.WORKER:
        return f"职业为{Occupation.WORKER.label}"
    if entry.occupation == Occupation.STUDENT and entry.study_status in StudyStatus.values:
        return f"在读状况为{StudyStatus(entry.study_status).label}"
    return None


def _wanted(domain: Domain, study_domains: Mapping[str, str]) -> str:
    words = f"{domain.label}领域的编号，职业须为“{fitting_occupation(domain).label}”"
    if statuses := "、".join(f"“{one.label}”" for one in fitting_statuses(domain, study_domains)):
        words += f"，在读状况须为{statuses}" + ("之一" if "、" in statuses else "")
    return words
