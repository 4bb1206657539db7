"""更新在读状况 of a whole branch: a row for each student, empty where nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from members.choices import StudyStatus
from members.forms.study import UNUSUAL, Choices, options
from members.models import Member
from members.rules.study import is_unusual
from members.services.school_year import moved_on
from members.services.study import Study
from orgs.dictionaries import Group

FIELDS = ("study_status", "education")


@dataclass
class Row:
    """One student: as the page showed them, and what was chosen ("" = stays)."""

    member: Member
    seen: Study
    chosen: dict[str, str]
    error: str = ""
    warning: str = ""

    @property
    def to(self) -> Study:
        return replace(self.seen, **{name: value for name, value in self.chosen.items() if value})

    @property
    def changes(self) -> bool:
        return self.to != self.seen


class SchoolYearForm:
    """The rows of one page. Not a Django form: its fields are the students, who are not known before."""

    def __init__(self, data: Mapping[str, str] | None, members: Sequence[Member]) -> None:
        self.statuses: Choices = list(StudyStatus.choices)
        self.educations = options(Group.EDUCATION)
        self.confirmed = data is not None and "confirmed" in data
        self.rows = [self._row(data or {}, member) for member in members]

    def fill(self) -> None:
        """全部按升学填充: propose the usual next step wherever nothing was chosen."""
        for row in self.rows:
            if not any(row.chosen.values()):
                after = moved_on(row.seen)
                if after != row.seen:
                    row.chosen = {name: getattr(after, name) for name in FIELDS}

    def is_valid(self) -> bool:
        """Marks what is unknown, and what asks for a tick."""
        known = {"study_status": dict(self.statuses), "education": dict(self.educations)}
        for row in self.rows:
            if any(value and value not in known[name] for name, value in row.chosen.items()):
                row.error = "所选的值不在选项之内，请重新选择"
            elif row.changes and is_unusual(row.to.study_status, row.to.education):
                row.warning = f"学历{UNUSUAL}"
        return not any(row.error or (row.warning and not self.confirmed) for row in self.rows)

    @property
    def changed(self) -> list[tuple[Member, Study, Study]]:
        return [(row.member, row.to, row.seen) for row in self.rows if row.changes]

    @property
    def warnings(self) -> bool:
        return any(row.warning for row in self.rows)

    @property
    def summary(self) -> list[dict[str, str]]:
        return [
            {
                "field_id": f"education_{row.member.uuid}",
                "label": row.member.name,
                "message": row.error or row.warning,
                "detail": "" if row.error else "核对无误的，请在页末勾选确认后再保存",
            }
            for row in self.rows
            if row.error or (row.warning and not self.confirmed)
        ]

    def _row(self, data: Mapping[str, str], member: Member) -> Row:
        now = Study.of(member)
        shown = {name: data.get(f"seen_{name}_{member.uuid}", getattr(now, name)) for name in FIELDS}
        chosen = {name: data.get(f"{name}_{member.uuid}", "") for name in FIELDS}
        return Row(member, replace(now, **shown), chosen)
