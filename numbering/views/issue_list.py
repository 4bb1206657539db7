"""批量发放: a list pasted or from Excel; first what would become of every row, then the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from numbering.admission import Admission
from numbering.domains import Domain
from numbering.forms.issues import COLUMNS, ListForm, as_text
from numbering.services import issues as services
from numbering.services.issues import MOST, Line, Outcome
from numbering.views.issues import why_not
from orgs import policy
from orgs.access import ActingRequest, acting
from orgs.models import Organization
from orgs.policy import Act
from orgs.views import tree
from zhtj.lib import sheets
from zhtj.lib.sealing import mask_id

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the preview or of the result."""

    place: int
    line: Line
    outcome: Outcome

    @property
    def person(self) -> Admission:
        return self.line.person

    @property
    def masked_id(self) -> str:
        return mask_id(self.line.person.id_number)

    @property
    def number(self) -> str:
        return str(self.outcome.number or "")

    @property
    def domain(self) -> str:
        return str(Domain(self.person.domain).label) if self.person.domain else ""


@sensitive_post_parameters()
@acting
@require_http_methods(["GET", "HEAD", "POST"])
def issue_list(request: ActingRequest) -> HttpResponse:
    """Read, show what each row would get, and on 确认 issue to the rows that are right; the others stay in the box."""
    policy.require(request.role, Act.ISSUE, request.role.organization)
    branch = _branch(request)
    if request.method != "POST":
        return _show(request, branch, ListForm(branch=branch, by=request.role))
    form = ListForm(request.POST, request.FILES, branch=branch, by=request.role)
    if not form.is_valid():
        return _show(request, branch, form, status=422)
    # Only what was seen is issued: a box that was changed since is shown again first.
    seen = constant_time_compare(request.POST.get("seen", ""), _token(request, branch, form.tidy))
    if request.POST.get("step") == "confirm" and seen:
        return _issue(request, branch, form)
    outcomes = services.preview(form.lines, by=request.role)
    box = ListForm(branch=branch, by=request.role, text=form.tidy)
    rows = _rows(form.lines, outcomes)
    return _show(request, branch, box, rows=rows, seen=_token(request, branch, form.tidy))


@acting
@require_GET
def template(request: ActingRequest) -> HttpResponse:
    """The empty table with its header."""
    policy.require(request.role, Act.ISSUE, request.role.organization)
    content = sheets.workbook("编号发放", COLUMNS, [])
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": "attachment; filename*=UTF-8''%E7%BC%96%E5%8F%B7%E5%8F%91%E6%94%BE%E6%A8%A1%E6%9D%BF.xlsx"},
    )  # fmt: skip


def _issue(request: ActingRequest, branch: Organization | None, form: ListForm) -> HttpResponse:
    outcomes = services.issue_many(form.lines, by=request.role)
    rows = _rows(form.lines, outcomes)
    failed = [cells for cells, row in zip(form.rows, rows, strict=True) if row.outcome.problems]
    left = as_text(failed)
    box = ListForm(branch=branch, by=request.role, text=left)
    return _show(request, branch, box, rows=rows, done=True)


def _show(
    request: ActingRequest, branch: Organization | None, form: ListForm, *, rows: list[Row] | None = None,
    seen: str = "", done: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    good = [row for row in rows or [] if not row.outcome.problems]
    context = {
        "form": form,
        "branch": branch,
        "columns": COLUMNS,
        "domains": Domain.labels,
        "most": MOST,
        "rows": rows,
        "good": len(good),
        "bad": len(rows or []) - len(good),
        "seen": seen,
        "done": done,
        "summary": form.summary if form.is_bound else [],
    }
    return render(request, "numbering/issue_list.html", context, status=status)


def _branch(request: ActingRequest) -> Organization | None:
    """The branch in the address, for rows that name none."""
    if not request.GET.get("org"):
        return None
    branch = tree.chosen(request)
    return None if why_not(branch) else branch


def _rows(lines: list[Line], outcomes: list[Outcome]) -> list[Row]:
    pairs = zip(lines, outcomes, strict=True)
    return [Row(place, line, outcome) for place, (line, outcome) in enumerate(pairs, 1)]


def _token(request: ActingRequest, branch: Organization | None, text: str) -> str:
    what = f"{request.role.pk}|{branch.pk if branch else ''}|{text}"
    return salted_hmac("numbering.issue_list", what, algorithm="sha256").hexdigest()
