"""A student moves on: what usually comes after each 在读状况, and which 学历 is then completed (指引 3.4, 3.5)."""

from members.choices import StudyStatus
from members.rules.marks import USUAL_EDUCATION

NEXT: dict[str, str] = {
    StudyStatus.JUNIOR: StudyStatus.SENIOR,
    StudyStatus.SENIOR: StudyStatus.BACHELOR,
    StudyStatus.VOCATIONAL: StudyStatus.COLLEGE,
    StudyStatus.COLLEGE: StudyStatus.BACHELOR,
    StudyStatus.BACHELOR: StudyStatus.MASTER,
    StudyStatus.MASTER: StudyStatus.DOCTOR,
}
"""升学, as most do."""

COMPLETED: dict[str, str] = {
    StudyStatus.JUNIOR: "junior",
    StudyStatus.SENIOR: "senior",
    StudyStatus.VOCATIONAL: "vocational",
    StudyStatus.COLLEGE: "college",
    StudyStatus.BACHELOR: "bachelor",
    StudyStatus.MASTER: "master",
    StudyStatus.DOCTOR: "doctor",
}
"""The 学历 whoever leaves this stage has. Codes of `Group.EDUCATION`."""


def education_after(before: str, now: str) -> str:
    """The 学历 that goes with a change of 在读状况; empty when nothing is usual."""
    usual = USUAL_EDUCATION.get(now, ())
    completed = COMPLETED.get(before, "")
    return completed if completed in usual else next(iter(usual), "")


def is_unusual(status: str, education: str) -> bool:
    """Whether 学历 and 在读状况 are to be looked at once more; never a refusal."""
    usual = USUAL_EDUCATION.get(status, ())
    return bool(usual) and education not in usual
