"""The guide's own words beside the fields they are about, quoted exactly."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Help:
    """One passage and where it stands in 操作指引（2023年修订版）."""

    text: str
    source: str


_NUMBER_REQUIRED = Help("入团时间为 2017 年及以后的团员，“发展团员编号”为必填选项。", "操作指引 1.3（2）")
_DOMAIN = Help(
    "录入团员时，发展团员编号所属领域须与团员身份保持一致：对于编号属于学校领域的团员，个人资料中的“职业”选项应选择“青年学生”，"
    "且“在读状况”须与编号所属领域相符；对于编号属于社会领域的团员，个人资料中的“职业”选项应选择“职业青年”。",
    "操作指引 3.3",
)
_EDUCATION = Help(
    "在读学生团员的学历应按照当前最高学历选择。例如：某团员为本科在读学生，“学历”一栏应选择“普通高中 / 大学专科”，"
    "“职业”一栏应选择“青年学生”，“在读状况”一栏应选择“普通本科在读”。",
    "操作指引 3.4",
)
_STUDY_CHANGES = Help(
    "学生团员的“在读状况”可根据实际情况进行更新。例如：某名团员在初中阶段发展入团，发展团员编号须为初中领域，录入系统时"
    "“在读状况”选择“初中在读”。该团员升入高中后，应将“在读状况”修改为“普通高中在读”。",
    "操作指引 3.5",
)
_APPLICATION = Help("对于未满 18 周岁的团员，无需选择“是否递交入党申请书”。", "操作指引 1.3（3）")
_PARTY = Help("入党时间（中共党员 / 预备党员填写）", "操作指引 1.1（1）")
_CADRE = Help(
    "录入团干部，除上述基本信息外，还须录入以下信息：团内现任职务、任现职年月、任现职方式、团干部性质、是否担任同级党（工）委（党支部）委员等。",
    "操作指引 1.1（2）",
)
_FILE_REVIEWED = Help(
    "入团志愿书（PDF 版本）须经上级团委审核通过，录入成功后，可在团员 / 干部列表中查看。", "操作指引 1.1"
)
_VOLUNTEER = Help("是否成为注册志愿者、成为注册志愿者的时间等", "操作指引 1.1（1）")

HELP: Final[dict[str, tuple[Help, ...]]] = {
    "occupation": (_DOMAIN,),
    "study_status": (_DOMAIN, _STUDY_CHANGES),
    "education": (_EDUCATION,),
    "political_status": (_PARTY,),
    "joined_on": (
        Help("2020 年及以后入团的团员须由团组织管理员录入。", "操作指引 1.3（1）"),
        _NUMBER_REQUIRED,
    ),
    "number": (_NUMBER_REQUIRED, _DOMAIN),
    "joined_party_on": (_PARTY,),
    "is_cadre": (_CADRE,),
    "title": (
        Help(
            "“团内现任职务”选项已作规范调整。各级管理员登录系统时，须根据系统提示，重新选择本组织团干部的现任职务。"
            "团干部本人也可登录系统进行操作。",
            "操作指引 1.3（4）",
        ),
    ),
    "phone": (
        Help(
            "没有手机的学生团员可填写家长或者老师的手机号码，确保所填手机号码真实、可联络。", "操作指引 3.2"
        ),
    ),
    "file": (
        Help("除 2020 年以前入团的团员外，均须上传入团志愿书。", "操作指引 3.1"),
        _FILE_REVIEWED,
    ),
    "applied": (_APPLICATION,),
    "applied_on": (_APPLICATION,),
    "volunteer": (_VOLUNTEER,),
    "volunteer_since": (_VOLUNTEER,),
}
