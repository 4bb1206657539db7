"""The figures of a cell of 电子数据库. A province has a hundred of them on one page: as templates they take four times as long."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from numbering.progress import Figures
from orgs.templatetags.ui import icon

register = template.Library()

_CELL = """\
<div class="zt-cell"><span><span class="visually-hidden">号段内已录入团员数 </span><b>{held}</b> / {size}\
<span class="zt-hint">（{percent}%）</span></span>\
<a class="btn btn-icon" href="{url}" data-sheet="#numbers" data-hx-get="{url}" data-hx-target="#numbers" \
aria-label="查看 {whose} 录入明细">{eye}</a>\
<progress class="zt-bar{done}" value="{held}" max="{size}" aria-label="{whose}录入进度"></progress>\
<small>{numbers}{waiting}</small></div>"""


@register.simple_tag
def cell_figures(cell: Mapping[str, Any], name: str) -> SafeString:
    """How much of the segments is entered, its bar, and the way to 录入明细; `name` is the organisation's."""
    figures: Figures = cell["figures"]
    return format_html(
        _CELL,
        held=figures.held,
        size=figures.size,
        percent=figures.percent,
        url=cell["url"],
        whose=f"{name} {cell['domain']}领域",
        eye=icon("eye"),
        done=" is-done" if figures.held == figures.size else "",
        numbers=cell["numbers"],
        waiting=format_html("<br>审核中 {}", figures.reserved) if figures.reserved else "",
    )
