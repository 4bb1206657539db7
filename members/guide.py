"""The guide's own words beside the fields they are about: whole passages by number, or the part of one that names the field."""

from dataclasses import dataclass
from typing import Final

from orgs.guide import PASSAGES


@dataclass(frozen=True, slots=True)
class Help:
    """Paragraphs and where they stand in 操作指引（2023年修订版）."""

    paragraphs: tuple[str, ...]
    source: str
    anchor: str
    title: str = ""


def _whole(number: str) -> Help:
    one = PASSAGES[number]
    return Help(one.paragraphs, one.source, one.anchor, one.title)


def _part(number: str, text: str, of: str = "") -> Help:
    return Help((text,), f"操作指引 {number}", PASSAGES[of or number].anchor)


_NUMBER_REQUIRED = _whole("1.3（2）")
_DOMAIN = _whole("3.3")
_APPLICATION = _whole("1.3（3）")
_PARTY = _part("1.1（1）", "入党时间（中共党员 / 预备党员填写）", "1.1")
_VOLUNTEER = _part("1.1（1）", "是否成为注册志愿者、成为注册志愿者的时间等", "1.1")
_CADRE = _part(
    "1.1（2）",
    "录入团干部，除上述基本信息外，还须录入以下信息：团内现任职务、任现职年月、任现职方式、团干部性质、是否担任同级党（工）委（党支部）委员等。",
    "1.1",
)
_FILE_REVIEWED = _part(
    "1.1", "入团志愿书（PDF 版本）须经上级团委审核通过，录入成功后，可在团员 / 干部列表中查看。"
)

HELP: Final[dict[str, tuple[Help, ...]]] = {
    "occupation": (_DOMAIN,),
    "study_status": (_DOMAIN, _whole("3.5")),
    "education": (_whole("3.4"),),
    "political_status": (_PARTY,),
    "joined_on": (_whole("1.3（1）"), _NUMBER_REQUIRED),
    "number": (_NUMBER_REQUIRED, _DOMAIN),
    "joined_party_on": (_PARTY,),
    "is_cadre": (_CADRE,),
    "title": (_whole("1.3（4）"),),
    "phone": (_whole("3.2"),),
    "file": (_whole("3.1"), _FILE_REVIEWED),
    "applied": (_APPLICATION,),
    "applied_on": (_APPLICATION,),
    "volunteer": (_VOLUNTEER,),
    "volunteer_since": (_VOLUNTEER,),
}
