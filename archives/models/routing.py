"""Whose queue an open file waits in: one rule, for one file and for all below an organisation, as the tree stands or as it would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from orgs.models import Organization
from orgs.superiors import Path, Superiors, ids_of

if TYPE_CHECKING:
    from archives.models.archive import ArchiveQuerySet

Place = Callable[[str], str]
"""From the path an organisation has to the one it would have."""


class Open(NamedTuple):
    """What the reviewer of a file depends on, and who it is now."""

    pk: int
    reviewer: int | None
    stands: str
    submitter: str
    author: int
    replaces: int | None


class _Question(NamedTuple):
    path: tuple[int, ...]
    author: int
    is_replacement: bool


def open_files(archives: ArchiveQuerySet) -> list[Open]:
    """Those of them that are not decided, in order."""
    columns = (
        "pk", "reviewer_id", "organization__path", "submitted_as__organization__path", "submitted_by_id", "replaces_id",
    )  # fmt: skip
    return [Open(*row) for row in archives.open().order_by("pk").values_list(*columns)]


def reviewers(files: Sequence[Open], place: Place = str) -> list[Organization | None]:
    """Who reviews each; two queries, however many there are."""
    questions = [_question(file, place) for file in files]
    superiors = Superiors({one.path for one in questions})
    answers = {one: _answer(one, superiors) for one in set(questions)}
    return [answers[one] for one in questions]


def changed(
    files: Iterable[Open], now: Iterable[Organization | None]
) -> dict[Organization | None, list[int]]:
    """The files that wait in a wrong queue, by whom they ought to wait for."""
    found: dict[Organization | None, list[int]] = {}
    for file, reviewer in zip(files, now, strict=True):
        if file.reviewer != (reviewer.pk if reviewer else None):
            found.setdefault(reviewer, []).append(file.pk)
    return found


def _question(file: Open, place: Place) -> _Question:
    """Where the member's organisation has been moved from under the submitter, it is asked above the member: a committee that no
    longer stands over them could not even open the file."""
    stands, submitter = place(file.stands), place(file.submitter)
    path: Path = ids_of(submitter if stands.startswith(submitter) else stands)
    return _Question(tuple(path), file.author, file.replaces is not None)


def _answer(question: _Question, superiors: Superiors) -> Organization | None:
    ask = superiors.replacement_reviewer if question.is_replacement else superiors.reviewer
    return ask(question.path, author=question.author)
