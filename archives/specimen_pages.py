"""The twelve pages of the made-up 入团志愿书, drawn in millimetres and turned into pictures of scanned paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from archives.scanned_sheet import WIDE, Scan, Sheet

VERSIONS = 2
LEFT, RIGHT, TOP = 22.0, 188.0, 34.0

RULES = (
    "一、本志愿书由申请人本人填写，须使用黑色墨水，字迹清晰，不得涂改。",
    "二、申请人应当如实填写各项内容，没有的项目填写“无”。",
    "三、“本人简历”从小学起填写，时间前后衔接。",
    "四、介绍人、团支部大会、上级团委的意见应当写明日期并签名或盖章。",
    "五、团组织批准后，本志愿书归入团员档案，不得遗失。",
    "六、本件是演示样本，所载姓名、号码、单位均为虚构，不具任何效力。",
)
WISH = (
    "敬爱的团组织：",
    "　　我志愿加入中国共产主义青年团，坚决拥护中国共产党的领导，遵守团的章程，执行团的决议，履行团员义务，"
    "严守团的纪律，勤奋学习，积极工作，吃苦在前，享受在后，为共产主义事业而奋斗。",
    "　　共青团是先进青年的群众组织，是在实践中学习的学校。我从小就盼望成为一名共青团员，和同学们一起进步。",
    "　　在学校里，我认真学习，按时完成作业，课余参加志愿服务，给社区的老人读报，在图书馆整理书架。通过这些事，"
    "我明白了帮助别人也是成长。",
)
WISH_MORE = (
    "　　我的优点是做事认真，能坚持；不足是有时不够细心，遇到困难容易着急。今后我会虚心听取老师和同学的意见，"
    "一件一件改正。",
    "　　如果团组织批准我的申请，我会按时参加团的活动，交纳团费，在学习和劳动中起模范作用；如果没有批准，"
    "我也不灰心，继续努力，争取早日符合团员的条件。",
    "　　请团组织在实践中考验我。",
)
LIFE = (
    ("2010.09—2016.07", "演示小学", "学生", "演示甲"),
    ("2016.09—2019.07", "演示初级中学", "学生", "演示乙"),
    ("2019.09—", "演示中学", "学生", "演示丙"),
)
FAMILY = (("父亲", "演示丁", "群众", "演示机械厂　工人"), ("母亲", "演示戊", "中共党员", "演示医院　护士"))
FIRST_OPINION = (
    "　　该同学思想上积极要求进步，学习认真，团结同学，热心班级工作，主动参加志愿服务。我向其介绍了团的章程，"
    "说明了团员的条件、义务和权利。我认为其符合入团条件，愿意介绍其入团。",
)
SECOND_OPINION = (
    "　　该同学品行端正，乐于助人，能够自觉遵守纪律。经过培养和考察，已具备共青团员的条件，同意介绍其入团。",
)


@dataclass(frozen=True, slots=True)
class Details:
    """What the pages say about the person."""

    name: str
    sex: str
    ethnicity: str
    born: str
    id_number: str
    joined: str
    number: str
    organization: str


def cover(person: Details, skew: float) -> Scan:
    sheet = Sheet()
    sheet.printed((WIDE / 2, 62), "中国共产主义青年团", 8.5, middle=True, spread=2)
    sheet.printed((WIDE / 2, 88), "入团志愿书", 15, middle=True, spread=5)
    for place, (label, value) in enumerate(
        (("申请人姓名", person.name), ("编　　　号", person.number), ("所在团组织", person.organization))
    ):
        down = 190 + 18 * place
        sheet.printed((48, down), label, 5)
        sheet.line((80, down + 6.5), (170, down + 6.5))
        sheet.written((84, down - 0.5), value, 5.6, width=84)
    return sheet.scan(skew)


def basics(person: Details, skew: float) -> Scan:
    sheet = Sheet(3)
    sheet.printed((WIDE / 2, 20), "基 本 情 况", 7, middle=True)
    rows = (
        (14.0, ((24, "姓　名"), (38, person.name), (24, "性　别"), (42, person.sex))),
        (14.0, ((24, "民　族"), (38, person.ethnicity), (24, "出生年月"), (42, person.born))),
        (14.0, ((24, "籍　贯"), (38, "演示省演示市"), (24, "学　历"), (42, ""))),
        (14.0, ((36, "公民身份号码"), (130, person.id_number))),
        (14.0, ((36, "入团时间"), (47, person.joined), (36, "发展团员编号"), (47, person.number))),
        (14.0, ((36, "所在团组织"), (130, person.organization))),
        (14.0, ((36, "现居住地"), (130, "演示省演示市演示路"))),
        (34.0, ((36, "有何特长"), (130, "朗诵、乒乓球"))),
        (44.0, ((36, "受过何种奖励"), (130, "校级三好学生"))),
        (34.0, ((36, "受过何种处分"), (130, "无"))),
    )
    sheet.table((LEFT, TOP), rows)
    sheet.photo((LEFT + 128, TOP), (38, 42))
    return sheet.scan(skew)


def resolution(person: Details, skew: float) -> Scan:
    """团支部大会决议 and 上级团委审批意见, with seals."""
    sheet = Sheet(11)
    text = (
        f"　　经团支部大会讨论，{person.name}同学符合入团条件，同意其加入中国共产主义青年团，报上级团委审批。"
    )
    sheet.box((LEFT, 26), (RIGHT - LEFT, 118))
    sheet.printed((LEFT + 4, 30), "团支部大会决议", 5)
    sheet.ruled((LEFT + 5, 40), (text,), lines=5, width=RIGHT - LEFT - 10)
    sheet.written((LEFT + 20, 112), person.organization, 5, width=140)
    sheet.written((128, 124), person.joined, 5)
    sheet.box((LEFT, 144), (RIGHT - LEFT, 118))
    sheet.printed((LEFT + 4, 148), "上级团委审批意见", 5)
    sheet.ruled(
        (LEFT + 5, 158),
        (f"　　同意{person.name}入团，团龄自{person.joined}起算。",),
        lines=4,
        width=RIGHT - LEFT - 10,
    )
    sheet.written((128, 242), person.joined, 5)
    return sheet.scan(skew, seal=(148, 240))


@cache
def common(index: int, version: int) -> Scan:
    """A page that says nothing about the person, from 0; the same in every copy of this version."""
    sheet = Sheet(index + 1, salt=version)
    COMMON[index](sheet)
    return sheet.scan((-0.45, 0.3)[version] + index * 0.03, seal=(150, 236) if index == 9 else None)


def _rules(sheet: Sheet) -> None:
    sheet.printed((WIDE / 2, 36), "填 写 说 明", 8, middle=True)
    down = 62.0
    for rule in RULES:
        down = sheet.printed((LEFT + 6, down), rule, 4.8, width=RIGHT - LEFT - 12) + 4


def _wish(sheet: Sheet, text: tuple[str, ...], *, signed: bool = False) -> None:
    sheet.printed((WIDE / 2, 20), "入 团 志 愿", 7, middle=True)
    sheet.box((LEFT, TOP), (RIGHT - LEFT, 232))
    sheet.ruled((LEFT + 5, TOP + 6), text, lines=19, width=RIGHT - LEFT - 10)
    if signed:
        sheet.printed((112, 246), "申请人（签名）", 4.8)
        sheet.scribble((150, 246))


def _life(sheet: Sheet) -> None:
    sheet.printed((WIDE / 2, 20), "本 人 简 历", 7, middle=True)
    head = ((42.0, "起止年月"), (62.0, "在何地、何单位"), (32.0, "任何职务"), (30.0, "证明人"))
    _list(sheet, head, LIFE, rows=14)


def _family(sheet: Sheet) -> None:
    sheet.printed((WIDE / 2, 20), "家庭主要成员和主要社会关系", 7, middle=True)
    head = ((30.0, "关系"), (34.0, "姓名"), (34.0, "政治面貌"), (68.0, "单位和职业"))
    _list(sheet, head, FAMILY, rows=12)


def _list(
    sheet: Sheet, head: tuple[tuple[float, str], ...], filled: tuple[tuple[str, ...], ...], *, rows: int
) -> None:
    widths = [width for width, _ in head]
    empty = ("",) * len(widths)
    body = tuple(
        (15.0, tuple(zip(widths, line, strict=True))) for line in (*filled, *[empty] * (rows - len(filled)))
    )
    sheet.table((LEFT, TOP), ((12.0, head),), labels=1)
    sheet.table((LEFT, TOP + 12), body, labels=0)


def _introducers(sheet: Sheet) -> None:
    for top, title, text in (
        (26.0, "第一介绍人意见", FIRST_OPINION),
        (144.0, "第二介绍人意见", SECOND_OPINION),
    ):
        sheet.box((LEFT, top), (RIGHT - LEFT, 118))
        sheet.printed((LEFT + 4, top + 4), title, 5)
        sheet.ruled((LEFT + 5, top + 14), text, lines=7, width=RIGHT - LEFT - 10)
        sheet.printed((100, top + 104), "介绍人（签名）", 4.8)
        sheet.scribble((138, top + 104))


def _notice(sheet: Sheet) -> None:
    sheet.printed((WIDE / 2, 20), "公示情况和谈话记录", 7, middle=True)
    sheet.box((LEFT, TOP), (RIGHT - LEFT, 232))
    text = (
        "　　在本校公示栏公示五个工作日，没有收到不同意见。",
        "　　谈话人认为申请人对团的认识正确，入团动机端正。",
    )
    sheet.ruled((LEFT + 5, TOP + 6), text, lines=19, width=RIGHT - LEFT - 10)
    sheet.printed((112, 246), "谈话人（签名）", 4.8)
    sheet.scribble((150, 246))


def _remarks(sheet: Sheet) -> None:
    sheet.printed((WIDE / 2, 20), "备　　注", 7, middle=True)
    sheet.box((LEFT, TOP), (RIGHT - LEFT, 232))
    sheet.ruled((LEFT + 5, TOP + 6), ("无",), lines=19, width=RIGHT - LEFT - 10)


COMMON = {
    1: _rules,
    3: lambda sheet: _wish(sheet, WISH),
    4: lambda sheet: _wish(sheet, WISH_MORE),
    5: lambda sheet: _wish(sheet, ("　　此致", "敬礼！"), signed=True),
    6: _life,
    7: _family,
    8: _introducers,
    9: _notice,
    11: _remarks,
}
