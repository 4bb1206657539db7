"""The list of pages: every address of the URLconf, and the few that are no pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

_ARGUMENT = re.compile(r"<[^>]+>")
ADDED_AT_THE_DESK = ("numbering/segment", "orgs/option")

GATES = frozenset(
    {
        *("login", "password-change", "roles"),
        *("second-factor-code", "second-factor", "titles", "home"),
    }
)  # fmt: skip
"""Where a page sends those for whom it does not open, by URL name: something has to be done first, or there is nothing to do there."""
NOT_A_PAGE: dict[str, str] = {
    "healthz": "给监控程序看的，不读数据库",
    "readyz": "给监控程序看的，报告后台进程是否在运行",
    "admin/autocomplete/": "没有输入联想的栏目，对谁都不开放",
    "admin/(?P<url>.*)$": "省级管理中不存在的地址",
}
"""Answer GET and are all the same not opened, each because …"""
FILES = frozenset(
    {
        *("archive-original", "archive-page", "own-original", "own-page", "review-page", "upload-page", "job-file"),
        *("dispute-claim-original", "dispute-claim-page", "dispute-occupant-original", "dispute-occupant-page"),
    }
)  # fmt: skip
"""Hand out the bytes of a file: opened where the file lies on this machine, and asked about their statements where it does not."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address; `pattern` as the URLconf writes it, from the root."""

    pattern: str
    name: str

    @property
    def takes_object(self) -> bool:
        return "<" in self.pattern

    @property
    def why_not(self) -> str:
        """Why it is not a page; empty when it is one."""
        adding = re.fullmatch(r"admin/(.+)/add/", self.pattern)
        if adding and adding[1] not in ADDED_AT_THE_DESK:
            return "省级管理不在这里新增"
        return NOT_A_PAGE.get(self.pattern, "")

    def address(self, value: object = "") -> str:
        """With the object in it; after the object at most a page number."""
        return "/" + _ARGUMENT.sub("1", _ARGUMENT.sub(str(value), self.pattern, count=1))


def routes() -> list[Route]:
    """All there are, in the order of the URLconf."""
    return [Route(pattern, one.name or pattern) for pattern, one in _patterns(get_resolver(), "")]


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        pattern = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, pattern)
        else:
            yield pattern, one
