"""What keeps an organisation from being deactivated, each with the page on which it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from orgs.models import Organization, located_models
from orgs.services.placement import children_below


@dataclass(frozen=True, slots=True)
class Obstacle:
    """In words, and the URL name of a page that takes `?org=`, with its title."""

    words: str
    page: str
    title: str


def obstacles(organization: Organization) -> list[Obstacle]:
    """The same as `organizations.blockers`, in its order."""
    children = children_below(organization)
    found = [Obstacle(children, "organizations", "下级组织")] if children else []
    return found + [
        Obstacle(words, *model.settled_on)
        for model in located_models()
        if (words := model.blocks_deactivation(organization))
    ]
