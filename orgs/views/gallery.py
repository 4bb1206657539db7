"""All building blocks on one page, with made-up content; DEBUG only. The accessibility tests look at it too."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from orgs.templatetags.ui import STATES

OCCUPATIONS = [("young", "职业青年"), ("student", "青年学生")]
NATIONS = [("", "请选择民族"), ("han", "汉族"), ("zhuang", "壮族")]


class Sample(forms.Form):
    """One field of every kind, with every line that may stand under it."""

    use_required_attribute = False

    name = forms.CharField(label="姓名")
    id_number = forms.CharField(label="身份证号码")
    again = forms.CharField(label="身份证号码")
    nation = forms.ChoiceField(label="民族", choices=NATIONS)
    occupation = forms.ChoiceField(label="职业", choices=OCCUPATIONS, widget=forms.RadioSelect)
    joined_on = forms.DateField(label="入团时间", widget=forms.DateInput(attrs={"type": "date"}))
    party_month = forms.CharField(
        label="入党时间", required=False, widget=forms.TextInput(attrs={"type": "month"})
    )
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    confirmed = forms.BooleanField(label="我已核对以上内容", required=False)
    archive = forms.FileField(label="入团志愿书", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extra: dict[str, dict[str, Any]] = {
            "id_number": {"required": True, "ok": "校验位正确　2005 年 3 月 14 日　女　21 岁"},
            "again": {"required": True, "error_detail": "从第 13 位起不同"},
            "nation": {"required": True, "warn": "请与户口簿核对"},
            "note": {"required": False, "hint": "选填，200 字以内", "wide": True},
            "archive": {"required": True, "wide": True, "drop": drop("id_archive")},
        }
        for field, values in extra.items():
            setattr(self.fields[field], "zt", SimpleNamespace(**values))  # noqa: B010 - `zt` is our own addition


def drop(identifier: str, **state: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": "archive",
        "upload_url": "#",
        "required": True,
        "state": {"token_name": "upload", **state},
    }


def node(number: int, name: str, kind: str, level: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "title": name,
        "kind": kind,
        "url": f"#{number}",
        "level": level,
        **more,
    }


def frame() -> dict[str, Any]:
    organization = SimpleNamespace(name="示范大学团委机电学院团委", short_name="机电学院团委")
    items = [
        {"label": "工作台", "url": "#", "icon": "home"},
        {"label": "团员列表", "url": "#", "icon": "list", "current": True},
        {"label": "操作中心", "url": "#", "icon": "bell", "count": 3},
    ]
    return {
        "user": SimpleNamespace(name="演示甲", username="demo"),
        "role": SimpleNamespace(organization=organization, get_duty_display="管理员", duty="administrator"),
        "several_roles": True,
        "unread": 3,
        "menu": [
            {"title": "", "items": items[:1]},
            {"title": "团员管理", "items": items[1:2]},
            {"title": "我的", "items": items[2:]},
        ],
    }


def tree() -> list[dict[str, Any]]:
    branches = [
        node(n, f"机电 240{n} 团支部", "团支部", 3, posinset=n, setsize=40, current=n == 2)
        for n in range(1, 4)
    ]
    below = [
        node(11, "机械工程系团总支", "团总支", 2, has_children=True, children_url="#", count=6),
        node(
            12,
            "机电工程系团总支",
            "团总支",
            2,
            has_children=True,
            expanded=True,
            children=branches,
            more_url="#",
            more_count=37,
        ),
    ]
    return [node(10, "机电学院团委", "团委", 1, has_children=True, expanded=True, children=below)]


def context() -> dict[str, Any]:
    now = timezone.now()
    form = Sample(
        {"name": "演示乙", "id_number": "110101200503140003", "nation": "", "joined_on": "2026-09-01"}
    )
    form.add_error("again", "两次填写不一致")
    summary = [
        {
            "field_id": form["again"].auto_id,
            "label": "身份证号码",
            "message": "两次填写不一致",
            "detail": "从第 13 位起不同",
        },
        {"field_id": form["occupation"].auto_id, "label": "职业", "message": "请选择职业"},
    ]
    events = [
        {"icon": "ok", "tone": "success", "title": "审核通过", "at": now, "who": "演示丙，机电学院团委"},
        {
            "icon": "no",
            "tone": "danger",
            "title": "审核未通过",
            "at": now - timedelta(days=1),
            "who": "演示丙",
            "note": "缺第 3 页",
        },
    ]
    rows = [
        {"label": "姓名", "value": "演示乙"},
        {"label": "发展团员编号", "value": "202611004501", "kind": "number", "hint": "高校领域"},
        {"label": "身份证号码", "value": "110101********0003", "kind": "id"},
        {"label": "入团时间", "value": now.date(), "kind": "date"},
        {"label": "入党时间", "value": now.date(), "kind": "month"},
        {"label": "状态", "value": "在册", "kind": "state"},
        {"label": "户籍地址", "value": "", "wide": True},
    ]
    tabs = [
        {"label": "在册", "url": "#", "current": True, "count": 1284},
        {"label": "审核中", "url": "#", "count": 37, "hot": True},
        {"label": "未通过", "url": "#", "count": 0},
    ]
    full = drop("full", file_name="演示乙入团志愿书.pdf", size="3.2 MB", pages=12, label="可用")
    refused = drop(
        "refused",
        file_name="演示乙.pdf",
        size="1.0 MB",
        label="不可用",
        error="文件已加密，无法审核。请去掉密码后重新选择。",
    )
    busy = drop("busy", file_name="演示乙.pdf", size="1.0 MB", label="检查中")
    return {
        "frame": frame(), "form": form, "summary": summary, "events": events, "rows": rows, "tabs": tabs, "states": STATES,
        "drops": [drop("none"), busy, full, refused], "nodes": tree(), "three_days_ago": now - timedelta(days=3, hours=1),
    }  # fmt: skip


def gallery(request: HttpRequest) -> HttpResponse:
    """The gallery; not there in production."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "gallery.html", context())
