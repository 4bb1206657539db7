"""Made-up names of places, schools and people: they read like real ones, and no place is really called so."""

from __future__ import annotations

import itertools
from random import Random

# Sixty names of the old calendar; there is no city of such a name.
CITIES = tuple("甲乙丙丁戊己庚辛壬癸"[at % 10] + "子丑寅卯辰巳午未申酉戌亥"[at % 12] for at in range(60))
PLACES = tuple(
    one + two for two, one in itertools.product("溪岭湾坪桥泉冈塘渡林川洲", "云青松柏兰竹梅荷枫石月星")
)
"""Of counties, streets, towns and companies, under a city whose name says that all of it is made up."""
FACULTIES = (
    "计算机", "数学", "物理", "化学", "生命科学", "机械工程", "电气工程", "土木工程", "材料", "环境", "建筑", "经济",
    "管理", "法学", "文学", "历史", "哲学", "外国语", "新闻", "艺术", "音乐", "体育", "教育", "心理", "地理",
    "海洋", "农学", "林学", "园艺", "食品", "药学", "护理", "口腔", "基础医学", "公共卫生", "软件", "自动化", "通信",
    "微电子", "能源", "航空", "车辆", "水利", "测绘", "统计",
)  # fmt: skip
CRAFTS = ("机电", "护理", "汽修", "会计", "幼教", "烹饪", "数控", "电商", "物流", "园林")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_WEIGHTS = tuple(itertools.accumulate(1 / (at + 4) for at in range(len(SURNAMES))))
_FIRST = "子梓雨欣佳思嘉浩俊宇晨一可若诗梦明建国志海文春秋晓小雅静心安云天乐家永景承书知"
_SECOND = "涵轩怡萱琪彤宁妍然航杰豪博瑞泽洋鑫峰华强军伟芳敏丽娟婷雪琳玲燕红梅兰云清远舟晴"


def person(dice: Random) -> str:
    """A name as common as names are: a few surnames for most people."""
    surname = dice.choices(SURNAMES, cum_weights=_WEIGHTS)[0]
    return surname + dice.choice(_FIRST) + (dice.choice(_SECOND) if dice.random() < 0.85 else "")


def place(number: int) -> str:
    """The `number`th name of a place; after the last of them the first again, numbered."""
    turn, at = divmod(number, len(PLACES))
    return PLACES[at * 35 % len(PLACES)] + ("" if not turn else "甲乙丙丁戊己庚辛壬癸"[(turn - 1) % 10])


def ordinal(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十."""
    tens, ones = divmod(number, 10)
    figures = "零一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else figures[tens] + "十") + (
        figures[ones] if ones or not tens else ""
    )
