"""修改: the form the person was entered by, filled with what stands in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from archives.forms.drop import Drop
from archives.forms.entry import EntryForm
from archives.services.amendment import NUMBER_OF_WHOM
from members.choices import Variant
from members.models import Member
from members.rules import ENTRY_FIELDS, Entry
from members.rules.entry import MONTHS
from members.rules.marks import HIDDEN
from members.services import changes
from members.services.changes import as_text
from numbering.rules import NumberFacts

ASKED_ANEW = NUMBER_OF_WHOM | {"occupation", "study_status"}


class Kept(Drop):
    """The file stays as it is: another one comes by 替换档案."""

    @property
    def has_file(self) -> bool:
        return True


class AmendForm(EntryForm):
    """Form A or C again, without its file box."""

    def __init__(self, data: Mapping[str, Any], *, member: Member, today: date) -> None:
        variant = Variant.A if member.is_branch_member else Variant.C
        self._before = changes.entry_of(member)
        super().__init__(data, variant=variant, organization=member.organization, today=today, drop=Kept())
        self.states["file"] = HIDDEN
        del self.fields["file"]

    def _facts(self) -> NumberFacts | None:
        """The number is asked about as far as the correction touches it: an organisation may have been moved since the entry."""
        changed = {name for name in ASKED_ANEW if getattr(self.entry, name) != getattr(self._before, name)}
        facts = super()._facts() if changed else None
        if facts is None or changed & NUMBER_OF_WHOM:
            return facts
        return replace(facts, is_open=True) if facts.domain else None

    @property
    def corrected(self) -> Entry:
        """What is stored."""
        return replace(self.kept, id_number_again=self.kept.id_number)


def typed(entry: Entry) -> dict[str, str]:
    """A record as the browser sends it."""
    texts = {name: as_text(getattr(entry, name)) for name in ENTRY_FIELDS}
    return texts | {name: texts[name][:7] for name in MONTHS}
