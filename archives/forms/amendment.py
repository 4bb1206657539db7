"""修改: the form the person was entered by, filled with what stands in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from archives.forms.drop import Drop
from archives.forms.entry import EntryForm
from members.choices import Variant
from members.models import Member
from members.rules import ENTRY_FIELDS, Entry
from members.rules.entry import MONTHS
from members.rules.marks import HIDDEN
from members.services.changes import as_text


class Kept(Drop):
    """The file stays as it is: another one comes by 替换档案."""

    @property
    def has_file(self) -> bool:
        return True


class AmendForm(EntryForm):
    """Form A or C again, without its file box."""

    def __init__(self, data: Mapping[str, Any], *, member: Member, today: date) -> None:
        variant = Variant.A if member.is_branch_member else Variant.C
        super().__init__(data, variant=variant, organization=member.organization, today=today, drop=Kept())
        self.states["file"] = HIDDEN
        del self.fields["file"]

    @property
    def corrected(self) -> Entry:
        """What is stored."""
        return replace(self.kept, id_number_again=self.kept.id_number)


def typed(entry: Entry) -> dict[str, str]:
    """A record as the browser sends it."""
    texts = {name: as_text(getattr(entry, name)) for name in ENTRY_FIELDS}
    return texts | {name: texts[name][:7] for name in MONTHS}
