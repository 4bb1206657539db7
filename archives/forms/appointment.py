"""为已有人员添加任职: offered where an entry meets a known person, and the form of the post alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archives.forms.entry import EntryForm
from archives.forms.fields import RuledForm, dictionaries, field_of, uuid_of
from archives.services import appointment
from members import layout, rules
from members.choices import Variant
from members.layout import POST_FIELDS, FieldSpec, Widget
from members.models import Member, Post
from members.rules import Context, Entry, FieldState, Need
from members.sheet import ENDED_ON
from orgs.kinds import Kind
from orgs.models import Organization, Role
from zhtj.lib.dates import DateUnreadable, parse_month, say_month
from zhtj.lib.problems import Problem


@dataclass(frozen=True, slots=True)
class Offer:
    """What archives/appoint_offer.html needs: the person, where the post would be, the post as it was typed and the form's key."""

    member: Member
    organization: Organization
    typed: list[tuple[str, str]]


def known(form: EntryForm, member: Member, *, by: Role) -> None:
    """The ID number of an otherwise valid form belongs to `member`: say so there, and offer a post for them where allowed."""
    problem, may_offer = appointment.meet(member, form.kept, organization=form.organization, by=by)
    form.complain(problem)
    if may_offer:
        typed = [(name, str(form[name].value() or "")) for name in POST_FIELDS if name in form.fields]
        form.offer = Offer(member, form.organization, [*typed, ("key", str(form.key))])


class AppointmentForm(RuledForm):
    """The fields of a post, judged by the same rules as in forms A, B and C; what was typed there already is only shown."""

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        member: Member,
        organization: Organization,
        today: date,
        judged: bool,
    ) -> None:
        values = {name: data.get(name, "") for name in POST_FIELDS}
        super().__init__(values if judged else None, initial=values)
        self.key = uuid_of(data.get("key"))
        self.entry = Entry.read({**values, "is_cadre": True, "joined_on": member.joined_on})
        self.context = Context(
            variant=Variant.A if organization.kind == Kind.BRANCH else Variant.C,
            today=today,
            kind=organization.kind,
            dictionaries=dictionaries(),
        )
        states = rules.field_states(self.entry, self.context)
        for name in POST_FIELDS:
            if states[name].shown:
                self.fields[name] = field_of(layout.SPECS[name], states[name], today)

    def clean(self) -> dict[str, Any]:
        for problem in rules.post_problems(self.entry, self.context):
            self.complain(problem)
        return self.cleaned_data

    @property
    def kept(self) -> Entry:
        """The post alone, without what this kind of organisation is not asked."""
        return rules.cleared(self.entry, self.context)


class ChangeForm(AppointmentForm):
    """变更任职: the post as it is, to be typed over; the new one does not begin before it."""

    def __init__(self, data: Mapping[str, Any] | None, *, post: Post, today: date) -> None:
        self.post = post
        super().__init__(
            _typed(post) if data is None else data,
            member=post.member,
            organization=post.organization,
            today=today,
            judged=data is not None,
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        changed = appointment.differences(self.post, self.kept)
        since = self.kept.post_since
        if set(changed) - {"on_duty"} and since and since < self.post.since:
            words = f"任现职年月 {say_month(since)} 早于原任职的 {say_month(self.post.since)}，请核对"
            self.complain(Problem("post_since", "change_before_post", words))
        return self.cleaned_data


def _typed(post: Post) -> dict[str, str]:
    """The post as a form would send it."""
    return {
        "title": post.title,
        "post_since": f"{post.since:%Y-%m}",
        "appointed_by": post.appointed_by,
        "cadre_nature": post.nature,
        "on_party_committee": "yes" if post.on_party_committee else "no",
        "on_duty": post.on_duty,
    }


LEFT = FieldSpec("ended_on", ENDED_ON, "请选择离任年月", Widget.MONTH)


class LeaveForm(RuledForm):
    """When somebody left a post."""

    def __init__(self, data: Mapping[str, Any] | None, *, post: Post, today: date) -> None:
        super().__init__(data, initial={LEFT.name: f"{today:%Y-%m}"})
        self.post, self.today = post, today
        self.left: date | None = None
        self.fields[LEFT.name] = field_of(LEFT, FieldState(Need.REQUIRED), today)

    def clean(self) -> dict[str, Any]:
        try:
            self.left = parse_month(text) if (text := self.cleaned_data[LEFT.name].strip()) else None
        except DateUnreadable as broken:
            self.complain(Problem(LEFT.name, "date_unreadable", str(broken)))
        else:
            if problem := rules.leaving_problem(self.left, since=self.post.since, today=self.today):
                self.complain(problem)
        return self.cleaned_data
