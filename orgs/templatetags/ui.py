"""What every template may use without {% load %}: icons, states, meters, numbers, dates, form controls."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from zhtj.lib.dates import say_date, say_month

register = template.Library()

# Word on screen → (tone, icon). Settled states have no tint; what waits for someone has one.
STATES = {
    "审核中": ("info", "clock"),
    "在册": ("ok", "ok"),
    "未通过": ("err", "no"),
    "已撤回": ("", "undo"),
    "待检查": ("", "clock"),
    "待审核": ("info", "clock"),
    "通过": ("ok", "ok"),
    "已替换": ("", "swap"),
    "检查中": ("", "clock"),
    "可用": ("ok", "ok"),
    "不可用": ("err", "no"),
    "待人工检查": ("warn", "warn"),
    "重新提交": ("info", "undo"),
    "已修改": ("info", "edit"),
    "现任": ("ok", "ok"),
    "已离任": ("", "dash"),
    "已停用": ("", "dash"),
    "未设置": ("warn", "warn"),
}
DAY = 86400


@lru_cache(maxsize=256)
def _icon(name: str, sprite: str) -> SafeString:
    return render_to_string("components/icon.html", {"name": name, "sprite": sprite})


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside words; it never carries the meaning alone."""
    return _icon(name, static("zt/icons.svg"))


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
    return _state(label, static("zt/icons.svg"))


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


def _groups(text: str, sizes: tuple[int, ...]) -> SafeString:
    """Groups held apart by margins, so that a copied number has no spaces."""
    if len(text) != sum(sizes):
        parts = [text]
    else:
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        parts = [text[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    inner = format_html_join("", "<i>{}</i>", ((part,) for part in parts))
    return format_html_join("", '<span class="zt-id">{}</span>', ((inner,),))


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


@register.simple_tag
def says(field: BoundField) -> list[Say]:
    """Lines under a control in the order error, ok, warn, hint; `field.field.zt` may add to what Django knows."""
    base = field.auto_id
    hint = _ask(field, "hint") or str(field.help_text or "")
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
