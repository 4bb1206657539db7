"""A pasted list of new organisations: what would become of each line, and all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from orgs import pasted, policy
from orgs.dictionaries import Group
from orgs.models import Option, Organization, Role
from orgs.pasted import Above, Line
from orgs.policy import Act
from orgs.services.placement import Refused, in_words, refuse
from orgs.services.writing import CREATED, record, record_created
from orgs.tree_lock import with_room

Rows = Sequence[Sequence[str]]


class LinesRefused(Refused):
    """Nothing was made; `lines` say why, each for itself."""

    def __init__(self, lines: list[Line]) -> None:
        wrong = sum(bool(line.problems) for line in lines)
        super().__init__(
            f"{len(lines)} 行中有 {wrong} 行不能建立，没有建立任何组织。请修改后重新提交。", code="lines"
        )
        self.lines = lines


def plan_many(parent: Organization, rows: Rows, by: Role) -> list[Line]:
    """What `create_many` would make of a pasted list (cells in the order of `pasted.COLUMNS`, a header or none); nothing is written.

    Raises:
        PermissionDenied: the role may not.
        Refused: the list as a whole is too long, empty, or nothing may stand there; in words.
    """
    policy.require(by, Act.MANAGE_ORGANIZATIONS, parent)
    return _read(rows, parent)


def create_many(parent: Organization, rows: Rows, by: Role) -> list[Organization]:
    """Make every organisation of the list under `parent`, in this order and in one transaction, or none. On record for `parent` once, and for
    each of them as by `create`.

    Raises:
        PermissionDenied: the role may not.
        LinesRefused: some line cannot be made (any more).
        Refused: as in `plan_many`.
    """

    def insert() -> list[Organization]:
        opening = Organization.objects.open(parent.pk)
        above = opening.parent
        policy.require(by, Act.MANAGE_ORGANIZATIONS, above)
        lines = _read(rows, above)
        if any(line.problems for line in lines):
            raise LinesRefused(lines)
        made = Organization.objects.insert_many([_new(line, above) for line in lines], opening)
        record(
            by, "organization.create_many", above, to_state="active", fields=CREATED, note=f"{len(made)} 个"
        )
        record_created(by, made)
        return made

    with in_words():
        return with_room(insert)


def _read(rows: Rows, parent: Organization) -> list[Line]:
    cells = pasted.without_header(rows)
    above = _above(parent)
    if words := pasted.why_none(len(cells), above):
        refuse("list", words + "。")
    return pasted.read(cells, above)


def _above(parent: Organization) -> Above:
    options = Option.objects.in_group(Group.INDUSTRY).filter(is_active=True)
    children = Organization.objects.active().filter(parent=parent)
    return Above(
        name=parent.name,
        kind=parent.kind,
        depth=parent.depth,
        industry=parent.industry,
        is_active=parent.is_active,
        taken=set(children.values_list("name", flat=True)),
        industries=dict(options.values_list("label", "code")),
    )


def _new(line: Line, above: Organization) -> Organization:
    return Organization(
        kind=line.kind, name=line.name, short_name=line.short_name, industry=line.industry,
        province_code=above.province_code,
    )  # fmt: skip
