"""What every template may use without {% load %}: icons, states, meters, numbers, dates, form controls."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from orgs.guide import PASSAGES
from zhtj.lib.dates import say_date, say_month

register = template.Library()

# Word on screen → (tone, icon). Settled states have no tint; what waits for someone has one.
STATES = {
    "审核中": ("info", "clock"),
    "在册": ("ok", "ok"),
    "未通过": ("err", "no"),
    "已撤回": ("", "undo"),
    "待录入": ("info", "clock"),
    "已录入": ("ok", "ok"),
    "已收回": ("", "undo"),
    "待检查": ("", "clock"),
    "待审核": ("info", "clock"),
    "通过": ("ok", "ok"),
    "已占用": ("ok", "ok"),
    "已替换": ("", "swap"),
    "检查中": ("", "clock"),
    "可用": ("ok", "ok"),
    "不可用": ("err", "no"),
    "待人工检查": ("warn", "warn"),
    "无需审核": ("", "dash"),
    "重新提交": ("info", "undo"),
    "已修改": ("info", "edit"),
    "逐级上报中": ("info", "clock"),
    "已退回": ("err", "undo"),
    "已登记": ("ok", "ok"),
    "现任": ("ok", "ok"),
    "已离任": ("", "dash"),
    "已停用": ("", "dash"),
    "未设置": ("warn", "warn"),
    "待核实": ("info", "clock"),
    "已释放": ("ok", "ok"),
    "不予释放": ("err", "no"),
    "已撤销": ("", "undo"),
    "编号待更正": ("warn", "warn"),
    "排队中": ("", "clock"),
    "进行中": ("info", "clock"),
    "已完成": ("ok", "ok"),
    "未完成": ("err", "no"),
    "审核结果": ("", "check-list"),
    "替换": ("info", "swap"),
    "档案替换": ("info", "swap"),
    "档案核验": ("warn", "file"),
    "编号占用核实": ("warn", "hash"),
    "编号发放": ("info", "user-add"),
    "号段": ("", "ruler"),
    "编号登记备案": ("", "list"),
    "导出": ("", "download"),
    "任职": ("", "card"),
    "职务调整": ("info", "edit"),
    "管理员": ("info", "user"),
    "待重新选择": ("warn", "warn"),
    "已选择": ("ok", "ok"),
    "已开通": ("ok", "ok"),
    "已设置": ("ok", "ok"),
}
DAY = 86400


@cache
def _sprite() -> str:
    """Where the icons are. Asked for by every icon of a page; it does not change while the server runs."""
    return static("zt/icons.svg")


@lru_cache(maxsize=256)
def _icon(name: str, sprite: str) -> SafeString:
    return render_to_string("components/icon.html", {"name": name, "sprite": sprite})


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside words; it never carries the meaning alone."""
    return _icon(name, _sprite())


@lru_cache(maxsize=256)
def _state(label: str, sprite: str) -> SafeString:
    tone, name = STATES.get(label, ("", "info"))
    return render_to_string(
        "components/state.html", {"label": label, "tone": tone, "icon": _icon(name, sprite)}
    )


@register.simple_tag
def state(value: Any, label: str = "") -> SafeString:
    """Icon and word of a state: `{% state member %}`, `{% state row.state "审核中" %}` or `{% state "在册" %}`."""
    if not label:
        shown = getattr(value, "get_state_display", None)
        label = str(shown() if shown else getattr(value, "label", value))
    return _state(label, _sprite())


@register.inclusion_tag("components/meter.html")
def meter(done: int, total: int, label: str = "") -> dict[str, Any]:
    """Figures, per cent and a bar; the bar is a native <progress>, so no inline width is needed."""
    percent = done * 100 // total if total else 0
    return {
        "done": done,
        "total": total,
        "label": label,
        "percent": percent,
        "full": total > 0 and done >= total,
    }


_SHAPES = {count: f'<span class="zt-id">{"<i>{}</i>" * count}</span>' for count in (1, 3)}


def _groups(text: str, sizes: tuple[int, ...]) -> SafeString:
    """Groups held apart by margins, so that a copied number has no spaces."""
    if len(text) != sum(sizes):
        parts = [text]
    else:
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        parts = [text[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    return format_html(_SHAPES[len(parts)], *parts)


@register.simple_tag
def number(value: str | None) -> SafeString:
    """发展团员编号 as 4-2-6."""
    return _groups(value, (4, 2, 6)) if value else SafeString("—")


@register.simple_tag
def idnumber(value: str | None) -> SafeString:
    """身份证号码, masked or full, as 6-8-4."""
    return _groups(value, (6, 8, 4)) if value else SafeString("—")


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.simple_tag
def date_zh(value: date | None) -> str:
    """2026 年 9 月 1 日; a dash where there is none."""
    return "—" if value is None else say_date(_local(value))


@register.simple_tag
def month_zh(value: date | None) -> str:
    """2026 年 9 月; a dash where there is none."""
    return "—" if value is None else say_month(_local(value))


@register.simple_tag
def time_zh(value: datetime | None) -> str:
    """2026 年 9 月 1 日 08:05; a dash where there is none."""
    return "—" if value is None else f"{date_zh(value)} {_local(value):%H:%M}"


def _age(seconds: float) -> str:
    if seconds < 60:
        return "刚刚"
    if seconds < 3600:
        return f"{int(seconds // 60)} 分钟前"
    return f"{int(seconds // 3600)} 小时前" if seconds < DAY else f"{int(seconds // DAY)} 天前"


@register.inclusion_tag("components/ago.html")
def ago(value: datetime) -> dict[str, Any]:
    """3 天前, with the exact time as a title."""
    return {
        "words": _age((timezone.now() - value).total_seconds()),
        "exact": time_zh(value),
        "iso": value.isoformat(),
    }


@register.simple_tag
def emphasised(text: str) -> SafeString:
    """A paragraph of the guide; what stands between two asterisks on either side is bold, as there."""
    plain, *bold = text.split("**")
    pairs = zip(bold[::2], bold[1::2], strict=True)
    return format_html("{}{}", plain, format_html_join("", "<b>{}</b>{}", pairs))


@register.inclusion_tag("components/guide.html")
def guide(*numbers: str) -> dict[str, Any]:
    """What the guide says about a page: `{% guide "3.8" "3.11" %}`, folded away."""
    found = [PASSAGES[number] for number in numbers]
    about = f"：{found[0].title}" if len(found) == 1 and found[0].title else ""
    where = f"操作指引 {'、'.join(numbers)}"
    return {"passages": found, "summary": f"{where}{about}" if about else f"说明（{where}）"}


# Form controls -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """One line under a control."""

    tone: str
    id: str
    icon: str
    lines: tuple[str, ...]
    detail: str = ""


def _extra(field: BoundField) -> Any:
    return getattr(field.field, "zt", None)


def _ask(field: BoundField, name: str) -> str:
    return str(getattr(_extra(field), name, "") or "")


def _unseen(field: BoundField) -> str:
    """Browsers show no placeholder in the box of a date or month: its words stand under it while it is empty."""
    widget = field.field.widget
    dated = getattr(widget, "input_type", "") in {"date", "month"}
    return "" if not dated or field.value() else str(widget.attrs.get("placeholder", ""))


@register.simple_tag
def says(field: BoundField) -> list[Say]:
    """Lines under a control in the order error, ok, warn, hint; `field.field.zt` may add to what Django knows."""
    base = field.auto_id
    hint = _ask(field, "hint") or str(field.help_text or "") or _unseen(field)
    found = [
        Say("err", f"{base}_e", "no", tuple(map(str, field.errors)), _ask(field, "error_detail")),
        Say("ok", f"{base}_o", "ok", (_ask(field, "ok"),)),
        Say("warn", f"{base}_w", "warn", (_ask(field, "warn"),)),
        Say("", f"{base}_h", "", (hint,)),
    ]
    return [say for say in found if any(say.lines)]


@register.filter
def marked(field: BoundField) -> bool:
    """Whether the field carries the star: the rules' answer where there is one, else the form field's own."""
    return bool(getattr(_extra(field), "required", field.field.required))


def _aria(field: BoundField) -> dict[str, str]:
    aria = {"aria-describedby": " ".join(say.id for say in says(field))}
    if marked(field):
        aria["aria-required"] = "true"
    if field.errors:
        aria["aria-invalid"] = "true"
    return {name: value for name, value in aria.items() if value}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The bare control with Bootstrap's class and the ARIA attributes of its state."""
    widget = field.field.widget
    base = "form-control"
    if isinstance(widget, forms.Select):
        base = "form-select"
    elif isinstance(widget, forms.CheckboxInput):
        base = "form-check-input"
    words = [str(widget.attrs.get("class", "")), base, "is-invalid" if field.errors else ""]
    if isinstance(widget, forms.Select) and not field.value():
        words.append("is-blank")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, words)), **_aria(field)}
    return field.as_widget(attrs=attrs)


@register.inclusion_tag("components/aria.html")
def group_aria(field: BoundField) -> dict[str, Any]:
    """The same ARIA attributes for the wrapper of a group of radio buttons."""
    return {"aria": _aria(field)}


@register.filter
def is_radio(field: BoundField) -> bool:
    """Two or three choices in one frame."""
    return isinstance(field.field.widget, forms.RadioSelect)


@register.filter
def is_tick(field: BoundField) -> bool:
    """A single checkbox stands before its label."""
    return isinstance(field.field.widget, forms.CheckboxInput)
