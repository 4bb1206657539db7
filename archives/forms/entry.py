"""Forms A, B and C: fields from `members.layout`, every mark and verdict from `members.rules`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property

from archives.forms import issued
from archives.forms.drop import Drop
from archives.forms.fields import RuledForm, dictionaries, field_of, uuid_of
from members import layout, rules
from members.choices import Variant
from members.guide import HELP
from members.layout import FieldSpec
from members.rules import ENTRY_FIELDS, Context, Entry
from numbering.domains import Domain
from numbering.facts import facts_of
from numbering.models import Issue, Registration
from numbering.rules import NumberFacts
from numbering.services.entitlement import UNUSED
from orgs.models import Organization
from zhtj.lib.problems import Problem

if TYPE_CHECKING:
    from archives.forms.appointment import Offer
    from archives.forms.claim import Taken
    from archives.forms.issued import Given


SENT = (*ENTRY_FIELDS, "key")


class EntryForm(RuledForm):
    """One entry by form A, B or C into one organisation.

    Bound or not, it always knows `entry`, `states` and, when bound, `found`: all that is to be put right. What it was opened with
    (`given`: an issued number, a registered one) says some of them, whatever was sent.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        variant: Variant,
        organization: Organization,
        today: date,
        drop: Drop,
        given: Given | None = None,
    ) -> None:
        start = layout.initial(variant) | issued.preselected(given)
        values: dict[str, Any] = {name: (start if data is None else data).get(name, "") for name in SENT}
        drawn = values | issued.shown(given)
        super().__init__(None if data is None else drawn)
        self.variant, self.organization, self.drop, self.given = variant, organization, drop, given
        self.offer: Offer | None = None
        self.taken: Taken | None = None
        self.key = uuid_of(values["key"]) or uuid.uuid4()
        self.confirmed = frozenset(data.getlist("confirmed")) if isinstance(data, QueryDict) else frozenset()
        self.entry = Entry.read(values | issued.values(given))
        self.context = Context(
            variant=variant,
            today=today,
            kind=organization.kind,
            province_code=organization.province_code,
            has_file=drop.has_file,
            confirmed=self.confirmed,
            dictionaries=dictionaries(),
            facts=self._facts(),
            study_domains=settings.STUDY_DOMAINS,
            narrowed_to=Domain(given.domain) if isinstance(given, Issue) else None,
        )
        self.states = rules.field_states(self.entry, self.context)
        for section in layout.sections(variant):
            for spec in section.fields:
                self.fields[spec.name] = field_of(spec, self.states[spec.name], today)
                self.initial[spec.name] = drawn.get(spec.name, "")
        self.fields["file"].zt.drop = drop  # type: ignore[attr-defined]
        if given:
            self._fix(given)

    def clean(self) -> dict[str, Any]:
        """The rules speak at their fields; a field that is broken by itself has spoken already."""
        for problem in self.found:
            self.complain(problem)
        return self.cleaned_data

    def complain(self, problem: Problem) -> None:
        """At its field; a warning also among those to be ticked."""
        if not problem.warning:
            super().complain(problem)
            return
        self._shown(problem.field).warn = problem.message
        self.add_error(None, ValidationError(problem.message, code=problem.code))
        if problem not in self.found:
            self.found.append(problem)

    def _facts(self) -> NumberFacts | None:
        """What the rules have to know about the number."""
        entry = self.entry
        return facts_of(entry.number, id_number=entry.id_number, organization=self.organization)

    def _fix(self, given: Given) -> None:
        """What was given can be read and not changed; and the birthday is not told beside a masked ID number."""
        del self.fields[issued.TWICE]
        for name in issued.shown(given):
            attrs = self.fields[name].widget.attrs
            attrs |= {"readonly": True, "type": "text"}
            attrs.pop("data-live", None)
        self._shown("id_number").ok = ""

    @property
    def token(self) -> tuple[str, str] | None:
        """Name and value by which the page sends on what it was opened with."""
        return issued.token(self.given)

    @property
    def is_registered(self) -> bool:
        return isinstance(self.given, Registration)

    @cached_property
    def found(self) -> list[Problem]:
        found = rules.problems(self.entry, self.context)
        if self.drop.problem:
            found = [one for one in found if one.field != "file"] + [self.drop.problem]
        return found

    @property
    def warnings(self) -> list[Problem]:
        """What may be confirmed, each by its own tick."""
        return [one for one in self.found if one.warning] if self.is_bound else []

    @property
    def kept(self) -> Entry:
        """What is stored: without the fields the form does not ask (any more)."""
        return rules.cleared(self.entry, self.context)

    @property
    def is_unused(self) -> bool:
        """Whether 未使用登记 is the way on (指引 3.6)."""
        return self.has_error("number", UNUSED.code)

    def show_live(self, *, oob: frozenset[str] = frozenset()) -> None:
        """While people type: judge only what is filled in, and never that something is missing."""
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data = {}
        for problem in self.found:
            if problem.code.endswith("_missing"):
                continue
            if problem.warning:
                self._shown(problem.field).warn = problem.message
            else:
                self.complain(problem)
        for name in oob:
            self._shown(name).oob = True

    @property
    def summary(self) -> list[dict[str, str]]:
        """The errors, then the warnings, linked to their ticks."""
        lines = self.error_lines
        for one in self.warnings:
            label = layout.LABELS[one.field]
            lines.append(
                {
                    "field_id": f"confirm_{one.code}",
                    "label": label,
                    "message": one.message,
                    "detail": "核对无误的，请勾选确认后再提交",
                }
            )
        return lines

    @property
    def missing(self) -> list[FieldSpec]:
        """Required fields that are still empty, in order: what the foot of the page counts."""
        return [
            spec
            for section in layout.sections(self.variant)
            for spec in section.fields
            if self._is_missing(spec.name)
        ]

    def _is_missing(self, name: str) -> bool:
        if not self.states[name].required:
            return False
        return not self.drop.has_file if name == "file" else getattr(self.entry, name) in {None, ""}

    @property
    def helps(self) -> list[tuple[str, str, Any]]:
        """填写说明: (field, label, passages of the guide), each passage under the first field it is about."""
        seen: set[Any] = set()
        found = []
        for name in self.fields:
            fresh = [one for one in HELP.get(name, ()) if one not in seen]
            seen.update(fresh)
            if fresh:
                found.append((name, layout.LABELS[name], fresh))
        return found

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        sections = [
            Fieldset(
                section.legend,
                *(spec.name for spec in section.fields if spec.name in self.fields),
                css_id=f"section-{number}",
            )
            for number, section in enumerate(layout.sections(self.variant), 1)
        ]
        helper.layout = Layout(*sections)
        return helper
