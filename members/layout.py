"""The three forms as plain data: sections, fields, labels, placeholders, in the guide's words and order."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from members.choices import Occupation, Variant


class Widget(StrEnum):
    TEXT = "text"
    SELECT = "select"
    SEGMENTED = "segmented"
    DATE = "date"
    MONTH = "month"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as the guide shows it. `inputmode` is for on-screen keyboards."""

    name: str
    label: str
    placeholder: str = ""
    widget: Widget = Widget.TEXT
    wide: bool = False
    inputmode: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    legend: str
    fields: tuple[FieldSpec, ...]


HEADINGS: Final[dict[str, str]] = {
    Variant.A: "录入团员团干部",
    Variant.B: "录入下级团员",
    Variant.C: "录入团干部",
}

SPECS: Final[dict[str, FieldSpec]] = {
    spec.name: spec
    for spec in (
        FieldSpec("name", "姓名", "请输入姓名"),
        FieldSpec("id_number", "身份证号码", "请认真填写身份证号码"),
        FieldSpec("id_number_again", "身份证号码", "请再次填写身份证号码"),
        FieldSpec("ethnicity", "民族", "请选择民族", Widget.SELECT),
        FieldSpec("occupation", "职业", "请选择职业", Widget.SEGMENTED),
        FieldSpec("study_status", "在读状况", "请选择", Widget.SELECT),
        FieldSpec("occupation_detail", "具体职业", "请选择", Widget.SELECT),
        FieldSpec("education", "学历", "请选择学历", Widget.SELECT),
        FieldSpec("political_status", "政治面貌", "请选择政治面貌", Widget.SELECT),
        FieldSpec("joined_on", "入团时间", "请选择入团时间", Widget.DATE),
        FieldSpec("number", "发展团员编号", "入团时间在2017年1月1号后需填写", inputmode="numeric"),
        FieldSpec("joined_party_on", "入党时间", "请选择入党年月", Widget.MONTH),
        FieldSpec("is_cadre", "是否团干部", "请选择是否团干部", Widget.SELECT),
        FieldSpec("title", "团内现任职务", "请选择团内现任职务", Widget.SELECT),
        FieldSpec("post_since", "任现职年月", "请选择任现职年月", Widget.MONTH),
        FieldSpec("appointed_by", "任现职方式", "请选择任现职方式", Widget.SELECT),
        FieldSpec("cadre_nature", "团干部性质", "请选择团干部性质", Widget.SELECT),
        FieldSpec("on_party_committee", "是否同级党（工）委（党支部）委员", "请选择", Widget.SELECT),
        FieldSpec("on_duty", "在岗状态", "请选择在岗状态", Widget.SELECT),
        FieldSpec("phone", "手机号码", "手机号码", inputmode="tel"),
        # Not in the guide's figure; 3.2 allows a student a parent's or a teacher's number, here it is said whose.
        FieldSpec("phone_owner", "手机号码归属", "请选择", Widget.SEGMENTED),
        FieldSpec("address", "户籍地址", "户籍地址"),
        FieldSpec("email", "电子邮箱", "电子邮箱", inputmode="email"),
        FieldSpec("qq", "QQ", "QQ", inputmode="numeric"),
        FieldSpec("wechat", "微信", "微信"),
        FieldSpec("weibo", "微博", "微博"),
        FieldSpec("file", "入团志愿书", "选择入团志愿书", Widget.FILE, wide=True),
        FieldSpec("applied", "是否递交入党申请书", "请选择是否递交入党申请书", Widget.SELECT),
        FieldSpec("applied_on", "递交入党申请书时间", "请选择递交入党申请书时间", Widget.DATE),
        FieldSpec("volunteer", "是否成为注册志愿者", "是否成为注册志愿者", Widget.SELECT),
        FieldSpec("volunteer_since", "成为注册志愿者的时间", "请选择时间", Widget.DATE),
    )
}
LABELS: Final[dict[str, str]] = {name: spec.label for name, spec in SPECS.items()}

# Where a figure's words differ. Figure B cuts 发展团员编号's placeholder off at the edge of the box; ours is whole.
_PLACEHOLDERS: Final[dict[str, dict[str, str]]] = {
    Variant.A: {"wechat": ""},
    Variant.B: {"file": "请选择", "applied_on": "请选择时间"},
    Variant.C: {"volunteer": "请选择是否成为注册志愿者"},
}

_MEMBERSHIP = ("joined_on", "number", "joined_party_on", "is_cadre")
POST_FIELDS: Final[tuple[str, ...]] = (
    "title",
    "post_since",
    "appointed_by",
    "cadre_nature",
    "on_party_committee",
    "on_duty",
)
_LEGENDS: Final[dict[str, tuple[str, ...]]] = {
    "基本信息": (
        *("name", "id_number", "id_number_again", "ethnicity"),
        *("occupation", "study_status", "occupation_detail", "education", "political_status"),
    ),
    "团籍信息": _MEMBERSHIP,
    "团干部信息": POST_FIELDS,
    "联系方式与志愿服务": (
        *("phone", "phone_owner", "address", "email", "qq", "wechat", "weibo", "file"),
        *("applied", "applied_on", "volunteer", "volunteer_since"),
    ),
}
# Fields a form does not have at all.
ABSENT: Final[dict[str, frozenset[str]]] = {
    Variant.A: frozenset({"on_duty"}),
    Variant.B: frozenset({"on_duty"}),
    Variant.C: frozenset({"is_cadre", "address"}),
}


def sections(variant: Variant) -> tuple[Section, ...]:
    """The form from top to bottom; which fields show at a given moment is `rules.field_states`."""
    return tuple(
        Section(legend, tuple(_spec(name, variant) for name in names if name not in ABSENT[variant]))
        for legend, names in _LEGENDS.items()
    )


def initial(variant: Variant) -> dict[str, str]:
    """What stands in an empty form: figure A shows 职业 filled in."""
    return {"occupation": Occupation.WORKER.value} if variant == Variant.A else {}


def _spec(name: str, variant: Variant) -> FieldSpec:
    own = _PLACEHOLDERS[variant]
    return replace(SPECS[name], placeholder=own[name]) if name in own else SPECS[name]
